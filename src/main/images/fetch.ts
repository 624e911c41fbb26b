import { setMaxListeners } from 'node:events'
import { Agent } from 'undici'
import type { HttpExchange } from '#shared/http-exchange.ts'
import { AddressError, checkLiteral, checkUrl, guardedConnector } from './address.ts'
import { sniff } from './format.ts'
import { getOnce } from './http-get.ts'
import type { FailedHop, GetOptions } from './http-get.ts'
import { headerOptOut } from './opt-out.ts'
import { DEFAULT_FETCH } from './fetch-options.ts'
import type { FetchOptions } from './fetch-options.ts'
import { failure, both } from './fetch-outcome.ts'
import type { FetchRequest, FetchOutcome, FetchFailure } from './fetch-outcome.ts'
import type { Host, Task } from './host-queue.ts'
import { createHostQueue } from './host-queue.ts'
import { robotsReader } from './robots-reader.ts'

/** Read ahead of the fetching, so that many hosts are at work at once. */
export const LOOKAHEAD = 2000
/** After this many pictures lost to a host that cannot be reached, the rest of it is not tried. */
const HOST_GIVEN_UP_AFTER = 3
const LONGEST_BACKOFF_MS = 60_000
/** A server that asks for more patience than this is asked again in another run. */
const LONGEST_RETRY_AFTER_MS = 120_000

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

  const keeping = new Set<Promise<unknown> | undefined>()
  /** Of robots.txt files: they go with the next picture that ends. */
  const aside: HttpExchange[] = []
  const robots = robotsReader({ ...get, seen: (exchange) => aside.push(exchange) }, options)
  const hosts = createHostQueue({
    ...options,
    hasRoom: (active) => active + outcomes.length < options.concurrency,
    start: attempt,
    freed() {
      if (!abort.signal.aborted) hosts.startReady()
      notify()
    },
  })
  const outcomes: FetchOutcome[] = []
  /** Requests taken from the source and not yet handed out. */
  let open = 0
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
    exchanges: HttpExchange[] = [],
  ): void {
    const address = request.urls[candidate]
    if (address === undefined) {
      const none = { url: '', finalUrl: '', status: null, detail: 'no address', exchanges }
      settle(lost ?? failure(request, { ...none, reason: 'bad-address', retriable: false }))
      return
    }
    try {
      const url = checkUrl(address)
      const fresh = { hops: 0, attempt: 0, notBefore: 0 }
      hosts.enqueue({ request, candidate, url, lost, exchanges, ...fresh })
    } catch (error) {
      if (!(error instanceof AddressError)) throw error
      const why = failure(request, {
        url: address,
        finalUrl: address,
        status: null,
        reason: error.reason,
        detail: error.message,
        retriable: false,
        exchanges,
      })
      tryCandidate(request, candidate + 1, both(lost, why), exchanges)
    }
  }

  function settle(outcome: FetchOutcome): void {
    const told = { ...outcome, exchanges: [...aside.splice(0), ...outcome.exchanges] }
    outcomes.push(told)
    const kept = options.answered(told)?.finally(() => keeping.delete(kept))
    if (kept) keeping.add(kept)
    notify()
  }

  /** One request for a task, whatever becomes of it. false: the host was not asked. */
  async function attempt(task: Task, host: Host): Promise<boolean> {
    try {
      const asked = await run(task, host)
      await Promise.allSettled(keeping)
      return asked
    } catch (error) {
      if (abort.signal.aborted) return true
      const detail = error instanceof Error ? error.message : String(error)
      settle(failed(task, { reason: 'fetch-failed', detail, retriable: true }))
      return true
    }
  }

  /** false: the host was not asked, so it needs no pause. */
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
      const rules = await robots(task.url, host)
      if ('kind' in rules) {
        afterFailure(task, host, rules)
        return true
      }
      if (!rules.allows(task.url.pathname + task.url.search)) {
        giveUp(task, { reason: 'robots-txt', detail: task.url.host, retriable: false })
        return false
      }
    }
    const hop = await getOnce(task.url, {
      ...get,
      seen: (exchange) =>
        task.exchanges.push(options.honourOptOut ? permitted(exchange) : exchange),
    })
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
      exchanges: task.exchanges,
    })
    return true
  }

  function follow(task: Task, location: string, status: number): void {
    const end = (reason: string, detail: string): void =>
      giveUp(task, { reason, detail, retriable: false }, status)
    if (task.hops >= options.maxRedirects) return end('too-many-redirects', location.slice(0, 300))
    try {
      const url = checkUrl(new URL(location, task.url))
      hosts.enqueue({ ...task, url, hops: task.hops + 1, notBefore: 0 }, true)
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
      hosts.enqueue({ ...task, attempt: task.attempt + 1, notBefore: clock.now() + wait })
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
    tryCandidate(task.request, task.candidate + 1, lost, task.exchanges)
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
        hosts.startReady()
        continue
      }
      const next = hosts.startReady()
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

/** Of an answer that opts out only the head is kept, which says so. */
function permitted(exchange: HttpExchange): HttpExchange {
  const tags = [...exchange.head.matchAll(/^x-robots-tag:(.*)$/gim)].map((match) => match[1] ?? '')
  if (headerOptOut(tags) === null) return exchange
  return { ...exchange, body: new Uint8Array(), truncated: 'unspecified' }
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
    exchanges: task.exchanges,
  })
}
