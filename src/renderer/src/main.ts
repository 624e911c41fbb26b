import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { router } from './router.ts'
import { useUi } from './stores/ui.ts'
import './styles/tokens.css'
import './styles/base.css'

const app = createApp(App)
app.use(createPinia())
app.use(router)
app.config.errorHandler = (error) => useUi().fail(error)
window.addEventListener('unhandledrejection', (event) => useUi().fail(event.reason))
app.mount('#app')
