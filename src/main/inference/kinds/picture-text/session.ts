import { join } from 'node:path'
import ort from 'onnxruntime-node'
import { AppError } from '#shared/errors.ts'
import { normaliseRows } from '../vectors.ts'
import {
  checkOutput,
  inputOf,
  integerTensor,
  notFinite,
  openGraph,
  quantisesAsItRuns,
  runGraph,
  toFloats,
  toHalf,
} from '../../onnx/onnx-runtime.ts'
import { openTextTokenizer, type TextTokenizer } from '../../tokenize/text-tokenizer.ts'
import type { LoadTools } from '../host-kind.ts'
import type { RealDevice } from '../../onnx/device.ts'
import { graphFiles, type PictureTextManifest } from './manifest.ts'

/** Part of a batch of texts that may be padding, once there are enough of them. */
const MOST_PADDING = 1 / 16

/** A loaded model. Not safe for two calls at once: the host lets one through at a time. */
export interface PictureTextSession {
  readonly manifest: PictureTextManifest
  readonly device: RealDevice
  readonly imageBatch: number
  readonly tokenizer: TextTokenizer
  /** Unit vectors of pictures, each [3, height, width] floats. Throws `model` on NaN. */
  encodeImages(pixels: Float32Array[]): Promise<Float32Array>
  /** Unit vectors of texts given as token ids, in their order. Throws `model` on NaN. */
  encodeIds(ids: number[][], full: boolean): Promise<Float32Array>
  release(): Promise<void>
}

/** Loads a picture-text model. Throws `model` for files that cannot be used. */
export async function loadPictureText(
  folder: string,
  manifest: PictureTextManifest,
  device: RealDevice,
  threads: number,
  { tokenizers, signal }: LoadTools,
): Promise<PictureTextSession> {
  const { name } = manifest
  const open = (file: string): Promise<ort.InferenceSession> =>
    openGraph(name, folder, file, device, threads)
  const tokenizer = await openTextTokenizer(
    tokenizers,
    join(folder, manifest.text.tokenizer),
    manifest.text,
    { signal },
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
  const files = graphFiles(manifest)
  const areImagesAlone = quantisesAsItRuns(folder, files[0] as string)
  const areTextsAlone = quantisesAsItRuns(folder, files.at(-1) as string)
  const pixelType = inputOf(name, imageSession, names.pixels).type
  const idType = inputOf(name, textSession, names.ids).type
  const maskType = names.mask === null ? null : inputOf(name, textSession, names.mask).type
  checkOutput(name, imageSession, names.image)
  checkOutput(name, textSession, names.text)

  const { width, height } = manifest.image
  const floats = 3 * width * height
  const dim = manifest.embeddingDim

  const pixelTensor = (data: Float32Array, n: number): ort.Tensor => {
    const shape = [n, 3, height, width]
    if (pixelType === 'float16') return new ort.Tensor('float16', toHalf(data), shape)
    return new ort.Tensor('float32', data, shape)
  }
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
  const least = joint === null ? null : await tokenizer.ids(['a'], signal)
  const idleText = least === null ? {} : textFeeds(least, lengthOf(least, false))
  const idleImage =
    joint === null ? {} : { [names.pixels]: pixelTensor(new Float32Array(floats), 1) }

  const run = async (
    session: ort.InferenceSession,
    feeds: Record<string, ort.Tensor>,
    output: string,
    n: number,
  ): Promise<Float32Array> => {
    const results = await runGraph(name, device, session, feeds, [output])
    const tensor = results[output] as ort.Tensor
    const { dims } = tensor
    if (dims.length !== 2 || dims[0] !== n || dims[1] !== dim) {
      throw new AppError(
        'model',
        `The output "${output}" of ${manifest.name} has the shape [${dims.join(', ')}], [${n}, ${dim}] was expected.`,
        'Correct embeddingDim or the output name in gleaner.json.',
      )
    }
    const vectors = toFloats(await tensor.getData())
    tensor.dispose()
    if (!normaliseRows(vectors, dim)) throw notFinite(name, device)
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
