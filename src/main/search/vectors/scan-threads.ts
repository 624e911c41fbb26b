import { startThread } from '../../processes/start.ts'
import type { Started } from '../../processes/start.ts'
import { createBest } from './best.ts'
import type { Best } from './best.ts'
import type { Bits } from './bits.ts'
import type { Blocks } from './blocks.ts'
import { BINS } from './estimates.ts'
import type { Scanner } from './scan.ts'
import { AT, KINDS, MOST, RESULT_BYTES, scanBlocks } from './scan-shared.ts'
import type { Part, SharedScan } from './scan-shared.ts'

/** Threads that help an index to scan; see `scan-worker.ts`. */
export interface ThreadOptions {
  /** `scan-worker.ts`, or where the build put it. */
  entry: URL
  /** Beside the one that asks. */
  count: number
}

/** One query, whose codes are in the first place of the index's own room, its table beside them. */
export interface OneQuery {
  step: number
  sum: number
  mask: Bits | null
}

export interface ScanThreads {
  /** The best by codes of all rows, or of those whose estimate is not below `least`. */
  best(query: OneQuery, capacity: number, least?: number): Best
  /** Estimates all rows. @returns how many of the mask are in each bin */
  estimate(query: OneQuery): Int32Array
  close(): void
}

/** Rows of which a mask can be shared at most. */
const MOST_ROWS = 2 ** 26
/** A thread that has not ended its part after this has died, milliseconds. */
const PATIENCE = 20_000

/** Scans by this thread and those that are there; the caller waits, a few milliseconds. */
export function createScanThreads(
  blocks: Blocks,
  scanner: Scanner,
  { entry, count }: ThreadOptions | { entry: null; count: 0 },
): ScanThreads {
  const shared: SharedScan = {
    memory: blocks.memory,
    layout: blocks.layout,
    control: new SharedArrayBuffer((AT.found + count) * 4),
    query: new SharedArrayBuffer(24),
    mask: new SharedArrayBuffer(4, { maxByteLength: MOST_ROWS / 8 }),
    results: new SharedArrayBuffer(count * RESULT_BYTES),
    counts: new SharedArrayBuffer(count * BINS * 4),
  }
  const control = new Int32Array(shared.control)
  let threads: Started[] = []
  let isOver = false

  /** They begin with the first scan and help from the next one on. */
  function start(): void {
    if (threads.length > 0 || isOver || entry === null) return
    threads = Array.from({ length: count }, () => startThread(entry, { data: shared }))
    for (const thread of threads) thread.hold(false)
  }

  function close(): void {
    isOver = true
    for (const thread of threads.splice(0)) thread.kill()
  }

  function setMask(mask: Bits): void {
    if (mask.byteLength > shared.mask.byteLength) shared.mask.grow(mask.byteLength)
    const words = new Uint32Array(shared.mask)
    words.set(mask)
    words.fill(0, mask.length)
  }

  /** Whether all that took part have ended. */
  function allEnded(taking: number): boolean {
    const until = performance.now() + PATIENCE
    for (;;) {
      const done = Atomics.load(control, AT.done)
      if (done === taking) return true
      if (performance.now() > until) return false
      Atomics.wait(control, AT.done, done, 1000)
    }
  }

  /** @returns how many threads took part, each with its part of what came out */
  function scan({ step, sum }: OneQuery, capacity: number, mine: Part): number {
    start()
    const canShare = !isOver && capacity <= MOST && blocks.size <= MOST_ROWS
    const taking = canShare ? Math.min(count, Atomics.load(control, AT.ready)) : 0
    new Float64Array(shared.query).set([step, sum, mine.least])
    if (mine.mask && taking > 0) setMask(mine.mask)
    control[AT.rows] = blocks.size
    control[AT.kind] = KINDS.indexOf(mine.kind)
    control[AT.capacity] = capacity
    control[AT.hasMask] = Number(mine.mask !== null)
    control[AT.taking] = taking
    control[AT.done] = 0
    Atomics.store(control, AT.next, 0)
    Atomics.add(control, AT.scan, 1)
    Atomics.notify(control, AT.scan)
    scanBlocks(control, scanner, mine)
    if (allEnded(taking)) return taking
    // What they took is scanned again, alone.
    close()
    mine.best.take()
    mine.counts.fill(0)
    Atomics.store(control, AT.next, 0)
    scanBlocks(control, scanner, mine)
    return 0
  }

  const noCounts = new Int32Array(0)
  const nothing = createBest(0)

  return {
    close,
    best(query, capacity, least) {
      const best = createBest(capacity)
      const { mask } = query
      const of = { mask, least: least ?? -Infinity, best, counts: noCounts }
      const kind = least === undefined ? 'all' : 'likely'
      const taking = scan(query, capacity, { kind, ...of })
      for (let me = 0; me < taking; me++) {
        const found = control[AT.found + me] as number
        const rows = new Uint32Array(shared.results, me * RESULT_BYTES, found)
        const scores = new Float64Array(shared.results, me * RESULT_BYTES + MOST * 4, found)
        for (let i = 0; i < found; i++) best.offer(rows[i] as number, scores[i] as number)
      }
      return best
    },
    estimate(query) {
      const counts = new Int32Array(BINS)
      const of = { mask: query.mask, least: 0, best: nothing, counts }
      const taking = scan(query, 0, { kind: 'estimate', ...of })
      const theirs = new Int32Array(shared.counts, 0, taking * BINS)
      theirs.forEach((n, i) => (counts[i % BINS] = (counts[i % BINS] as number) + n))
      return counts
    },
  }
}
