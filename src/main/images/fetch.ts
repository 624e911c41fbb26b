import { setMaxListeners } from 'node:events'
import { Agent } from 'undici'
import {
  AddressError,
  checkLiteral,
  checkUrl,
  guardedConnector,
  isPublicAddress,
  systemResolver,
  type Resolver,
} from './address.ts'
import { sniff } from './format.ts'
import { getOnce, type FailedHop, type GetOptions } from './http-get.ts'
import { ROBOTS_MAX_BYTES, headerOptOut, parseRobots, type RobotsRules } from './opt-out.ts'

export interface FetchRequest {
  /** What the caller knows the picture by; comes back with the outcome. */
  id: number
  /** Addresses of the same picture, best first: the next is tried when one does not have it. */
  urls: string[]
}

export interface FetchOptions {
  /** Names the program and how to reach the person who runs it. */
  userAgent: string
  /** Pictures in flight, all hosts together. */
  concurrency: number
  /** Requests in flight at one host. */
  perHost: number
  /** Pause between two requests to one host; a longer Crawl-delay of its robots.txt wins. */
  perHostDelayMs: number
  /** Longest silence (for connecting, for the first byte, between bytes). */
  timeoutMs: number
  maxBytes: number
  maxRedirects: number
  /** Further tries of an address after a failure that may pass. */
  retries: number
  /** Wait before the first retry; doubles with each. */
  retryDelayMs: number
  /** Honour X-Robots-Tag and robots.txt. */
  honourOptOut: boolean
  /** Which addresses may be connected to. Only tests, which have servers of their own, say more. */
  allowAddress: (address: string) => boolean
  resolve: Resolver
  /** For pauses and retries, in milliseconds. Tests have one that runs faster. */
  clock: Clock
}

export interface Clock {
  now(): number
  /** Calls back after so long; returns how to call that off. */
  after(ms: number, then: () => void): () => void
}

const SYSTEM_CLOCK: Clock = {
  now: Date.now,
  after(ms, then) {
    const timer = setTimeout(then, ms)
    return () => clearTimeout(timer)
  },
}

const DEFAULT_FETCH: FetchOptions = {
  userAgent: 'Gleaner',
  concurrency: 32,
  perHost: 1,
  perHostDelayMs: 1000,
  timeoutMs: 20_000,
  maxBytes: 20_000_000,
  maxRedirects: 5,
  retries: 2,
  retryDelayMs: 1000,
  honourOptOut: true,
  allowAddress: isPublicAddress,
  resolve: systemResolver,
  clock: SYSTEM_CLOCK,
}

export type FetchOutcome =
  | {
      ok: true
      id: number
      bytes: Uint8Array
      /** By the bytes. */
      mime: string
      /** The address of the list that had it, and where its redirects ended. */
      url: string
      finalUrl: string
      status: number
    }
  | FetchFailure

export interface FetchFailure {
  ok: false
  id: number
  url: string
  finalUrl: string
  status: number | null
  /**
   * Short and stable, for counting: `http-404`, `dns-not-found`, `dns-failed`,
   * `connection-refused`, `connect-timeout`, `connection-reset`, `timeout`, `body-incomplete`,
   * `host-unreachable`, `tls`, `too-large`, `empty`, `not-a-picture html`, `too-many-redirects`,
   * `bad-redirect`, `bad-address`, `port-not-allowed`, `private-address`, `opt-out noai`,
   * `robots-txt`, `robots-txt-unreachable`, ...
   */
  reason: string
  detail: string
  /** Asking again another day may help. */
  retriable: boolean
  /** By the publisher's wish or because the address is not allowed; not by accident. */
  refused: boolean
}

interface Task {
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
}

interface Host {
  queue: Task[]
  active: number
  nextAt: number
  delayMs: number
  /** Tasks in a row that ended because the host could not be reached at all. */
  down: number
  robots: Map<string, Promise<RobotsRules | FailedHop>>
}

/** Read ahead of the fetching, so that many hosts are at work at once. */
const LOOKAHEAD = 2000
/** After this many pictures lost to a host that cannot be reached, the rest of it is not tried. */
const HOST_GIVEN_UP_AFTER = 3
const LONGEST_BACKOFF_MS = 60_000
/** A server that asks for more patience than this is asked again in another run. */
const LONGEST_RETRY_AFTER_MS = 120_000
const LONGEST_CRAWL_DELAY_S = 30

const REFUSALS = new Set(['private-address', 'port-not-allowed', 'bad-address', 'robots-txt'])
const isRefusal = (reason: string): boolean => REFUSALS.has(reason) || reason.startsWith('opt-out ')

/** `Gleaner/1.2 (contact)`: who asks, as a server's log shows it. */
export function userAgent(version: string, contact: string | null): string {
  // A header is ASCII; whatever else somebody typed is left out.
  const clean = (contact ?? '').replace(/[^\x20-\x7e]/g, '').trim()
  return `Gleaner/${version} (image-text data sets${clean === '' ? '' : `; ${clean}`})`
}

/**
 * Fetches pictures, politely: one request at a time and host with a pause after it, what failed
 * for a passing reason again later. Outcomes come in the order in which they are known; one that
 * is not taken holds back new requests. Redirects are followed by hand and each hop is checked
 * like a new address. Ends when all are answered; throws when `signal` aborts.
 */
export async function* fetchPictures(
  requests: Iterable<FetchRequest> | AsyncIterable<FetchRequest>,
  given: Partial<FetchOptions>,
  signal: AbortSignal,
): AsyncGenerator<FetchOutcome, void, void> {
  signal.throwIfAborted()
  const options: FetchOptions = { ...DEFAULT_FETCH, ...given }
  const { clock } = options
  const abort = new AbortController()
  setMaxListeners(0, abort.signal)
  const agent = new Agent({
    connect: guardedConnector({
      allow: options.allowAddress,
      resolve: options.resolve,
      timeoutMs: options.timeoutMs,
    }),
    connections: options.perHost,
    pipelining: 1,
    keepAliveTimeout: Math.max(4000, options.perHostDelayMs * 2),
  })
  const get: GetOptions = {
    dispatcher: agent,
    signal: abort.signal,
    userAgent: options.userAgent,
    accept: 'image/*,*/*;q=0.5',
    maxBytes: options.maxBytes,
    timeoutMs: options.timeoutMs,
  }

  const hosts = new Map<string, Host>()
  const outcomes: FetchOutcome[] = []
  /** Requests taken from the source and not yet handed out. */
  let open = 0
  let active = 0
  let sourceEnded = false
  let sourceError: unknown = null
  let wake: (() => void) | null = null
  const notify = (): void => {
    wake?.()
    wake = null
  }
  const onAbort = (): void => {
    abort.abort(signal.reason)
    notify()
  }
  signal.addEventListener('abort', onAbort, { once: true })

  const roomToRead: (() => void)[] = []
  const read = async (): Promise<void> => {
    for await (const request of requests) {
      if (abort.signal.aborted) return
      open++
      tryCandidate(request, 0)
      notify()
      if (open >= LOOKAHEAD) await new Promise<void>((resolve) => roomToRead.push(resolve))
      if (abort.signal.aborted) return
    }
  }

  /** Queues the first address from `candidate` on that may be asked at all. */
  function tryCandidate(
    request: FetchRequest,
    candidate: number,
    lost: FetchFailure | null = null,
  ): void {
    const address = request.urls[candidate]
    if (address === undefined) {
      const none = { url: '', finalUrl: '', status: null, detail: 'no address' }
      settle(lost ?? failure(request, { ...none, reason: 'bad-address', retriable: false }))
      return
    }
    try {
      const url = checkUrl(address)
      enqueue({ request, candidate, url, hops: 0, attempt: 0, notBefore: 0, lost })
    } catch (error) {
      if (!(error instanceof AddressError)) throw error
      const why = failure(request, {
        url: address,
        finalUrl: address,
        status: null,
        reason: error.reason,
        detail: error.message,
        retriable: false,
      })
      tryCandidate(request, candidate + 1, both(lost, why))
    }
  }

  function enqueue(task: Task, first = false): void {
    let host = hosts.get(task.url.host)
    if (!host) {
      host = {
        queue: [],
        active: 0,
        nextAt: 0,
        delayMs: options.perHostDelayMs,
        down: 0,
        robots: new Map(),
      }
      hosts.set(task.url.host, host)
    }
    if (first) host.queue.unshift(task)
    else host.queue.push(task)
  }

  function settle(outcome: FetchOutcome): void {
    outcomes.push(outcome)
    notify()
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
      while (host.queue.length > 0 && host.active < options.perHost) {
        if (active + outcomes.length >= options.concurrency) return Infinity
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
        const before = host.nextAt
        host.active++
        active++
        host.nextAt = now + host.delayMs
        run(task, host)
          .catch((error: unknown) => {
            if (abort.signal.aborted) return true
            const detail = error instanceof Error ? error.message : String(error)
            settle(failed(task, { reason: 'fetch-failed', detail, retriable: true }))
            return true
          })
          .then((asked) => {
            host.active--
            active--
            if (!asked) host.nextAt = before
            else if (options.perHost === 1)
              host.nextAt = Math.max(host.nextAt, clock.now() + host.delayMs)
            if (!abort.signal.aborted) startReady()
            notify()
          })
      }
    }
    return next
  }

  /** One request for a task. false: the host was not asked, so it needs no pause. */
  async function run(task: Task, host: Host): Promise<boolean> {
    if (host.down >= HOST_GIVEN_UP_AFTER) {
      const detail = `${task.url.host} could not be reached ${host.down} times in a row`
      giveUp(task, { reason: 'host-unreachable', detail, retriable: true })
      return false
    }
    try {
      checkLiteral(task.url, options.allowAddress)
    } catch (error) {
      if (!(error instanceof AddressError)) throw error
      giveUp(task, { reason: error.reason, detail: error.message, retriable: false })
      return false
    }
    if (options.honourOptOut) {
      const rules = await robotsOf(task.url, host)
      if ('kind' in rules) {
        afterFailure(task, host, rules)
        return true
      }
      if (!rules.allows(task.url.pathname + task.url.search)) {
        giveUp(task, { reason: 'robots-txt', detail: task.url.host, retriable: false })
        return false
      }
    }
    const hop = await getOnce(task.url, get)
    if (hop.kind === 'failed') {
      afterFailure(task, host, hop)
      return true
    }
    host.down = 0
    if (hop.kind === 'redirect') {
      follow(task, hop.location, hop.status)
      return true
    }
    const directive = options.honourOptOut ? headerOptOut(hop.headers.all('x-robots-tag')) : null
    if (directive !== null) {
      const detail = `X-Robots-Tag: ${hop.headers.all('x-robots-tag').join(', ')}`.slice(0, 300)
      // The publisher spoke about this picture: its other addresses are not tried.
      settle(failed(task, { reason: `opt-out ${directive}`, detail, retriable: false }, hop.status))
      return true
    }
    const sniffed = sniff(hop.bytes)
    if (sniffed.kind === 'other') {
      const reason = sniffed.what === 'empty' ? 'empty' : `not-a-picture ${sniffed.what}`
      const said = hop.headers.first('content-type') ?? 'none'
      giveUp(task, { reason, detail: `content type ${said}`, retriable: false }, hop.status)
      return true
    }
    settle({
      ok: true,
      id: task.request.id,
      bytes: hop.bytes,
      mime: sniffed.mime,
      url: task.request.urls[task.candidate] ?? task.url.href,
      finalUrl: task.url.href,
      status: hop.status,
    })
    return true
  }

  function follow(task: Task, location: string, status: number): void {
    const end = (reason: string, detail: string): void =>
      giveUp(task, { reason, detail, retriable: false }, status)
    if (task.hops >= options.maxRedirects) return end('too-many-redirects', location.slice(0, 300))
    try {
      const url = checkUrl(new URL(location, task.url))
      enqueue({ ...task, url, hops: task.hops + 1, notBefore: 0 }, true)
      notify()
    } catch (error) {
      if (error instanceof AddressError) end(error.reason, error.message)
      else end('bad-redirect', location.slice(0, 300))
    }
  }

  function afterFailure(task: Task, host: Host, hop: FailedHop): void {
    const patience = hop.retryAfterMs ?? 0
    if (hop.retriable && task.attempt < options.retries && patience <= LONGEST_RETRY_AFTER_MS) {
      const backoff = Math.min(options.retryDelayMs * 2 ** task.attempt, LONGEST_BACKOFF_MS)
      // Up to a quarter more, so that what failed together does not come back together.
      const wait = Math.max(patience, backoff * (1 + Math.random() / 4))
      enqueue({ ...task, attempt: task.attempt + 1, notBefore: clock.now() + wait })
      // "Too many requests" is about the host, not about one picture.
      if (hop.status === 429 || hop.status === 503)
        host.nextAt = Math.max(host.nextAt, clock.now() + wait)
      notify()
      return
    }
    host.down = hop.hostDown ? host.down + 1 : 0
    giveUp(task, hop, hop.status)
  }

  /** This address does not have it; another one may. */
  function giveUp(task: Task, why: Why, status: number | null = null): void {
    const lost = both(task.lost, failed(task, why, status))
    tryCandidate(task.request, task.candidate + 1, lost)
  }

  function robotsOf(url: URL, host: Host): Promise<RobotsRules | FailedHop> {
    let rules = host.robots.get(url.origin)
    if (!rules) {
      rules = fetchRobots(url).then((found) => {
        // A passing failure is not the site's word: the next picture asks again.
        if ('kind' in found) host.robots.delete(url.origin)
        else if (found.crawlDelay !== null) {
          const seconds = Math.min(found.crawlDelay, LONGEST_CRAWL_DELAY_S)
          host.delayMs = Math.max(host.delayMs, seconds * 1000)
        }
        return found
      })
      host.robots.set(url.origin, rules)
    }
    return rules
  }

  /** RFC 9309: what is not there forbids nothing; what cannot be reached forbids all for now. */
  async function fetchRobots(of: URL): Promise<RobotsRules | FailedHop> {
    let url = new URL('/robots.txt', of)
    const nothing = parseRobots('')
    for (let hops = 0; hops <= options.maxRedirects; hops++) {
      const hop = await getOnce(url, {
        ...get,
        accept: 'text/plain,*/*;q=0.5',
        maxBytes: ROBOTS_MAX_BYTES,
        cut: true,
      })
      if (hop.kind === 'body') return parseRobots(new TextDecoder().decode(hop.bytes))
      if (hop.kind === 'failed') {
        if (hop.status !== null && hop.status >= 400 && hop.status < 500 && hop.status !== 429)
          return nothing
        // The reason is the host's, unless it is the file's own.
        return hop.status === null
          ? hop
          : { ...hop, reason: 'robots-txt-unreachable', hostDown: true }
      }
      try {
        url = checkUrl(new URL(hop.location, url))
        checkLiteral(url, options.allowAddress)
      } catch {
        return nothing
      }
    }
    return nothing
  }

  const reading = read().then(
    () => {
      sourceEnded = true
      notify()
    },
    (error: unknown) => {
      sourceError = error
      sourceEnded = true
      notify()
    },
  )

  try {
    for (;;) {
      signal.throwIfAborted()
      const outcome = outcomes.shift()
      if (outcome) {
        yield outcome
        open--
        if (open < LOOKAHEAD) roomToRead.shift()?.()
        startReady()
        continue
      }
      const next = startReady()
      if (outcomes.length > 0) continue
      if (sourceEnded && open === 0) {
        if (sourceError !== null) throw sourceError
        return
      }
      await new Promise<void>((resolve) => {
        const wait = Math.max(1, next - clock.now())
        const callOff = next === Infinity ? null : clock.after(wait, notify)
        wake = () => {
          callOff?.()
          resolve()
        }
      })
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    abort.abort()
    for (const resume of roomToRead.splice(0)) resume()
    if (sourceEnded) await reading
    await agent.destroy()
  }
}

interface Why {
  reason: string
  detail: string
  retriable: boolean
}

function failed(task: Task, why: Why, status: number | null = null): FetchFailure {
  return failure(task.request, {
    url: task.request.urls[task.candidate] ?? task.url.href,
    finalUrl: task.url.href,
    status,
    reason: why.reason,
    detail: why.detail,
    retriable: why.retriable,
  })
}

function failure(
  request: FetchRequest,
  what: Omit<FetchFailure, 'ok' | 'id' | 'refused'>,
): FetchFailure {
  return { ok: false, id: request.id, ...what, refused: isRefusal(what.reason) }
}

/** Two failures of one picture told as one: the first, unless it was only an address to skip. */
function both(first: FetchFailure | null, second: FetchFailure): FetchFailure {
  if (!first) return second
  const told = first.refused ? second : first
  return { ...told, retriable: first.retriable || second.retriable }
}
