import type { PictureHost } from '../../images/host-client.ts'
import { flushBlobs, putBlob } from '../../store/blobs.ts'
import type { Corpus } from '../../store/open.ts'
import { createPictureSettler } from '../../store/repositories/picture-queue.ts'
import type { PictureOutcome } from '../../store/repositories/picture-queue.ts'
import { putThumbs } from '../../store/repositories/thumbs.ts'
import type { JobContext } from '../run/job.ts'
import type { Ended } from './ended-picture.ts'
import type { FetchedArchive } from './fetched-archive.ts'

/** Written to the database at once, or after this time, whichever comes first. */
const BATCH = 200

const COMMIT_EVERY_MS = 1000

/** Or when so many bytes wait to be kept. */
const BATCH_BYTES = 64_000_000

/** Writes what ended, a batch at a time, and tells how it goes. */
export function createCommitter(
  corpus: Corpus,
  ctx: JobContext,
  total: number,
  host: PictureHost,
  archive: Pick<FetchedArchive, 'sync'>,
): {
  /** Resolves when there is room for the next. @throws what kept a batch from being written */
  add(one: Ended): Promise<void>
  finish(): Promise<void>
  stop(): void
  report(): void
} {
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
  let lost = 0
  let broken: unknown = null
  let last: Promise<void> = Promise.resolve()

  /** One batch after the other; others may come in while the disk is busy. */
  function commit(): Promise<void> {
    last = last.then(write)
    return last
  }

  async function write(): Promise<void> {
    if (broken !== null || batch.length === 0) return
    const now = batch.splice(0)
    waiting = 0
    try {
      await keep(now)
    } catch (error) {
      broken = error
    }
  }

  async function keep(now: readonly Ended[]): Promise<void> {
    // In this order a kill leaves at worst a record, a blob or a thumbnail that is found again.
    await archive.sync()
    for (const { blob } of now) if (blob) putBlob(corpus.path, blob.bytes, blob.sha256)
    await flushBlobs(
      corpus.path,
      now.flatMap(({ blob }) => (blob ? [blob.sha256] : [])),
    )
    putThumbs(
      corpus.thumbs,
      now.flatMap(({ thumb }) => (thumb ? [thumb] : [])),
    )
    settle(now.map(({ settled }) => settled))
    ctx.changed(['images'])
  }

  // A slow host must not hold back for long what is done already.
  const timer = setInterval(() => void commit(), COMMIT_EVERY_MS)

  return {
    async add(one) {
      if (broken !== null) throw broken
      batch.push(one)
      done++
      const { outcome } = one.settled
      if (one.settled.before === 'ok' && outcome.status !== 'ok') lost++
      else counts[outcome.status]++
      const error = outcome.status === 'ok' ? null : outcome.error
      if (error !== null) reasons.set(error, (reasons.get(error) ?? 0) + 1)
      waiting += one.blob?.bytes.byteLength ?? 0
      if (batch.length >= BATCH || waiting >= BATCH_BYTES) await commit()
      ctx.progress({ done, total, unit: 'pictures', note: note() })
    },
    async finish() {
      await commit()
      if (broken !== null) throw broken
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
      if (lost > 0)
        ctx.warn(
          `The files of ${n(lost)} pictures are lost and were not found again here; see the failures.`,
        )
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
