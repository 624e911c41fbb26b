import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { fetching as contract } from '#shared/contract/fetching.ts'
import { AppError } from '#shared/errors.ts'
import { paceOf, projectSample, sampleFetch } from '../../jobs/pictures/sample-fetch.ts'
import type { EngineContext } from '../context.ts'
import type { CallsOf } from './calls-of.ts'
import type { ReadCall } from './read-calls.ts'

export function fetchingCalls({
  corpora,
  settings,
}: EngineContext): CallsOf<Omit<typeof contract, ReadCall>> {
  return {
    async 'pictures.plan'({ corpus, where, retryFailed }) {
      const { fetch } = settings.get()
      const { corpus: opened, reads } = corpora.get(corpus)
      const pace = paceOf(fetch, 0)
      const counted = await reads.fetchPlan({
        where,
        retryFailed,
        honoursOptOut: fetch.honourOptOut,
        pace,
      })
      return {
        ...counted,
        delaySeconds: pace.delaySeconds,
        honoursOptOut: fetch.honourOptOut,
        contact: fetch.userAgentContact,
        folder: join(opened.path, 'fetched'),
        freeBytes: await freeBytes(opened.path),
      }
    },
    async 'pictures.estimate'({ corpus, where, retryFailed, sample: n, seed }) {
      const { fetch } = settings.get()
      const { reads } = corpora.get(corpus)
      const scope = { where, retryFailed, honoursOptOut: fetch.honourOptOut }
      const { addresses, sample } = await reads.fetchSample({ ...scope, n, seed })
      if (addresses === 0) {
        throw new AppError(
          'invalid-input',
          'There is no address to ask for among these pairs.',
          'Choose other pairs.',
        )
      }
      const { bytes, ...answers } = await sampleFetch(sample, fetch)
      const { leastSeconds: seconds } = await reads.fetchPlan({
        ...scope,
        pace: paceOf(fetch, answers.requestSeconds),
      })
      return { ...answers, ...projectSample(bytes, addresses), seconds }
    },
  }
}

/** Bytes that a program may still write beside a path; null where the system does not say. */
async function freeBytes(path: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(path)
    return bavail * bsize
  } catch {
    return null
  }
}
