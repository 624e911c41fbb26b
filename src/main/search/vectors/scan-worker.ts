import { workerData } from 'node:worker_threads'
import { createBest } from './best.ts'
import type { Bits } from './bits.ts'
import { roomOf } from './blocks.ts'
import { BINS } from './estimates.ts'
import { createScanner } from './scan.ts'
import { AT, KINDS, MOST, RESULT_BYTES, scanBlocks } from './scan-shared.ts'
import type { SharedScan } from './scan-shared.ts'

/**
 * Entry of a thread that helps one index to scan. It sleeps until a scan begins and answers in shared
 * memory: a message would take longer than its part of the work. It ends with the one who started it.
 */
function serveScans({ memory, layout, ...shared }: SharedScan): never {
  const control = new Int32Array(shared.control)
  const query = new Float64Array(shared.query)
  let seen = Atomics.load(control, AT.scan)
  const me = Atomics.add(control, AT.ready, 1)
  // The first room belongs to the index itself, and its query is the one that is asked.
  const scanner = createScanner(memory, layout, me + 1)
  const rows = new Uint32Array(shared.results, me * RESULT_BYTES, MOST)
  const scores = new Float64Array(shared.results, me * RESULT_BYTES + MOST * 4, MOST)
  const counts = new Int32Array(shared.counts, me * BINS * 4, BINS)
  for (;;) {
    Atomics.wait(control, AT.scan, seen)
    seen = Atomics.load(control, AT.scan)
    if (me >= (control[AT.taking] as number)) continue
    const codes = new Int8Array(memory.buffer, roomOf(layout, 0).queries, layout.padded)
    scanner.setQuery(0, codes, query[0] as number, query[1] as number)
    const best = createBest(control[AT.capacity] as number)
    counts.fill(0)
    scanBlocks(control, scanner, {
      kind: KINDS[control[AT.kind] as number] ?? 'all',
      mask:
        control[AT.hasMask] === 1 ? (new Uint32Array(shared.mask) as Uint32Array as Bits) : null,
      least: query[2] as number,
      ...{ best, counts },
    })
    const found = best.take()
    rows.set(found.rows)
    scores.set(found.scores)
    control[AT.found + me] = found.rows.length
    Atomics.add(control, AT.done, 1)
    Atomics.notify(control, AT.done)
  }
}

serveScans(workerData as SharedScan)
