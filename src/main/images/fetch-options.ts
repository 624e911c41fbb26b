import { isPublicAddress, systemResolver } from './address.ts'
import type { Resolver } from './address.ts'
import type { FetchOutcome } from './fetch-outcome.ts'

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
  /**
   * Told of each outcome as soon as there is one, however long it then waits to be taken. Until it
   * is done the host is not asked again.
   */
  answered: (outcome: FetchOutcome) => Promise<unknown> | undefined
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

export const DEFAULT_FETCH: FetchOptions = {
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
  answered: () => undefined,
  clock: SYSTEM_CLOCK,
}
