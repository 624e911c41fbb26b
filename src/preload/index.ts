import { contextBridge, ipcRenderer, webUtils } from 'electron'
import type { Bridge, Reply } from '#shared/contract/index.ts'

const PAGE = '--gleaner-page='

/** A page that is not the interface, however it came here, finds nothing to ask with. */
function isInterface(): boolean {
  const page = process.argv.find((arg) => arg.startsWith(PAGE))?.slice(PAGE.length)
  if (page === undefined) return false
  const [home, here] = [new URL(page), new URL(location.href)]
  return (
    window.top === window &&
    home.protocol === here.protocol &&
    home.host === here.host &&
    home.pathname === here.pathname
  )
}

const bridge: Bridge = {
  call: (name, input) => ipcRenderer.invoke('call', name, input) as Promise<Reply<unknown>>,
  on(name, listener) {
    const receive = (_event: unknown, sent: string, value: unknown): void => {
      if (sent === name) listener(value)
    }
    ipcRenderer.on('event', receive)
    return () => ipcRenderer.off('event', receive)
  },
  pathOf(file) {
    const path = file instanceof File ? webUtils.getPathForFile(file) : ''
    // A script cannot make a file that has a path: a person dropped or chose it.
    if (path !== '') ipcRenderer.send('dropped', path)
    return path
  },
}

if (isInterface()) contextBridge.exposeInMainWorld('gleaner', bridge)
