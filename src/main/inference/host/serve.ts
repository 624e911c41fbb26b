import { availableParallelism } from 'node:os'
import { AppError } from '#shared/errors.ts'
import { serveParent } from '../../processes/child.ts'
import type { Handlers } from '../../processes/peer.ts'
import { HOST_KINDS } from '../kinds/host.ts'
import type { HostKind, HostTools } from '../kinds/host-kind.ts'
import { supportedDevices } from '../onnx/onnx-runtime.ts'
import { tryDevice } from '../onnx/try-device.ts'
import { createPicturePool } from '../pictures/picture-pool.ts'
import { createTokenizers } from '../tokenize/tokenizers.ts'
import type { HostCalls } from './protocol.ts'

interface LoadedHere {
  release(): Promise<void>
}

/**
 * Answers calls until the one who started the host is gone.
 * @param entry of its threads
 * @param tokenizerHost the program that cuts texts into tokens
 */
export function serveInference(entry: URL, tokenizerHost: URL): void {
  const tokenizers = createTokenizers(tokenizerHost)
  const pool = createPicturePool(entry, Math.min(16, availableParallelism()))
  const loaded = new Map<string, { kind: HostKind; model: LoadedHere }>()
  // The binding blocks this thread and must not be entered twice: graphs run one after another.
  let lastRun: Promise<unknown> = Promise.resolve()
  const alone = <T>(run: () => Promise<T>): Promise<T> => {
    const mine = lastRun.then(run)
    lastRun = mine.catch(() => undefined)
    return mine
  }
  const toolsOf = ({ signal, bytes }: Pick<HostTools, 'signal' | 'bytes'>): HostTools => ({
    signal,
    bytes,
    alone,
    prepare: (source, recipe) => pool.prepare(source, recipe),
    prepareText: (source, recipe, cuts) => pool.prepareText(source, recipe, cuts),
  })
  const ofKey = (key: string): { kind: HostKind; model: LoadedHere } => {
    const found = loaded.get(key)
    if (!found) throw new AppError('internal', `inference host: no model ${key} is loaded`)
    return found
  }

  const handlers: Handlers<HostCalls> = {
    devices: () => Promise.resolve({ value: { devices: supportedDevices() } }),

    tryDevice: ({ device, threads }) =>
      alone(async () => ({ value: await tryDevice(device, threads) })),

    open: ({ kind: name, key, folder, manifest, device, threads }, { signal }) =>
      alone(async () => {
        const start = performance.now()
        if (!loaded.has(key)) {
          const kind = HOST_KINDS.find((one) => one.kind === name)
          if (!kind) throw new AppError('internal', `inference host: no kind ${name}`)
          const tools = { tokenizers, signal }
          const model = await kind.load(folder, manifest, device, threads, tools)
          loaded.set(key, { kind, model })
        }
        return { value: { seconds: (performance.now() - start) / 1000 } }
      }),

    close: ({ key }) =>
      alone(async () => {
        const found = loaded.get(key)
        loaded.delete(key)
        await found?.model.release()
        return { value: {} }
      }),

    async call({ key, name, input }, { signal, bytes }) {
      const { kind, model } = ofKey(key)
      const call = kind.calls[name]
      if (!call) throw new AppError('internal', `inference host: ${kind.kind} has no call ${name}`)
      return call(model, input, toolsOf({ signal, bytes }))
    },

    probe: ({ key }) =>
      alone(async () => {
        const { kind, model } = ofKey(key)
        const { vectors, dim, seconds } = await kind.probe(model)
        const bytes = new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength)
        return { value: { dim, seconds }, bytes }
      }),
  }

  serveParent<HostCalls>(handlers)
}
