/** A helper, as a process or as a thread, that does what it is asked: well, slowly, or not at all. */
import { writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { AppError } from '#shared/errors.ts'
import { serveParent, WIRE_FD } from '../../../src/main/processes/child.ts'

export interface OddCalls {
  add: { input: number[]; value: number }
  pid: { input: null; value: number }
  double: { input: null; value: { length: number } }
  /** Tells 0 to n-1; what the value says is how many were on the way at most. */
  count: { input: { n: number }; value: { most: number }; event: number }
  /** Ends when it is canceled. */
  wait: { input: null; value: string }
  refuse: { input: null; value: never }
  hang: { input: null; value: never }
  die: { input: { words: string }; value: never }
  babble: { input: null; value: never }
  grow: { input: null; value: never }
  /** As `grow`, without ever coming back to its loop. */
  swell: { input: { heap: boolean }; value: never }
  sleep: { input: { ms: number }; value: number }
  /** Works on the records one after the other, telling where it is; 'die' and 'hang' do so. */
  records: { input: { records: string[]; skip: number[] }; value: string[] }
}

const place = (workerData as { place?: Int32Array } | null)?.place ?? new Int32Array(1)
const kept: unknown[] = []
if (process.env['ODD_HELPER'] === 'does not start') throw new Error('no licence')

serveParent<OddCalls>({
  add: (numbers) => ({ value: numbers.reduce((a, b) => a + b, 0) }),
  pid: () => ({ value: process.pid }),
  double(_input, { bytes }) {
    const twice = new Uint8Array(2 * bytes.length)
    twice.set(bytes)
    twice.set(bytes, bytes.length)
    return { value: { length: twice.length }, bytes: twice, transfer: [twice.buffer] }
  },
  async count({ n }, { emit }) {
    let open = 0
    let most = 0
    for (let i = 0; i < n; i++) {
      most = Math.max(most, ++open)
      await emit(i)
      open--
    }
    return { value: { most } }
  },
  wait: (_input, { signal }) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve({ value: 'ended by itself' }))
    }),
  refuse() {
    throw new AppError('conflict', 'not like this', 'Like that.')
  },
  hang() {
    for (;;);
  },
  async die({ words }) {
    if (!parentPort) writeSync(2, `${words}\n`)
    await sleep(20)
    setImmediate(() => {
      if (parentPort) throw new Error(words)
      process.abort()
    })
    return new Promise(() => undefined)
  },
  async babble() {
    if (parentPort) parentPort.postMessage('?')
    else writeSync(WIRE_FD, Buffer.alloc(64, 255))
    return new Promise(() => undefined)
  },
  async grow() {
    for (;;) {
      kept.push(parentPort ? new Array<number>(1e6).fill(kept.length) : Buffer.alloc(1e7, 1))
      await sleep(1)
    }
  },
  swell({ heap }) {
    for (;;) kept.push(heap ? new Array<number>(1e6).fill(kept.length) : Buffer.alloc(1e7, 1))
  },
  async sleep({ ms }) {
    await sleep(ms)
    return { value: ms }
  },
  records({ records, skip }) {
    const done: string[] = []
    for (const [i, record] of records.entries()) {
      if (skip.includes(i)) continue
      Atomics.store(place, 0, i)
      if (record === 'die') process.exit(7)
      if (record === 'hang') for (;;);
      done.push(record)
    }
    Atomics.store(place, 0, -1)
    return { value: done }
  },
})
