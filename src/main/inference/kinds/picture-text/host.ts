import type { PictureSource } from '../../pictures/picture-source.ts'
import { defineHostKind, type HostTools } from '../host-kind.ts'
import type { PictureTextManifest } from './manifest.ts'
import { loadPictureText, type PictureTextSession } from './session.ts'
import type { PictureTextCalls } from './types.ts'

/** Batches of pictures that are prepared at once, the one at work included. */
const AHEAD = 3

export const pictureTextHost = defineHostKind<
  PictureTextManifest,
  PictureTextSession,
  PictureTextCalls
>({
  kind: 'picture-text',
  load: loadPictureText,
  calls: {
    async images(model, { pictures }, tools) {
      const { vectors, failures } = await encodePictures(model, pictures, tools)
      return { value: { failures }, bytes: bytesOf(vectors) }
    },
    async texts({ tokenizer, encodeIds }, { texts, full }, tools) {
      const ids = texts.map((text) => tokenizer.ids(text))
      return { value: {}, bytes: bytesOf(await tools.alone(() => encodeIds(ids, full))) }
    },
    ids: ({ tokenizer }, { texts }) =>
      Promise.resolve({ value: { ids: texts.map((text) => tokenizer.ids(text)) } }),
  },
  async probe({ manifest, tokenizer, encodeImages, encodeIds }) {
    const { width, height } = manifest.image
    const pictures = Array.from({ length: 4 }, (_, p) =>
      Float32Array.from({ length: 3 * width * height }, (_, i) =>
        Math.sin((i % width) * 0.05 * (p + 1) + Math.floor(i / width) * 0.03),
      ),
    )
    const ids = ['a photo of a cat', 'map', 'two red circles on a table'].map((t) =>
      tokenizer.ids(t),
    )
    const once = async (): Promise<[Float32Array, Float32Array]> => [
      await encodeImages(pictures),
      await encodeIds(ids, false),
    ]
    await once()
    const start = performance.now()
    const [images, texts] = await once()
    const seconds = (performance.now() - start) / 1000
    const vectors = new Float32Array(images.length + texts.length)
    vectors.set(images)
    vectors.set(texts, images.length)
    return { vectors, dim: manifest.embeddingDim, seconds }
  },
})

async function encodePictures(
  { manifest, imageBatch, encodeImages }: PictureTextSession,
  pictures: readonly PictureSource[],
  tools: HostTools,
): Promise<{ vectors: Float32Array; failures: { index: number; reason: string }[] }> {
  const dim = manifest.embeddingDim
  const vectors = new Float32Array(pictures.length * dim)
  const failures: { index: number; reason: string }[] = []
  // Threads decode the next batches while the graph runs this one; not more of them than that,
  // as a prepared picture takes up to a few megabytes.
  const prepared: ReturnType<HostTools['prepare']>[] = []
  for (let start = 0; start < pictures.length; start += imageBatch) {
    while (prepared.length < Math.min(pictures.length, start + AHEAD * imageBatch)) {
      const next = pictures[prepared.length] as PictureSource
      prepared.push(tools.prepare(next, manifest.image))
    }
    const batch = await Promise.all(prepared.slice(start, start + imageBatch))
    const good: { index: number; pixels: Float32Array }[] = []
    for (const [i, result] of batch.entries()) {
      const index = start + i
      if ('pixels' in result) good.push({ index, pixels: result.pixels })
      else failures.push({ index, reason: result.reason })
    }
    if (good.length === 0) continue
    const rows = await tools.alone(() => encodeImages(good.map((picture) => picture.pixels)))
    for (const [row, { index }] of good.entries()) {
      vectors.set(rows.subarray(row * dim, (row + 1) * dim), index * dim)
    }
  }
  return { vectors, failures }
}

function bytesOf(vectors: Float32Array): Uint8Array {
  return new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength)
}
