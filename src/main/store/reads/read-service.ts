import { AppError } from '#shared/errors.ts'
import { createHelper } from '../../processes/helper.ts'
import { startThread } from '../../processes/start.ts'
import type { Reads } from './reads.ts'
import type { Changed } from './versions.ts'

/** The reads as calls to the reading thread. */
export type ReadCalls = {
  [N in keyof Reads]: { input: Parameters<Reads[N]>[0]; value: ReturnType<Reads[N]> }
}

type Asynchronous<F> = F extends (...args: infer A) => infer R ? (...args: A) => Promise<R> : never

/** The reads of a corpus, each as a promise; they run in a thread of their own. */
export type ReadService = {
  [N in Exclude<keyof Reads, 'invalidate'>]: Asynchronous<Reads[N]>
} & {
  /** Rows changed. Selections that were handed out keep their ids; new ones are made afresh. */
  invalidate(what: readonly Changed[]): void
  close(): Promise<void>
}

/**
 * Starts reading a corpus in a worker thread with a connection of its own, so that a heavy
 * question never blocks the one who asks. The thread starts with the first call, and again after
 * it died.
 * @param workerUrl `query-worker.ts`, or where the build put it
 */
export function createReadService(corpusPath: string, workerUrl: URL): ReadService {
  const helper = createHelper<ReadCalls>({
    name: 'Reading the corpus',
    hint: 'Try again.',
    start: () => startThread(workerUrl, { data: { corpusPath } }),
    isFreeWhenIdle: true,
  })
  let isClosed = false

  async function ask<N extends keyof ReadCalls>(
    name: N,
    args: ReadCalls[N]['input'],
  ): Promise<ReadCalls[N]['value']> {
    if (isClosed) throw new AppError('conflict', `${corpusPath} is closed`)
    return (await helper.call(name, args)).value
  }

  const own: Pick<ReadService, 'invalidate' | 'close'> = {
    invalidate(what) {
      if (helper.running) ask('invalidate', what).catch(() => undefined)
    },
    close() {
      isClosed = true
      return helper.close()
    },
  }
  // Every read is there without being named; one that is none is refused by the thread.
  return new Proxy(own, {
    get(_own, name) {
      if (Object.hasOwn(own, name)) return own[name as keyof typeof own]
      // A promise asks everything whether it has `then`.
      if (typeof name !== 'string' || name === 'then') return undefined
      return (args: never) => ask(name as keyof ReadCalls, args)
    },
  }) as ReadService
}
