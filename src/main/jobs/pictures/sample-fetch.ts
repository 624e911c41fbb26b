import type { FetchEstimate } from '#shared/contract/fetching.ts'
import { seededRandom } from '#shared/random.ts'
import type { Settings } from '#shared/settings.ts'
import { userAgent } from '#shared/user-agent.ts'
import { fetchPictures, LOOKAHEAD } from '../../images/fetch.ts'
import { DEFAULT_FETCH } from '../../images/fetch-options.ts'
import type { FetchOptions } from '../../images/fetch-options.ts'
import type { FetchPace } from '#shared/fetch-time.ts'

/** Nobody waits longer for a sample, milliseconds; what has not answered then is left out. */
const LONGEST_MS = 60_000
const TIMEOUT_MS = 10_000
const RESAMPLES = 2000

/** How the settings make a fetch go about its requests. */
export function paceOf(settings: Settings['fetch'], requestSeconds: number): FetchPace {
  return {
    delaySeconds: settings.perHostDelayMs / 1000,
    requestSeconds,
    parallel: DEFAULT_FETCH.concurrency,
    ahead: LOOKAHEAD,
  }
}

export type SampleAnswers = Pick<
  FetchEstimate,
  'asked' | 'hosts' | 'had' | 'reasons' | 'requestSeconds'
> & {
  /** Of each that answered; 0 where there was no picture. */
  bytes: number[]
}

/**
 * Asks for some addresses as a fetch does, once each, and keeps nothing of the answers.
 * @param options for tests, which have servers of their own
 */
export async function sampleFetch(
  sample: readonly { id: number; url: string; host: string }[],
  settings: Settings['fetch'],
  options: Partial<FetchOptions> & { longestMs?: number } = {},
): Promise<SampleAnswers> {
  const { longestMs = LONGEST_MS, ...overrides } = options
  const late = AbortSignal.timeout(longestMs)
  const bytes: number[] = []
  const seconds: number[] = []
  const reasons: Record<string, number> = {}
  const count = (reason: string): void => void (reasons[reason] = (reasons[reason] ?? 0) + 1)
  let had = 0
  const outcomes = fetchPictures(
    sample.map(({ id, url }) => ({ id, urls: [url] })),
    {
      userAgent: userAgent(settings.userAgentContact),
      perHostDelayMs: settings.perHostDelayMs,
      maxBytes: settings.maxBytes,
      timeoutMs: Math.min(settings.timeoutMs, TIMEOUT_MS),
      honourOptOut: settings.honourOptOut,
      retries: 0,
      answered({ exchanges }) {
        const last = exchanges.at(-1)
        if (last) seconds.push((Date.now() - Date.parse(last.date)) / 1000)
        return undefined
      },
      ...overrides,
    },
    late,
  )
  try {
    for await (const outcome of outcomes) {
      bytes.push(outcome.ok ? outcome.bytes.byteLength : 0)
      if (outcome.ok) had++
      else count(outcome.reason)
    }
  } catch (error) {
    if (!late.aborted) throw error
    for (let i = bytes.length; i < sample.length; i++) count('not-answered-in-time')
  }
  return {
    asked: sample.length,
    hosts: new Set(sample.map(({ host }) => host)).size,
    had,
    reasons,
    requestSeconds: meanOf(seconds),
    bytes,
  }
}

/**
 * What a sample says of all addresses: pictures that will be had, and bytes with the 95 % interval
 * of the percentile bootstrap (Efron and Tibshirani, 1993, 13.3) of their mean.
 */
export function projectSample(
  bytes: readonly number[],
  addresses: number,
): Pick<FetchEstimate, 'pictures' | 'bytes' | 'bytesLow' | 'bytesHigh'> {
  const n = bytes.length
  if (n === 0) return { pictures: 0, bytes: 0, bytesLow: 0, bytesHigh: 0 }
  const random = seededRandom(1)
  const means = new Float64Array(RESAMPLES)
  for (let i = 0; i < RESAMPLES; i++) {
    let sum = 0
    for (let k = 0; k < n; k++) sum += bytes[random.below(n)] as number
    means[i] = sum / n
  }
  means.sort()
  const at = (share: number): number =>
    (means[Math.min(RESAMPLES - 1, Math.floor(share * RESAMPLES))] as number) * addresses
  return {
    pictures: Math.round((bytes.filter((one) => one > 0).length / n) * addresses),
    bytes: meanOf(bytes) * addresses,
    bytesLow: at(0.025),
    bytesHigh: at(0.975),
  }
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, one) => sum + one, 0) / values.length
}
