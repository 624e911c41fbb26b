import { Socket } from 'node:net'
import { availableParallelism } from 'node:os'
import { AppError, toErrorValue } from '#shared/errors.ts'
import { encodeFrame, FrameReader, type WireMessage } from '#shared/wire.ts'
import { HOST_KINDS } from '../kinds/host.ts'
import type { HostKind, HostTools } from '../kinds/host-kind.ts'
import { supportedDevices } from '../onnx/onnx-runtime.ts'
import { createPicturePool } from '../pictures/picture-pool.ts'
import type { HostCall, HostCalls } from './protocol.ts'

/** The descriptor that the host speaks on; 0 to 2 stay what they are. */
export const WIRE_FD = 3

type Answer<N extends HostCall> = { value: HostCalls[N]['value']; bytes?: Uint8Array }
interface LoadedHere {
  release(): Promise<void>
}
type Serve = { [N in HostCall]: (input: HostCalls[N]['input']) => Promise<Answer<N>> }

/** Answers calls on descriptor 3 until it is closed. */
export function serveInference(entry: URL): void {
  const pool = createPicturePool(entry, Math.min(16, availableParallelism()))
  const loaded = new Map<string, { kind: HostKind; model: LoadedHere }>()
  // The binding blocks this thread and must not be entered twice: graphs run one after another.
  let lastRun: Promise<unknown> = Promise.resolve()
  const alone = <T>(run: () => Promise<T>): Promise<T> => {
    const mine = lastRun.then(run)
    lastRun = mine.catch(() => undefined)
    return mine
  }
  const tools: HostTools = {
    alone,
    prepare: (source, recipe) => pool.prepare(source, recipe),
  }
  const ofKey = (key: string): { kind: HostKind; model: LoadedHere } => {
    const found = loaded.get(key)
    if (!found) throw new AppError('internal', `inference host: no model ${key} is loaded`)
    return found
  }

  const serve: Serve = {
    devices: () => Promise.resolve({ value: { devices: supportedDevices() } }),

    open: ({ kind: name, key, folder, manifest, device, threads }) =>
      alone(async () => {
        const start = performance.now()
        if (!loaded.has(key)) {
          const kind = HOST_KINDS.find((one) => one.kind === name)
          if (!kind) throw new AppError('internal', `inference host: no kind ${name}`)
          loaded.set(key, { kind, model: await kind.load(folder, manifest, device, threads) })
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

    async call({ key, name, input }) {
      const { kind, model } = ofKey(key)
      const call = kind.calls[name]
      if (!call) throw new AppError('internal', `inference host: ${kind.kind} has no call ${name}`)
      return call(model, input, tools)
    },

    probe: ({ key }) =>
      alone(async () => {
        const { kind, model } = ofKey(key)
        const { vectors, dim, seconds } = await kind.probe(model)
        const bytes = new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength)
        return { value: { dim, seconds }, bytes }
      }),
  }

  const wire = new Socket({ fd: WIRE_FD, readable: true, writable: true })
  const send = (message: WireMessage, bytes?: Uint8Array): void => {
    for (const part of encodeFrame(message, bytes)) wire.write(part)
  }
  const reader = new FrameReader((message) => {
    if (message.type !== 'call') return
    const { id } = message
    const call = serve[message.name as HostCall] as
      ((input: unknown) => Promise<{ value: unknown; bytes?: Uint8Array }>) | undefined
    Promise.resolve()
      .then(() => {
        if (!call) throw new AppError('internal', `inference host: no call ${message.name}`)
        return call(message.input)
      })
      .then(
        ({ value, bytes }) => send({ type: 'reply', id, ok: true, value }, bytes),
        (error: unknown) => send({ type: 'reply', id, ok: false, error: toErrorValue(error) }),
      )
  })
  wire.on('data', (chunk: Buffer) => reader.push(chunk))
  // The one who started the host is gone: so is its work.
  wire.on('close', () => process.exit(0))
  wire.on('error', () => process.exit(0))
}
