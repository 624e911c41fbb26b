import { startThread } from '../../processes/start.ts'
import type { Started } from '../../processes/start.ts'
import type { Best } from './best.ts'
import type { Bits } from './bits.ts'
import type { Blocks } from './blocks.ts'
import type { Scanner } from './scan.ts'
import { AT, KINDS, MOST, RESULT_BYTES, scanBlocks } from './scan-shared.ts'
import type { ScanKind, SharedScan } from './scan-shared.ts'

/** Threads that help an index to scan; see `scan-worker.ts`. */
export interface ThreadOptions {
  /** `scan-worker.ts`, or where the build put it. */
  entry: URL
  /** Beside the one that asks. */
  count: number
}

export interface ScanThreads {
  /**
   * Scans all rows (of a mask) for the query in the first place of the index's own room, together with
   * the threads that are there. The caller waits, a few milliseconds.
   */
  scan(
    scanner: Scanner,
    query: { step: number; sum: number },
    kind: ScanKind,
    mask: Bits | null,
    best: Best,
    capacity: number,
  ): void
  close(): void
}

/** Rows of which a mask can be shared at most. */
const MOST_ROWS = 2 ** 26
/** A thread that has not ended its part after this has died, milliseconds. */
const PATIENCE = 20_000

export function createScanThreads(blocks: Blocks, { entry, count }: ThreadOptions): ScanThreads {
  const shared: SharedScan = {
    memory: blocks.memory,
    layout: blocks.layout,
    control: new SharedArrayBuffer((AT.found + count) * 4),
    query: new SharedArrayBuffer(16),
    mask: new SharedArrayBuffer(4, { maxByteLength: MOST_ROWS / 8 }),
    results: new SharedArrayBuffer(count * RESULT_BYTES),
  }
  const control = new Int32Array(shared.control)
  let threads: Started[] = []
  let isOver = false

  /** They begin with the first scan and help from the next one on. */
  function start(): void {
    if (threads.length > 0 || isOver) return
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

  return {
    close,
    scan(scanner, query, kind, mask, best, capacity) {
      start()
      const canShare = !isOver && capacity <= MOST && blocks.size <= MOST_ROWS
      const taking = canShare ? Math.min(count, Atomics.load(control, AT.ready)) : 0
      new Float64Array(shared.query).set([query.step, query.sum])
      if (mask && taking > 0) setMask(mask)
      control[AT.rows] = blocks.size
      control[AT.kind] = KINDS.indexOf(kind)
      control[AT.capacity] = capacity
      control[AT.hasMask] = Number(mask !== null)
      control[AT.taking] = taking
      control[AT.done] = 0
      Atomics.store(control, AT.next, 0)
      Atomics.add(control, AT.scan, 1)
      Atomics.notify(control, AT.scan)
      scanBlocks(control, scanner, kind, mask, best)
      if (!allEnded(taking)) {
        // What they took is scanned again, alone.
        close()
        best.take()
        Atomics.store(control, AT.next, 0)
        scanBlocks(control, scanner, kind, mask, best)
        return
      }
      for (let me = 0; me < taking; me++) {
        const found = control[AT.found + me] as number
        const rows = new Uint32Array(shared.results, me * RESULT_BYTES, found)
        const scores = new Float64Array(shared.results, me * RESULT_BYTES + MOST * 4, found)
        for (let i = 0; i < found; i++) best.offer(rows[i] as number, scores[i] as number)
      }
    },
  }
}
