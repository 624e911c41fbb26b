import { createMemoryHistory, createRouter } from 'vue-router'
import { FEATURES } from './features.ts'

/** The place is kept by the window itself, not by an address. */
export const router = createRouter({
  history: createMemoryHistory(),
  routes: [
    { path: '/', redirect: { name: 'corpora' } },
    ...FEATURES.flatMap(({ name, view }) =>
      view ? [{ path: `/${name}`, name, component: view }] : [],
    ),
  ],
})
