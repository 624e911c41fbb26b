import type { Features } from '../../evaluation/measures/features.ts'
import { blobPath } from '../../store/blobs.ts'
import type { Corpus } from '../../store/open.ts'
import { getEmbedding, keyFromHex, putEmbeddings } from '../../store/repositories/embeddings.ts'
import { ensureModel } from '../../store/repositories/models.ts'
import type { FeatureModel, LoadedFeatures } from './feature-model.ts'

/** The features of pictures of a corpus, named by their SHA-256; those that cannot be read are left out. */
export type CorpusEncoder = (
  sha256s: readonly string[],
  signal: AbortSignal,
  progress: (done: number, total: number) => void,
) => Promise<Features>

const BATCH = 64

/**
 * Takes what the corpus has and keeps what is worked out, batch by batch, so that each picture is
 * encoded once.
 *
 * @param open loads the model, called when the first picture needs it
 */
export function corpusFeatures(
  corpus: Corpus,
  model: FeatureModel,
  open: () => Promise<LoadedFeatures>,
): CorpusEncoder {
  const { digest, name, title, manifest, dim } = model
  const modelId = ensureModel(corpus.writer, { digest, name, title, manifest })
  let loaded: Promise<LoadedFeatures> | null = null

  const vectorsOf = async (sha256s: readonly string[]): Promise<Float32Array[]> => {
    const found = new Map<string, Float32Array>()
    for (const sha256 of sha256s) {
      const key = keyFromHex(sha256)
      const known = getEmbedding(corpus.writer, { modelId, kind: 'image', key })
      if (known) found.set(sha256, known)
    }
    const missing = sha256s.filter((sha256) => !found.has(sha256))
    if (missing.length > 0) {
      const encoder = await (loaded ??= open())
      const pictures = missing.map((sha256) => ({ path: blobPath(corpus.path, sha256) }))
      const { vectors, failures } = await encoder.encode(pictures)
      for (const [i, sha256] of missing.entries()) {
        if (!failures.has(i)) found.set(sha256, vectors.slice(i * dim, (i + 1) * dim))
      }
      const items = missing.flatMap((sha256) => {
        const vector = found.get(sha256)
        return vector ? { key: keyFromHex(sha256), vector } : []
      })
      putEmbeddings(corpus.writer, { modelId, kind: 'image', items })
    }
    return sha256s.flatMap((sha256) => found.get(sha256) ?? [])
  }

  return async (sha256s, signal, progress) => {
    const values = new Float32Array(new SharedArrayBuffer(sha256s.length * dim * 4))
    let rows = 0
    for (let at = 0; at < sha256s.length; at += BATCH) {
      signal.throwIfAborted()
      progress(at, sha256s.length)
      // In the order asked for, whatever was there before: sums then come out the same to the bit.
      for (const vector of await vectorsOf(sha256s.slice(at, at + BATCH))) {
        values.set(vector, rows * dim)
        rows++
      }
    }
    return { rows, dim, values: values.subarray(0, rows * dim) }
  }
}
