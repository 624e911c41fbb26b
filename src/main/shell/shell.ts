import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { BrowserWindow } from 'electron'
import { app, ipcMain } from 'electron'
import type { Job } from '#shared/contract/index.ts'
import { createAttention } from './attention.ts'
import { serveBridge } from './bridge.ts'
import { startEngine } from './engine-process.ts'
import type { EngineProcess } from './engine-process.ts'
import { installMenu } from './menu.ts'
import { createConsent } from './consent.ts'
import { createPictureDrags } from './drag-picture.ts'
import { openGrantedPaths } from './granted-paths.ts'
import { forbidNetwork, lockDown } from './lock-down.ts'
import { systemAttention } from './notice.ts'
import { isPage } from './origin.ts'
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
  // Every page is sandboxed, whatever it was opened with; root cannot, and says so by the switch.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()

  const here = fileURLToPath(new URL('.', import.meta.url))
  const out = here.includes('chunks') ? join(here, '../..') : join(here, '..')
  const devServer = app.isPackaged ? undefined : process.env['ELECTRON_RENDERER_URL']
  const start = devServer ?? 'gleaner://app/index.html'
  forbidNetwork(devServer)
  const granted = openGrantedPaths(join(app.getPath('userData'), 'granted-paths.json'))
  let engine: EngineProcess | null = null
  let window: BrowserWindow | null = null

  const send = (name: string, value: unknown): void => {
    if (window && !window.isDestroyed()) window.webContents.send('event', name, value)
  }
  const attention = createAttention(
    systemAttention(
      () => window,
      () => send('shell.command', { command: 'view.jobs', paths: [] }),
    ),
  )
  const open = (): void => {
    window = createWindow(join(out, 'preload/index.cjs'), start)
    void window.loadURL(start)
  }

  app.on('second-instance', (_event, argv) => {
    if (window) {
      if (window.isMinimized()) window.restore()
      window.focus()
    }
    const paths = pathsOf(argv)
    for (const path of paths) granted.read(path)
    if (paths.length > 0) send('shell.command', { command: 'corpus.import', paths })
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
    lockDown(start, devServer, `${pathToFileURL(join(out, 'renderer')).href}/`)
    engine = startEngine(join(out, 'main/engine.js'), {
      onEvent(name, value) {
        send(name, value)
        if (name === 'jobs.changed') attention.take(value as Job)
      },
      onState(state, message) {
        send('engine.state', { state, message })
        if (state === 'crashed') attention.reset()
      },
    })
    const consent = createConsent(engine, granted)
    serveProtocol(join(out, 'renderer'), engine, consent.knowsCorpus, new URL(start))
    const drags = createPictureDrags(engine, consent.knowsCorpus)
    serveBridge({ engine, home: start, granted, consent, drags })
    // What was dropped on the window was named by a person.
    ipcMain.on('dropped', (event, path: unknown) => {
      const frame = event.senderFrame
      if (typeof path !== 'string' || path === '') return
      if (frame && frame.parent === null && isPage(start, frame.url)) granted.read(path)
    })
    installMenu((command) => send('shell.command', { command, paths: [] }))
    open()
  })
}

/** Files that were given on the command line, without Electron's own arguments. */
function pathsOf(argv: string[]): string[] {
  return argv.slice(1).filter((arg) => /\.(warc|warc\.gz|wacz|gleaner)$/i.test(arg))
}
