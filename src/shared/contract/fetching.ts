import { z } from 'zod'
import { CorpusPath, IMAGE_STATUSES } from '../domain.ts'
import { call } from './call.ts'

/** Pictures that may be fetched: those of pairs that match. */
const scope = {
  corpus: CorpusPath,
  /** A filter; '' = all pairs of the corpus. */
  where: z.string().default(''),
  /** Also what failed before, and what publishers refused where that is not honoured. */
  retryFailed: z.boolean().default(false),
}

/** Why pictures of the pairs are not asked for. */
export const FETCH_LEFT = [
  'had',
  'failed',
  'refused',
  'missing',
  'opted-out',
  'no-address',
] as const
export type FetchLeft = (typeof FETCH_LEFT)[number]

/** What a fetch would do, counted in the corpus; nobody is asked. */
export const FetchPlan = z.object({
  /** Pairs that match, and the distinct pictures that they show. */
  pairs: z.number().int(),
  pictures: z.number().int(),
  /** Pictures that are asked for, each by its first address. */
  addresses: z.number().int(),
  /** Pictures that tables name by files: looked for beside them. */
  files: z.number().int(),
  hosts: z.number().int(),
  /** Hosts with the most addresses. */
  largest: z.array(z.object({ host: z.string(), n: z.number().int() })),
  left: z.array(z.object({ reason: z.enum(FETCH_LEFT), n: z.number().int() })),
  /**
   * Seconds that the pauses alone take: one request after the other at a host, `delaySeconds`
   * between two. No answer is faster.
   */
  leastSeconds: z.number(),
  delaySeconds: z.number(),
  /** What was fetched into this corpus before; null = nothing was. `meanBytes` of those that were had. */
  before: z
    .object({ asked: z.number().int(), had: z.number().int(), meanBytes: z.number() })
    .nullable(),
  honoursOptOut: z.boolean(),
  contact: z.string().nullable(),
  /** Where the archives of it are kept. */
  folder: z.string(),
  /** Of the disk; null where it is not known. */
  freeBytes: z.number().nullable(),
})
export type FetchPlan = z.infer<typeof FetchPlan>

/** What a sample of addresses answered, and what follows for all. */
export const FetchEstimate = z.object({
  /** Addresses drawn at random, at most `FETCH_SAMPLE_PER_HOST` of one host, and how they ended. */
  asked: z.number().int(),
  hosts: z.number().int(),
  had: z.number().int(),
  /** The others, by reason. */
  reasons: z.record(z.string(), z.number().int()),
  /** Mean of an answer, from the request to its last byte. */
  requestSeconds: z.number(),
  /** For all addresses. */
  pictures: z.number().int(),
  bytes: z.number(),
  /** Of the mean of the sample, 95 %, by 2,000 resamples with a fixed seed. */
  bytesLow: z.number(),
  bytesHigh: z.number(),
  seconds: z.number(),
})
export type FetchEstimate = z.infer<typeof FetchEstimate>

export const FETCH_SAMPLE_PER_HOST = 6

export const fetching = {
  'pictures.counts': call(
    z.object({ corpus: CorpusPath }),
    z.record(z.enum(IMAGE_STATUSES), z.number().int()),
  ),
  'pictures.plan': call(z.object(scope), FetchPlan),
  /**
   * Asks the web for a sample, as politely as a fetch does; keeps nothing of the answers.
   * Fails with `invalid-input` where no address is left to ask for.
   */
  'pictures.estimate': call(
    z.object({
      ...scope,
      sample: z.number().int().min(1).max(200).default(24),
      seed: z.number().int().default(1),
    }),
    FetchEstimate,
  ),
}
