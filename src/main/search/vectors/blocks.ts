import { AppError } from '#shared/errors.ts'
import { createCoder, ZERO_CODE } from './codes.ts'
import type { Coder } from './codes.ts'
import { MAX_PAGES, PAGE } from './dot-kernel.ts'

/** Rows that stand together; a power of two. */
export const BLOCK = 1024
/** Queries that one scan answers at a time. */
export const QUERIES = 64
/** Bits by which a fine code is shifted to be a coarse one. */
export const COARSE_SHIFT = 3

/**
 * Codes of rows in a shared memory, in blocks: fine codes, where asked for also coarse ones, and the
 * size of each row's step (float32). Before them lies room for each thread that scans. The memory
 * grows in place.
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
  isCoarse: boolean
  /** Room of one scanning thread: queries, list, what comes out. */
  room: number
  /** Where the first block begins. */
  start: number
  /** Of a block; fine codes come first. */
  block: number
  /** Within a block. */
  coarseAt: number
  stepsAt: number
}

const upTo64 = (bytes: number): number => Math.ceil(bytes / 64) * 64
const LIST_BYTES = upTo64((BLOCK + 4) * 4)

export function layoutOf(padded: number, isCoarse: boolean, threads: number): Layout {
  const room = upTo64(QUERIES * padded) + 2 * LIST_BYTES
  const coarseAt = BLOCK * padded
  const stepsAt = coarseAt + (isCoarse ? (BLOCK * padded) / 2 : 0)
  return {
    padded,
    isCoarse,
    room,
    start: upTo64(room * threads),
    block: stepsAt + BLOCK * 4,
    coarseAt,
    stepsAt,
  }
}

/** Addresses within the room of a thread. */
export function roomOf(
  layout: Layout,
  thread: number,
): { queries: number; list: number; out: number } {
  const queries = thread * layout.room
  const list = queries + upTo64(QUERIES * layout.padded)
  return { queries, list, out: list + LIST_BYTES }
}

export function createBlocks(options: {
  dimensions: number
  isCoarse: boolean
  threads: number
}): Blocks {
  const coder = createCoder(options.dimensions)
  const layout = layoutOf(coder.padded, options.isCoarse, options.threads)
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
      const fine = bytes.subarray(block + row * padded, block + (row + 1) * padded)
      const step = coder.row(vector, fine)
      new Float32Array(bytes.buffer, block + layout.stepsAt, BLOCK)[row] = step
      if (layout.isCoarse) {
        const at = block + layout.coarseAt + (row * padded) / 2
        pack(fine, bytes.subarray(at, at + padded / 2))
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

/** Fine codes to half bytes, as `dot-kernel.ts` reads them. */
function pack(fine: Uint8Array, into: Uint8Array): void {
  for (let group = 0; group < into.length; group += 16) {
    for (let i = group; i < group + 16; i++) {
      const low = (fine[group + i] as number) >> COARSE_SHIFT
      const high = (fine[group + 16 + i] as number) >> COARSE_SHIFT
      into[i] = low | (high << 4)
    }
  }
}
