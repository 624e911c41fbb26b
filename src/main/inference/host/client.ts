import { spawn, type ChildProcess } from 'node:child_process'
import { availableParallelism } from 'node:os'
import type { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Device } from '#shared/contract/jobs.ts'
import { AppError, fromErrorValue, toErrorValue } from '#shared/errors.ts'
import { encodeFrame, FrameReader } from '#shared/wire.ts'
import type {
  AnyManifest,
  HostAnswer,
  KindCalls,
  ModelPort,
  OpensModels,
  RealDevice,
  ResolvedModel,
} from '../kinds/define.ts'
import { HostCrash } from '../kinds/host-crash.ts'
import { DEVICE_BOUND, largestChange } from '../models/vectors.ts'
import type { HostCall, HostCalls } from './protocol.ts'

export interface InferenceHost extends OpensModels {
  /** Devices this build of the runtime knows; that one is listed does not mean that it works. */
  devices(): Promise<RealDevice[]>
  /** How often the process had to be started again. */
  readonly restarts: number
  readonly pid: number | null
  close(): Promise<void>
}

const keyOf = (model: ResolvedModel, device: RealDevice): string => `${model.digest} ${device}`

interface Pending {
  resolve(reply: { value: unknown; bytes: Uint8Array }): void
  reject(error: AppError): void
}

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
    model: ResolvedModel,
    device: RealDevice,
  ): Promise<void> => {
    const known = host.opened.get(key)
    if (known) return known
    const { folder, manifest, kind } = model
    const opening = callOn(host, 'open', {
      kind: kind.kind,
      key,
      folder,
      manifest,
      device,
      threads,
    }).then(
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

  const unload = async (model: ResolvedModel, device: RealDevice): Promise<void> => {
    const key = keyOf(model, device)
    const host = running
    if (!host?.opened.has(key)) return
    host.opened.delete(key)
    await callOn(host, 'close', { key }).catch(() => undefined)
  }

  /** A loaded model, which is loaded again where the process is a new one. */
  const portOf = (
    model: ResolvedModel,
    device: RealDevice,
    passedOver: readonly string[],
  ): ModelPort<AnyManifest, KindCalls> => {
    const key = keyOf(model, device)
    const bare = async (name: string, input: unknown): Promise<HostAnswer<unknown>> => {
      const host = running ?? start()
      await openOn(host, key, model, device)
      return callOn(host, 'call', { key, name, input })
    }
    const once = async (name: string, input: unknown): Promise<HostAnswer<unknown>> => {
      await settled()
      return bare(name, input)
    }
    return {
      model,
      device,
      passedOver,
      bare,
      once,
      async call(name, input) {
        try {
          return await once(name, input)
        } catch (error) {
          if (!(error instanceof HostCrash)) throw error
          return await alone(() => bare(name, input))
        }
      },
      alone,
      release: () => unload(model, device),
    }
  }

  const devices = async (): Promise<RealDevice[]> => {
    await settled()
    return (await callOn(running ?? start(), 'devices', {})).value.devices
  }

  const probe = async (
    model: ResolvedModel,
    device: RealDevice,
  ): Promise<{ vectors: Float32Array; seconds: number; dim: number }> => {
    const key = keyOf(model, device)
    const host = running ?? start()
    await openOn(host, key, model, device)
    const { value, bytes } = await callOn(host, 'probe', { key })
    const vectors = new Float32Array(new Uint8Array(bytes).buffer)
    if (!vectors.every(Number.isFinite)) {
      throw new AppError('model', `it gives values that are not finite (NaN) on ${device}`)
    }
    return { vectors, ...value }
  }

  /** The device that is meant: the one asked for, or the best that agrees with the CPU. */
  const settleOn = async (
    model: ResolvedModel,
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

  return {
    devices,
    get restarts() {
      return Math.max(0, starts - 1)
    },
    get pid() {
      return running?.child.pid ?? null
    },
    async open<M extends AnyManifest, L>(model: ResolvedModel<M, L>, wanted: Device): Promise<L> {
      const plain = model as unknown as ResolvedModel
      const { device, passedOver } = await settleOn(plain, wanted)
      await settled()
      // Loaded now, so that what is wrong with it is said here.
      await openOn(running ?? start(), keyOf(plain, device), plain, device)
      return model.kind.attach(portOf(plain, device, passedOver) as ModelPort<M, KindCalls>)
    },
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
