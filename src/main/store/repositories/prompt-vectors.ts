import { AppError } from '#shared/errors.ts'
import type { PromptDb, PromptWriter } from '../open-prompt-base.ts'
import { statement, transaction } from '../statements.ts'

/** Those of the ids that a model has no row of, in their order. */
export function withoutVector(db: PromptDb, model: number, ids: Int32Array): Int32Array {
  const there = new Set<number>()
  const all = statement<{ prompt: number }>(db, 'SELECT prompt FROM vectors WHERE model = ?')
  for (const { prompt } of all.iterate(model)) there.add(prompt)
  return ids.filter((id) => !there.has(id))
}

/** @param vectors ids.length x dim */
export function putPromptVectors(
  db: PromptWriter,
  model: number,
  ids: ArrayLike<number>,
  vectors: Float32Array,
): void {
  const dim = vectors.length / ids.length
  const put = statement(
    db,
    'INSERT OR REPLACE INTO vectors (model, prompt, vector) VALUES (?, ?, ?)',
  )
  transaction(db, () => {
    for (let i = 0; i < ids.length; i++) {
      put.run(model, ids[i], bytesOf(vectors.subarray(i * dim, (i + 1) * dim)))
    }
  })
}

export const bytesOf = (row: Float32Array): Buffer =>
  Buffer.from(row.buffer, row.byteOffset, row.byteLength)

/** Those of the ids that a model has a row of, in their order. */
export function withVector(db: PromptDb, model: number, ids: Int32Array): Int32Array {
  const there = statement<{ prompt: number }>(
    db,
    'SELECT prompt FROM vectors WHERE model = ? ORDER BY prompt',
  )
  const found = new Int32Array(ids.length)
  let [at, n] = [0, 0]
  for (const { prompt } of there.iterate(model)) {
    while (at < ids.length && (ids[at] as number) < prompt) at++
    if (ids[at] === prompt) found[n++] = prompt
  }
  return found.slice(0, n)
}

/** Rows of a model for ids, which are ascending, one after the other; each is valid until the next. */
export function* eachPromptVector(
  db: PromptDb,
  model: { id: number; dim: number },
  ids: Int32Array,
): Generator<{ prompt: number; vector: Float32Array }> {
  const all = statement<{ prompt: number; vector: Uint8Array }>(
    db,
    'SELECT prompt, vector FROM vectors WHERE model = ? ORDER BY prompt',
  )
  const row = new Float32Array(model.dim)
  let at = 0
  for (const { prompt, vector } of all.iterate(model.id)) {
    while (at < ids.length && (ids[at] as number) < prompt) at++
    if (ids[at] !== prompt) continue
    readRow(vector, row, 0)
    yield { prompt, vector: row }
  }
}

/** One row of a model into `out`. @throws AppError `damaged` where there is none */
export function promptVectorAt(
  db: PromptDb,
  model: number,
  prompt: number,
  out: Float32Array,
): Float32Array {
  const found = statement<{ vector: Uint8Array }>(
    db,
    'SELECT vector FROM vectors WHERE model = ? AND prompt = ?',
  ).get(model, prompt)
  if (!found) {
    throw new AppError('damaged', `Prompt ${prompt} has lost its row.`, 'Embed the base again.')
  }
  readRow(found.vector, out, 0)
  return out
}

export function readRow(bytes: Uint8Array, out: Float32Array, at: number): void {
  new Uint8Array(out.buffer, out.byteOffset + at * 4, bytes.byteLength).set(bytes)
}
