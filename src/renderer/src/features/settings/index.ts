import { Settings2 } from '@lucide/vue'
import { useRouter } from 'vue-router'
import type { Action } from '../../state/actions.ts'
import { defineFeature } from '../../state/features.ts'
import { t } from '../../texts/index.ts'
import SettingsView from './SettingsView.vue'

/** Settings of this machine, its models, and what it can do. */
export const settings = defineFeature({
  name: 'settings',
  place: { title: () => t('app.views.settings'), key: 'Ctrl+,', icon: Settings2, foot: true },
  view: SettingsView,
  commands: () => {
    const router = useRouter()
    const tab = (id: string, title: string): Action => ({
      id: `settings.${id}`,
      title,
      group: t('app.views.settings'),
      keys: [],
      run: () => void router.push({ name: 'settings', query: { tab: id } }),
    })
    return [
      tab('models', t('settings.commands.models')),
      tab('doctor', t('settings.commands.doctor')),
    ]
  },
})
