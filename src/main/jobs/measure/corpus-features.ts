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
  return async (sha256s, signal, progress) => {
    const values = new Float32Array(new SharedArrayBuffer(sha256s.length * dim * 4))
    let rows = 0
    const keep = (vector: Float32Array): void => {
      values.set(vector, rows * dim)
      rows++
    }
    for (let at = 0; at < sha256s.length; at += BATCH) {
      signal.throwIfAborted()
      progress(at, sha256s.length)
      const missing: string[] = []
      for (const sha256 of sha256s.slice(at, at + BATCH)) {
        const key = keyFromHex(sha256)
        const known = getEmbedding(corpus.writer, { modelId, kind: 'image', key })
        if (known) keep(known)
        else missing.push(sha256)
      }
      if (missing.length === 0) continue
      const encoder = await (loaded ??= open())
      const pictures = missing.map((sha256) => ({ path: blobPath(corpus.path, sha256) }))
      const { vectors, failures } = await encoder.encode(pictures)
      const items = missing.flatMap((sha256, i) =>
        failures.has(i)
          ? []
          : { key: keyFromHex(sha256), vector: vectors.slice(i * dim, (i + 1) * dim) },
      )
      putEmbeddings(corpus.writer, { modelId, kind: 'image', items })
      for (const { vector } of items) keep(vector)
    }
    return { rows, dim, values: values.subarray(0, rows * dim) }
  }
}
