import { defineHostKind } from '../host-kind.ts'
import { encodePictures } from '../pictures/encode-pictures.ts'
import type { PictureTextManifest } from './manifest.ts'
import { loadPictureText, type PictureTextSession } from './session.ts'
import type { PictureTextCalls } from './types.ts'

export const pictureTextHost = defineHostKind<
  PictureTextManifest,
  PictureTextSession,
  PictureTextCalls
>({
  kind: 'picture-text',
  load: loadPictureText,
  calls: {
    async images(model, { pictures }, tools) {
      const { vectors, failures } = await encodePictures(pictures, tools, {
        recipe: model.manifest.image,
        dim: model.manifest.embeddingDim,
        batch: model.imageBatch,
        encode: model.encodeImages,
      })
      return { value: { failures }, bytes: bytesOf(vectors) }
    },
    async texts({ tokenizer, encodeIds }, { texts, full }, tools) {
      const ids = await tokenizer.ids(texts, tools.signal)
      return { value: {}, bytes: bytesOf(await tools.alone(() => encodeIds(ids, full))) }
    },
    ids: async ({ tokenizer }, { texts }, { signal }) => ({
      value: { ids: await tokenizer.ids(texts, signal) },
    }),
  },
  async probe({ manifest, tokenizer, encodeImages, encodeIds }) {
    const { width, height } = manifest.image
    const pictures = Array.from({ length: 4 }, (_, p) =>
      Float32Array.from({ length: 3 * width * height }, (_, i) =>
        Math.sin((i % width) * 0.05 * (p + 1) + Math.floor(i / width) * 0.03),
      ),
    )
    const ids = await tokenizer.ids(['a photo of a cat', 'map', 'two red circles on a table'])
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

function bytesOf(vectors: Float32Array): Uint8Array {
  return new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength)
}
