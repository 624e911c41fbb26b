import { spawn, type ChildProcess } from 'node:child_process'
import { availableParallelism } from 'node:os'
import type { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Device } from '#shared/contract/jobs.ts'
import { AppError, fromErrorValue, toErrorValue } from '#shared/errors.ts'
import { encodeFrame, FrameReader } from '#shared/wire.ts'
import type { HostCall, HostCalls, PictureSource, RealDevice } from '../models/protocol.ts'
import { loadedEncoder, loadedSpanModel, type TextHandle } from './text-client.ts'
import type { SpanManifest, TextEncoderManifest, TextManifest } from '../models/text-manifest.ts'
import type { LoadedEncoder, LoadedSpanModel, ResolvedTextModel } from '../models/text-types.ts'
import type { ResolvedModel } from '../models/types.ts'
import { largestChange } from '../models/vectors.ts'

/** How far any cosine may change on another device than the CPU, or in fp16 or int8. */
export const DEVICE_BOUND = 5e-3

export interface LoadedModel {
  readonly model: ResolvedModel
  /** The one that really runs it. */
  readonly device: RealDevice
  /** Why better devices were passed over, one line each; empty when the first choice runs. */
  readonly passedOver: readonly string[]
  /** Unit vectors, [n, embeddingDim]; rows of pictures named in `failures` are zero. */
  encodeImages(
    pictures: PictureSource[],
  ): Promise<{ vectors: Float32Array; failures: Map<number, string> }>
  /** Unit vectors, [n, embeddingDim]. `full` pads to the whole context even where less is exact. */
  encodeTexts(texts: string[], full?: boolean): Promise<Float32Array>
  /** Token ids as they go into the graph, without padding. */
  ids(texts: string[]): Promise<number[][]>
  release(): Promise<void>
}

export interface InferenceHost {
  /** Devices this build of the runtime knows; that one is listed does not mean that it works. */
  devices(): Promise<RealDevice[]>
  /**
   * Loads a model. `auto` takes the best device that runs it, agrees with the CPU and is not
   * slower; a device asked for by name is taken or refused with `unsupported`.
   */
  open(model: ResolvedModel, device: Device): Promise<LoadedModel>
  /** The same for an encoder that heads are trained on. */
  openEncoder(model: ResolvedTextModel<TextEncoderManifest>, device: Device): Promise<LoadedEncoder>
  /** The same for a span model. */
  openSpanModel(model: ResolvedTextModel<SpanManifest>, device: Device): Promise<LoadedSpanModel>
  /** How often the process had to be started again. */
  readonly restarts: number
  readonly pid: number | null
  close(): Promise<void>
}

/** Whatever the process can hold. */
type Openable = ResolvedModel | ResolvedTextModel

const keyOf = (model: Openable, device: RealDevice): string => `${model.digest} ${device}`

type Call = <N extends HostCall>(
  name: N,
  input: HostCalls[N]['input'],
) => Promise<{ value: HostCalls[N]['value']; bytes: Uint8Array }>

interface ModelCalls {
  key: string
  call: Call
  /** Calls; after a crash calls once more, alone. */
  steady: Call
}

interface Pending {
  resolve(reply: { value: unknown; bytes: Uint8Array }): void
  reject(error: AppError): void
}

/** The process died with calls in flight. */
class HostCrash extends AppError {}

interface Running {
  child: ChildProcess
  wire: Duplex
  pending: Map<number, Pending>
  /** Keys of the models that this process holds. */
  opened: Map<string, Promise<void>>
}

const PREFERENCE: Record<string, RealDevice[]> = {
  darwin: ['coreml', 'webgpu'],
  win32: ['cuda', 'dml', 'webgpu'],
  linux: ['cuda', 'webgpu'],
}

/**
 * Starts the inference process (`entry`: host) when it is first needed. When it dies, the calls in
 * flight are made again one at a time: a picture that kills it alone is counted as a failure.
 */
export function createInferenceHost(
  entry: URL,
  options: { threads?: number; env?: NodeJS.ProcessEnv } = {},
): InferenceHost {
  const threads = options.threads ?? availableParallelism()
  let running: Running | null = null
  let nextId = 1
  let starts = 0
  let isClosed = false
  let recovery: Promise<unknown> | null = null
  let waitingForRecovery = 0

  const start = (): Running => {
    if (isClosed) throw new AppError('canceled', 'The inference process was closed')
    starts++
    const child = spawn(process.execPath, [fileURLToPath(entry)], {
      stdio: ['ignore', 'ignore', 'pipe', 'overlapped'],
      env: options.env ?? process.env,
      windowsHide: true,
    })
    const wire = child.stdio[3] as Duplex
    const mine: Running = { child, wire, pending: new Map(), opened: new Map() }
    let complaint = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk.toString('utf8')).slice(-2000)
    })
    let isOver = false
    const over = (reason: string): void => {
      if (isOver) return
      isOver = true
      if (running === mine) running = null
      const last = complaint.trim().split('\n').at(-1)
      const error = isClosed
        ? new AppError('canceled', 'The inference process was closed')
        : new HostCrash(
            'internal',
            `The inference process ${reason}${last ? `: ${last.slice(0, 300)}` : ''}`,
            'It is started again by itself. If it happens every time, check the model with gleaner models verify, or use --device cpu.',
          )
      for (const { reject } of mine.pending.values()) reject(error)
      mine.pending.clear()
    }
    child.on('error', (error) => over(`cannot be started (${error.message})`))
    child.on('exit', (code, signal) =>
      over(signal ? `was ended by ${signal}` : `ended with code ${String(code)}`),
    )
    const reader = new FrameReader((message, bytes) => {
      if (message.type !== 'reply') return
      const waiting = mine.pending.get(message.id)
      mine.pending.delete(message.id)
      if (!waiting) return
      if (message.ok) waiting.resolve({ value: message.value, bytes })
      else waiting.reject(fromErrorValue(message.error))
    })
    wire.on('data', (chunk: Buffer) => {
      try {
        reader.push(chunk)
      } catch (error) {
        child.kill('SIGKILL')
        over(`sent what cannot be read (${toErrorValue(error).message})`)
      }
    })
    wire.on('error', () => undefined)
    running = mine
    return mine
  }

  const callOn = async <N extends HostCall>(
    host: Running,
    name: N,
    input: HostCalls[N]['input'],
  ): Promise<{ value: HostCalls[N]['value']; bytes: Uint8Array }> => {
    const id = nextId++
    const reply = new Promise<{ value: unknown; bytes: Uint8Array }>((resolve, reject) => {
      host.pending.set(id, { resolve, reject })
    })
    for (const part of encodeFrame({ type: 'call', id, name, input })) host.wire.write(part)
    return (await reply) as { value: HostCalls[N]['value']; bytes: Uint8Array }
  }

  const openOn = (
    host: Running,
    key: string,
    model: Openable,
    device: RealDevice,
  ): Promise<void> => {
    const known = host.opened.get(key)
    if (known) return known
    const { folder, manifest } = model
    const common = { key, folder, device, threads }
    const opening = (
      'kind' in manifest
        ? callOn(host, 'openText', { ...common, manifest })
        : callOn(host, 'open', { ...common, manifest })
    ).then(
      () => undefined,
      (error: unknown) => {
        host.opened.delete(key)
        throw error
      },
    )
    host.opened.set(key, opening)
    return opening
  }

  /** Waits while crashed calls are made again alone, so that only the guilty one is blamed. */
  const settled = async (): Promise<void> => {
    while (recovery) await recovery
  }

  const alone = <T>(run: () => Promise<T>): Promise<T> => {
    waitingForRecovery++
    const mine = (recovery ?? Promise.resolve()).then(run)
    const done = mine.then(
      () => undefined,
      () => undefined,
    )
    recovery = done.then(() => {
      if (--waitingForRecovery === 0) recovery = null
    })
    return mine
  }

  const unload = async (model: Openable, device: RealDevice): Promise<void> => {
    const key = keyOf(model, device)
    const host = running
    if (!host?.opened.has(key)) return
    host.opened.delete(key)
    await callOn(host, 'close', { key }).catch(() => undefined)
  }

  /** Calls for one model, which is loaded again where the process is a new one. */
  const callsOf = (model: Openable, device: RealDevice): ModelCalls => {
    const key = keyOf(model, device)
    const call = async <N extends HostCall>(
      name: N,
      input: HostCalls[N]['input'],
    ): Promise<{ value: HostCalls[N]['value']; bytes: Uint8Array }> => {
      const host = running ?? start()
      await openOn(host, key, model, device)
      return callOn(host, name, input)
    }
    /** Calls; after a crash calls once more, alone. */
    const steady = async <N extends HostCall>(
      name: N,
      input: HostCalls[N]['input'],
    ): Promise<{ value: HostCalls[N]['value']; bytes: Uint8Array }> => {
      await settled()
      try {
        return await call(name, input)
      } catch (error) {
        if (!(error instanceof HostCrash)) throw error
        return await alone(() => call(name, input))
      }
    }
    return { key, call, steady }
  }

  const load = async (
    model: ResolvedModel,
    device: RealDevice,
    passedOver: string[],
  ): Promise<LoadedModel> => {
    const dim = model.manifest.embeddingDim
    const { key, call, steady } = callsOf(model, device)
    const floats = (bytes: Uint8Array, rows: number): Float32Array => {
      if (bytes.byteLength !== rows * dim * 4) {
        throw new AppError('internal', 'The inference process sent vectors of the wrong length')
      }
      return new Float32Array(new Uint8Array(bytes).buffer)
    }

    await settled()
    await call('ids', { key, texts: [] })
    return {
      model,
      device,
      passedOver,
      async encodeImages(pictures) {
        await settled()
        try {
          const { value, bytes } = await call('images', { key, pictures })
          const failures = new Map(value.failures.map(({ index, reason }) => [index, reason]))
          return { vectors: floats(bytes, pictures.length), failures }
        } catch (error) {
          if (!(error instanceof HostCrash)) throw error
        }
        return alone(async () => {
          const vectors = new Float32Array(pictures.length * dim)
          const failures = new Map<number, string>()
          for (const [index, picture] of pictures.entries()) {
            try {
              const { value, bytes } = await call('images', { key, pictures: [picture] })
              const failure = value.failures[0]
              if (failure) failures.set(index, failure.reason)
              else vectors.set(floats(bytes, 1), index * dim)
            } catch (error) {
              if (!(error instanceof HostCrash)) throw error
              failures.set(index, 'The picture ends the process that decodes it')
            }
          }
          // All of them: then it is the model or the device, and no picture is to blame.
          if (pictures.length > 1 && failures.size === pictures.length) {
            const reasons = new Set(failures.values())
            if (reasons.size === 1 && reasons.has('The picture ends the process that decodes it')) {
              throw new AppError(
                'model',
                `${model.manifest.name} ends the inference process on ${device} with every picture`,
                'Use another device, such as --device cpu, or fetch the model again.',
              )
            }
          }
          return { vectors, failures }
        })
      },
      async encodeTexts(texts, full = false) {
        return floats((await steady('texts', { key, texts, full })).bytes, texts.length)
      },
      async ids(texts) {
        return (await steady('ids', { key, texts })).value.ids
      },
      release: () => unload(model, device),
    }
  }

  const devices = async (): Promise<RealDevice[]> => {
    await settled()
    return (await callOn(running ?? start(), 'devices', {})).value.devices
  }

  const probe = async (
    model: Openable,
    device: RealDevice,
  ): Promise<{ vectors: Float32Array; seconds: number; dim: number }> => {
    const { manifest } = model
    const key = keyOf(model, device)
    const host = running ?? start()
    await openOn(host, key, model, device)
    if ('kind' in manifest) {
      const { value, bytes } = await callOn(host, 'probeText', { key })
      return { vectors: new Float32Array(new Uint8Array(bytes).buffer), ...value }
    }
    const { value, bytes } = await callOn(host, 'probe', { key })
    if (!value.finite) {
      throw new AppError('model', `it gives values that are not finite (NaN) on ${device}`)
    }
    const vectors = new Float32Array(new Uint8Array(bytes).buffer)
    return { vectors, seconds: value.seconds, dim: manifest.embeddingDim }
  }

  /** The device that is meant: the one asked for, or the best that agrees with the CPU. */
  const settleOn = async (
    model: Openable,
    device: Device,
  ): Promise<{ device: RealDevice; passedOver: string[] }> => {
    if (device === 'cpu') return { device, passedOver: [] }
    const supported = await devices()
    const candidates =
      device === 'auto'
        ? (PREFERENCE[process.platform] ?? []).filter((name) => supported.includes(name))
        : [device]
    const passedOver: string[] = []
    for (const candidate of candidates) {
      let reason: string
      try {
        if (!supported.includes(candidate)) {
          throw new AppError('unsupported', 'this build of onnxruntime does not have it')
        }
        const there = await probe(model, candidate)
        const here = await probe(model, 'cpu')
        const difference = largestChange(there.vectors, here.vectors, here.dim)
        if (difference > DEVICE_BOUND) {
          throw new AppError(
            'model',
            `its cosines differ from the CPU's by ${difference.toPrecision(2)}, ${DEVICE_BOUND} is allowed`,
          )
        }
        if (device === 'auto' && there.seconds > here.seconds) {
          throw new AppError(
            'unsupported',
            `it is slower than the CPU here (${times(there.seconds)} against ${times(here.seconds)})`,
          )
        }
        await unload(model, 'cpu')
        return { device: candidate, passedOver }
      } catch (error) {
        if (isClosed) throw error
        reason = toErrorValue(error).message
        await unload(model, candidate)
      }
      if (device !== 'auto') {
        throw new AppError(
          'unsupported',
          `The device ${candidate} cannot be used: ${reason}`,
          'Use --device auto to take the best one that works, or --device cpu.',
        )
      }
      passedOver.push(`${candidate}: ${reason}`)
    }
    return { device: 'cpu', passedOver }
  }

  const openText = async <M extends TextManifest>(
    model: ResolvedTextModel<M>,
    wanted: Device,
  ): Promise<TextHandle<M>> => {
    const settled = await settleOn(model, wanted)
    const { key, call, steady } = callsOf(model, settled.device)
    // Loads it now, so that what is wrong with it is said here.
    await call('contexts', { key, contexts: [] })
    return {
      ...settled,
      model,
      contexts: (contexts) => steady('contexts', { key, contexts }),
      release: () => unload(model, settled.device),
    }
  }

  return {
    devices,
    get restarts() {
      return Math.max(0, starts - 1)
    },
    get pid() {
      return running?.child.pid ?? null
    },
    async open(model, wanted) {
      const { device, passedOver } = await settleOn(model, wanted)
      return load(model, device, passedOver)
    },
    openEncoder: async (model, device) => loadedEncoder(await openText(model, device)),
    openSpanModel: async (model, device) => loadedSpanModel(await openText(model, device)),
    async close() {
      isClosed = true
      const host = running
      if (!host) return
      const ended = new Promise<void>((resolve) => host.child.once('exit', () => resolve()))
      host.wire.end()
      const timer = setTimeout(() => host.child.kill('SIGKILL'), 2000)
      await ended
      clearTimeout(timer)
    },
  }
}

function times(seconds: number): string {
  return `${(seconds * 1000).toFixed(0)} ms`
}
