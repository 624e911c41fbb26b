import { Worker } from 'node:worker_threads'
import { AppError, fromErrorValue } from '#shared/errors.ts'
import type { ErrorValue } from '#shared/errors.ts'
import { ENGINE_STOPS } from '../run/job.ts'
import type { SpanTasks } from './span-tasks.ts'

/** What a task in a thread of its own has beside its arguments. */
export interface AsideIo {
  /** Aborted when the one who asked no longer wants it: end soon, with what there is. */
  signal: AbortSignal
  /** Tells something on the way; resolves when it was taken in, so that nothing piles up. */
  emit(event: unknown): Promise<void>
}

export type ToAside = { kind: 'abort' } | { kind: 'taken' }
export type FromAside =
  | { kind: 'event'; event: unknown }
  | { kind: 'done'; value: unknown }
  | { kind: 'failed'; error: ErrorValue }

type TaskName = keyof SpanTasks
type Arguments<N extends TaskName> = Parameters<SpanTasks[N]>[0]
type Result<N extends TaskName> = Awaited<ReturnType<SpanTasks[N]>>

/** How long a task may take to end after it was asked to. */
const GRACE_MS = 30_000

/**
 * Runs one task of `span-tasks.ts` in a thread of its own, so that the engine goes on answering.
 * Arguments, events and the result are copied between the threads.
 *
 * An aborted task ends by itself with what it has; one that does not is ended (`canceled`).
 * @param options.graceMs how long an aborted task may take to end by itself; 0 = it never does
 * @param options.timeoutMs after which the thread is ended with `refused`
 * @throws AppError of the task; `internal` when the thread dies
 */
export function runAside<N extends TaskName>(
  entry: URL,
  name: N,
  args: Arguments<N>,
  options: {
    signal?: AbortSignal | undefined
    graceMs?: number
    timeoutMs?: number
    onEvent?: (event: unknown) => void | Promise<void>
  } = {},
): Promise<Result<N>> {
  const { signal, graceMs = GRACE_MS, timeoutMs, onEvent } = options
  return new Promise((resolve, reject) => {
    const worker = new Worker(entry, { workerData: { name, args } })
    const timers: NodeJS.Timeout[] = []
    let isOver = false
    const end = (settle: () => void): void => {
      if (isOver) return
      isOver = true
      for (const timer of timers) clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      void worker.terminate()
      settle()
    }
    const fail = (error: unknown): void => end(() => reject(error as Error))
    const abort = (): void => {
      worker.postMessage({ kind: 'abort' } satisfies ToAside)
      const canceled = new AppError('canceled', 'The work was canceled.')
      // The program ends: what is not written down is done again at its next start.
      const grace = signal?.reason === ENGINE_STOPS ? 0 : graceMs
      timers.push(setTimeout(() => fail(canceled), grace))
    }
    worker.on('message', (message: FromAside) => {
      switch (message.kind) {
        case 'event':
          // What the listener throws ends the task: its rows could not be written.
          Promise.resolve()
            .then(() => (isOver ? undefined : onEvent?.(message.event)))
            .then(() => worker.postMessage({ kind: 'taken' } satisfies ToAside), fail)
          break
        case 'done':
          end(() => resolve(message.value as Result<N>))
          break
        case 'failed':
          fail(fromErrorValue(message.error))
      }
    })
    worker.on('error', (error) => {
      const why = error instanceof Error ? error.message : String(error)
      fail(new AppError('internal', `The thread for ${name} broke off: ${why}`))
    })
    worker.on('exit', (code) =>
      fail(new AppError('internal', `The thread for ${name} ended with ${code}.`)),
    )
    if (timeoutMs !== undefined) {
      const seconds = Math.round(timeoutMs / 1000)
      const late = new AppError('refused', `This took longer than ${seconds} s and was ended.`)
      timers.push(setTimeout(() => fail(late), timeoutMs))
    }
    if (signal?.aborted) abort()
    else signal?.addEventListener('abort', abort)
  })
}
