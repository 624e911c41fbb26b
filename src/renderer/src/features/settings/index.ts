import { Settings2 } from '@lucide/vue'
import { defineFeature } from '../../state/features.ts'
import { t } from '../../texts/index.ts'
import SettingsView from './SettingsView.vue'

/** Settings of this machine, its models, and what it can do. */
export const settings = defineFeature({
  name: 'settings',
  place: { title: () => t('app.views.settings'), key: 'Ctrl+,', icon: Settings2, foot: true },
  view: SettingsView,
})
