import { AppError } from '#shared/errors.ts'
import { createFlatIndex } from '../../search/vectors/flat-index.ts'
import type { FlatIndex } from '../../search/vectors/flat-index.ts'
import type { ReaderDb } from '../../store/open.ts'
import {
  getEmbedding,
  keyFromHex,
  modelsWithPictures,
} from '../../store/repositories/embeddings.ts'
import { findModel, listModels } from '../../store/repositories/models.ts'

type Model = ReturnType<typeof listModels>[number]

/**
 * Whose embeddings of pictures are meant: the model that is named, or the only one.
 * @throws AppError `not-found`, `invalid-input` (several)
 */
export function embeddedModel(db: ReaderDb, asked: string | null): Model {
  const withSome = new Set(modelsWithPictures(db))
  const models = listModels(db).filter(({ id }) => withSome.has(id))
  const names = models.map(({ publicId }) => publicId).join(', ')
  if (asked !== null) {
    const { id } = findModel(db, asked)
    const found = models.find((model) => model.id === id)
    if (found) return found
    throw new AppError(
      'not-found',
      `${asked} has embedded no picture of this corpus.`,
      names === '' ? 'Score the corpus first.' : `There are embeddings of ${names}.`,
    )
  }
  const only = models[0]
  if (only && models.length === 1) return only
  if (!only) {
    throw new AppError(
      'not-found',
      'This corpus has no embeddings of pictures.',
      'Score it with a model first, or import embeddings.',
    )
  }
  throw new AppError('invalid-input', 'Whose embeddings are meant?', `Name one of ${names}.`)
}

/** The pictures that have an embedding, in their order. Exact vectors stay in the corpus. */
export function pictureIndex(
  db: ReaderDb,
  modelId: number,
  pictures: readonly { sha256: string }[],
): { index: FlatIndex; names: string[] } {
  const names: string[] = []
  const vectorOf = (sha256: string): Float32Array | null =>
    getEmbedding(db, { modelId, kind: 'image', key: keyFromHex(sha256) })
  let index: FlatIndex | null = null
  for (const { sha256 } of pictures) {
    const vector = vectorOf(sha256)
    if (!vector) continue
    index ??= createFlatIndex({
      dimensions: vector.length,
      floats: {
        add: () => undefined,
        get: (row) => vectorOf(names[row] as string) ?? new Float32Array(vector.length),
        bytes: 0,
      },
    })
    names.push(sha256)
    index.add(vector)
  }
  return { index: index ?? createFlatIndex({ dimensions: 32 }), names }
}
