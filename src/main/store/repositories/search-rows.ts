import type { OwnText } from '#shared/domain.ts'
import { sha256Of } from '../../files/digest.ts'
import type { ReaderDb } from '../open.ts'
import { statement } from '../statements.ts'
import { keyFromHex } from './embeddings.ts'
import type { EmbeddingKind } from './embeddings.ts'
import { currentSpanSet } from './span-sets.ts'

/** What is embedded of a pair. */
export type Embedded = 'picture' | OwnText

export const kindOf = (of: Embedded): EmbeddingKind => (of === 'picture' ? 'image' : 'text')

/** How many embeddings there are by model and kind. */
export function countEmbeddings(
  db: ReaderDb,
): { modelId: number; kind: EmbeddingKind; n: number }[] {
  return statement<{ modelId: number; kind: EmbeddingKind; n: number }>(
    db,
    `SELECT model_id AS modelId, kind, count(*) AS n FROM embeddings GROUP BY model_id, kind`,
  ).all()
}

/** Models and kinds that have embeddings, found by jumping through the key, not by a scan. */
export function embeddedKinds(db: ReaderDb): { modelId: number; kind: EmbeddingKind }[] {
  const columns = 'SELECT model_id AS modelId, kind FROM embeddings'
  const sameModel = statement<{ modelId: number; kind: EmbeddingKind }>(
    db,
    `${columns} WHERE model_id = ? AND kind > ? ORDER BY kind LIMIT 1`,
  )
  const nextModel = statement<{ modelId: number; kind: EmbeddingKind }>(
    db,
    `${columns} WHERE model_id > ? ORDER BY model_id, kind LIMIT 1`,
  )
  const found: { modelId: number; kind: EmbeddingKind }[] = []
  for (
    let at = nextModel.get(-1);
    at;
    at = sameModel.get(at.modelId, at.kind) ?? nextModel.get(at.modelId)
  ) {
    found.push(at)
  }
  return found
}

/** Any vector of a kind, to learn its dimensions; null where there is none. */
export function anyEmbedding(
  db: ReaderDb,
  args: { modelId: number; kind: EmbeddingKind },
): Uint8Array | null {
  const row = statement<{ vector: Uint8Array }>(
    db,
    'SELECT vector FROM embeddings WHERE model_id = ? AND kind = ? LIMIT 1',
  ).get(args.modelId, args.kind)
  return row?.vector ?? null
}

/** Embeddings in the order of their keys, from the one behind `after` on. */
export function embeddingsAfter(
  db: ReaderDb,
  args: { modelId: number; kind: EmbeddingKind; after: Uint8Array; limit: number },
): { key: Uint8Array; vector: Uint8Array }[] {
  return statement<{ key: Uint8Array; vector: Uint8Array }>(
    db,
    `SELECT key, vector FROM embeddings WHERE model_id = ? AND kind = ? AND key > ?
     ORDER BY key LIMIT ?`,
  ).all(args.modelId, args.kind, args.after, args.limit)
}

/** The bytes of one vector, or null. */
export function embeddingBytes(
  db: ReaderDb,
  args: { modelId: number; kind: EmbeddingKind; key: Uint8Array },
): Uint8Array | null {
  const row = statement<{ vector: Uint8Array }>(
    db,
    'SELECT vector FROM embeddings WHERE model_id = ? AND kind = ? AND key = ?',
  ).get(args.modelId, args.kind, args.key)
  return row?.vector ?? null
}

const TEXT_COLUMNS: Record<Exclude<OwnText, 'span'>, string> = {
  alt: 'p.alt',
  caption: 'p.caption',
  title: 'p.title',
  before: 'c.before',
  after: 'c.after',
}

/** A pair with the digest of what is embedded of it: in hex of a picture, else the text itself. */
function sourceOf(of: Embedded): { column: string; join: string } {
  if (of === 'picture') {
    return { column: 'i.sha256', join: 'CROSS JOIN images i ON i.id = p.image_id' }
  }
  if (of === 'span') {
    const join = 'LEFT JOIN spans sp ON sp.set_id = @set AND sp.pair_id = p.id AND sp.rank = 0'
    return { column: 'sp.quote', join }
  }
  const join = of === 'before' || of === 'after' ? 'LEFT JOIN contexts c ON c.pair_id = p.id' : ''
  return { column: TEXT_COLUMNS[of], join }
}

/** Pairs behind an id, in the order of their ids, with the key of what is embedded of them, or null. */
export function embeddedKeysAfter(
  db: ReaderDb,
  args: { of: Embedded; after: number; limit: number },
): { id: number; key: Uint8Array | null }[] {
  const { column, join } = sourceOf(args.of)
  const { after, limit } = args
  return statement<{ id: number; value: string | null }>(
    db,
    `SELECT p.id, ${column} AS value FROM pairs p ${join} WHERE p.id > @after ORDER BY p.id LIMIT @limit`,
  )
    .all({ after, limit, ...(args.of === 'span' ? { set: currentSpanSet(db) ?? 0 } : {}) })
    .map(({ id, value }) => ({ id, key: keyOf(args.of, value) }))
}

/** The key of what is embedded of one pair: null where it has none, undefined where there is no such pair. */
export function embeddedKey(
  db: ReaderDb,
  args: { of: Embedded; id: number },
): Uint8Array | null | undefined {
  const [row] = embeddedKeysAfter(db, { of: args.of, after: args.id - 1, limit: 1 })
  return row?.id === args.id ? row.key : undefined
}

function keyOf(of: Embedded, value: string | null): Uint8Array | null {
  if (value === null || value === '') return null
  return keyFromHex(of === 'picture' ? value : sha256Of(value))
}
