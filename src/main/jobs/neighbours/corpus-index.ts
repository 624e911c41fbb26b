import { setImmediate as turn } from 'node:timers/promises'
import type { Searched } from '#shared/contract/search.ts'
import { createBits, setBit } from '../../search/vectors/bits.ts'
import type { Bits } from '../../search/vectors/bits.ts'
import { createFlatIndex, dot } from '../../search/vectors/flat-index.ts'
import type { FlatIndex } from '../../search/vectors/flat-index.ts'
import type { ThreadOptions } from '../../search/vectors/scan-threads.ts'
import type { ReaderDb } from '../../store/open.ts'
import {
  anyEmbedding,
  embeddingBytes,
  embeddingsAfter,
  kindOf,
} from '../../store/repositories/search-rows.ts'
import { readUnits } from './corpus-units.ts'
import type { CorpusUnits } from './corpus-units.ts'
import type { FoundPairs, Stamp } from './search-calls.ts'

/**
 * The embeddings of a corpus by one model, of its pictures or one of its texts, in memory as codes;
 * exact vectors are read from the corpus. All of it can be made again from there at any time.
 */
export interface CorpusIndex {
  readonly size: number
  readonly bytes: number
  /**
   * Takes in what came since the last time. The first time all of it; later what is found soon, the
   * rest is looked for beside other calls.
   */
  refresh(stamp: Stamp): Promise<void>
  /** Of a query with the dimensions of the model; see `SearchCalls.search`. */
  search(query: Float32Array, ids: Int32Array | null, k: number): Omit<FoundPairs, 'ms'>
  close(): void
}

/** Embeddings that are read between two looks at other calls. */
const BATCH = 2048
/** How long a search waits for embeddings that came since, milliseconds. */
const PATIENCE = 150

export function createCorpusIndex(
  db: ReaderDb,
  { modelId, among }: { modelId: number; among: Searched },
  threads?: ThreadOptions,
): CorpusIndex {
  const of = { modelId, kind: kindOf(among) }
  let seen: Stamp = { pairs: -1, embeddings: -1 }
  let units: CorpusUnits | null = null
  let index: FlatIndex | null = null
  /** By unit: its row plus 1; 0 = not embedded. */
  let rowOfUnit = new Int32Array(0)
  /** By row. */
  const unitOfRow: number[] = []
  /** Units without a row, and where the look through them goes on. */
  let missing = new Int32Array(0)
  let at = 0
  /** How many of them are still to be looked for. */
  let left = 0
  let refreshing: Promise<void> = Promise.resolve()
  let isClosed = false

  function indexOf(vector: Uint8Array): FlatIndex {
    const dimensions = vector.byteLength / 4
    index ??= createFlatIndex({
      dimensions,
      // Many are only asked about where a person waits.
      sketches: threads !== undefined,
      ...(threads ? { threads } : {}),
      floats: {
        bytes: 0,
        // They lie in the corpus already.
        add: () => undefined,
        get(row) {
          const key = (units as CorpusUnits).keys.key(unitOfRow[row] as number)
          const bytes = embeddingBytes(db, { ...of, key })
          return (bytes && unitVector(bytes, dimensions)) ?? new Float32Array(dimensions)
        },
      },
    })
    return index
  }

  /** One that is of another length than the model's, or has no direction, is not searched. */
  function take(unit: number, bytes: Uint8Array): void {
    const into = indexOf(bytes)
    const vector = unitVector(bytes, into.dimensions)
    if (!vector) return
    into.add(vector)
    unitOfRow.push(unit)
    rowOfUnit[unit] = into.size
  }

  /** All embeddings in the order of their keys. */
  async function readAll(known: CorpusUnits): Promise<void> {
    let after: Uint8Array = new Uint8Array(0)
    while (!isClosed) {
      const some = embeddingsAfter(db, { ...of, after, limit: BATCH })
      const last = some.at(-1)
      if (!last) return
      for (const { key, vector } of some) {
        const unit = known.keys.find(key)
        if (unit >= 0 && rowOfUnit[unit] === 0) take(unit, vector)
      }
      after = last.key
      await turn()
    }
  }

  function listMissing(): void {
    const list: number[] = []
    rowOfUnit.forEach((row, unit) => {
      if (row === 0 && hasPairs(unit)) list.push(unit)
    })
    missing = Int32Array.from(list)
    at = 0
  }

  const hasPairs = (unit: number): boolean =>
    units !== null && (units.starts[unit + 1] as number) > (units.starts[unit] as number)

  /** Looks for embeddings of missing units until the time is over or all were looked for. */
  function lookFor(until: number): void {
    while (left > 0 && !isClosed && performance.now() < until) {
      const end = Math.min(missing.length, at + Math.min(left, 256))
      for (; at < end; at++, left--) {
        const unit = missing[at] as number
        if (rowOfUnit[unit] !== 0) continue
        const bytes = embeddingBytes(db, { ...of, key: (units as CorpusUnits).keys.key(unit) })
        if (bytes) take(unit, bytes)
      }
      if (at === missing.length) at = 0
    }
    if (left === 0) listFewer()
  }

  /** Every now and then those that were found leave the list. */
  function listFewer(): void {
    const still = missing.filter((unit) => rowOfUnit[unit] === 0)
    if (still.length < missing.length) {
      missing = still
      at = 0
    }
  }

  let isLooking = false
  async function lookOn(): Promise<void> {
    if (isLooking) return
    isLooking = true
    try {
      while (left > 0 && !isClosed) {
        await turn()
        lookFor(performance.now() + 20)
      }
    } finally {
      isLooking = false
    }
  }

  async function takeIn(stamp: Stamp): Promise<void> {
    if (isClosed) return
    const pairsChanged = stamp.pairs !== seen.pairs
    if (!pairsChanged && stamp.embeddings === seen.embeddings) return
    if (pairsChanged) {
      units = await readUnits(db, among, units)
      const rows = new Int32Array(units.keys.size)
      rows.set(rowOfUnit)
      rowOfUnit = rows
    }
    const isEmpty = unitOfRow.length === 0
    if (isEmpty && anyEmbedding(db, of)) await readAll(units as CorpusUnits)
    if (isEmpty || pairsChanged) listMissing()
    // Of an index that was empty all were just looked for.
    left = isEmpty ? 0 : missing.length
    seen = stamp
    lookFor(performance.now() + PATIENCE)
    if (left > 0) void lookOn()
  }

  /** Pairs that may be hits and what keeps the others from it. */
  function counted(
    known: CorpusUnits,
    ids: Int32Array | null,
  ): Omit<FoundPairs, 'ids' | 'cosines' | 'units' | 'ms'> & { mask: Bits } {
    const mask = createBits(unitOfRow.length)
    let [searched, without, notEmbedded] = [0, 0, 0]
    const look = (id: number): void => {
      const unit = (known.unitOfPair[id] ?? 0) - 1
      const row = unit < 0 ? -1 : (rowOfUnit[unit] as number) - 1
      if (unit < 0) without++
      else if (row < 0) notEmbedded++
      else {
        setBit(mask, row)
        searched++
      }
    }
    if (ids) for (const id of ids) look(id)
    else {
      for (const id of known.pairs) look(id)
      without = known.total - known.pairs.length
    }
    const outside = ids ? known.total - ids.length : 0
    return { mask, searched, outside: Math.max(0, outside), without, notEmbedded }
  }

  function expanded(
    known: CorpusUnits,
    rows: Uint32Array,
    cosines: Float64Array,
    ids: Int32Array | null,
    k: number,
  ): Pick<FoundPairs, 'ids' | 'cosines' | 'units'> {
    const kept = ids ? bitsOf(ids, known.unitOfPair.length) : null
    const hits: { id: number; cosine: number }[] = []
    for (let i = 0; i < rows.length && hits.length < k; i++) {
      const unit = unitOfRow[rows[i] as number] as number
      for (let j = known.starts[unit] as number; j < (known.starts[unit + 1] as number); j++) {
        const id = known.pairs[j] as number
        if (kept && ((kept[id >>> 5] as number) & (1 << (id & 31))) === 0) continue
        hits.push({ id, cosine: cosines[i] as number })
      }
    }
    // Of equal cosines the lower pair: equal pictures may have several keys.
    hits.sort((a, b) => b.cosine - a.cosine || a.id - b.id)
    const best = hits.slice(0, k)
    return {
      ids: Int32Array.from(best, ({ id }) => id),
      cosines: Float64Array.from(best, ({ cosine }) => cosine),
      units: new Set(best.map(({ id }) => known.unitOfPair[id])).size,
    }
  }

  return {
    get size() {
      return unitOfRow.length
    },
    get bytes() {
      return (index?.bytes ?? 0) + (units?.bytes ?? 0) + rowOfUnit.byteLength + unitOfRow.length * 8
    },
    refresh(stamp) {
      const next = refreshing.then(() => takeIn(stamp))
      // Whoever asks next tries again.
      refreshing = next.catch(() => undefined)
      return next
    },
    search(query, ids, k) {
      const known = units
      if (!known) throw new Error('the index was not read')
      const { mask, ...counts } = counted(known, ids)
      if (!index || counts.searched === 0) {
        return { ids: new Int32Array(), cosines: new Float64Array(), units: 0, ...counts }
      }
      const { rows, cosines } = index.search(query, Math.min(k, index.size), { mask })
      return { ...expanded(known, rows, cosines, ids, k), ...counts }
    },
    close() {
      isClosed = true
      index?.close()
    },
  }
}

/** As the index takes it; null where it is of another model's dimensions or has no direction. */
function unitVector(bytes: Uint8Array, dimensions: number): Float32Array | null {
  if (bytes.byteLength !== dimensions * 4) return null
  // A copy, as SQLite's bytes need not be aligned to four.
  const vector = new Float32Array(Uint8Array.from(bytes).buffer)
  const length = Math.sqrt(dot(vector, vector))
  if (!(length > 0 && length < Infinity)) return null
  return Math.abs(length - 1) < 1e-3 ? vector : vector.map((value) => value / length)
}

function bitsOf(ids: Int32Array, highest: number): Bits {
  const bits = createBits(highest + 1)
  for (const id of ids) setBit(bits, id)
  return bits
}
