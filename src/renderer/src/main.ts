import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './app/App.vue'
import { FEATURES } from './app/features.ts'
import { router } from './app/router.ts'
import { announceLanguage, i18n } from './texts/index.ts'
import { registerPlaces } from './state/features.ts'
import { useUi } from './state/ui.ts'
import './styles/tokens.css'
import './styles/base.css'

announceLanguage(document.documentElement)
registerPlaces(FEATURES)
const app = createApp(App)
app.use(createPinia())
app.use(router)
app.use(i18n)
app.config.errorHandler = (error) => useUi().fail(error)
window.addEventListener('unhandledrejection', (event) => useUi().fail(event.reason))
app.mount('#app')
