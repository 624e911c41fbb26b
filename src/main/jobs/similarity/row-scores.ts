import { sha256Of } from '../../files/digest.ts'
import type { LoadedPictureText } from '../../inference/kinds/picture-text/types.ts'
import { cosine } from '../../inference/kinds/vectors.ts'
import type { Vector } from '../run/encoder.ts'
import type { PictureFinder } from './find-pictures.ts'
import { createVectorCache } from './vector-cache.ts'
import type { VectorCache } from './vector-cache.ts'

/** Pictures that are found, then encoded together. */
const PICTURES = 64
const TEXTS = 256
/** Longer texts are known by their digest. */
const LONG = 64

/** What of a row is scored; null where its cell holds nothing. */
export interface Asked {
  picture: string | null
  text: string | null
}

/** Cosines, one a model, or why there are none. */
export type Answer = { cosines: number[] } | { problem: string }

export interface RowScorer {
  /** In the order of the rows. */
  score(rows: readonly Asked[]): Promise<Answer[]>
  /** Distinct pictures and texts that were encoded, and those that were encoded again. */
  readonly counts: { pictures: number; texts: number }
}

interface Side {
  images: VectorCache
  texts: VectorCache
}

/**
 * Scores rows with several models, each distinct picture and text once while the caches hold it.
 * @param mostBytes of each cache; for tests
 */
export function createRowScorer(
  models: readonly LoadedPictureText[],
  finder: PictureFinder,
  signal: AbortSignal,
  mostBytes?: number,
): RowScorer {
  const sides = models.map(({ model }): Side => {
    const dim = model.manifest.embeddingDim
    return { images: createVectorCache(dim, mostBytes), texts: createVectorCache(dim, mostBytes) }
  })
  const counts = { pictures: 0, texts: 0 }

  /** Encodes what not all models hold; what a batch needs is kept beside the caches, which may be small. */
  async function encodeAll(
    keys: Map<string, string>,
    side: keyof Side,
    size: number,
    encode: (part: [string, string][], m: number) => Promise<Vector[]>,
    prepare: (part: [string, string][]) => Promise<void>,
  ): Promise<Map<string, Vector>[]> {
    const found = sides.map((one) => {
      const held = new Map<string, Vector>()
      for (const key of keys.keys()) {
        const vector = one[side].get(key)
        if (vector !== undefined) held.set(key, vector)
      }
      return held
    })
    const missing = [...keys].filter(([key]) => found.some((held) => !held.has(key)))
    for (let from = 0; from < missing.length; from += size) {
      signal.throwIfAborted()
      const part = missing.slice(from, from + size)
      await prepare(part)
      for (const [m, held] of found.entries()) {
        const vectors = await encode(part, m)
        for (const [i, [key]] of part.entries()) {
          const vector = vectors[i] as Vector
          held.set(key, vector)
          ;(sides[m] as Side)[side].put(key, vector)
        }
      }
    }
    return found
  }

  function images(keys: Map<string, string>): Promise<Map<string, Vector>[]> {
    let sources: Awaited<ReturnType<PictureFinder['find']>>[] = []
    return encodeAll(
      keys,
      'images',
      PICTURES,
      async (_, m) => {
        const readable = sources.flatMap((source, i) =>
          'failure' in source ? [] : [{ source, i }],
        )
        const { vectors, failures } = await (models[m] as LoadedPictureText).encodeImages(
          readable.map(({ source }) => source),
        )
        const out: Vector[] = sources.map((source) =>
          'failure' in source ? source : { failure: 'not encoded' },
        )
        const dim = vectors.length / Math.max(1, readable.length)
        for (const [row, { i }] of readable.entries()) {
          const failure = failures.get(row)
          out[i] = failure === undefined ? vectors.slice(row * dim, (row + 1) * dim) : { failure }
        }
        return out
      },
      async (part) => {
        sources = await Promise.all(part.map(([key]) => finder.find(key)))
        counts.pictures += part.length
      },
    )
  }

  function texts(keys: Map<string, string>): Promise<Map<string, Vector>[]> {
    return encodeAll(
      keys,
      'texts',
      TEXTS,
      async (part, m) => {
        const vectors = await (models[m] as LoadedPictureText).encodeTexts(
          part.map(([, text]) => text),
        )
        const dim = vectors.length / part.length
        return part.map((_, i) => vectors.slice(i * dim, (i + 1) * dim))
      },
      (part) => {
        counts.texts += part.length
        return Promise.resolve()
      },
    )
  }

  return {
    counts,
    async score(rows) {
      const asked = rows.map(({ picture, text }) => ({
        picture: picture === null ? null : finder.keyOf(picture),
        text: text === null || text.trim() === '' ? null : keyOfText(text),
      }))
      const wantedImages = new Map<string, string>()
      const wantedTexts = new Map<string, string>()
      for (const [i, { picture, text }] of asked.entries()) {
        // What has no partner is not worth encoding.
        if (picture === null || text === null) continue
        wantedImages.set(picture, picture)
        wantedTexts.set(text, (rows[i] as Asked).text as string)
      }
      const pictureVectors = await images(wantedImages)
      const textVectors = await texts(wantedTexts)
      return asked.map(({ picture, text }): Answer => {
        if (picture === null) return { problem: 'no picture' }
        if (text === null) return { problem: 'no text' }
        const cosines: number[] = []
        for (const m of models.keys()) {
          const image = pictureVectors[m]?.get(picture) as Vector
          const words = textVectors[m]?.get(text) as Vector
          if ('failure' in image) return { problem: `picture: ${image.failure}` }
          if ('failure' in words) return { problem: `text: ${words.failure}` }
          cosines.push(cosine(image, words))
        }
        return { cosines }
      })
    },
  }
}

function keyOfText(text: string): string {
  return text.length <= LONG ? `=${text}` : sha256Of(Buffer.from(text, 'utf8'))
}
