import type { HttpExchange } from '#shared/http-exchange.ts'
import type { FetchOptions } from './fetch-options.ts'
import type { FailedHop } from './http-get.ts'
import type { RobotsRules } from './opt-out.ts'
import type { FetchRequest, FetchFailure } from './fetch-outcome.ts'

/** One address of a picture to be asked for. */
export interface Task {
  request: FetchRequest
  /** Which of `request.urls`. */
  candidate: number
  url: URL
  hops: number
  attempt: number
  /** Milliseconds of the clock before which it must not run. */
  notBefore: number
  /** What became of the addresses before this one. */
  lost: FetchFailure | null
  /** What was asked and answered for this picture so far. */
  exchanges: HttpExchange[]
}

/** What waits for a host, and how it has behaved. */
export interface Host {
  queue: Task[]
  active: number
  nextAt: number
  delayMs: number
  /** Tasks in a row that ended because the host could not be reached at all. */
  down: number
  robots: Map<string, Promise<RobotsRules | FailedHop>>
}

export interface HostQueueOptions extends Pick<
  FetchOptions,
  'perHost' | 'perHostDelayMs' | 'clock'
> {
  /** Whether one more may start beside `active` that are in flight. */
  hasRoom(active: number): boolean
  /** Does a task and never fails. false: the host was not asked, so it needs no pause. */
  start(task: Task, host: Host): Promise<boolean>
  /** A task has ended. */
  freed(): void
}

/** Tasks by host, each host with its pause. Those of many hosts are in flight at once. */
export function createHostQueue(options: HostQueueOptions) {
  const { clock, perHost, perHostDelayMs } = options
  const hosts = new Map<string, Host>()
  let active = 0

  /** Adds a task to its host's. `first`: before the others that wait there. */
  function enqueue(task: Task, first = false): void {
    let host = hosts.get(task.url.host)
    if (!host) {
      host = {
        queue: [],
        active: 0,
        nextAt: 0,
        delayMs: perHostDelayMs,
        down: 0,
        robots: new Map(),
      }
      hosts.set(task.url.host, host)
    }
    if (first) host.queue.unshift(task)
    else host.queue.push(task)
  }

  /** Starts what may start now; returns when the next thing may (milliseconds of the clock). */
  function startReady(): number {
    const now = clock.now()
    let next = Infinity
    for (const [name, host] of hosts) {
      if (host.queue.length === 0) {
        // A host that is done is forgotten, but for its pause and its rules while they matter.
        if (host.active === 0 && host.nextAt + 600_000 < now) hosts.delete(name)
        continue
      }
      while (host.queue.length > 0 && host.active < perHost) {
        if (!options.hasRoom(active)) return Infinity
        if (host.nextAt > now) {
          next = Math.min(next, host.nextAt)
          break
        }
        const index = host.queue.findIndex((task) => task.notBefore <= now)
        if (index < 0) {
          next = Math.min(next, ...host.queue.slice(0, 100).map((task) => task.notBefore))
          break
        }
        const [task] = host.queue.splice(index, 1)
        if (!task) break
        begin(task, host, now)
      }
    }
    return next
  }

  function begin(task: Task, host: Host, now: number): void {
    const before = host.nextAt
    host.active++
    active++
    host.nextAt = now + host.delayMs
    void options.start(task, host).then((asked) => {
      host.active--
      active--
      if (!asked) host.nextAt = before
      else if (perHost === 1) host.nextAt = Math.max(host.nextAt, clock.now() + host.delayMs)
      options.freed()
    })
  }

  return { enqueue, startReady }
}
