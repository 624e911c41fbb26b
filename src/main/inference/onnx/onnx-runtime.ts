/** What the kinds' sessions share of onnxruntime. For the inference host alone: it loads native code. */
import { join } from 'node:path'
import ort from 'onnxruntime-node'
import { AppError } from '#shared/errors.ts'
import type { RealDevice } from './device.ts'
import { readOnnxHeader } from './onnx-header.ts'

/** Devices that this build of the runtime knows; that one is listed does not mean that it works. */
export function supportedDevices(): RealDevice[] {
  const known: RealDevice[] = ['cpu', 'webgpu', 'cuda', 'coreml', 'dml']
  const names = ort.listSupportedBackends().map((backend) => backend.name)
  return known.filter((device) => names.includes(device))
}

/** How every graph is run. */
export function sessionOptions(
  device: RealDevice,
  threads: number,
): ort.InferenceSession.SessionOptions {
  return {
    executionProviders: [device],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    // Waiting threads sleep: the cores are shared with those that decode the next pictures.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  }
}

/** Loads a graph of a model folder. Throws `model`. @param name of the model, for the error */
export async function openGraph(
  name: string,
  folder: string,
  file: string,
  device: RealDevice,
  threads: number,
): Promise<ort.InferenceSession> {
  try {
    return await ort.InferenceSession.create(join(folder, file), sessionOptions(device, threads))
  } catch (error) {
    throw new AppError(
      'model',
      `The graph ${file} of ${name} cannot be loaded on ${device}.`,
      device === 'cpu'
        ? {
            window: 'Fetch the model again, or verify it in Settings.',
            command: 'Fetch the model again, or check it with gleaner models verify.',
          }
        : 'Use another device.',
      { cause: error, details: firstLine(error) },
    )
  }
}

/** Type and shape of a graph's input. Throws `model` for one that is not there. */
export function inputOf(
  name: string,
  session: ort.InferenceSession,
  input: string,
): { type: string; shape: readonly (number | string)[] } {
  const found = session.inputMetadata.find((one) => one.name === input)
  if (found?.isTensor) return found
  throw new AppError(
    'model',
    `The graph of ${name} has no input "${input}".`,
    `Its inputs are ${session.inputNames.join(', ')}; correct gleaner.json.`,
  )
}

/** Throws `model` where a graph does not give an output. */
export function checkOutput(name: string, session: ort.InferenceSession, output: string): void {
  if (session.outputNames.includes(output)) return
  throw new AppError(
    'model',
    `The graph of ${name} has no output "${output}".`,
    `Its outputs are ${session.outputNames.join(', ')}; correct gleaner.json.`,
  )
}

/** Runs a graph. Throws `model`. */
export async function runGraph(
  name: string,
  device: RealDevice,
  session: ort.InferenceSession,
  feeds: Record<string, ort.Tensor>,
  outputs: string[],
): Promise<ort.InferenceSession.OnnxValueMapType> {
  try {
    return await session.run(feeds, outputs)
  } catch (error) {
    throw new AppError('model', `${name} failed on ${device}.`, undefined, {
      cause: error,
      details: firstLine(error),
    })
  }
}

/** Said of values that are NaN or infinite. */
export function notFinite(name: string, device: RealDevice): AppError {
  return new AppError('model', `${name} gives values that are not finite on ${device}`, {
    window: 'Use another device, or another file of the model, such as fp32 for fp16.',
    command:
      'Use another device (--device cpu) or another file of the model, such as fp32 for fp16.',
  })
}

/**
 * Graphs that quantise as they run take one scale for a whole batch: alone, what comes out does not
 * depend on its neighbours, so a run that is done again gives the same.
 */
export function quantisesAsItRuns(folder: string, file: string): boolean {
  const { operators } = readOnnxHeader(join(folder, file))
  return operators.has('DynamicQuantizeLinear') || operators.has('DynamicQuantizeMatMul')
}

/** Token ids or a mask, in the type that a graph asks for. */
export function integerTensor(type: string, values: Int32Array, shape: number[]): ort.Tensor {
  return type === 'int32'
    ? new ort.Tensor('int32', values, shape)
    : new ort.Tensor('int64', BigInt64Array.from(values, BigInt), shape)
}

export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  // The runtime puts the C++ source line and condition before what a person can use.
  const plain = (text.split('\n')[0] ?? text).replace(/^.*\bwas false\. /, '')
  return plain.length > 200 ? `${plain.slice(0, 200)}...` : plain
}

/** Node 24 has Float16Array; TypeScript's library does not name it yet. */
type HalfArray = ArrayLike<number> & { readonly buffer: ArrayBuffer }
type HalfConstructor = new (
  source: ArrayLike<number> | ArrayBufferLike,
  offset?: number,
  length?: number,
) => HalfArray
const Half = (globalThis as { Float16Array?: HalfConstructor }).Float16Array
// Node-API has no such array, so the binding reads it as empty. Without the global the runtime
// takes and gives the bits as Uint16Array.
Reflect.deleteProperty(globalThis, 'Float16Array')

export function toHalf(values: Float32Array): Uint16Array {
  if (!Half) throw new AppError('unsupported', 'This runtime has no 16-bit floats', 'Use Node 24.')
  return new Uint16Array(new Half(values).buffer)
}

/** A tensor's values as new float32, whatever kind of float they are. */
export function toFloats(data: unknown): Float32Array {
  if (data instanceof Float32Array) return new Float32Array(data)
  if (data instanceof Uint16Array && Half) {
    return Float32Array.from(new Half(data.buffer, data.byteOffset, data.length))
  }
  if (data instanceof Float64Array) return Float32Array.from(data)
  throw new AppError('model', 'The graph gives values of a type that is no float')
}
