import { AppError } from '#shared/errors.ts'
import { createCoder, ZERO_CODE } from './codes.ts'
import type { Coder } from './codes.ts'
import { MAX_PAGES, PAGE } from './dot-kernel.ts'
import { SKETCHED, sketchBytes, tableBytes, writeSketch } from './sketches.ts'

/** Rows that stand together; a power of two. */
export const BLOCK = 1024
/** Queries that one scan answers at a time. */
export const QUERIES = 64

/**
 * Codes of rows in a shared memory, in blocks: a byte a dimension and the size of each row's step
 * (float32); where asked for also sketches, with each row's factor and room for its estimate (float32).
 * Before them lies room for each thread that scans. The memory grows in place.
 */
export interface Blocks {
  coder: Coder
  memory: WebAssembly.Memory
  layout: Layout
  readonly size: number
  /** Held at present. */
  readonly bytes: number
  /** Codes one more row. @throws AppError when the memory is full */
  add(vector: Float32Array): void
  /** Takes the fine codes of a row of others, of as many dimensions. @throws AppError as `add` */
  copy(from: Blocks, row: number): void
  /** A row as what others are compared with, valid until the next call: value = code * step. */
  query(row: number): { codes: Int8Array; step: number; sum: number }
  /** Forgets all rows, and keeps the memory. */
  clear(): void
}

/** Where things lie, in bytes; enough for a thread to scan by. */
export interface Layout {
  padded: number
  isSketched: boolean
  /** Room of one scanning thread: table of sketches, queries, list, what comes out. */
  room: number
  /** Where the first block begins. */
  start: number
  /** Of a block; codes of a byte come first. */
  block: number
  /** Within a block. */
  stepsAt: number
  sketchesAt: number
  factorsAt: number
  estimatesAt: number
}

const upTo64 = (bytes: number): number => Math.ceil(bytes / 64) * 64
const LIST_BYTES = upTo64((BLOCK + 4) * 4)

export function layoutOf(padded: number, isSketched: boolean, threads: number): Layout {
  const room = upTo64(tableBytes(padded)) + upTo64(QUERIES * padded) + 2 * LIST_BYTES
  const stepsAt = BLOCK * padded
  const sketchesAt = stepsAt + BLOCK * 4
  const factorsAt = sketchesAt + (BLOCK / SKETCHED) * sketchBytes(padded)
  const estimatesAt = factorsAt + BLOCK * 4
  return {
    padded,
    isSketched,
    room,
    start: upTo64(room * threads),
    block: isSketched ? estimatesAt + BLOCK * 4 : sketchesAt,
    stepsAt,
    sketchesAt,
    factorsAt,
    estimatesAt,
  }
}

/** Addresses within the room of a thread. */
export function roomOf(
  layout: Layout,
  thread: number,
): { table: number; queries: number; list: number; out: number } {
  const table = thread * layout.room
  const queries = table + upTo64(tableBytes(layout.padded))
  const list = queries + upTo64(QUERIES * layout.padded)
  return { table, queries, list, out: list + LIST_BYTES }
}

export function createBlocks(options: {
  dimensions: number
  isSketched: boolean
  threads: number
}): Blocks {
  const coder = createCoder(options.dimensions)
  const layout = layoutOf(coder.padded, options.isSketched, options.threads)
  const memory = new WebAssembly.Memory({
    initial: Math.ceil(layout.start / PAGE),
    maximum: MAX_PAGES,
    shared: true,
  })
  let bytes = new Uint8Array(memory.buffer)
  let size = 0
  const asked = new Int8Array(coder.padded)

  function growTo(end: number): void {
    if (end <= bytes.length) return
    const pages = Math.ceil((end - bytes.length) / PAGE)
    try {
      memory.grow(pages)
    } catch {
      throw new AppError(
        'conflict',
        `no memory for more than ${size} vectors of ${options.dimensions} dimensions in one index`,
        'Search a part of the corpus, by a filter.',
      )
    }
    bytes = new Uint8Array(memory.buffer)
  }

  return {
    coder,
    memory,
    layout,
    get size() {
      return size
    },
    get bytes() {
      return bytes.length
    },
    add(vector) {
      const block = layout.start + Math.floor(size / BLOCK) * layout.block
      growTo(block + layout.block)
      const row = size % BLOCK
      const { padded } = coder
      const code = bytes.subarray(block + row * padded, block + (row + 1) * padded)
      const step = coder.row(vector, code)
      new Float32Array(bytes.buffer, block + layout.stepsAt, BLOCK)[row] = step
      if (layout.isSketched) {
        const size = sketchBytes(padded)
        const at = block + layout.sketchesAt + Math.floor(row / SKETCHED) * size
        const factors = new Float32Array(bytes.buffer, block + layout.factorsAt, BLOCK)
        factors[row] = writeSketch(coder.turned, bytes.subarray(at, at + size), row % SKETCHED)
      }
      size++
    },
    copy(from, row) {
      const at = layout.start + Math.floor(size / BLOCK) * layout.block
      growTo(at + layout.block)
      const { padded } = coder
      const source = from.layout.start + Math.floor(row / BLOCK) * from.layout.block
      const codes = new Uint8Array(from.memory.buffer, source + (row % BLOCK) * padded, padded)
      bytes.set(codes, at + (size % BLOCK) * padded)
      const [step] = new Float32Array(
        from.memory.buffer,
        source + from.layout.stepsAt + (row % BLOCK) * 4,
        1,
      )
      new Float32Array(bytes.buffer, at + layout.stepsAt, BLOCK)[size % BLOCK] = step as number
      size++
    },
    query(row) {
      const { padded } = coder
      const at = layout.start + Math.floor(row / BLOCK) * layout.block
      const from = at + (row % BLOCK) * padded
      let sum = 0
      for (let i = 0; i < padded; i++) {
        const code = (bytes[from + i] as number) - ZERO_CODE
        asked[i] = code
        sum += code
      }
      const [step] = new Float32Array(memory.buffer, at + layout.stepsAt + (row % BLOCK) * 4, 1)
      return { codes: asked, step: step as number, sum }
    },
    clear() {
      size = 0
    },
  }
}
