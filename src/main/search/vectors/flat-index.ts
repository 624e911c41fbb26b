import { AppError } from '#shared/errors.ts'
import { createBest } from './best.ts'
import type { Best } from './best.ts'
import { countBits } from './bits.ts'
import type { Bits } from './bits.ts'
import { BLOCK, QUERIES, createBlocks, roomOf } from './blocks.ts'
import type { Blocks } from './blocks.ts'
import { borderOf } from './estimates.ts'
import { floatsInMemory } from './row-floats.ts'
import type { RowFloats } from './row-floats.ts'
import { createScanner } from './scan.ts'
import { createScanThreads } from './scan-threads.ts'
import type { ThreadOptions } from './scan-threads.ts'
import type { Asked } from './scan.ts'
import { sketchError, tableBytes, writeTable } from './sketches.ts'

/** From best to worst; of equal cosines the lower row comes first. */
export interface Hits {
  rows: Uint32Array<ArrayBuffer>
  cosines: Float64Array<ArrayBuffer>
}

export interface SearchOptions {
  /** Only rows of this set. */
  mask?: Bits
  /** Only these rows, ascending; in place of `mask`. */
  rows?: Uint32Array
  /**
   * How many of the best by codes have their exact cosine taken; at least `k`. Codes are off by about
   * 0.001, so that what is missed lies that close to the last hit.
   */
  candidates?: number
  /** Only hits that reach this cosine: others are not even read, mostly. */
  least?: number
}

/**
 * Vectors of unit length in the order in which they were added, searched whole: codes of a byte a
 * dimension find candidates, the exact vectors say their cosines and their order.
 */
export interface FlatIndex {
  readonly dimensions: number
  /** Rows. */
  readonly size: number
  /** Memory that it holds, exact vectors included where they are in memory. */
  readonly bytes: number
  /** n x dimensions, of unit length. @throws AppError, and adds none, where one is not */
  add(vectors: Float32Array): void
  /** The exact vector of a row, valid until the next call. */
  vector(row: number): Float32Array
  /** Ends its threads, where it has any; what it holds in memory goes by itself. */
  close(): void
  /** At most `k` hits. A query need not be of unit length: it is brought to it. */
  search(query: Float32Array, k: number, options?: SearchOptions): Hits
  /** Of each of n x dimensions, as `search`, with what is read of the rows shared. */
  searchMany(queries: Float32Array, k: number, options?: SearchOptions): Hits[]
  /** For each row the nearest of n x dimensions (of equals the first), by codes: cosines to 0.001. */
  nearest(queries: Float32Array): {
    query: Uint32Array<ArrayBuffer>
    cosines: Float32Array<ArrayBuffer>
  }
  /** An empty index to which rows of this one can be given, again and again. */
  part(): IndexPart
}

/**
 * Some rows of an index, by themselves and side by side: searching them costs what they are, however
 * many rows there are beside them. They are numbered from 0 as they come.
 */
export interface IndexPart extends Omit<FlatIndex, 'add' | 'close' | 'part'> {
  take(rows: Iterable<number>): void
  /**
   * At most `k` hits of a row of an index of as many dimensions that reach `least`. Codes find what
   * may be one, and only of that exact vectors are read; with `isExact` false none, and cosines
   * are off by about 0.002.
   */
  nearTo(index: FlatIndex, row: number, k: number, options: NearOptions): Hits
  /** Forgets all rows. */
  clear(): void
}

export interface NearOptions {
  least?: number
  isExact?: boolean
}

export interface FlatIndexOptions {
  dimensions: number
  /** Where the exact vectors are; default: in memory, four bytes a dimension. */
  floats?: RowFloats
  /**
   * Keeps sketches beside the codes (memory is a quarter more): one query over many rows then looks at the
   * codes of those alone that are likely by their sketch.
   */
  sketches?: boolean
  /** Threads that help with one query over many rows. */
  threads?: ThreadOptions
}

/** Candidates at least: below this their exact cosines cost next to nothing. */
const LEAST_CANDIDATES = 400
/** Rows from which sketches and threads pay. */
const MANY_ROWS = 100_000
/** Of an estimate, in standard deviations: a row of the best is missed once in some hundred. */
const MARGIN = 3
/** Rows whose codes are looked at, for each candidate, at least. */
const LIKELY_TIMES = 10

export function createFlatIndex(options: FlatIndexOptions): FlatIndex {
  const exact = options.floats ?? floatsInMemory(options.dimensions)
  const blocks = blocksFor(options)
  const index = indexOver(options, exact, blocks)
  blocksOf.set(index, blocks)
  return index
}

const blocksFor = ({ dimensions, sketches = false, threads }: FlatIndexOptions): Blocks =>
  createBlocks({ dimensions, isSketched: sketches, threads: 1 + (threads?.count ?? 0) })

/** Candidates of one row whose exact cosines are taken. */
const NEAR = 16

function partOf(dimensions: number, exact: RowFloats, all: Blocks): IndexPart {
  const blocks = blocksFor({ dimensions })
  const rows: number[] = []
  const floats: RowFloats = {
    add: () => undefined,
    get: (row) => exact.get(rows[row] as number),
    bytes: 0,
  }
  const scanner = createScanner(blocks.memory, blocks.layout, 0)
  // Both sides are codes here, those of the query half as fine as usual.
  const margin = 2 * blocks.coder.margin
  // Not spread: its size is read each time.
  return Object.assign(indexOver({ dimensions }, floats, blocks), {
    take(more: Iterable<number>) {
      for (const row of more) {
        blocks.copy(all, row)
        rows.push(row)
      }
    },
    clear() {
      blocks.clear()
      rows.length = 0
    },
    nearTo(index: FlatIndex, row: number, k: number, options: NearOptions): Hits {
      const { least = -Infinity, isExact = true } = options
      const { codes, step, sum } = (blocksOf.get(index) as Blocks).query(row)
      scanner.setQuery(0, codes, step, sum)
      const best = isExact ? createBest(Math.max(k, NEAR), least - margin) : createBest(k, least)
      for (let block = 0; block * BLOCK < blocks.size; block++) {
        scanner.choose(block, Math.min(BLOCK, blocks.size - block * BLOCK), null)
        scanner.offer(0, best)
      }
      const found = best.take()
      if (!isExact || found.rows.length === 0) return { rows: found.rows, cosines: found.scores }
      const query = index.vector(row).slice()
      const nearest = createBest(k, least)
      for (const one of found.rows.sort()) nearest.offer(one, dot(query, floats.get(one)))
      const { rows: places, scores } = nearest.take()
      return { rows: places, cosines: scores }
    },
  })
}

/** Of an index its codes, for parts of others. */
const blocksOf = new WeakMap<FlatIndex, Blocks>()

function indexOver(options: FlatIndexOptions, exact: RowFloats, blocks: Blocks): FlatIndex {
  const { dimensions, sketches = false } = options
  const scanner = createScanner(blocks.memory, blocks.layout, 0)
  const codes = new Int8Array(blocks.coder.padded)
  const threads = createScanThreads(blocks, scanner, options.threads ?? { entry: null, count: 0 })
  const margin = MARGIN * sketchError(blocks.coder.padded)

  const rowsOf = (block: number): number => Math.min(BLOCK, blocks.size - block * BLOCK)
  const blockCount = (): number => Math.ceil(blocks.size / BLOCK)

  /** @throws AppError */
  function place(query: Float32Array, at: number): { step: number; sum: number } {
    const { step, sum } = blocks.coder.query(query, codes)
    scanner.setQuery(at, codes, step, sum)
    return { step, sum }
  }

  function scan(within: Asked, bests: Best[]): void {
    for (let block = 0; block < blockCount(); block++) {
      if (scanner.choose(block, rowsOf(block), within) === 0) continue
      bests.forEach((best, i) => scanner.offer(i, best))
    }
  }

  function countOf(within: Asked): number {
    if (within === null) return blocks.size
    return 'rows' in within ? within.rows.length : countBits(within.mask)
  }

  /** Rows that may be among the best `n` of each query. */
  function candidatesOf(
    queries: Float32Array[],
    within: Asked,
    n: number,
    least: number,
  ): Uint32Array[] {
    const [only, ...others] = queries
    if (only && others.length === 0 && countOf(within) >= MANY_ROWS) {
      if (within === null || 'mask' in within) return [ofMany(only, within?.mask ?? null, n)]
    }
    queries.forEach(place)
    const bests = queries.map(() => createBest(n, least - blocks.coder.margin))
    scan(within, bests)
    return bests.map((best) => best.take().rows)
  }

  /** Of one query over many rows, by all threads: sketches first, where there are some. */
  function ofMany(vector: Float32Array, mask: Bits | null, n: number): Uint32Array {
    const query = { ...place(vector, 0), mask }
    if (!sketches) return threads.best(query, n).take().rows
    const { table } = roomOf(blocks.layout, 0)
    const bytes = tableBytes(blocks.coder.padded)
    writeTable(blocks.coder.turned, new Uint8Array(blocks.memory.buffer, table, bytes))
    const counts = threads.estimate(query)
    const least = borderOf(counts, { n, least: n * LIKELY_TIMES, margin })
    return threads.best(query, n, least).take().rows
  }

  function rescored(query: Float32Array, candidates: Uint32Array, k: number, least: number): Hits {
    const best = createBest(k, least)
    // Floats on a disk lie in the order of rows.
    for (const row of candidates.slice().sort()) best.offer(row, dot(query, exact.get(row)))
    const { rows, scores } = best.take()
    return { rows, cosines: scores }
  }

  function searchMany(queries: Float32Array, k: number, options: SearchOptions = {}): Hits[] {
    const all = rowsIn(queries, dimensions, 'query').map((query, i) => toUnit(query, i))
    const within = options.rows
      ? { rows: options.rows }
      : options.mask
        ? { mask: options.mask }
        : null
    const capacity = Math.max(k, options.candidates ?? Math.max(LEAST_CANDIDATES, 4 * k))
    const found: Hits[] = []
    const least = options.least ?? -Infinity
    for (let at = 0; at < all.length; at += QUERIES) {
      const some = all.slice(at, at + QUERIES)
      candidatesOf(some, within, capacity, least).forEach((rows, i) =>
        found.push(rescored(some[i] as Float32Array, rows, k, least)),
      )
    }
    return found
  }

  return {
    dimensions,
    get size() {
      return blocks.size
    },
    get bytes() {
      return blocks.bytes + exact.bytes
    },
    add(vectors) {
      const rows = rowsIn(vectors, dimensions, 'vector')
      rows.forEach((row, i) => checkUnit(row, blocks.size + i))
      exact.add(vectors)
      for (const row of rows) blocks.add(row)
    },
    vector: (row) => exact.get(row),
    part: () => partOf(dimensions, exact, blocks),
    close: () => threads.close(),
    searchMany,
    search: (query, k, options) => searchMany(query, k, options)[0] as Hits,
    nearest(queries) {
      const all = rowsIn(queries, dimensions, 'query').map((query, i) => toUnit(query, i))
      const query = new Uint32Array(blocks.size)
      const cosines = new Float32Array(blocks.size).fill(-Infinity)
      const scores = new Float64Array(BLOCK)
      for (let at = 0; at < all.length; at += QUERIES) {
        const some = all.slice(at, at + QUERIES)
        some.forEach(place)
        for (let block = 0; block < blockCount(); block++) {
          const rows = scanner.choose(block, rowsOf(block), null)
          const from = block * BLOCK
          some.forEach((_, i) => {
            scanner.score(i, scores)
            for (let row = 0; row < rows; row++) {
              if ((scores[row] as number) <= (cosines[from + row] as number)) continue
              cosines[from + row] = scores[row] as number
              query[from + row] = at + i
            }
          })
        }
      }
      return { query, cosines }
    },
  }
}

/** Summed in double precision: products of float32 are exact in it. */
export function dot(a: Float32Array, b: Float32Array): number {
  let [s, t, u, v] = [0, 0, 0, 0]
  let i = 0
  for (; i + 3 < a.length; i += 4) {
    s += (a[i] as number) * (b[i] as number)
    t += (a[i + 1] as number) * (b[i + 1] as number)
    u += (a[i + 2] as number) * (b[i + 2] as number)
    v += (a[i + 3] as number) * (b[i + 3] as number)
  }
  for (; i < a.length; i++) s += (a[i] as number) * (b[i] as number)
  return s + t + (u + v)
}

/** @throws AppError where it is all zero or not finite */
function toUnit(query: Float32Array, i: number): Float32Array {
  const length = Math.sqrt(dot(query, query))
  if (!(length > 0 && length < Infinity)) {
    throw new AppError('invalid-input', `query ${i} has no direction: its length is ${length}`)
  }
  return Math.abs(length - 1) < 1e-6 ? query : query.map((value) => value / length)
}

/** As far as float32 and float16 vectors that others normalised may be off. */
const UNIT_TOLERANCE = 0.005

function checkUnit(vector: Float32Array, row: number): void {
  const length = Math.sqrt(dot(vector, vector))
  if (Math.abs(length - 1) <= UNIT_TOLERANCE) return
  throw new AppError('invalid-input', `vector ${row} has length ${length}, not 1`)
}

function rowsIn(vectors: Float32Array, dimensions: number, what: string): Float32Array[] {
  const n = vectors.length / dimensions
  if (!Number.isInteger(n)) {
    throw new AppError(
      'invalid-input',
      `a ${what} has ${dimensions} dimensions in this index, which ${vectors.length} numbers do not fill`,
    )
  }
  return Array.from({ length: n }, (_, i) => vectors.subarray(i * dimensions, (i + 1) * dimensions))
}
