import type { MapSubject } from '#shared/contract/maps.ts'
import { sha256Of } from '../../files/digest.ts'
import type { ReaderDb } from '../open.ts'
import { statement } from '../statements.ts'
import { keyFromHex } from './embeddings.ts'
import type { EmbeddingKind } from './embeddings.ts'
import { addressKey } from './table-rows.ts'

/** What of the embeddings a map is made of. */
export const kindOf = (subject: MapSubject): EmbeddingKind =>
  subject === 'image' ? 'image' : 'text'

/** Bytes of a key. */
export const KEY = 32

/**
 * Tells the key of the embedding of each picture (by the id of its row in `images`) or of each
 * pair's text (by the pair's id), in the order of the ids; empty texts have none.
 */
export function eachMapKey(
  db: ReaderDb,
  subject: MapSubject,
  tell: (owner: number, key: Uint8Array) => void,
): void {
  if (subject === 'image') {
    const rows = statement<{ id: number; sha256: string | null; url: string }>(
      db,
      "SELECT id, CASE status WHEN 'ok' THEN sha256 END AS sha256, url FROM images ORDER BY id",
    ).iterate()
    for (const { id, sha256, url } of rows) {
      tell(id, sha256 === null ? addressKey(url) : keyFromHex(sha256))
    }
    return
  }
  const rows = statement<{ id: number; text: string }>(
    db,
    `SELECT id, ${subject} AS text FROM pairs WHERE ${subject} <> '' ORDER BY id`,
  ).iterate()
  for (const { id, text } of rows) tell(id, keyFromHex(sha256Of(text)))
}

/** The embeddings with keys from the first to the last of a sorted list, in its order. */
export function eachEmbedding(
  db: ReaderDb,
  args: { modelId: number; kind: EmbeddingKind; keys: Uint8Array },
  tell: (index: number, vector: Float32Array) => boolean | void,
): void {
  const { modelId, kind, keys } = args
  const n = keys.length / KEY
  if (n === 0) return
  const keyAt = (i: number): Buffer => Buffer.from(keys.buffer, keys.byteOffset + i * KEY, KEY)
  const rows = statement<{ key: Buffer; vector: Buffer }>(
    db,
    `SELECT key, vector FROM embeddings
     WHERE model_id = ? AND kind = ? AND key >= ? AND key <= ? ORDER BY key`,
  ).iterate(modelId, kind, keyAt(0), keyAt(n - 1))
  let at = 0
  for (const { key, vector } of rows) {
    while (at < n && Buffer.compare(keyAt(at), key) < 0) at++
    if (at === n) break
    if (!keyAt(at).equals(key)) continue
    const floats = new Float32Array(vector.byteLength / 4)
    new Uint8Array(floats.buffer).set(vector)
    if (tell(at, floats) === false) break
  }
}

/** Models that have embeddings here, the newest first, and of which kinds. */
export function embeddedModels(db: ReaderDb): { id: number; image: boolean; text: boolean }[] {
  return statement<{ id: number; image: number; text: number }>(
    db,
    `SELECT m.id,
       EXISTS (SELECT 1 FROM embeddings e WHERE e.model_id = m.id AND e.kind = 'image') AS image,
       EXISTS (SELECT 1 FROM embeddings e WHERE e.model_id = m.id AND e.kind = 'text') AS text
     FROM models m ORDER BY m.id DESC`,
  )
    .all()
    .map(({ id, image, text }) => ({ id, image: image === 1, text: text === 1 }))
    .filter(({ image, text }) => image || text)
}

/** The first text of each of these pairs that says something, for the names of regions. */
export function mapWords(db: ReaderDb, ids: ArrayLike<number>): string[] {
  const row = statement<{ text: string | null }>(
    db,
    `SELECT coalesce(nullif(trim(alt), ''), nullif(trim(caption), ''), nullif(trim(title), '')) AS text
     FROM pairs WHERE id = ?`,
  )
  return Array.from(ids, (id) => row.get(id)?.text ?? '')
}

/** The picture of each pair, in the order of the pairs. */
export function eachPairImage(db: ReaderDb, tell: (pair: number, image: number) => void): void {
  const rows = db
    .prepare<[], [number, number]>('SELECT id, image_id FROM pairs ORDER BY id')
    .raw()
    .iterate() as unknown as IterableIterator<[number, number]>
  for (const [pair, image] of rows) tell(pair, image)
}
