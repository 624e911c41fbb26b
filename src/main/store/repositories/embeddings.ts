import type { ReaderDb, WriterDb } from '../open.ts'
import { statement, transaction } from '../statements.ts'

export type EmbeddingKind = 'image' | 'text'

/** Key of an embedding: the SHA-256 of the picture's bytes or of the text in UTF-8, as 32 bytes. */
export type EmbeddingKey = Uint8Array

export function keyFromHex(sha256: string): Uint8Array {
  return Buffer.from(sha256, 'hex')
}

/** The vector, unit length, or null. */
export function getEmbedding(
  db: ReaderDb,
  args: { modelId: number; kind: EmbeddingKind; key: EmbeddingKey },
): Float32Array | null {
  const row = statement<{ vector: Uint8Array }>(
    db,
    'SELECT vector FROM embeddings WHERE model_id = ? AND kind = ? AND key = ?',
  ).get(args.modelId, args.kind, args.key)
  return row ? toFloats(row.vector) : null
}

/** Keeps vectors in one transaction; one that is there already stays. */
export function putEmbeddings(
  db: WriterDb,
  args: {
    modelId: number
    kind: EmbeddingKind
    items: readonly { key: EmbeddingKey; vector: Float32Array }[]
  },
): void {
  const put = statement(
    db,
    `INSERT INTO embeddings (model_id, kind, key, vector) VALUES (?, ?, ?, ?)
     ON CONFLICT (model_id, kind, key) DO NOTHING`,
  )
  transaction(db, () => {
    for (const { key, vector } of args.items) {
      put.run(
        args.modelId,
        args.kind,
        key,
        new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength),
      )
    }
  })
}

/** A copy, as SQLite's bytes need not be aligned to four. */
function toFloats(bytes: Uint8Array): Float32Array {
  const copy = new Uint8Array(bytes.byteLength)
  copy.set(bytes)
  return new Float32Array(copy.buffer)
}

/** Models that have embedded a picture. */
export function modelsWithPictures(db: ReaderDb): number[] {
  return statement<{ id: number }>(
    db,
    `SELECT id FROM models WHERE EXISTS
       (SELECT 1 FROM embeddings WHERE model_id = models.id AND kind = 'image')`,
  )
    .all()
    .map(({ id }) => id)
}
