import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ort from 'onnxruntime-node'
import { AppError } from '#shared/errors.ts'
import { graphFiles, type Manifest } from '../models/manifest.ts'
import { readOnnxHeader } from '../onnx/onnx-header.ts'
import type { RealDevice } from '../models/protocol.ts'
import { createTextTokenizer, type TextTokenizer } from '../tokenize/tokenizer.ts'
import { normaliseRows } from '../models/vectors.ts'

/** Part of a batch of texts that may be padding, once there are enough of them. */
const MOST_PADDING = 1 / 16

/** A loaded model. Not safe for two calls at once: the host lets one through at a time. */
export interface Model {
  readonly manifest: Manifest
  readonly device: RealDevice
  readonly imageBatch: number
  readonly tokenizer: TextTokenizer
  /** Unit vectors of pictures, each [3, height, width] floats. Throws `model` on NaN. */
  encodeImages(pixels: Float32Array[]): Promise<Float32Array>
  /** Unit vectors of texts given as token ids, in their order. Throws `model` on NaN. */
  encodeIds(ids: number[][], full: boolean): Promise<Float32Array>
  release(): Promise<void>
}

export function supportedDevices(): RealDevice[] {
  const known: RealDevice[] = ['cpu', 'webgpu', 'cuda', 'coreml', 'dml']
  const names = ort.listSupportedBackends().map((backend) => backend.name)
  return known.filter((device) => names.includes(device))
}

export async function loadModel(
  folder: string,
  manifest: Manifest,
  device: RealDevice,
  threads: number,
): Promise<Model> {
  const options: ort.InferenceSession.SessionOptions = {
    executionProviders: [device],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    // Waiting threads sleep: the cores are shared with those that decode the next pictures.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  }
  const open = async (file: string): Promise<ort.InferenceSession> => {
    try {
      return await ort.InferenceSession.create(join(folder, file), options)
    } catch (error) {
      throw new AppError(
        'model',
        `${manifest.name}: ${file} cannot be loaded on ${device}: ${firstLine(error)}`,
        device === 'cpu'
          ? 'Fetch the model again, or check it with gleaner models verify.'
          : undefined,
        { cause: error },
      )
    }
  }
  const tokenizer = createTextTokenizer(
    readFileSync(join(folder, manifest.text.tokenizer), 'utf8'),
    manifest.text,
  )
  const { graphs } = manifest
  const joint = 'joint' in graphs ? await open(graphs.joint.file) : null
  const imageSession =
    joint ?? (await open((graphs as Extract<typeof graphs, { image: unknown }>).image.file))
  const textSession =
    joint ?? (await open((graphs as Extract<typeof graphs, { image: unknown }>).text.file))

  const names =
    'joint' in graphs
      ? {
          pixels: graphs.joint.pixels,
          image: graphs.joint.imageEmbedding,
          ids: graphs.joint.ids,
          mask: graphs.joint.mask,
          text: graphs.joint.textEmbedding,
        }
      : {
          pixels: graphs.image.pixels,
          image: graphs.image.embedding,
          ids: graphs.text.ids,
          mask: graphs.text.mask,
          text: graphs.text.embedding,
        }
  // Graphs that quantise as they run take one scale for a whole batch: alone, a picture's or text's
  // score does not depend on its neighbours, so a run that is done again gives the same ones.
  const quantisesAsItRuns = (file: string): boolean => {
    const { operators } = readOnnxHeader(join(folder, file))
    return operators.has('DynamicQuantizeLinear') || operators.has('DynamicQuantizeMatMul')
  }
  const files = graphFiles(manifest)
  const areImagesAlone = quantisesAsItRuns(files[0] as string)
  const areTextsAlone = quantisesAsItRuns(files.at(-1) as string)
  const typeOf = (session: ort.InferenceSession, name: string): string => {
    const found = session.inputMetadata.find((input) => input.name === name)
    if (!found?.isTensor) {
      throw new AppError(
        'model',
        `${manifest.name}: the graph has no input "${name}"`,
        `Its inputs are ${session.inputNames.join(', ')}; correct gleaner.json.`,
      )
    }
    return found.type
  }
  const pixelType = typeOf(imageSession, names.pixels)
  const idType = typeOf(textSession, names.ids)
  const maskType = names.mask === null ? null : typeOf(textSession, names.mask)
  for (const [session, output] of [
    [imageSession, names.image],
    [textSession, names.text],
  ] as const) {
    if (!session.outputNames.includes(output)) {
      throw new AppError(
        'model',
        `${manifest.name}: the graph has no output "${output}"`,
        `Its outputs are ${session.outputNames.join(', ')}; correct gleaner.json.`,
      )
    }
  }

  const { width, height } = manifest.image
  const floats = 3 * width * height
  const dim = manifest.embeddingDim

  const pixelTensor = (data: Float32Array, n: number): ort.Tensor => {
    const shape = [n, 3, height, width]
    if (pixelType === 'float16') return new ort.Tensor('float16', toHalf(data), shape)
    return new ort.Tensor('float32', data, shape)
  }
  const integerTensor = (type: string, values: ArrayLike<number>, shape: number[]): ort.Tensor =>
    type === 'int32'
      ? new ort.Tensor('int32', Int32Array.from(values), shape)
      : new ort.Tensor('int64', BigInt64Array.from(Array.from(values, BigInt)), shape)

  const textFeeds = (rows: number[][], length: number): Record<string, ort.Tensor> => {
    const ids = new Int32Array(rows.length * length).fill(manifest.text.padId)
    const mask = new Int32Array(rows.length * length)
    for (const [i, row] of rows.entries()) {
      ids.set(row, i * length)
      mask.fill(1, i * length, i * length + row.length)
    }
    const shape = [rows.length, length]
    const feeds: Record<string, ort.Tensor> = { [names.ids]: integerTensor(idType, ids, shape) }
    if (names.mask !== null && maskType !== null) {
      feeds[names.mask] = integerTensor(maskType, mask, shape)
    }
    return feeds
  }
  const lengthOf = (rows: number[][], full: boolean): number =>
    full || manifest.text.padding === 'full'
      ? manifest.text.contextLength
      : Math.max(2, ...rows.map((row) => row.length))

  // A joint graph always wants both sides: the other one gets the least there is.
  const idleText =
    joint === null ? {} : textFeeds([tokenizer.ids('a')], lengthOf([tokenizer.ids('a')], false))
  const idleImage =
    joint === null ? {} : { [names.pixels]: pixelTensor(new Float32Array(floats), 1) }

  const run = async (
    session: ort.InferenceSession,
    feeds: Record<string, ort.Tensor>,
    output: string,
    n: number,
  ): Promise<Float32Array> => {
    let tensor: ort.Tensor
    try {
      tensor = (await session.run(feeds, [output]))[output] as ort.Tensor
    } catch (error) {
      throw new AppError(
        'model',
        `${manifest.name} failed on ${device}: ${firstLine(error)}`,
        undefined,
        {
          cause: error,
        },
      )
    }
    const { dims } = tensor
    if (dims.length !== 2 || dims[0] !== n || dims[1] !== dim) {
      throw new AppError(
        'model',
        `${manifest.name}: "${output}" has the shape [${dims.join(', ')}], [${n}, ${dim}] was expected`,
        'Correct embeddingDim or the output name in gleaner.json.',
      )
    }
    const vectors = toFloats(await tensor.getData())
    tensor.dispose()
    if (!normaliseRows(vectors, dim)) {
      throw new AppError(
        'model',
        `${manifest.name} gives values that are not finite on ${device}`,
        'Use another device (--device cpu) or another file of the model, such as fp32 for fp16.',
      )
    }
    return vectors
  }

  /** Kept from one call to the next: megabytes of zeros a batch cost time and the collector's. */
  let staged = new Float32Array(0)

  return {
    manifest,
    device,
    tokenizer,
    imageBatch: areImagesAlone ? 1 : device === 'cpu' ? 8 : 32,
    async encodeImages(pixels) {
      if (staged.length < pixels.length * floats) staged = new Float32Array(pixels.length * floats)
      const data = staged.subarray(0, pixels.length * floats)
      for (const [i, picture] of pixels.entries()) data.set(picture, i * floats)
      const feeds = { ...idleText, [names.pixels]: pixelTensor(data, pixels.length) }
      return run(imageSession, feeds, names.image, pixels.length)
    },
    async encodeIds(ids, full) {
      const out = new Float32Array(ids.length * dim)
      // Sorted by length, so that a batch has little padding; cut where it would get too large, or
      // where enough tokens are together to keep a core busy (192 of a ViT-B/32's cost 4% more each
      // than 1,024) and the next text would pad them all.
      const order = ids
        .map((_, i) => i)
        .sort((a, b) => (ids[a]?.length ?? 0) - (ids[b]?.length ?? 0))
      const [enough, most] = device === 'cpu' ? [192, 1024] : [4096, 8192]
      const rowsAtMost = areTextsAlone ? 1 : 256
      for (let start = 0; start < order.length;) {
        let end = start
        let needed = 0
        for (; end < order.length && end - start < rowsAtMost; end++) {
          const length = lengthOf([ids[order[end] as number] as number[]], full)
          const padded = length * (end - start + 1)
          const isWasteful = needed >= enough && padded - needed - length > padded * MOST_PADDING
          if (end > start && (padded > most || isWasteful)) break
          needed += length
        }
        const batch = order.slice(start, end)
        const rows = batch.map((i) => ids[i] as number[])
        const feeds = { ...idleImage, ...textFeeds(rows, lengthOf(rows, full)) }
        const vectors = await run(textSession, feeds, names.text, rows.length)
        for (const [row, i] of batch.entries()) {
          out.set(vectors.subarray(row * dim, (row + 1) * dim), i * dim)
        }
        start = end
      }
      return out
    },
    async release() {
      await imageSession.release()
      if (textSession !== imageSession) await textSession.release()
    },
  }
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

function toHalf(values: Float32Array): Uint16Array {
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
