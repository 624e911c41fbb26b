import type { Best } from './best.ts'
import { BLOCK } from './blocks.ts'
import type { Layout } from './blocks.ts'
import type { Scanner } from './scan.ts'

/** What the threads of one index share beside its codes. */
export interface SharedScan {
  memory: WebAssembly.Memory
  layout: Layout
  /** Int32, by `AT`. */
  control: SharedArrayBuffer
  /** Float64: step and sum of the query. */
  query: SharedArrayBuffer
  /** A set of rows, as `Bits`; as long as rows need. */
  mask: SharedArrayBuffer
  /** Of each thread: MOST rows (uint32), then as many scores (float64), one thread after the other. */
  results: SharedArrayBuffer
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
export const KINDS = ['fine', 'coarse'] as const
export type ScanKind = (typeof KINDS)[number]
export const RESULT_BYTES = MOST * 12

/** Blocks that are taken at a time. */
const TAKEN = 4

/** Takes blocks that nobody has taken until there are none. */
export function scanBlocks(
  control: Int32Array,
  scanner: Scanner,
  kind: ScanKind,
  mask: Uint32Array<ArrayBuffer> | null,
  best: Best,
): void {
  const rows = control[AT.rows] as number
  const blocks = Math.ceil(rows / BLOCK)
  for (;;) {
    const from = Atomics.add(control, AT.next, TAKEN)
    if (from >= blocks) return
    for (let block = from; block < Math.min(blocks, from + TAKEN); block++) {
      const within = mask === null ? null : { mask }
      if (scanner.choose(block, Math.min(BLOCK, rows - block * BLOCK), within) > 0) {
        scanner.offer(0, kind, best)
      }
    }
  }
}
