import type { Best } from './best.ts'
import type { Bits } from './bits.ts'
import { BLOCK } from './blocks.ts'
import type { Layout } from './blocks.ts'
import type { Scanner } from './scan.ts'

/** What the threads of one index share beside its codes. */
export interface SharedScan {
  memory: WebAssembly.Memory
  layout: Layout
  /** Int32, by `AT`. */
  control: SharedArrayBuffer
  /** Float64: step and sum of the query, and the least estimate of rows that are looked at. */
  query: SharedArrayBuffer
  /** A set of rows, as `Bits`; as long as rows need. */
  mask: SharedArrayBuffer
  /** Of each thread: MOST rows (uint32), then as many scores (float64), one thread after the other. */
  results: SharedArrayBuffer
  /** Of each thread: how many rows have an estimate in each bin (int32), one thread after the other. */
  counts: SharedArrayBuffer
}

/** Places in the control words. */
export const AT = {
  /** Counts scans: threads wait for it to change. */
  scan: 0,
  /** The next block that nobody has taken. */
  next: 1,
  rows: 2,
  kind: 3,
  capacity: 4,
  hasMask: 5,
  /** Threads that were there when the scan began; those that come later wait for the next one. */
  taking: 6,
  done: 7,
  /** Threads that have started. */
  ready: 8,
  /** From here on, how many results each thread has. */
  found: 16,
} as const

/** Results of a thread at most. */
export const MOST = 65_536
/** Estimates all rows; takes the best by codes of those that are likely by their estimate, or of all. */
export const KINDS = ['estimate', 'likely', 'all'] as const
export type ScanKind = (typeof KINDS)[number]
export const RESULT_BYTES = MOST * 12

/** Blocks that are taken at a time. */
const TAKEN = 4

/** What one thread does of a scan. */
export interface Part {
  kind: ScanKind
  mask: Bits | null
  least: number
  best: Best
  counts: Int32Array
}

/** Takes blocks that nobody has taken until there are none. */
export function scanBlocks(
  control: Int32Array,
  scanner: Scanner,
  { kind, mask, least, best, counts }: Part,
): void {
  const rows = control[AT.rows] as number
  const blocks = Math.ceil(rows / BLOCK)
  const within = kind === 'likely' ? { least, mask } : mask && { mask }
  for (;;) {
    const from = Atomics.add(control, AT.next, TAKEN)
    if (from >= blocks) return
    for (let block = from; block < Math.min(blocks, from + TAKEN); block++) {
      const here = Math.min(BLOCK, rows - block * BLOCK)
      if (kind === 'estimate') scanner.estimate(block, here, mask, counts)
      else if (scanner.choose(block, here, within) > 0) scanner.offer(0, best)
    }
  }
}
