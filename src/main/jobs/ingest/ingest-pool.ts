import { AppError } from '#shared/errors.ts'
import { createPool } from '../../processes/pool.ts'
import type { CrashReason } from '../../processes/crash.ts'
import { startThread } from '../../processes/start.ts'
import type {
  ExtractCalls,
  ExtractTask,
  ExtractWorkerData,
  Problem,
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

/** What is known of a task beside what the worker is sent. */
interface Trouble {
  /** By place, of records that broke a worker. */
  broken: Map<number, Problem>
  tries: number
}

/** Deaths of a worker that is at no record. */
const MAX_TRIES = 3

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
  const slots: Uint8Array<SharedArrayBuffer>[] = []
  const waiting: (() => void)[] = []
  const troubles = new Map<ExtractTask, Trouble>()
  let inUse = 0

  const pool = createPool<ExtractCalls>({
    name: 'The extract worker',
    helpers: options.workers,
    perHelper: AHEAD,
    patienceMs: options.patienceMs ?? PATIENCE_MS,
    closeMs: 0,
    start(current) {
      const { corpusPath, keepHtml } = options
      const data: ExtractWorkerData = { corpusPath, keepHtml, current }
      return startThread(options.entry, { data, heapMB: HEAP_MB })
    },
    /** The record that was being worked on is failed; the rest is given to others. */
    judge({ input: task, place, at }, crash) {
      // A worker does one task after the other.
      if (place > 0) return 'again'
      const trouble = troubles.get(task) ?? { broken: new Map<number, Problem>(), tries: 0 }
      troubles.set(task, trouble)
      trouble.tries++
      if (at >= 0 && at < task.records.length) {
        trouble.broken.set(at, { reason: REASONS[crash.reason], detail: crash.how })
        task.skip.push(at)
        return 'again'
      }
      if (trouble.tries < MAX_TRIES) return 'again'
      // It dies before it begins: no record is to blame.
      return new AppError('internal', `the extract worker does not run: ${crash.how}`)
    },
  })

  function giveBack(bytes: Uint8Array<SharedArrayBuffer>): void {
    inUse -= bytes.length
    if (bytes.length === SLOT_BYTES) slots.push(bytes)
    waiting.shift()?.()
  }

  return {
    get replaced() {
      return pool.replaced
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
    async run(bytes, records) {
      const task: ExtractTask = { bytes: bytes.buffer, records, skip: [] }
      try {
        const { results, kept, fatal } = (await pool.run('extract', task)).value
        if (fatal) throw Object.assign(new Error(fatal.message), { code: fatal.code })
        for (const [place, why] of troubles.get(task)?.broken ?? []) {
          results[place] = { kind: 'failed', ...why }
        }
        return { results, kept: new Map(kept) }
      } finally {
        troubles.delete(task)
        giveBack(bytes)
      }
    },
    close: () => pool.close(),
  }
}

const REASONS: Record<CrashReason, string> = {
  'not-started': 'page-crash',
  ended: 'page-crash',
  garbage: 'page-crash',
  stuck: 'page-crash',
  'out-of-memory': 'page-out-of-memory',
  stalled: 'page-timeout',
}
