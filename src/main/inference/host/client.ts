import { availableParallelism, platform } from 'node:os'
import type { Device } from '#shared/contract/jobs.ts'
import { AppError, errorLine, fromErrorValue, toErrorValue } from '#shared/errors.ts'
import type { ErrorValue } from '#shared/errors.ts'
import { HelperCrash } from '../../processes/crash.ts'
import { createHelper } from '../../processes/helper.ts'
import type { HelperRun } from '../../processes/helper.ts'
import { createRetry } from '../../processes/retry.ts'
import { startProcess } from '../../processes/start.ts'
import type {
  AnyManifest,
  HostAnswer,
  KindCalls,
  ModelPort,
  OpensModels,
  ResolvedModel,
} from '../kinds/define.ts'
import type { RealDevice } from '../onnx/device.ts'
import { DEVICE_BOUND, largestChange } from '../kinds/vectors.ts'
import type { HostCalls } from './protocol.ts'

export interface InferenceHost extends OpensModels {
  /** Devices this build of the runtime knows; that one is listed does not mean that it works. */
  devices(): Promise<RealDevice[]>
  /**
   * Runs a small graph on a device, in this process, which its driver may take down.
   * @throws AppError `unsupported`, `model`, `refused` after `timeoutMs`, or a HelperCrash
   */
  tryDevice(device: RealDevice, timeoutMs: number): Promise<{ name: string | null; gflops: number }>
  /** How often the process had to be started again. */
  readonly restarts: number
  readonly pid: number | null
  close(): Promise<void>
}

const keyOf = (model: ResolvedModel, device: RealDevice): string => `${model.digest} ${device}`

const PREFERENCE: Record<string, RealDevice[]> = {
  darwin: ['coreml', 'webgpu'],
  win32: ['cuda', 'dml', 'webgpu'],
  linux: ['cuda', 'webgpu'],
}

/**
 * onnxruntime reports its use to its makers by HTTPS unless this is set when its process starts; it then
 * writes nothing into the temporary folder either.
 */
const SILENT = { ORT_DISABLE_TELEMETRY: '1' }

/**
 * What it makes lives for one batch: a small young generation, here and in its threads, is collected
 * before it holds a hundred MB of pictures that are done with.
 */
const YOUNG = ['--max-semi-space-size=2']

export interface InferenceHostOptions {
  threads?: number
  env?: NodeJS.ProcessEnv
  /**
   * Aborted when its answers are no longer wanted: graphs that run end, a tokenizer that does not
   * come to an end is left.
   */
  signal?: AbortSignal
}

/**
 * Starts the inference process (`entry`: host) when it is first needed. When it dies, the calls in
 * flight are made again one at a time: a picture that kills it alone is counted as a failure.
 */
export function createInferenceHost(entry: URL, options: InferenceHostOptions = {}): InferenceHost {
  const { signal } = options
  const threads = options.threads ?? availableParallelism()
  const { settled, alone } = createRetry()
  const host = createHelper<HostCalls>({
    name: 'The inference process',
    hint: {
      window:
        'It is started again by itself. If it happens every time, verify the model in Settings, or use the CPU.',
      command:
        'It is started again by itself. If it happens every time, check the model with gleaner models verify, or use --device cpu.',
    },
    start: () =>
      startProcess(entry, {
        nodeArgs: YOUNG,
        env: { ...(options.env ?? process.env), ...SILENT },
      }),
  })
  /** Keys of the models that a process holds. */
  const openedIn = new WeakMap<HelperRun<HostCalls>, Map<string, Promise<void>>>()
  let isClosed = false

  const openOn = (
    process: HelperRun<HostCalls>,
    key: string,
    model: ResolvedModel,
    device: RealDevice,
  ): Promise<void> => {
    const opened = openedIn.get(process) ?? new Map<string, Promise<void>>()
    openedIn.set(process, opened)
    const known = opened.get(key)
    if (known) return known
    const { folder, manifest, kind } = model
    const input = { kind: kind.kind, key, folder, manifest, device, threads }
    const opening = process.call('open', input, { signal }).then(
      () => undefined,
      (error: unknown) => {
        opened.delete(key)
        throw error
      },
    )
    opened.set(key, opening)
    return opening
  }

  const unload = async (model: ResolvedModel, device: RealDevice): Promise<void> => {
    const key = keyOf(model, device)
    const { running } = host
    if (!running || !openedIn.get(running)?.delete(key)) return
    await running.call('close', { key }).catch(() => undefined)
  }

  /** A loaded model, which is loaded again where the process is a new one. */
  const portOf = (
    model: ResolvedModel,
    device: RealDevice,
    passedOver: readonly string[],
  ): ModelPort<AnyManifest, KindCalls> => {
    const key = keyOf(model, device)
    const bare = async (
      name: string,
      input: unknown,
      bytes?: Uint8Array,
    ): Promise<HostAnswer<unknown>> => {
      const process = host.run()
      await openOn(process, key, model, device)
      return process.call('call', { key, name, input }, { signal, ...(bytes ? { bytes } : {}) })
    }
    const once = async (
      name: string,
      input: unknown,
      bytes?: Uint8Array,
    ): Promise<HostAnswer<unknown>> => {
      await settled()
      return bare(name, input, bytes)
    }
    return {
      model,
      device,
      passedOver,
      bare,
      once,
      async call(name, input, bytes) {
        try {
          return await once(name, input, bytes)
        } catch (error) {
          if (!(error instanceof HelperCrash)) throw error
          return await alone(() => bare(name, input, bytes))
        }
      },
      alone,
      release: () => unload(model, device),
    }
  }

  const devices = async (): Promise<RealDevice[]> => {
    await settled()
    return (await host.call('devices', {})).value.devices
  }

  const probe = async (
    model: ResolvedModel,
    device: RealDevice,
  ): Promise<{ vectors: Float32Array; seconds: number; dim: number }> => {
    const key = keyOf(model, device)
    const process = host.run()
    await openOn(process, key, model, device)
    const { value, bytes } = await process.call('probe', { key })
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
        ? (PREFERENCE[platform()] ?? []).filter((name) => supported.includes(name))
        : [device]
    const passedOver: string[] = []
    for (const candidate of candidates) {
      let failure: ErrorValue
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
        failure = toErrorValue(error)
        await unload(model, candidate)
      }
      if (device !== 'auto') {
        throw new AppError(
          'unsupported',
          `The device ${candidate} cannot be used: ${failure.message}`,
          {
            window: 'Choose "auto" to take the best one that works, or the CPU.',
            command: 'Use --device auto to take the best one that works, or --device cpu.',
          },
          { details: failure.details },
        )
      }
      passedOver.push(`${candidate}: ${errorLine(fromErrorValue(failure))}`)
    }
    return { device: 'cpu', passedOver }
  }

  return {
    devices,
    tryDevice: async (device, timeoutMs) =>
      (await host.call('tryDevice', { device, threads }, { timeoutMs })).value,
    get restarts() {
      return host.restarts
    },
    get pid() {
      return host.running?.pid ?? null
    },
    async open<M extends AnyManifest, L>(model: ResolvedModel<M, L>, wanted: Device): Promise<L> {
      const plain = model as unknown as ResolvedModel
      const { device, passedOver } = await settleOn(plain, wanted)
      await settled()
      // Loaded now, so that what is wrong with it is said here.
      await openOn(host.run(), keyOf(plain, device), plain, device)
      return model.kind.attach(portOf(plain, device, passedOver) as ModelPort<M, KindCalls>)
    },
    close() {
      isClosed = true
      return host.close()
    },
  }
}

function times(seconds: number): string {
  return `${(seconds * 1000).toFixed(0)} ms`
}
