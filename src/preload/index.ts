import { contextBridge, ipcRenderer, webUtils } from 'electron'
import type { Bridge, Reply } from '#shared/contract/index.ts'

const bridge: Bridge = {
  call: (name, input) => ipcRenderer.invoke('call', name, input) as Promise<Reply<unknown>>,
  on(name, listener) {
    const receive = (_event: unknown, sent: string, value: unknown): void => {
      if (sent === name) listener(value)
    }
    ipcRenderer.on('event', receive)
    return () => ipcRenderer.off('event', receive)
  },
  pathOf: (file) => (file instanceof File ? webUtils.getPathForFile(file) : ''),
}

contextBridge.exposeInMainWorld('gleaner', bridge)
