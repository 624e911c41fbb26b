import ort from 'onnxruntime-node'
import { AppError } from '#shared/errors.ts'
import type { RealDevice } from '../../onnx/device.ts'
import {
  checkOutput,
  inputOf,
  notFinite,
  openGraph,
  quantisesAsItRuns,
  runGraph,
  toFloats,
  toHalf,
} from '../../onnx/onnx-runtime.ts'
import { defineHostKind } from '../host-kind.ts'
import type { PictureCalls } from '../pictures/ask-pictures.ts'
import { encodePictures } from '../pictures/encode-pictures.ts'
import { normaliseRows } from '../vectors.ts'
import type { ImageFeaturesManifest } from './manifest.ts'

interface FeatureSession {
  manifest: ImageFeaturesManifest
  batch: number
  /** Features of pictures, each [3, height, width] floats. Throws `model` on NaN. */
  encode(pixels: Float32Array[]): Promise<Float32Array>
  release(): Promise<void>
}

export const imageFeaturesHost = defineHostKind<
  ImageFeaturesManifest,
  FeatureSession,
  PictureCalls
>({
  kind: 'image-features',
  load,
  calls: {
    async images({ manifest, batch, encode }, { pictures }, tools) {
      const { vectors, failures } = await encodePictures(pictures, tools, {
        recipe: manifest.image,
        dim: manifest.dim,
        batch,
        encode,
      })
      const bytes = new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength)
      return { value: { failures }, bytes }
    },
  },
  async probe({ manifest, encode }) {
    const { width, height } = manifest.image
    const pictures = Array.from({ length: 4 }, (_, p) =>
      Float32Array.from({ length: 3 * width * height }, (_, i) =>
        Math.sin((i % width) * 0.05 * (p + 1) + Math.floor(i / width) * 0.03),
      ),
    )
    await encode(pictures)
    const start = performance.now()
    const vectors = await encode(pictures)
    const seconds = (performance.now() - start) / 1000
    normaliseRows(vectors, manifest.dim)
    return { vectors, dim: manifest.dim, seconds }
  },
})

async function load(
  folder: string,
  manifest: ImageFeaturesManifest,
  device: RealDevice,
  threads: number,
): Promise<FeatureSession> {
  const { name, graph, dim, image } = manifest
  const session = await openGraph(name, folder, graph.file, device, threads)
  const { type } = inputOf(name, session, graph.pixels)
  checkOutput(name, session, graph.features)
  const { width, height } = image
  const floats = 3 * width * height

  return {
    manifest,
    batch: quantisesAsItRuns(folder, graph.file) ? 1 : device === 'cpu' ? 8 : 32,
    async encode(pixels) {
      const n = pixels.length
      const data = new Float32Array(n * floats)
      for (const [i, picture] of pixels.entries()) {
        data.set(graph.layout === 'nchw' ? picture : interleaved(picture), i * floats)
      }
      const shape = graph.layout === 'nchw' ? [n, 3, height, width] : [n, height, width, 3]
      const tensor =
        type === 'float16'
          ? new ort.Tensor('float16', toHalf(data), shape)
          : new ort.Tensor('float32', data, shape)
      const feeds = { [graph.pixels]: tensor }
      const results = await runGraph(name, device, session, feeds, [graph.features])
      const output = results[graph.features] as ort.Tensor
      const all = toFloats(await output.getData())
      const { dims } = output
      output.dispose()
      const rows = rowsOf(manifest, n, dims, all)
      if (!rows.every(Number.isFinite)) throw notFinite(name, device)
      return rows
    },
    release: () => session.release(),
  }

  /** The rows of an output as the manifest says they lie. */
  function rowsOf(
    { graph: { features, take } }: ImageFeaturesManifest,
    n: number,
    dims: readonly number[],
    all: Float32Array,
  ): Float32Array {
    const isRow = dims[0] === n && dims[1] === dim && dims.slice(2).every((size) => size === 1)
    if (take === 'row' && isRow) return all
    const [batch, tokens, size] = dims
    if (take === 'first-token' && dims.length === 3 && batch === n && tokens && size === dim) {
      const rows = new Float32Array(n * dim)
      for (let i = 0; i < n; i++) {
        rows.set(all.subarray(i * tokens * dim, i * tokens * dim + dim), i * dim)
      }
      return rows
    }
    const wanted = take === 'row' ? `[${n}, ${dim}]` : `[${n}, tokens, ${dim}]`
    throw new AppError(
      'model',
      `The output "${features}" of ${name} has the shape [${dims.join(', ')}], ${wanted} was expected.`,
      'Correct dim, graph.take or the output name in gleaner.json.',
    )
  }
}

/** Channel by channel to pixel by pixel. */
function interleaved(planes: Float32Array): Float32Array {
  const n = planes.length / 3
  const out = new Float32Array(planes.length)
  for (let c = 0; c < 3; c++) {
    for (let i = 0; i < n; i++) out[i * 3 + c] = planes[c * n + i] as number
  }
  return out
}
