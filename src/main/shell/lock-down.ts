import { app, session } from 'electron'
import type { Session, WebContents } from 'electron'
import { isPage } from './origin.ts'

/** What the window's engine would do on a network of its own accord. */
const NO_NETWORK = [
  'disable-background-networking',
  'disable-component-update',
  'disable-domain-reliability',
  'no-pings',
  'disable-sync',
]
/** What is not of any network. */
const LOCAL = /^(?:gleaner|blob|data|devtools|chrome-extension|chrome):/

/**
 * Before the program is ready: no network for the window. Names are not looked up, no proxy is
 * searched for; the development server is the one exception.
 */
export function forbidNetwork(devServer: string | undefined): void {
  for (const name of NO_NETWORK) app.commandLine.appendSwitch(name)
  app.commandLine.appendSwitch('disable-features', 'MediaRouter,OptimizationHints,Translate')
  app.commandLine.appendSwitch('webrtc-ip-handling-policy', 'disable_non_proxied_udp')
  app.commandLine.appendSwitch('no-proxy-server')
  if (devServer === undefined) {
    app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND')
  }
  // Whoever makes a session says what may be asked for in it.
  app.on('session-created', (one) => lockSession(one, () => false, []))
}

/**
 * Rules for what is loaded and allowed in the window, and in whatever else may be opened: they hold
 * for every session and every page that ever comes to be.
 * @param rendererFolder the built interface, which the protocol reads as files
 */
export function lockDown(home: string, devServer: string | undefined, files: string): void {
  const dev = devServer === undefined ? null : new URL(devServer)
  lockSession(session.defaultSession, (url) => {
    if (LOCAL.test(url) || url.startsWith(files)) return true
    const asked = URL.parse(url)
    return dev !== null && asked?.hostname === dev.hostname && asked.port === dev.port
  })
  app.on('web-contents-created', (_event, contents) => lockContents(contents, home))
}

/** Permissions are refused, requests are answered only where `isAllowed` says so. */
export function lockSession(
  one: Session,
  isAllowed: (url: string) => boolean,
  permissions: readonly string[] = ['clipboard-sanitized-write'],
): void {
  one.setPermissionRequestHandler((_contents, permission, answer) =>
    answer(permissions.includes(permission)),
  )
  one.setPermissionCheckHandler((_contents, permission) => permissions.includes(permission))
  one.setDevicePermissionHandler(() => false)
  one.on('will-download', (event, item) => {
    // A picture of a chart is saved by the window itself.
    if (!/^(?:blob|data):/.test(item.getURL())) event.preventDefault()
  })
  one.webRequest.onBeforeRequest((details, answer) => answer({ cancel: !isAllowed(details.url) }))
  // A dictionary would be fetched, in spite of `spellcheck: false`.
  one.setSpellCheckerLanguages([])
  one.setSpellCheckerEnabled(false)
}

/** The interface is one page: it opens nothing and goes nowhere; its frames hold what they were given. */
function lockContents(contents: WebContents, home: string): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  contents.on('will-frame-navigate', (event) => {
    const isStaying = event.isMainFrame ? isPage(home, event.url) : event.url === 'about:srcdoc'
    if (!isStaying) event.preventDefault()
  })
  contents.on('will-redirect', (event) => event.preventDefault())
  contents.on('will-attach-webview', (event) => event.preventDefault())
}
