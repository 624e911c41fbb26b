import { totalmem } from 'node:os'
import { AppError } from '#shared/errors.ts'
import { HelperCrash } from './crash.ts'
import { createHelper } from './helper.ts'
import type { Helper, HelperRun } from './helper.ts'
import type { CallOptions, CallTable, EventOf, Reply } from './peer.ts'
import { startProcess } from './start.ts'

/**
 * Work on what strangers wrote, each call in a process that has nothing else to do: it may take the
 * time and the memory that it is given and no more. A call that takes more, or never ends, costs its
 * process and fails with its reason; the program and all other calls go on.
 *
 * The program that does the work answers by `serveParent`, as every helper. What it sends back is
 * read by the one who asked: it keeps answers and events small (some MB), whatever the file holds.
 */
export interface Watched<C extends CallTable<C>> {
  /**
   * @throws AppError of the work; `refused` beyond its time or its memory; `damaged` where the
   *   process broke off; `canceled` at most half a second after `signal` aborted, and when closed
   */
  call<N extends keyof C & string>(
    name: N,
    input: C[N]['input'],
    options: WatchedCall<EventOf<C[N]>>,
  ): Promise<Reply<C[N]['value']>>
  /** Ends all calls at once. */
  close(): Promise<void>
}

export interface WatchedCall<E> extends Pick<CallOptions<E>, 'bytes' | 'signal' | 'onEvent'> {
  /** What is read, as a message begins with it: the name of a file, `The page of this pair`. */
  about: string
  /**
   * Most milliseconds without the answer or an event, not counting the time in which an event is
   * taken in. Default: `PATIENCE_MS`.
   */
  patienceMs?: number | undefined
}

export interface WatchedOptions {
  /** For messages, at the beginning of a sentence: `The reader of tables`. */
  name: string
  entry: URL
  /** Largest heap, MB. Default: `HEAP_MB`. */
  heapMB?: number
  /** What to do about a file that takes too much; default: get it again or leave it out. */
  hint?: string
  /** A process without a call is ended after this; 0 = at once. */
  idleMs?: number
  /** Calls at once; others wait for their turn. Default: any number. */
  most?: number
}

/** Far more than any sound file takes for one step on a slow machine under load. */
export const PATIENCE_MS = 20_000
export const HEAP_MB = 2048
/** Beside the heap: the runtime, its threads, buffers that files are unpacked into. */
const OUTSIDE_MB = 1024
/** What it reads goes on at once: a small young generation holds some tens of MB less. */
const YOUNG = '--max-semi-space-size=2'

/** A canceled call may end by itself within this. */
const GRACE_MS = 300
const IDLE_MS = 5000

const HINT = 'It may be damaged, or made to keep programs busy. Get it again, or leave it out.'

export function createWatched<C extends CallTable<C>>(options: WatchedOptions): Watched<C> {
  const { name, entry, hint = HINT, idleMs = IDLE_MS, most = Infinity } = options
  // On a small machine less, so that it does not begin to swap.
  const heapMB = Math.min(options.heapMB ?? HEAP_MB, Math.floor(totalmem() / 2 ** 21))
  const memoryMB = heapMB + OUTSIDE_MB
  const idle = new Map<Helper<C>, NodeJS.Timeout>()
  const all = new Set<Helper<C>>()
  const waiting: (() => void)[] = []
  let busy = 0
  let isClosed = false

  function start(): Helper<C> {
    const helper = createHelper<C>({
      name,
      closeMs: 0,
      isFreeWhenIdle: true,
      start: () =>
        startProcess(entry, {
          nodeArgs: [`--max-old-space-size=${heapMB}`, YOUNG],
          memory: memoryMB * 2 ** 20,
          env: { ...process.env, NODE_OPTIONS: '' },
        }),
    })
    all.add(helper)
    return helper
  }

  function take(): Helper<C> {
    for (const [helper, timer] of idle) {
      clearTimeout(timer)
      idle.delete(helper)
      if (helper.running) return helper
      all.delete(helper)
    }
    return start()
  }

  async function end(helper: Helper<C>): Promise<void> {
    clearTimeout(idle.get(helper))
    idle.delete(helper)
    all.delete(helper)
    await helper.close()
  }

  /** Keeps one process for the next call. */
  function giveBack(helper: Helper<C>): void {
    if (isClosed || !helper.running || idle.size > 0 || idleMs === 0) return void end(helper)
    idle.set(helper, setTimeout(() => void end(helper), idleMs).unref())
  }

  async function myTurn(): Promise<void> {
    if (busy >= most) await new Promise<void>((resolve) => waiting.push(resolve))
    busy++
  }

  function over(): void {
    busy--
    waiting.shift()?.()
  }

  const tooMuch = (what: string): AppError => new AppError('refused', what, hint)

  function reasonOf(error: unknown, about: string, patienceMs: number): unknown {
    if (!(error instanceof HelperCrash)) return error
    switch (error.reason) {
      case 'not-started':
        return error
      case 'stalled':
        return tooMuch(`${about} was given up: nothing came of it for ${patienceMs / 1000} s.`)
      case 'out-of-memory':
        return tooMuch(`${about} was given up: it takes more than ${memoryMB} MB of memory.`)
      default:
        return new AppError('damaged', `${about} broke the process that read it.`, hint, {
          cause: error,
          details: [error.how, error.details].filter(Boolean).join(': '),
        })
    }
  }

  return {
    async call(called, input, { about, patienceMs = PATIENCE_MS, signal, bytes, onEvent }) {
      if (isClosed) throw new AppError('canceled', `${name} was closed.`)
      const canceled = (): AppError => new AppError('canceled', `Reading ${about} was canceled.`)
      await myTurn()
      let helper: Helper<C>
      let run: HelperRun<C>
      try {
        if (isClosed || signal?.aborted) throw canceled()
        helper = take()
        run = helper.run()
      } catch (error) {
        over()
        throw error
      }
      const clock = createClock(run, patienceMs)
      try {
        // Only when it can work does its time begin to count.
        void run.ready.then(clock.start, () => undefined)
        const reply = await run.call(called, input, {
          graceMs: GRACE_MS,
          ...(bytes && { bytes }),
          ...(signal && { signal }),
          async onEvent(event) {
            clock.stop()
            await onEvent?.(event)
            clock.start()
          },
        })
        giveBack(helper)
        return reply
      } catch (error) {
        // One that threw an error of ours is as good as before.
        if (error instanceof HelperCrash || signal?.aborted) void end(helper)
        else giveBack(helper)
        throw reasonOf(error, about, patienceMs)
      } finally {
        clock.end()
        over()
      }
    },
    async close() {
      isClosed = true
      for (const go of waiting.splice(0)) go()
      await Promise.all([...all].map(end))
    },
  }
}

/** Ends a run that is silent for too long. */
function createClock(run: Pick<HelperRun<never>, 'kill'>, patienceMs: number) {
  let timer: NodeJS.Timeout | undefined
  let isOver = false
  const stop = (): void => clearTimeout(timer)
  return {
    stop,
    end(): void {
      isOver = true
      stop()
    },
    start(): void {
      stop()
      if (isOver) return
      timer = setTimeout(() => run.kill('stalled', 'no answer in time'), patienceMs)
    },
  }
}
