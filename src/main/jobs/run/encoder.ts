import type { LoadedPictureText } from '../../inference/kinds/picture-text/types.ts'
import { blobPath } from '../../store/blobs.ts'
import type { Corpus } from '../../store/open.ts'
import { getEmbedding, keyFromHex, putEmbeddings } from '../../store/repositories/embeddings.ts'
import type { EmbeddingKind } from '../../store/repositories/embeddings.ts'

/** Pictures per call to the host. */
const CALL = 64

export type Vector = Float32Array | { failure: string }

/** Encoders of pictures (by their SHA-256) and texts of a corpus with one model. */
export function pairEncoder(
  corpus: Corpus,
  modelId: number,
  loaded: LoadedPictureText,
): { image: Encoder; text: Encoder } {
  return {
    image: createEncoder(corpus, modelId, 'image', async (keys) => {
      const paths = keys.map((sha256) => ({ path: blobPath(corpus.path, sha256) }))
      const { vectors, failures } = await loaded.encodeImages(paths)
      return rows(vectors, keys.length, failures)
    }),
    text: createEncoder(corpus, modelId, 'text', async (_, texts) =>
      rows(await loaded.encodeTexts(texts), texts.length),
    ),
  }
}

export interface Encoder {
  /** Vectors by key, of the corpus where it has them, worked out where not. */
  all(items: { key: string; value: string }[]): Promise<Map<string, Vector>>
  /** Keeps those that were worked out here; inside the caller's transaction. */
  commit(vectors: Map<string, Vector>): void
}

/** Encodes each key once, however many windows in flight ask for it. */
function createEncoder(
  corpus: Corpus,
  modelId: number,
  kind: EmbeddingKind,
  run: (keys: string[], values: string[]) => Promise<Vector[]>,
): Encoder {
  /** Worked out or being so, and not yet committed. */
  const fresh = new Map<string, Promise<Vector>>()
  /** Failures of this run: they are not in the corpus and need not be tried twice. */
  const failures = new Map<string, Vector>()
  return {
    async all(items) {
      const asked = new Map(items.map(({ key, value }) => [key, value]))
      const found = new Map<string, Vector | Promise<Vector>>()
      const missing: { key: string; value: string }[] = []
      for (const [key, value] of asked) {
        const known =
          fresh.get(key) ??
          failures.get(key) ??
          getEmbedding(corpus.writer, { modelId, kind, key: keyFromHex(key) })
        if (known) found.set(key, known)
        else missing.push({ key, value })
      }
      for (let start = 0; start < missing.length; start += CALL) {
        const part = missing.slice(start, start + CALL)
        const vectors = run(
          part.map(({ key }) => key),
          part.map(({ value }) => value),
        )
        for (const [i, { key }] of part.entries()) {
          const mine = vectors.then((all) => all[i] as Vector)
          // Whoever awaits it sees the error; this keeps it from being reported as unhandled.
          mine.catch(() => fresh.delete(key))
          fresh.set(key, mine)
          found.set(key, mine)
        }
      }
      const out = new Map<string, Vector>()
      for (const [key, vector] of found) out.set(key, await vector)
      return out
    },
    commit(vectors) {
      const items: { key: Uint8Array; vector: Float32Array }[] = []
      for (const [key, vector] of vectors) {
        if (!fresh.delete(key)) continue
        if (vector instanceof Float32Array) items.push({ key: keyFromHex(key), vector })
        else failures.set(key, vector)
      }
      putEmbeddings(corpus.writer, { modelId, kind, items })
    },
  }
}

function rows(vectors: Float32Array, n: number, failures?: Map<number, string>): Vector[] {
  const dim = vectors.length / n
  return Array.from({ length: n }, (_, i): Vector => {
    const failure = failures?.get(i)
    return failure === undefined ? vectors.slice(i * dim, (i + 1) * dim) : { failure }
  })
}
