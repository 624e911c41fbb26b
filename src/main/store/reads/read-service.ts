import { Worker } from 'node:worker_threads'
import { AppError, fromErrorValue } from '#shared/errors.ts'
import type { ErrorValue } from '#shared/errors.ts'
import type { Changed, Reads } from './reads.ts'

/** A question to the reading thread, and its answer. */
export interface ReadCall {
  id: number
  name: string
  args: unknown
}
export type ReadReply =
  { id: number; ok: true; value: unknown } | { id: number; ok: false; error: ErrorValue }

type Asynchronous<F> = F extends (...args: infer A) => infer R ? (...args: A) => Promise<R> : never

/** The reads of a corpus, each as a promise; they run in a thread of their own. */
export type ReadService = {
  [N in Exclude<keyof Reads, 'invalidate'>]: Asynchronous<Reads[N]>
} & {
  /** Rows changed. Selections that were handed out keep their ids; new ones are made afresh. */
  invalidate(what: readonly Changed[]): void
  close(): Promise<void>
}

const NAMES: readonly Exclude<keyof Reads, 'invalidate'>[] = [
  'select',
  'page',
  'indexOf',
  'ids',
  'get',
  'list',
  'suggest',
  'stats',
  'failures',
  'sources',
  'histogram',
  'countAbove',
  'cutoffForShare',
  'around',
  'inBin',
  'sampleDropped',
  'exportPreview',
  'labelQueue',
  'labelQueuePage',
  'labelProgress',
  'labelItem',
  'spanCoverage',
  'spanDensity',
]

/**
 * Starts reading a corpus in a worker thread with a connection of its own, so that a heavy
 * question never blocks the one who asks. The thread starts with the first call, and again after
 * it died.
 * @param workerUrl `query-worker.ts`, or where the build put it
 */
export function createReadService(corpusPath: string, workerUrl: URL): ReadService {
  let worker: Worker | null = null
  let closed = false
  let nextId = 1
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>()

  function start(): Worker {
    const started = new Worker(workerUrl, { workerData: { corpusPath } })
    started.on('message', (reply: ReadReply) => {
      const call = waiting.get(reply.id)
      waiting.delete(reply.id)
      if (waiting.size === 0) started.unref()
      if (reply.ok) call?.resolve(reply.value)
      else call?.reject(fromErrorValue(reply.error))
    })
    const ended = (reason: string): void => {
      if (worker === started) worker = null
      for (const call of waiting.values()) {
        call.reject(
          new AppError('internal', `reading the corpus broke off: ${reason}`, 'Try again.'),
        )
      }
      waiting.clear()
    }
    started.on('error', (error) => ended(error instanceof Error ? error.message : String(error)))
    started.on('exit', (code) => {
      if (worker === started) ended(`the thread ended with ${code}`)
    })
    return started
  }

  function call(name: string, args: unknown): Promise<unknown> {
    if (closed) return Promise.reject(new AppError('conflict', `${corpusPath} is closed`))
    worker ??= start()
    const asked = worker
    return new Promise((resolve, reject) => {
      const id = nextId++
      waiting.set(id, { resolve, reject })
      // A question that is open keeps the program alive, an idle thread does not.
      asked.ref()
      asked.postMessage({ id, name, args } satisfies ReadCall)
    })
  }

  const reads = Object.fromEntries(
    NAMES.map((name) => [name, (args: unknown) => call(name, args)]),
  ) as unknown as Omit<ReadService, 'invalidate' | 'close'>
  return {
    ...reads,
    invalidate(what) {
      if (worker) void call('invalidate', what).catch(() => undefined)
    },
    async close() {
      closed = true
      const ending = worker
      worker = null
      await ending?.terminate()
      for (const open of waiting.values()) {
        open.reject(new AppError('canceled', `${corpusPath} was closed`))
      }
      waiting.clear()
    },
  }
}
