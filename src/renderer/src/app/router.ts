import { createMemoryHistory, createRouter } from 'vue-router'
import CorporaView from '../features/corpora/CorporaView.vue'
import CutoffView from '../features/cutoff/CutoffView.vue'
import ExportView from '../features/export/ExportView.vue'
import JobsView from '../features/jobs/JobsView.vue'
import LabelView from '../features/label/LabelView.vue'
import PairsView from '../features/pairs/PairsView.vue'
import SettingsView from '../features/settings/SettingsView.vue'
import TrainView from '../features/train/TrainView.vue'

/** The place is kept by the window itself, not by an address. */
export const router = createRouter({
  history: createMemoryHistory(),
  routes: [
    { path: '/', name: 'corpora', component: CorporaView },
    { path: '/pairs', name: 'pairs', component: PairsView },
    { path: '/cutoff', name: 'cutoff', component: CutoffView },
    { path: '/label', name: 'label', component: LabelView },
    { path: '/train', name: 'train', component: TrainView },
    { path: '/export', name: 'export', component: ExportView },
    { path: '/jobs', name: 'jobs', component: JobsView },
    { path: '/settings', name: 'settings', component: SettingsView },
  ],
})
