import { AppError } from '#shared/errors.ts'
import type { Settings } from '#shared/settings.ts'
import { pageOptOut } from '#shared/opt-out.ts'
import { userAgent } from '#shared/user-agent.ts'
import { fetchPictures } from '../../images/fetch.ts'
import type { FetchOptions } from '../../images/fetch-options.ts'
import type { FetchRequest } from '../../images/fetch-outcome.ts'
import type { Corpus } from '../../store/open.ts'
import { robotsOfPages } from '../../store/repositories/picture-queue.ts'
import type { PictureSelection, QueuedPicture } from '../../store/repositories/picture-queue.ts'
import type { JobContext } from '../run/job.ts'
import { concurrently } from './concurrently.ts'
import type { Decoder } from './decode-pictures.ts'
import { sha256Of } from '../../files/digest.ts'
import { endedBadly, endedWell, withRecords } from './ended-picture.ts'
import type { Ended, Kept } from './ended-picture.ts'
import type { FetchedArchive } from './fetched-archive.ts'
import { eachQueued } from './queued-pictures.ts'
import { isLocal } from './local-pictures.ts'
import { besideTable, hasFile, isSettled } from './stored-pictures.ts'
import type { Local } from './stored-pictures.ts'

/** Of one picture that are asked for on the web. */
const MAX_ADDRESSES = 4

/**
 * Fetches pictures that are named by addresses, politely, and reads those named by files beside
 * their tables. What a page forbids is not asked for.
 */
export async function* fromWeb(
  corpus: Corpus,
  selection: PictureSelection,
  decode: Decoder,
  width: number,
  ctx: JobContext,
  overrides: Partial<FetchOptions>,
  local: Local,
  archive: FetchedArchive,
  more: readonly QueuedPicture[],
  /** Had already: not to be asked for. */
  done: ReadonlySet<number>,
): AsyncGenerator<Ended, void, void> {
  /** Beside their tables: what ended is written down in groups, so the next queue may hold it. */
  const found = new Set<number>()
  if (selection.named !== 'addresses') {
    const files = eachQueued(
      corpus,
      { ...selection, named: 'files' },
      ctx.signal,
      more.filter(hasFile),
    )
    const ended = concurrently(files, width, async (picture) => {
      const beside = await besideTable(picture, local)
      return isSettled(picture, beside) ? { picture, beside } : null
    })
    for await (const one of ended) {
      if (!one) continue
      found.add(one.picture.id)
      yield one.beside
    }
    if (selection.named === 'files') return
  }
  const queue = eachQueued(
    corpus,
    { ...selection, named: 'addresses' },
    ctx.signal,
    more.filter(({ url }) => !isLocal(url)),
  )
  const settings = ctx.settings.fetch
  const asked = new Map<number, QueuedPicture>()
  const optedOut: Ended[] = []

  function* requests(): Generator<FetchRequest, void, void> {
    for (const picture of queue) {
      if (done.has(picture.id) || found.has(picture.id)) continue
      const directive = settings.honourOptOut
        ? pageOptOut(robotsOfPages(corpus.writer, picture.id))
        : null
      if (directive !== null) {
        const detail = 'robots directive of a page that shows the picture'
        optedOut.push(endedBadly(picture, 'refused', `opt-out ${directive}`, detail, 'fetch'))
        continue
      }
      asked.set(picture.id, picture)
      const urls = [picture.url, ...picture.alternates].filter((url) => !isLocal(url))
      yield { id: picture.id, urls: urls.slice(0, MAX_ADDRESSES) }
    }
  }

  if (settings.userAgentContact === null) {
    ctx.warn(
      'The settings hold no contact for fetching. With one, the people who run the servers can reach you.',
    )
  }
  const stop = new AbortController()
  /** Kept as soon as they are there: what waits to be decoded when a run is killed is not lost. */
  const keeping = new Map<number, Promise<Kept>>()
  const outcomes = fetchPictures(
    requests(),
    {
      userAgent: userAgent(settings.userAgentContact),
      perHostDelayMs: settings.perHostDelayMs,
      maxBytes: settings.maxBytes,
      timeoutMs: settings.timeoutMs,
      honourOptOut: settings.honourOptOut,
      answered({ id, exchanges }) {
        const kept = archive.keep(exchanges)
        keeping.set(id, kept)
        // Thrown where it is waited for.
        return kept.catch(() => undefined)
      },
      ...overrides,
    },
    AbortSignal.any([ctx.signal, stop.signal]),
  )
  const ended = concurrently(outcomes, width, async (outcome): Promise<Ended> => {
    const picture = asked.get(outcome.id)
    if (!picture) throw new AppError('internal', `No picture ${outcome.id} was asked for.`)
    asked.delete(outcome.id)
    const kept = (await keeping.get(outcome.id)) as Kept
    keeping.delete(outcome.id)
    if (!outcome.ok) {
      const where = outcome.finalUrl === picture.url ? '' : `${outcome.finalUrl}: `
      const status = outcome.refused ? 'refused' : 'failed'
      const { reason, detail } = outcome
      return withRecords(endedBadly(picture, status, reason, where + detail, 'fetch'), kept)
    }
    const sha256 = sha256Of(outcome.bytes)
    const seen = await decode(sha256, outcome.bytes)
    if (!seen.ok)
      return withRecords(endedBadly(picture, 'failed', seen.reason, seen.detail, 'fetch'), kept)
    const source = `fetched ${new Date().toISOString()} from ${outcome.finalUrl}`
    const { bytes } = outcome
    return withRecords(endedWell(picture, seen, sha256, bytes.byteLength, source, bytes), kept)
  })
  try {
    for await (const one of ended) {
      yield one
      yield* optedOut.splice(0)
    }
    yield* optedOut.splice(0)
  } finally {
    // Whatever ended this, no request goes on behind its back.
    stop.abort()
  }
}

/** What the archives of fetched pictures say of themselves. */
export function fetchInfo(settings: Settings['fetch']): Record<string, string> {
  const contact = settings.userAgentContact
  return {
    description: 'Pictures fetched from the web for the pairs of a corpus',
    robots: settings.honourOptOut ? 'obey' : 'ignore',
    'robots-policies': settings.honourOptOut
      ? 'robots.txt, X-Robots-Tag and robots meta tags: noai, noimageai, noindex and their like'
      : 'none',
    'http-header-user-agent': userAgent(contact),
    ...(contact === null ? {} : { operator: contact }),
  }
}
