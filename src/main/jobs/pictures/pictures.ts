import { readFile, stat } from 'node:fs/promises'
import type { PicturesInput } from '#shared/contract/jobs.ts'
import { AppError } from '#shared/errors.ts'
import { SOFTWARE_VERSION } from '#shared/version.ts'
import { fetchPictures, userAgent, type FetchOptions } from '../../images/fetch.ts'
import type { FetchRequest } from '../../images/fetch.ts'
import { openPictureFolder } from '../../images/folder.ts'
import { createPictureHost, type Decoded, type PictureHost } from '../../images/host-client.ts'
import { DEFAULT_LIMITS } from '../../images/limits.ts'
import { metaOptOut } from '../../images/opt-out.ts'
import { blobPath, hasBlob, putBlob } from '../../store/blobs.ts'
import type { Corpus } from '../../store/open.ts'
import {
  countQueuedPictures,
  createPictureSettler,
  heldPictures,
  knownPicture,
  queuedPictures,
  robotsOfPages,
  type PictureOutcome,
  type PictureSelection,
  type QueuedPicture,
  type SettledPicture,
} from '../../store/repositories/picture-queue.ts'
import { hasThumb, putThumbs, type Thumb } from '../../store/repositories/thumbs.ts'
import type { JobContext } from '../run/job.ts'
import { isLocal, localPictures } from './local-pictures.ts'
import { lookForPictures } from '#shared/contract/jobs/pictures.ts'
import { implementJob } from '../run/implement.ts'
import { sha256Of } from '../../files/digest.ts'

/** Read from the database at once. */
const PAGE = 500
/** Written to the database at once, or after this time, whichever comes first. */
const BATCH = 200
const COMMIT_EVERY_MS = 1000
/** Or when so many bytes wait to be kept. */
const BATCH_BYTES = 64_000_000
/** Digests whose decoding is remembered; older ones are looked up in the corpus. */
const REMEMBERED = 20_000

/** Of one picture that are asked for on the web. */
const MAX_ADDRESSES = 4

/** How one picture ended, with what has to be kept of it. */
interface Ended {
  settled: SettledPicture
  /** Not yet in the corpus. */
  blob: { sha256: string; bytes: Uint8Array } | null
  thumb: { sha256: string; thumb: Thumb } | null
}

/** The decoding of one distinct picture. */
type Seen =
  | { ok: true; mime: string; width: number; height: number; thumb: Thumb | null }
  | { ok: false; reason: string; detail: string }

type Decoder = (sha256: string, picture: Uint8Array | { path: string }) => Promise<Seen>

/**
 * Finds the pictures of a corpus, decodes each distinct one once, and keeps its size and a
 * thumbnail. Where they come from: `archive` (captures that ingest kept as blobs), `folder:DIR`,
 * `fetch`, or `none`, which does nothing. What ended is committed in batches, so a run that was
 * killed goes on where it stopped. Aborting ends it after what is in flight.
 *
 * Pictures that a table names by files are read beside the table, whatever else is asked.
 *
 * `overrides.fetch` is for tests, which fetch from servers of their own; with `overrides.named`
 * only pictures named in this way are looked for.
 *
 * Throws AppError `not-found` for a folder that is not there, `internal` when the decoder does not
 * start, `io` when the corpus cannot be written.
 */
export async function runPictures(
  corpus: Corpus,
  input: PicturesInput,
  ctx: JobContext,
  overrides: { fetch?: Partial<FetchOptions>; named?: PictureSelection['named'] } = {},
): Promise<void> {
  if (input.images === 'none') return
  const selection: PictureSelection = {
    place: input.images,
    retryFailed: input.retryFailed,
    retryRefused: input.images === 'fetch' && !ctx.settings.fetch.honourOptOut,
    ...(overrides.named ? { named: overrides.named } : {}),
  }
  const total = countQueuedPictures(corpus.writer, selection)
  ctx.progress({ done: 0, total, unit: 'pictures', note: 'looking for pictures' })
  if (total === 0) return

  const host = createPictureHost(ctx.entries.pictureHost)
  const committer = createCommitter(corpus, ctx, total, host)
  const decode = createDecoder(corpus, host)
  const queue = pictures(corpus, selection, ctx.signal)
  const width = host.parallel * 4
  const local = fromTableFolder(corpus, decode, input.images)
  try {
    const ended =
      input.images === 'archive'
        ? concurrently(queue, width, fromArchive(corpus, decode, local))
        : input.images === 'fetch'
          ? fromWeb(corpus, selection, decode, width, ctx, overrides.fetch ?? {}, local)
          : await fromFolder(queue, decode, width, input.images, local)
    for await (const one of ended) committer.add(one)
  } catch (error) {
    // What ended before counts, whatever stopped the rest.
    committer.finish()
    if (ctx.signal.aborted) return
    throw error
  } finally {
    committer.stop()
    await host.close()
  }
  committer.finish()
  committer.report()
}

function* pictures(
  corpus: Corpus,
  selection: PictureSelection,
  signal: AbortSignal,
): Generator<QueuedPicture, void, void> {
  let afterId = 0
  while (!signal.aborted) {
    const page = queuedPictures(corpus.writer, selection, afterId, PAGE)
    const last = page.at(-1)
    if (!last) return
    afterId = last.id
    for (const picture of page) {
      if (signal.aborted) return
      yield picture
    }
  }
}

type Local = (picture: QueuedPicture) => Promise<Ended>

/** Pictures that a table names by files. */
function fromTableFolder(corpus: Corpus, decode: Decoder, place: string): Local {
  const find = localPictures(corpus.writer)
  return async (picture) => {
    const found = await find(picture.url)
    if (!found.found) return missing(picture, found.reason, place)
    const bytes = await readWithin(found.path)
    if (!(bytes instanceof Uint8Array))
      return bad(picture, 'failed', bytes.reason, bytes.detail, place)
    const sha256 = sha256Of(bytes)
    const seen = await decode(sha256, bytes)
    if (!seen.ok) return bad(picture, 'failed', seen.reason, `${found.path}: ${seen.detail}`, place)
    const source = `file ${found.path} beside its table`
    return ok(picture, seen, sha256, bytes.byteLength, source, bytes)
  }
}

function fromArchive(
  corpus: Corpus,
  decode: Decoder,
  local: Local,
): (picture: QueuedPicture) => Promise<Ended> {
  return async (picture) => {
    if (isLocal(picture.url)) return local(picture)
    let first: { reason: string; detail: string } | null = null
    for (const held of heldPictures(corpus.writer, picture)) {
      if (!hasBlob(corpus.path, held.sha256)) {
        first ??= { reason: 'blob-missing', detail: `blobs/${held.sha256} is gone` }
        continue
      }
      const seen = await decode(held.sha256, { path: blobPath(corpus.path, held.sha256) })
      if (seen.ok) {
        const as = held.url === picture.url ? '' : `, as ${held.url}`
        const via = held.via === 'url' ? '' : `, through a ${held.via.replace('-', ' by ')}`
        const source = `archive ${held.archive} at ${held.offset}${as}${via}`
        return ok(picture, seen, held.sha256, held.bytes, source, null)
      }
      first ??= seen
    }
    if (!first) return missing(picture, 'not-in-archives', 'archive')
    return bad(picture, 'failed', first.reason, first.detail, 'archive')
  }
}

async function fromFolder(
  queue: Iterable<QueuedPicture>,
  decode: Decoder,
  width: number,
  place: string,
  local: Local,
): Promise<AsyncIterable<Ended>> {
  const folder = await openPictureFolder(place.slice('folder:'.length))
  return concurrently(queue, width, async (picture): Promise<Ended> => {
    if (isLocal(picture.url)) {
      const beside = await local(picture)
      if (beside.settled.outcome.status !== 'missing') return beside
    }
    let reason = 'not-in-folder'
    let first: { reason: string; detail: string } | null = null
    for (const url of [picture.url, ...picture.alternates]) {
      // A folder knows web addresses: of a file's only the path counts.
      const found = await folder.find(url.replace(/^table:/, 'http:'))
      if (!found.found) {
        if (found.reason === 'ambiguous-name') reason = found.reason
        continue
      }
      const bytes = await readWithin(found.path)
      if (!(bytes instanceof Uint8Array)) {
        first ??= bytes
        continue
      }
      const sha256 = sha256Of(bytes)
      const seen = await decode(sha256, bytes)
      if (seen.ok) {
        const source = `folder ${found.path} (${found.rule})`
        return ok(picture, seen, sha256, bytes.byteLength, source, bytes)
      }
      first ??= { reason: seen.reason, detail: `${found.path}: ${seen.detail}` }
    }
    if (first) return bad(picture, 'failed', first.reason, first.detail, place)
    return missing(picture, reason, place)
  })
}

async function readWithin(path: string): Promise<Uint8Array | { reason: string; detail: string }> {
  try {
    const { size } = await stat(path)
    if (size > DEFAULT_LIMITS.maxBytes)
      return { reason: 'too-large', detail: `${path}: ${size} bytes` }
    return await readFile(path)
  } catch (error) {
    return { reason: 'unreadable', detail: error instanceof Error ? error.message : String(error) }
  }
}

async function* fromWeb(
  corpus: Corpus,
  selection: PictureSelection,
  decode: Decoder,
  width: number,
  ctx: JobContext,
  overrides: Partial<FetchOptions>,
  local: Local,
): AsyncGenerator<Ended, void, void> {
  if (selection.named !== 'addresses') {
    yield* concurrently(
      pictures(corpus, { ...selection, named: 'files' }, ctx.signal),
      width,
      local,
    )
    if (selection.named === 'files') return
  }
  const queue = pictures(corpus, { ...selection, named: 'addresses' }, ctx.signal)
  const settings = ctx.settings.fetch
  const asked = new Map<number, QueuedPicture>()
  const optedOut: Ended[] = []

  function* requests(): Generator<FetchRequest, void, void> {
    for (const picture of queue) {
      const directive = settings.honourOptOut ? pageOptOut(corpus, picture.id) : null
      if (directive !== null) {
        const detail = 'robots directive of a page that shows the picture'
        optedOut.push(bad(picture, 'refused', `opt-out ${directive}`, detail, 'fetch'))
        continue
      }
      asked.set(picture.id, picture)
      yield { id: picture.id, urls: [picture.url, ...picture.alternates].slice(0, MAX_ADDRESSES) }
    }
  }

  if (settings.userAgentContact === null) {
    ctx.warn(
      'The settings hold no contact for fetching. With one, the people who run the servers can reach you.',
    )
  }
  const stop = new AbortController()
  const outcomes = fetchPictures(
    requests(),
    {
      userAgent: userAgent(SOFTWARE_VERSION, settings.userAgentContact),
      perHostDelayMs: settings.perHostDelayMs,
      maxBytes: settings.maxBytes,
      timeoutMs: settings.timeoutMs,
      honourOptOut: settings.honourOptOut,
      ...overrides,
    },
    AbortSignal.any([ctx.signal, stop.signal]),
  )
  const ended = concurrently(outcomes, width, async (outcome): Promise<Ended> => {
    const picture = asked.get(outcome.id)
    if (!picture) throw new AppError('internal', `No picture ${outcome.id} was asked for.`)
    asked.delete(outcome.id)
    if (!outcome.ok) {
      const where = outcome.finalUrl === picture.url ? '' : `${outcome.finalUrl}: `
      const status = outcome.refused ? 'refused' : 'failed'
      return bad(picture, status, outcome.reason, where + outcome.detail, 'fetch')
    }
    const sha256 = sha256Of(outcome.bytes)
    const seen = await decode(sha256, outcome.bytes)
    if (!seen.ok) return bad(picture, 'failed', seen.reason, seen.detail, 'fetch')
    const source = `fetched ${new Date().toISOString()} from ${outcome.finalUrl}`
    return ok(picture, seen, sha256, outcome.bytes.byteLength, source, outcome.bytes)
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

function pageOptOut(corpus: Corpus, imageId: number): string | null {
  // Kept as a list or as JSON: the words are the same.
  return metaOptOut(
    robotsOfPages(corpus.writer, imageId).map((text) => text.replace(/["[\]]/g, ' ')),
  )
}

/** Decodes each distinct picture once: by memory, by what the corpus knows, by the host. */
function createDecoder(corpus: Corpus, host: PictureHost): Decoder {
  const recent = new Map<string, Promise<Seen>>()

  async function look(sha256: string, picture: Uint8Array | { path: string }): Promise<Seen> {
    const known = knownPicture(corpus.writer, sha256)
    if (known && hasThumb(corpus.thumbs, sha256) && hasBlob(corpus.path, sha256))
      return { ok: true, mime: known.mime, width: known.width, height: known.height, thumb: null }
    return toSeen(await host.decode(picture))
  }

  return (sha256, picture) => {
    let seen = recent.get(sha256)
    if (!seen) {
      seen = look(sha256, picture)
      recent.set(sha256, seen)
      // The thumbnail goes with the first who asked; it need not be held for the others.
      const slim = seen.then((one) => (one.ok ? { ...one, thumb: null } : one))
      slim.catch(() => {})
      const mine = seen
      mine.then(
        () => recent.set(sha256, slim),
        () => recent.delete(sha256),
      )
      if (recent.size > REMEMBERED) recent.delete(recent.keys().next().value as string)
    }
    return seen
  }
}

function toSeen(decoded: Decoded): Seen {
  if (!decoded.ok) return decoded
  const { info, thumbnail } = decoded
  return {
    ok: true,
    mime: info.mime,
    width: info.width,
    height: info.height,
    thumb: {
      width: thumbnail.width,
      height: thumbnail.height,
      mime: 'image/webp',
      bytes: thumbnail.webp,
    },
  }
}

function ok(
  picture: QueuedPicture,
  seen: Seen & { ok: true },
  sha256: string,
  length: number,
  source: string,
  bytes: Uint8Array | null,
): Ended {
  const { mime, width, height, thumb } = seen
  const { id } = picture
  const outcome = { id, status: 'ok', sha256, mime, width, height, bytes: length, source } as const
  return {
    settled: { url: picture.url, before: picture.status, outcome, detail: null },
    blob: bytes && { sha256, bytes },
    thumb: thumb && { sha256, thumb },
  }
}

function bad(
  picture: QueuedPicture,
  status: 'failed' | 'refused' | 'missing',
  error: string,
  detail: string | null,
  source: string,
): Ended {
  const outcome: PictureOutcome = { id: picture.id, status, error, source }
  return {
    settled: { url: picture.url, before: picture.status, outcome, detail },
    blob: null,
    thumb: null,
  }
}

function missing(picture: QueuedPicture, reason: string, place: string): Ended {
  return bad(picture, 'missing', reason, null, place)
}

/** Writes what ended, a batch at a time, and tells how it goes. */
function createCommitter(
  corpus: Corpus,
  ctx: JobContext,
  total: number,
  host: PictureHost,
): { add(one: Ended): void; finish(): void; stop(): void; report(): void } {
  const settle = createPictureSettler(corpus.writer)
  const batch: Ended[] = []
  const counts: Record<PictureOutcome['status'], number> = {
    ok: 0,
    missing: 0,
    failed: 0,
    refused: 0,
  }
  const reasons = new Map<string, number>()
  let done = 0
  let waiting = 0
  let broken: unknown = null

  function commit(): void {
    if (batch.length === 0) return
    const now = batch.splice(0)
    waiting = 0
    // In this order a kill leaves at worst a blob or a thumbnail that is found again.
    for (const { blob } of now) if (blob) putBlob(corpus.path, blob.bytes, blob.sha256)
    putThumbs(
      corpus.thumbs,
      now.flatMap(({ thumb }) => (thumb ? [thumb] : [])),
    )
    settle(now.map(({ settled }) => settled))
    ctx.changed(['images'])
  }

  // A slow host must not hold back for long what is done already.
  const timer = setInterval(() => {
    try {
      commit()
    } catch (error) {
      broken ??= error
    }
  }, COMMIT_EVERY_MS)

  return {
    add(one) {
      if (broken !== null) throw broken
      batch.push(one)
      done++
      const { outcome } = one.settled
      counts[outcome.status]++
      const error = outcome.status === 'ok' ? null : outcome.error
      if (error !== null) reasons.set(error, (reasons.get(error) ?? 0) + 1)
      waiting += one.blob?.bytes.byteLength ?? 0
      if (batch.length >= BATCH || waiting >= BATCH_BYTES) commit()
      ctx.progress({ done, total, unit: 'pictures', note: note() })
    },
    finish() {
      if (broken !== null) throw broken
      commit()
      ctx.progress({ done, total, unit: 'pictures', note: note() })
    },
    stop: () => clearInterval(timer),
    report() {
      const n = (value: number): string => value.toLocaleString('en')
      ctx.result('Pictures', n(counts.ok))
      if (counts.missing > 0) ctx.result('Missing', n(counts.missing))
      if (counts.refused > 0) ctx.result('Refused', n(counts.refused))
      if (counts.failed > 0) ctx.result('Failed', n(counts.failed))
      if (counts.failed + counts.refused > 0)
        ctx.warn(`${n(counts.failed + counts.refused)} pictures could not be had: ${top(8)}`)
      if (host.restarts > 0)
        ctx.warn(`The picture decoder had to be started again ${n(host.restarts)} times.`)
    },
  }

  function note(): string {
    const parts = [`${counts.ok} ok`]
    if (counts.missing > 0) parts.push(`${counts.missing} missing`)
    if (counts.failed + counts.refused > 0)
      parts.push(`${counts.failed + counts.refused} not had (${top(3)})`)
    return parts.join(', ')
  }

  function top(most: number): string {
    const sorted = [...reasons]
      .filter(([reason]) => !reason.startsWith('not-in-'))
      .sort((a, b) => b[1] - a[1])
    const rest = sorted.slice(most).reduce((sum, [, n]) => sum + n, 0)
    const named = sorted.slice(0, most).map(([reason, n]) => `${reason} ${n}`)
    return [...named, ...(rest > 0 ? [`others ${rest}`] : [])].join(', ')
  }
}

/** `work` on several at once; results in the order in which they come. */
async function* concurrently<T, R>(
  source: Iterable<T> | AsyncIterable<T>,
  width: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void, void> {
  const results: R[] = []
  const running = new Set<Promise<void>>()
  let failed: { error: unknown } | null = null
  let ended = false
  let wake = Promise.withResolvers<void>()
  const notify = (): void => {
    wake.resolve()
    wake = Promise.withResolvers<void>()
  }

  const feeding = (async () => {
    for await (const item of source) {
      if (failed || ended) return
      const one = work(item).then(
        (result) => {
          results.push(result)
        },
        (error: unknown) => {
          failed ??= { error }
        },
      )
      const tracked: Promise<void> = one.finally(() => {
        running.delete(tracked)
        notify()
      })
      running.add(tracked)
      while (running.size + results.length >= width && !failed && !ended) await wake.promise
    }
  })()
  let fed = false
  feeding.then(
    () => {
      fed = true
      notify()
    },
    (error: unknown) => {
      failed ??= { error }
      fed = true
      notify()
    },
  )

  try {
    for (;;) {
      while (results.length > 0) {
        yield results.shift() as R
        notify()
      }
      // What is in flight is let finish, so that nothing done is lost.
      if ((fed || failed) && running.size === 0 && results.length === 0) break
      const waiting = wake.promise
      if (results.length === 0) await waiting
    }
    if (failed) throw (failed as { error: unknown }).error
  } finally {
    ended = true
    notify()
    await Promise.allSettled([...running])
  }
}

export const picturesJob = implementJob(lookForPictures, ({ corpus, input, context }) =>
  runPictures(corpus, input, context),
)
