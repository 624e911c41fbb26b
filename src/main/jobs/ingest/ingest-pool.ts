import { Worker } from 'node:worker_threads'
import { AppError } from '#shared/errors.ts'
import type {
  ExtractReply,
  ExtractTask,
  ExtractWorkerData,
  RecordResult,
  TaskRecord,
} from './ingest-task.ts'

/** A record may keep a worker busy for this long; extraction's own limit is shorter. */
const PATIENCE_MS = 12_000
/** V8's heap of one worker; bytes of blocks are not in it. */
const HEAP_MB = 384
/** Blocks of most tasks fit into memory of this size, which is used over and over. */
export const SLOT_BYTES = 1 << 20
/** Memory for blocks; a single larger block may go beyond it. */
const MAX_MEMORY = 8 << 20
/** Tasks that wait inside a worker while it works on another: it never idles. */
const AHEAD = 2

export interface TaskResult {
  results: RecordResult[]
  kept: Map<number, Uint8Array>
}

export interface ExtractPool {
  /**
   * Memory for the blocks of a task; waits while too much of it is in use. It goes back with the
   * task's answer.
   */
  memory(size: number): Promise<Uint8Array<SharedArrayBuffer>>
  /** Works on the records; never rejects because of a record, only when the disk fails. */
  run(bytes: Uint8Array<SharedArrayBuffer>, records: TaskRecord[]): Promise<TaskResult>
  /** Workers that died and were replaced. */
  readonly replaced: number
  close(): Promise<void>
}

interface Open {
  task: ExtractTask
  /** Reason by place, of records that broke a worker. */
  broken: Map<number, { reason: string; detail: string }>
  tries: number
  resolve(result: TaskResult): void
  reject(error: unknown): void
}

interface Seat {
  worker: Worker
  place: Int32Array
  open: Open[]
  /** What was seen at the last look of the watch, and since when. */
  seen: { task: number; place: number; since: number }
}

/**
 * Workers that extract. One that dies, runs out of memory or hangs on a record is replaced: the
 * record is failed with its reason, everything else that it held is done again.
 */
export function createExtractPool(options: {
  entry: URL
  workers: number
  corpusPath: string
  keepHtml: boolean
  patienceMs?: number
}): ExtractPool {
  const seats: Seat[] = []
  const queue: Open[] = []
  const slots: Uint8Array<SharedArrayBuffer>[] = []
  const waiting: (() => void)[] = []
  const patience = options.patienceMs ?? PATIENCE_MS
  let inUse = 0
  let replaced = 0
  let nextId = 1
  let closed = false

  function seat(): Seat {
    const current = new SharedArrayBuffer(4)
    const place = new Int32Array(current)
    place[0] = -1
    const workerData: ExtractWorkerData = {
      corpusPath: options.corpusPath,
      keepHtml: options.keepHtml,
      current,
    }
    const worker = new Worker(options.entry, {
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: 24 },
    })
    const made: Seat = { worker, place, open: [], seen: { task: -1, place: -1, since: 0 } }
    worker.on('message', (reply: ExtractReply) => answered(made, reply))
    worker.on('error', (error) => {
      const code = (error as { code?: unknown }).code
      const reason = code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'page-out-of-memory' : 'page-crash'
      dead(made, reason, error instanceof Error ? error.message : String(error))
    })
    worker.on('exit', (code) => dead(made, 'page-crash', `the worker ended with ${code}`))
    return made
  }

  function feed(): void {
    if (closed) return
    for (;;) {
      if (queue.length === 0) return
      let best = seats.reduce<Seat | null>(
        (least, one) => (least === null || one.open.length < least.open.length ? one : least),
        null,
      )
      if ((best === null || best.open.length > 0) && seats.length < options.workers) {
        best = seat()
        seats.push(best)
      }
      if (!best || best.open.length >= AHEAD) return
      const next = queue.shift() as Open
      best.open.push(next)
      best.worker.postMessage(next.task)
    }
  }

  function answered(from: Seat, reply: ExtractReply): void {
    const at = from.open.findIndex((open) => open.task.id === reply.id)
    const open = from.open[at]
    if (!open) return
    from.open.splice(at, 1)
    if (reply.fatal) {
      settle(open, () =>
        open.reject(Object.assign(new Error(reply.fatal?.message), { code: reply.fatal?.code })),
      )
    } else {
      const { results } = reply
      for (const [place, why] of open.broken) results[place] = { kind: 'failed', ...why }
      settle(open, () => open.resolve({ results, kept: new Map(reply.kept) }))
    }
    feed()
  }

  function settle(open: Open, end: () => void): void {
    const bytes = new Uint8Array(open.task.bytes)
    inUse -= bytes.length
    if (bytes.length === SLOT_BYTES) slots.push(bytes)
    end()
    waiting.shift()?.()
  }

  /** The record that was being worked on is failed; the rest is given to others. */
  function dead(gone: Seat, reason: string, detail: string): void {
    const at = seats.indexOf(gone)
    if (at < 0 || closed) return
    seats.splice(at, 1)
    replaced++
    const [first, ...others] = gone.open
    if (first) {
      const place = Atomics.load(gone.place, 0)
      first.tries++
      if (place >= 0 && place < first.task.records.length) {
        first.broken.set(place, { reason, detail })
        first.task.skip.push(place)
        queue.unshift(first, ...others)
      } else if (first.tries < 3) {
        queue.unshift(first, ...others)
      } else {
        // It dies before it begins: no record is to blame.
        queue.unshift(...others)
        settle(first, () =>
          first.reject(new AppError('internal', `the extract worker does not run: ${detail}`)),
        )
      }
    }
    feed()
  }

  const watch = setInterval(
    () => {
      const now = Date.now()
      for (const one of [...seats]) {
        const task = one.open[0]?.task.id ?? -1
        const place = Atomics.load(one.place, 0)
        if (task !== one.seen.task || place !== one.seen.place) {
          one.seen = { task, place, since: now }
        } else if (task >= 0 && place >= 0 && now - one.seen.since > patience) {
          void one.worker.terminate()
          dead(one, 'page-timeout', `no result after ${Math.round(patience / 1000)} s`)
        }
      }
    },
    Math.min(500, patience / 4),
  )
  watch.unref()

  return {
    get replaced() {
      return replaced
    },
    async memory(size) {
      const wanted = Math.max(size, SLOT_BYTES)
      while (inUse > 0 && inUse + wanted > MAX_MEMORY) {
        await new Promise<void>((resolve) => waiting.push(resolve))
      }
      inUse += wanted
      const slot = wanted === SLOT_BYTES ? slots.pop() : undefined
      return slot ?? new Uint8Array(new SharedArrayBuffer(wanted))
    },
    run(bytes, records) {
      return new Promise((resolve, reject) => {
        const task: ExtractTask = { id: nextId++, bytes: bytes.buffer, records, skip: [] }
        queue.push({ task, broken: new Map(), tries: 0, resolve, reject })
        feed()
      })
    },
    async close() {
      closed = true
      clearInterval(watch)
      await Promise.all(seats.map(({ worker }) => worker.terminate()))
    },
  }
}
