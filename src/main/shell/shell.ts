import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BrowserWindow } from 'electron'
import { app, session } from 'electron'
import { serveBridge } from './bridge.ts'
import { startEngine } from './engine-process.ts'
import type { EngineProcess } from './engine-process.ts'
import { installMenu } from './menu.ts'
import { isWithin } from './origin.ts'
import { registerScheme, serveProtocol } from './protocol.ts'
import { createWindow } from './window.ts'

/** Builds the desktop program: one window, the engine behind it, and nothing that is not needed. */
export function startShell(): void {
  // Tests and several installations side by side keep their things apart.
  const home = process.env['GLEANER_HOME']
  if (home) app.setPath('userData', join(home, 'window'))
  if (!app.requestSingleInstanceLock()) {
    app.quit()
    return
  }
  registerScheme()

  const here = fileURLToPath(new URL('.', import.meta.url))
  const out = here.includes('chunks') ? join(here, '../..') : join(here, '..')
  const devServer = app.isPackaged ? undefined : process.env['ELECTRON_RENDERER_URL']
  const start = devServer ?? 'gleaner://app/index.html'
  let engine: EngineProcess | null = null
  let window: BrowserWindow | null = null

  const send = (name: string, value: unknown): void => {
    if (window && !window.isDestroyed()) window.webContents.send('event', name, value)
  }
  const open = (): void => {
    window = createWindow(join(out, 'preload/index.cjs'))
    void window.loadURL(start)
  }

  app.on('second-instance', (_event, argv) => {
    if (window) {
      if (window.isMinimized()) window.restore()
      window.focus()
    }
    const paths = pathsOf(argv)
    if (paths.length > 0) send('shell.command', { command: 'corpus.import', paths })
  })
  app.on('web-contents-created', (_event, contents) => {
    // The interface is one page: it opens nothing and goes nowhere.
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
    contents.on('will-navigate', (event) => {
      if (!isWithin(start, event.url)) event.preventDefault()
    })
    contents.on('will-attach-webview', (event) => event.preventDefault())
  })
  app.on('window-all-closed', () => app.quit())
  app.on('before-quit', (event) => {
    if (!engine) return
    event.preventDefault()
    const running = engine
    engine = null
    void running.stop().finally(() => app.quit())
  })

  void app.whenReady().then(() => {
    session.defaultSession.setPermissionRequestHandler((_contents, permission, answer) =>
      answer(permission === 'clipboard-sanitized-write'),
    )
    engine = startEngine(join(out, 'main/engine.js'), {
      onEvent: send,
      onState: (state, message) => send('engine.state', { state, message }),
    })
    serveProtocol(join(out, 'renderer'), engine)
    serveBridge(engine, start)
    installMenu((command) => send('shell.command', { command, paths: [] }))
    open()
  })
}

/** Files that were given on the command line, without Electron's own arguments. */
function pathsOf(argv: string[]): string[] {
  return argv.slice(1).filter((arg) => /\.(warc|warc\.gz|wacz|gleaner)$/i.test(arg))
}
