import { AppError } from '#shared/errors.ts'
import { cosine } from '../vectors.ts'
import type { Comparison, OpensModels, Sample } from '../define.ts'
import type { PictureTextModel } from './types.ts'

/** Pictures per call to the host. */
const CALL = 16

/**
 * How far the cosines of two models with the same pictures and texts are apart, on the CPU. Every
 * picture meets every text, since an error can hide in the pairs that belong together. Throws
 * `invalid-input` where no picture can be read.
 *
 * @param seen called with the pictures that were encoded, both models counted; throws to end it
 */
export async function comparePictureText(
  host: OpensModels,
  a: PictureTextModel,
  b: PictureTextModel,
  { pictures, texts }: Sample,
  seen: (done: number, total: number) => void = () => undefined,
): Promise<Comparison> {
  const dim = a.manifest.embeddingDim
  let done = 0
  const encode = async (
    model: PictureTextModel,
  ): Promise<{ images: Float32Array; words: Float32Array; failures: Set<number> }> => {
    const loaded = await host.open(model, 'cpu')
    try {
      const images = new Float32Array(pictures.length * dim)
      const failed = new Set<number>()
      for (let start = 0; start < pictures.length; start += CALL) {
        seen(done, 2 * pictures.length)
        const part = pictures.slice(start, start + CALL)
        const { vectors, failures } = await loaded.encodeImages(part)
        images.set(vectors, start * dim)
        for (const i of failures.keys()) failed.add(start + i)
        done += part.length
      }
      seen(done, 2 * pictures.length)
      return { images, words: await loaded.encodeTexts(texts), failures: failed }
    } finally {
      await loaded.release()
    }
  }
  const one = await encode(a)
  const two = await encode(b)
  const unreadable = new Set([...one.failures, ...two.failures])
  const n = pictures.length - unreadable.size
  if (n === 0 || texts.length === 0) {
    throw new AppError('invalid-input', 'There is no picture that both models can be compared on')
  }
  const row = (vectors: Float32Array, i: number): Float32Array =>
    vectors.subarray(i * dim, (i + 1) * dim)
  let largest = 0
  let squares = 0
  for (let i = 0; i < pictures.length; i++) {
    if (unreadable.has(i)) continue
    for (let t = 0; t < texts.length; t++) {
      const difference = Math.abs(
        cosine(row(one.images, i), row(one.words, t)) -
          cosine(row(two.images, i), row(two.words, t)),
      )
      largest = Math.max(largest, difference)
      squares += difference ** 2
    }
  }
  return {
    pictures: n,
    texts: texts.length,
    unreadable: unreadable.size,
    largest,
    rms: Math.sqrt(squares / (n * texts.length)),
  }
}
