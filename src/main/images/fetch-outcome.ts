import type { HttpExchange } from '#shared/http-exchange.ts'

export interface FetchRequest {
  /** What the caller knows the picture by; comes back with the outcome. */
  id: number
  /** Addresses of the same picture, best first: the next is tried when one does not have it. */
  urls: string[]
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
      /** What was asked and answered on the way, the picture last; of robots.txt, too. */
      exchanges: readonly HttpExchange[]
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
  /** What was asked and answered; none where nobody was asked or nobody answered. */
  exchanges: readonly HttpExchange[]
}

const REFUSALS = new Set(['private-address', 'port-not-allowed', 'bad-address', 'robots-txt'])
const isRefusal = (reason: string): boolean => REFUSALS.has(reason) || reason.startsWith('opt-out ')

export function failure(
  request: FetchRequest,
  what: Omit<FetchFailure, 'ok' | 'id' | 'refused'>,
): FetchFailure {
  return { ok: false, id: request.id, ...what, refused: isRefusal(what.reason) }
}

/** Two failures of one picture told as one: the first, unless it was only an address to skip. */
export function both(first: FetchFailure | null, second: FetchFailure): FetchFailure {
  if (!first) return second
  const told = first.refused ? second : first
  return { ...told, retriable: first.retriable || second.retriable }
}
