import { Socket } from 'node:net'
import { availableParallelism } from 'node:os'
import { AppError, toErrorValue } from '#shared/errors.ts'
import { encodeFrame, FrameReader, type WireMessage } from '#shared/wire.ts'
import { createPicturePool, type Prepared } from '../pictures/picture-pool.ts'
import type { HostCall, HostCalls, PictureSource } from '../models/protocol.ts'
import { probeText, runContexts } from './serve-text.ts'
import { loadModel, supportedDevices, type Model } from './session.ts'
import { loadTextModel, type TextModel } from './text-session.ts'

/** The descriptor that the host speaks on; 0 to 2 stay what they are. */
export const WIRE_FD = 3
/** Batches of pictures that are prepared at once, the one at work included. */
const AHEAD = 3

type Answer<N extends HostCall> = { value: HostCalls[N]['value']; bytes?: Uint8Array }
type Serve = { [N in HostCall]: (input: HostCalls[N]['input']) => Promise<Answer<N>> }

/** Answers calls on descriptor 3 until it is closed. */
export function serveInference(entry: URL): void {
  const pool = createPicturePool(entry, Math.min(16, availableParallelism()))
  const models = new Map<string, Model>()
  const textModels = new Map<string, TextModel>()
  // The binding blocks this thread and must not be entered twice: graphs run one after another.
  let lastRun: Promise<unknown> = Promise.resolve()
  const alone = <T>(run: () => Promise<T>): Promise<T> => {
    const mine = lastRun.then(run)
    lastRun = mine.catch(() => undefined)
    return mine
  }
  const ofKey = <T>(loaded: Map<string, T>, key: string): T => {
    const found = loaded.get(key)
    if (!found) throw new AppError('internal', `inference host: no model ${key} is loaded`)
    return found
  }
  const model = (key: string): Model => ofKey(models, key)

  const serve: Serve = {
    devices: async () => ({ value: { devices: supportedDevices() } }),

    open: (input) =>
      alone(async () => {
        const start = performance.now()
        if (!models.has(input.key)) {
          models.set(
            input.key,
            await loadModel(input.folder, input.manifest, input.device, input.threads),
          )
        }
        return { value: { seconds: (performance.now() - start) / 1000 } }
      }),

    close: ({ key }) =>
      alone(async () => {
        const found = models.get(key) ?? textModels.get(key)
        models.delete(key)
        textModels.delete(key)
        await found?.release()
        return { value: {} }
      }),

    openText: (input) =>
      alone(async () => {
        const { key, folder, manifest, device, threads } = input
        const loaded =
          textModels.get(key) ?? (await loadTextModel(folder, manifest, device, threads))
        textModels.set(key, loaded)
        return { value: { columns: loaded.columns } }
      }),

    contexts: ({ key, contexts }) => alone(() => runContexts(ofKey(textModels, key), contexts)),

    probeText: ({ key }) => alone(() => probeText(ofKey(textModels, key))),

    async images({ key, pictures }) {
      const { manifest, imageBatch, encodeImages } = model(key)
      const dim = manifest.embeddingDim
      const out = new Float32Array(pictures.length * dim)
      const failures: { index: number; reason: string }[] = []
      // Threads decode the next batches while the graph runs this one; not more of them than that,
      // as a prepared picture takes up to a few megabytes.
      const prepared: Promise<Prepared>[] = []
      for (let start = 0; start < pictures.length; start += imageBatch) {
        while (prepared.length < Math.min(pictures.length, start + AHEAD * imageBatch)) {
          const next = pictures[prepared.length] as PictureSource
          prepared.push(pool.prepare(next, manifest.image))
        }
        const batch = await Promise.all(prepared.slice(start, start + imageBatch))
        const good: { index: number; pixels: Float32Array }[] = []
        for (const [i, result] of batch.entries()) {
          const index = start + i
          if ('pixels' in result) good.push({ index, pixels: result.pixels })
          else failures.push({ index, reason: result.reason })
        }
        if (good.length === 0) continue
        const vectors = await alone(() => encodeImages(good.map((picture) => picture.pixels)))
        for (const [row, { index }] of good.entries()) {
          out.set(vectors.subarray(row * dim, (row + 1) * dim), index * dim)
        }
      }
      return { value: { failures }, bytes: bytesOf(out) }
    },

    async texts({ key, texts, full }) {
      const { tokenizer, encodeIds } = model(key)
      const ids = texts.map((text) => tokenizer.ids(text))
      return { value: {}, bytes: bytesOf(await alone(() => encodeIds(ids, full))) }
    },

    ids: async ({ key, texts }) => {
      const { tokenizer } = model(key)
      return { value: { ids: texts.map((text) => tokenizer.ids(text)) } }
    },

    async probe({ key }) {
      const { manifest, tokenizer, encodeImages, encodeIds } = model(key)
      const { width, height } = manifest.image
      const pictures = Array.from({ length: 4 }, (_, p) =>
        Float32Array.from({ length: 3 * width * height }, (_, i) =>
          Math.sin((i % width) * 0.05 * (p + 1) + Math.floor(i / width) * 0.03),
        ),
      )
      const ids = ['a photo of a cat', 'map', 'two red circles on a table'].map((t) =>
        tokenizer.ids(t),
      )
      const once = async (): Promise<{ images: Float32Array; texts: Float32Array }> => ({
        images: await encodeImages(pictures),
        texts: await encodeIds(ids, false),
      })
      return alone(async () => {
        await once()
        const start = performance.now()
        const { images, texts } = await once()
        const seconds = (performance.now() - start) / 1000
        const both = new Float32Array(images.length + texts.length)
        both.set(images)
        both.set(texts, images.length)
        const value = {
          images: pictures.length,
          texts: ids.length,
          seconds,
          finite: both.every(Number.isFinite),
        }
        return { value, bytes: bytesOf(both) }
      })
    },
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

function bytesOf(vectors: Float32Array): Uint8Array {
  return new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength)
}
