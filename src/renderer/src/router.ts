import { createMemoryHistory, createRouter } from 'vue-router'
import CorporaView from './views/CorporaView.vue'
import CutoffView from './views/CutoffView.vue'
import ExportView from './views/ExportView.vue'
import JobsView from './views/JobsView.vue'
import LabelView from './views/LabelView.vue'
import PairsView from './views/PairsView.vue'
import SettingsView from './views/SettingsView.vue'
import TrainView from './views/TrainView.vue'

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
