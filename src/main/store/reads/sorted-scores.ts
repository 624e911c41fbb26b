import { argsort, floatKeys } from './arrays.ts'
import type { ReaderDb } from '../open.ts'
import type { ScoreKind } from '../repositories/models.ts'

/** Scores in ascending order, equal ones by pair, and whose they are. Not to be changed. */
export interface SortedScores {
  values: Float32Array
  ids: Int32Array
  sum: number
}

/** Pairs of a block: `id >>> BLOCK_BITS`. What is read again at least when one score changed. */
const BLOCK_BITS = 12
/** Of a block: count of its scores, their sum, their sum weighted by pair. */
const MARKS = 3

interface Held {
  version: number
  /** `MARKS` numbers for each block. */
  marks: Float64Array
  scores: SortedScores
}

export interface ScoreArrays {
  /** All scores of a kind; with another `version` than before, what changed is looked for. */
  get(kind: ScoreKind, version: number): SortedScores
  /** Whether the scores of a kind are in memory, as they were at some version. */
  holds(kind: ScoreKind): boolean
}

/**
 * Keeps the scores of the kinds that were asked for last. Looking again reads the rows of those
 * blocks of pairs only whose marks are others than before, sorts these and merges them in: while a
 * million pairs are scored, a look costs one walk over their index and a copy, not a sort.
 * @param most kinds that are kept
 */
export function scoreArrays(db: ReaderDb, most: number): ScoreArrays {
  const held = new Map<string, Held>()
  const lastPair = db
    .prepare<unknown[], number | null>(
      'SELECT max(pair_id) FROM scores WHERE model_id = ? AND text_source = ?',
    )
    .pluck()
  const ofBlock =
    'FROM scores WHERE model_id = ? AND text_source = ? AND pair_id >= ? AND pair_id < ?'
  const marksOf = db
    .prepare<unknown[], [number, number, number]>(
      `SELECT count(*), total(cosine), total(cosine * pair_id) ${ofBlock}`,
    )
    .raw()
  const rowsOf = db
    .prepare<unknown[], [number, number]>(`SELECT pair_id, cosine ${ofBlock} ORDER BY pair_id`)
    .raw()

  function look(kind: ScoreKind, version: number, before: Held | undefined): Held {
    const last = lastPair.get(kind.modelId, kind.key) ?? null
    const blocks = last === null ? 0 : (last >>> BLOCK_BITS) + 1
    const known = before?.marks ?? new Float64Array()
    const marks = new Float64Array(MARKS * blocks)
    const isChanged = new Uint8Array(Math.max(blocks, known.length / MARKS)).fill(1, blocks)
    let anyChanged = isChanged.length > blocks
    const read: [number, number][][] = []
    for (let block = 0; block < blocks; block++) {
      const range = [kind.modelId, kind.key, block << BLOCK_BITS, (block + 1) << BLOCK_BITS]
      const at = MARKS * block
      marks.set(marksOf.get(...range) as [number, number, number], at)
      if (marks.subarray(at, at + MARKS).every((mark, i) => mark === known[at + i])) continue
      isChanged[block] = 1
      anyChanged = true
      // After the marks: what is written in between is seen as another change the next time.
      read.push(rowsOf.all(...range))
    }
    if (before && !anyChanged) return { ...before, version }
    const fresh = inOrder(read)
    return { version, marks, scores: before ? merge(before.scores, fresh, isChanged) : fresh }
  }

  const nameOf = ({ modelId, key }: ScoreKind): string => `${modelId} ${key}`
  return {
    get(kind, version) {
      const name = nameOf(kind)
      const before = held.get(name)
      const found = before?.version === version ? before : look(kind, version, before)
      held.delete(name)
      held.set(name, found)
      if (held.size > most) held.delete(held.keys().next().value as string)
      return found.scores
    },
    holds: (kind) => held.has(nameOf(kind)),
  }
}

/** @param rows by pair */
function inOrder(rows: readonly (readonly [number, number])[][]): SortedScores {
  const count = rows.reduce((sum, some) => sum + some.length, 0)
  const ids = new Int32Array(count)
  const values = new Float32Array(count)
  let n = 0
  for (const some of rows) {
    for (const [id, cosine] of some) {
      ids[n] = id
      // There is one zero: -0 would sort before it and yet be equal.
      values[n++] = Math.fround(cosine) + 0
    }
  }
  const order = argsort(floatKeys(values))
  const sorted: SortedScores = {
    values: new Float32Array(count),
    ids: new Int32Array(count),
    sum: 0,
  }
  for (let i = 0; i < count; i++) {
    const place = order[i] as number
    sorted.values[i] = values[place] as number
    sorted.ids[i] = ids[place] as number
    sorted.sum += values[place] as number
  }
  return sorted
}

/** `old` without the pairs of changed blocks, and `fresh`, which holds all that these have now. */
function merge(old: SortedScores, fresh: SortedScores, isChanged: Uint8Array): SortedScores {
  const values = new Float32Array(old.values.length + fresh.values.length)
  const ids = new Int32Array(values.length)
  let sum = 0
  let n = 0
  let next = 0
  const add = (value: number, id: number): void => {
    sum += value
    ids[n] = id
    values[n++] = value
  }
  for (let i = 0; i < old.values.length; i++) {
    const id = old.ids[i] as number
    if (isChanged[id >>> BLOCK_BITS] === 1) continue
    const value = old.values[i] as number
    for (; next < fresh.values.length; next++) {
      const other = fresh.values[next] as number
      if (other > value || (other === value && (fresh.ids[next] as number) > id)) break
      add(other, fresh.ids[next] as number)
    }
    add(value, id)
  }
  for (; next < fresh.values.length; next++) {
    add(fresh.values[next] as number, fresh.ids[next] as number)
  }
  // A copy: what blocks lost is not kept beyond the end.
  return n === ids.length
    ? { values, ids, sum }
    : { values: values.slice(0, n), ids: ids.slice(0, n), sum }
}
