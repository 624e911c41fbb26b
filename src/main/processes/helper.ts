import { AppError } from '#shared/errors.ts'
import type { Hint } from '#shared/errors.ts'
import { READY } from './child.ts'
import { HelperCrash } from './crash.ts'
import type { CrashReason, Ending } from './crash.ts'
import { connectPeer } from './peer.ts'
import type { CallTable, Peer } from './peer.ts'
import type { Started } from './start.ts'

/** One life of a helper: what it holds (loaded models, say) is gone with it. */
export interface HelperRun<C extends CallTable<C>> {
  /** As `Peer.call`, once the helper is ready: only then a time limit begins to count. */
  readonly call: Peer<C>['call']
  readonly pid: number | null
  readonly isReady: boolean
  /** Resolves when it can be called. Rejects with `HelperCrash`, or `canceled` when it is closed. */
  readonly ready: Promise<void>
  /** Ends it at once; what is open is rejected with a `HelperCrash`. */
  kill(reason: CrashReason, how: string): void
}

/** One helper process or thread that is kept in use. */
export interface Helper<C extends CallTable<C>> {
  /** The helper as it runs now; started where it does not. @throws AppError `canceled`: closed */
  run(): HelperRun<C>
  /** The same, or null where it does not run. */
  readonly running: HelperRun<C> | null
  /**
   * Calls the helper.
   * @throws HelperCrash when it died before it answered, and what `Peer.call` throws
   */
  readonly call: Peer<C>['call']
  /** How often it had to be started again. */
  readonly restarts: number
  /** Rejects what is open with `canceled`, hangs up, kills what has not ended in time. */
  close(): Promise<void>
}

export interface HelperOptions {
  /** For messages, at the beginning of a sentence: `The picture decoder`. */
  name: string
  /** What to do about a crash. */
  hint?: Hint
  start(): Started
  /** An idle helper does not keep the program alive. */
  isFreeWhenIdle?: boolean
  /** How long it may take to end in order, milliseconds. */
  closeMs?: number
  /** What it tells beside its calls. */
  onTold?(name: string, value: unknown): void
  onReady?(): void
  /** It is gone; `again` in how many milliseconds it is started, null = when it is needed. */
  onCrash?(crash: HelperCrash, again: number | null): void
  /** Starts it again by itself. Without this it starts when it is next needed. */
  keepAlive?: {
    /** More crashes than `most` within `withinMs`: no more, `onCrash` is told so by null. */
    most: number
    withinMs: number
    delayMs(crashes: number): number
  }
}

/** Whatever it is doing, the program closes within a second. */
const CLOSE_MS = 500
/** One that hung up is about to end; one that does not is ended. */
const HUNG_UP_MS = 1000

/** A helper that starts with the first call, and again after it died. */
export function createHelper<C extends CallTable<C>>(options: HelperOptions): Helper<C> {
  const { name, hint, keepAlive } = options
  let current: Life<C> | null = null
  let isClosed = false
  let starts = 0
  let crashes: number[] = []
  let restart: NodeJS.Timeout | undefined

  function crashed(life: Life<C>, crash: HelperCrash): void {
    if (current !== life) return
    current = null
    if (isClosed) return
    const delay = keepAlive ? nextStart(keepAlive) : null
    options.onCrash?.(crash, delay)
    if (delay !== null) restart = setTimeout(() => void run(), delay)
  }

  function nextStart(keep: NonNullable<typeof keepAlive>): number | null {
    const now = Date.now()
    crashes = [...crashes.filter((at) => now - at < keep.withinMs), now]
    return crashes.length > keep.most ? null : keep.delayMs(crashes.length)
  }

  function run(): HelperRun<C> {
    if (isClosed) throw closed(name)
    clearTimeout(restart)
    if (!current) {
      starts++
      current = live<C>(options, (life, ending) => {
        const crash = new HelperCrash(name, ending, hint)
        life.over(isClosed ? closed(name) : crash)
        crashed(life, crash)
      })
    }
    return current
  }

  return {
    run,
    get running() {
      return current
    },
    async call(called, input, more) {
      return run().call(called, input, more)
    },
    get restarts() {
      return Math.max(0, starts - 1)
    },
    async close() {
      isClosed = true
      clearTimeout(restart)
      const last = current
      current = null
      await last?.close(closed(name), options.closeMs ?? CLOSE_MS)
    },
  }
}

function closed(name: string): AppError {
  return new AppError('canceled', `${name} was closed.`)
}

interface Life<C extends CallTable<C>> extends HelperRun<C> {
  /** Rejects what is open. */
  over(error: Error): void
  close(error: Error, patience: number): Promise<void>
}

function live<C extends CallTable<C>>(
  options: HelperOptions,
  onEnd: (life: Life<C>, ending: Ending) => void,
): Life<C> {
  const started = options.start()
  const isFree = options.isFreeWhenIdle ?? false
  let isReady = false
  let isOver = false
  let calls = 0
  let becomeReady: () => void = () => undefined
  let neverReady: (error: Error) => void = () => undefined
  const ready = new Promise<void>((resolve, reject) => {
    becomeReady = resolve
    neverReady = reject
  })
  // Who waits for it hears of it.
  ready.catch(() => undefined)

  const peer = connectPeer<C>(started.line, {
    onTold(name, value) {
      if (name !== READY) return options.onTold?.(name, value)
      if (isReady) return
      isReady = true
      becomeReady()
      if (!isOver) options.onReady?.()
    },
    onClosed(garbage) {
      if (garbage !== null) kill('garbage', garbage)
      else if (!isOver) setTimeout(started.kill, HUNG_UP_MS).unref()
    },
    onStuck: () => kill('stuck', 'a call did not end'),
  })

  const hold = (change: 1 | -1): void => {
    calls += change
    if (isFree && !isOver) started.hold(calls > 0)
  }
  const end = (ending: Ending): void => {
    if (isOver) return
    isOver = true
    const reason = isReady || ending.reason === 'out-of-memory' ? ending.reason : 'not-started'
    onEnd(life, { ...ending, reason })
  }
  const kill = (reason: CrashReason, how: string): void => {
    started.kill()
    end({ reason, how, lastWords: '' })
  }
  void started.ended.then(end)
  if (isFree) started.hold(false)

  const life: Life<C> = {
    pid: started.pid,
    get isReady() {
      return isReady
    },
    ready,
    kill,
    async call(name, input, more) {
      hold(1)
      try {
        if (!isReady) await ready
        return await peer.call(name, input, more)
      } finally {
        hold(-1)
      }
    },
    over(error) {
      neverReady(error)
      peer.end(error)
    },
    async close(error, patience) {
      isOver = true
      life.over(error)
      started.hold(true)
      started.line.close()
      const timer = setTimeout(started.kill, patience)
      await started.ended
      clearTimeout(timer)
    },
  }
  return life
}
