import { setImmediate as turn } from 'node:timers/promises'
import type { Searched } from '#shared/contract/search.ts'
import { createKeyTable } from '../../search/vectors/key-table.ts'
import type { KeyTable } from '../../search/vectors/key-table.ts'
import type { ReaderDb } from '../../store/open.ts'
import { embeddedKeysAfter } from '../../store/repositories/search-rows.ts'

/**
 * The distinct pictures (or texts) of a corpus, numbered as they come, and the pairs of each. A number
 * stays the same when pairs are read again.
 */
export interface CorpusUnits {
  keys: KeyTable
  /** By id of a pair: its unit plus 1; 0 = it has none. */
  unitOfPair: Int32Array<ArrayBuffer>
  /** Pairs of unit u, ascending: `pairs[starts[u]]` to before `pairs[starts[u + 1]]`. */
  starts: Int32Array<ArrayBuffer>
  pairs: Int32Array<ArrayBuffer>
  /** All pairs, those without a unit included. */
  total: number
  bytes: number
}

/** Pairs that are read between two looks at other calls. */
const BATCH = 20_000

/** @param before whose numbers are kept */
export async function readUnits(
  db: ReaderDb,
  of: Searched,
  before: CorpusUnits | null,
): Promise<CorpusUnits> {
  const keys = before?.keys ?? createKeyTable()
  let unitOfPair = new Int32Array(Math.max(1024, before?.unitOfPair.length ?? 0))
  let total = 0
  let last = 0
  for (;;) {
    const rows = embeddedKeysAfter(db, { of, after: last, limit: BATCH })
    const end = rows.at(-1)
    if (!end) break
    unitOfPair = grown(unitOfPair, end.id + 1)
    for (const { id, key } of rows) if (key) unitOfPair[id] = keys.add(key) + 1
    total += rows.length
    last = end.id
    await turn()
  }
  const { starts, pairs } = pairsByUnit(unitOfPair, keys.size)
  const bytes = keys.bytes + unitOfPair.byteLength + starts.byteLength + pairs.byteLength
  return { keys, unitOfPair, starts, pairs, total, bytes }
}

function grown(list: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  if (length <= list.length) return list
  const more = new Int32Array(Math.max(length, list.length * 2))
  more.set(list)
  return more
}

/** A counting sort: pairs stay in their order. */
function pairsByUnit(
  unitOfPair: Int32Array,
  units: number,
): { starts: Int32Array<ArrayBuffer>; pairs: Int32Array<ArrayBuffer> } {
  const starts = new Int32Array(units + 1)
  for (const unit of unitOfPair) if (unit > 0) starts[unit] = (starts[unit] as number) + 1
  for (let u = 0; u < units; u++) starts[u + 1] = (starts[u + 1] as number) + (starts[u] as number)
  const pairs = new Int32Array(starts[units] as number)
  const next = starts.slice()
  unitOfPair.forEach((unit, id) => {
    if (unit === 0) return
    const at = next[unit - 1] as number
    pairs[at] = id
    next[unit - 1] = at + 1
  })
  return { starts, pairs }
}
