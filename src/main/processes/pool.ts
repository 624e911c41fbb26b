import { AppError } from '#shared/errors.ts'
import { HelperCrash } from './crash.ts'
import { createHelper } from './helper.ts'
import type { Helper, HelperOptions } from './helper.ts'
import type { CallOptions, CallTable, EventOf, Reply } from './peer.ts'
import type { Started } from './start.ts'

/** A call that its helper did not live to answer. */
export interface LostCall<C extends CallTable<C>> {
  name: keyof C & string
  /** May be changed before it is done again. */
  input: C[keyof C]['input']
  /** Among the calls that the helper had: 0 came first. */
  place: number
  /** What the helper was at, as it told itself; -1 = nothing. */
  at: number
}

/**
 * What becomes of a lost call: it is done `again` with others, or as a `suspect` with nothing else
 * in its helper, or rejected with an error.
 */
export type Verdict = 'again' | 'suspect' | Error

export interface PoolOptions<C extends CallTable<C>> extends Omit<HelperOptions, 'start'> {
  /** Helpers at most; they start as there is work for them. */
  helpers: number
  /** Calls that a helper has at once. */
  perHelper: number
  /** @param place shared with the helper, which may write there what it is at; -1 = nothing */
  start(place: Int32Array<SharedArrayBuffer>): Started
  /** A helper that is at the same place of the same call for longer than this is ended. */
  patienceMs?: number
  /**
   * Judges the calls that died with a helper. Without it: what was ended because of another call is
   * done again; the others are suspects; a suspect that dies alone is rejected with the crash.
   */
  judge?(lost: LostCall<C>, crash: HelperCrash): Verdict
}

/** Several helpers that share their work. */
export interface Pool<C extends CallTable<C>> {
  /**
   * Done by the next helper that is free, again where one dies.
   * @throws HelperCrash for the call that is to blame; AppError `canceled` (closed)
   */
  run<N extends keyof C & string>(
    name: N,
    input: C[N]['input'],
    options?: CallOptions<EventOf<C[N]>>,
  ): Promise<Reply<C[N]['value']>>
  /** Helpers that died at work. */
  readonly replaced: number
  /** Of a helper that runs. */
  readonly pid: number | null
  close(): Promise<void>
}

interface Task<C extends CallTable<C>> {
  name: keyof C & string
  input: C[keyof C]['input']
  options: CallOptions<EventOf<C[keyof C & string]>> | undefined
  isSuspect: boolean
  resolve(reply: Reply<unknown>): void
  reject(error: unknown): void
}

interface Seat<C extends CallTable<C>> {
  helper: Helper<C>
  /** In the order in which they were given. */
  tasks: Task<C>[]
  /** Died with the helper; judged together when all of them are here. */
  lost: Task<C>[]
  crash: HelperCrash | null
  place: Int32Array<SharedArrayBuffer>
  /** What the watch saw last, and since when. */
  seen: { task: Task<C> | null; place: number; since: number }
}

/** More failures in a row than this are no accident. */
const FAILED_STARTS = 3

/** Helpers that share a queue; a crash costs the call that is to blame, and no other. */
export function createPool<C extends CallTable<C>>(options: PoolOptions<C>): Pool<C> {
  const { name, patienceMs } = options
  const seats: Seat<C>[] = []
  const queue: Task<C>[] = []
  const suspects: Task<C>[] = []
  let failedStarts = 0
  let replaced = 0
  let isClosed = false

  function addSeat(): Seat<C> {
    const seat: Seat<C> = {
      helper: createHelper<C>({
        ...options,
        start() {
          // A new one each time: a thread that is being ended may still write to its own.
          seat.place = newPlace()
          return options.start(seat.place)
        },
        onReady() {
          failedStarts = 0
          options.onReady?.()
        },
      }),
      tasks: [],
      lost: [],
      crash: null,
      place: newPlace(),
      seen: { task: null, place: -1, since: 0 },
    }
    seats.push(seat)
    return seat
  }

  function feed(): void {
    while (!isClosed) {
      const isSuspect = suspects.length > 0
      if (!isSuspect && queue.length === 0) return
      const seat = freeSeat(isSuspect)
      if (!seat) return
      give(seat, (isSuspect ? suspects : queue).shift() as Task<C>)
    }
  }

  /** The one with the least to do. Suspects go first, each to a helper that has nothing else. */
  function freeSeat(forSuspect: boolean): Seat<C> | null {
    let best: Seat<C> | null = null
    for (const seat of seats) {
      if (seat.crash !== null || seat.tasks[0]?.isSuspect) continue
      if (best === null || seat.tasks.length < best.tasks.length) best = seat
    }
    if (best?.tasks.length === 0) return best
    if (seats.length < options.helpers) return addSeat()
    if (forSuspect || best === null || best.tasks.length >= options.perHelper) return null
    return best
  }

  function give(seat: Seat<C>, task: Task<C>): void {
    seat.tasks.push(task)
    const run = seat.helper.run()
    run.call(task.name, task.input, task.options).then(
      (reply) => settled(seat, task, () => task.resolve(reply)),
      (error: unknown) => {
        if (!(error instanceof HelperCrash)) return settled(seat, task, () => task.reject(error))
        seat.lost.push(task)
        seat.crash = error
        judgeLost(seat)
      },
    )
  }

  function settled(seat: Seat<C>, task: Task<C>, tell: () => void): void {
    seat.tasks.splice(seat.tasks.indexOf(task), 1)
    tell()
    judgeLost(seat)
    feed()
  }

  /** Once all calls of a dead helper are here. */
  function judgeLost(seat: Seat<C>): void {
    if (seat.crash && seat.lost.length === seat.tasks.length) died(seat, seat.crash)
  }

  function died(seat: Seat<C>, crash: HelperCrash): void {
    const at = Atomics.load(seat.place, 0)
    const lost = seat.tasks
    seat.tasks = []
    seat.lost = []
    seat.crash = null
    if (crash.reason === 'not-started') {
      if (++failedStarts < FAILED_STARTS) putBack(lost)
      else {
        failedStarts = 0
        for (const task of [...lost, ...suspects.splice(0), ...queue.splice(0)]) task.reject(crash)
      }
    } else {
      replaced++
      const again: Task<C>[] = []
      for (const [place, task] of lost.entries()) {
        const verdict = judge(task, place, at, lost.length, crash)
        if (verdict === 'again') again.push(task)
        else if (verdict === 'suspect') {
          task.isSuspect = true
          suspects.push(task)
        } else task.reject(verdict)
      }
      putBack(again)
    }
    feed()
  }

  /** To the front, in their order. */
  function putBack(tasks: Task<C>[]): void {
    queue.unshift(...tasks.filter(({ isSuspect }) => !isSuspect))
    suspects.unshift(...tasks.filter(({ isSuspect }) => isSuspect))
  }

  function judge(task: Task<C>, place: number, at: number, n: number, crash: HelperCrash): Verdict {
    if (options.judge) {
      const lost: LostCall<C> = { name: task.name, input: task.input, place, at }
      const verdict = options.judge(lost, crash)
      task.input = lost.input
      return verdict
    }
    if (crash.reason === 'stuck') return 'again'
    return task.isSuspect && n === 1 ? crash : 'suspect'
  }

  /** Ends what has been at the same place for too long. */
  function look(patience: number): void {
    const now = Date.now()
    for (const { helper, tasks, place, seen } of seats) {
      const task = tasks[0] ?? null
      const at = Atomics.load(place, 0)
      if (task !== seen.task || at !== seen.place) {
        Object.assign(seen, { task, place: at, since: now })
      } else if (task && at >= 0 && now - seen.since > patience) {
        helper.running?.kill('stalled', `no result after ${Math.round(patience / 1000)} s`)
      }
    }
  }
  const watch =
    patienceMs === undefined
      ? undefined
      : setInterval(() => look(patienceMs), Math.min(500, patienceMs / 4)).unref()

  const closed = (): AppError => new AppError('canceled', `${name} was closed.`)
  return {
    run(called, input, more) {
      if (isClosed) return Promise.reject(closed())
      return new Promise((resolve, reject) => {
        queue.push({
          name: called,
          input,
          options: more as Task<C>['options'],
          isSuspect: false,
          resolve: resolve as Task<C>['resolve'],
          reject,
        })
        feed()
      })
    },
    get replaced() {
      return replaced
    },
    get pid() {
      return seats.find(({ helper }) => helper.running)?.helper.running?.pid ?? null
    },
    async close() {
      isClosed = true
      clearInterval(watch)
      for (const task of [...suspects.splice(0), ...queue.splice(0)]) task.reject(closed())
      await Promise.all(seats.map(({ helper }) => helper.close()))
    },
  }
}

function newPlace(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(4)).fill(-1)
}
