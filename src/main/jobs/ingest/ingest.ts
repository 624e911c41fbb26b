import { availableParallelism } from 'node:os'
import { existsSync } from 'node:fs'
import type { Readable } from 'node:stream'
import type { IngestInput } from '#shared/contract/jobs.ts'
import { AppError, errorLine } from '#shared/errors.ts'
import { SOFTWARE } from '#shared/version.ts'
import { createBlobFlusher } from '../../store/blobs.ts'
import { readError } from '../../files/read-error.ts'
import { toStoreError } from '../../store/errors.ts'
import type { Corpus } from '../../store/open.ts'
import {
  addArchive,
  archiveByFingerprint,
  completeArchive,
  moveArchive,
} from '../../store/repositories/archives.ts'
import type { ArchiveRow } from '../../store/repositories/archives.ts'
import { archiveAccount } from '../../store/repositories/archive-accounts.ts'
import {
  insertFailure,
  putArchiveFailure,
  putInputFailure,
} from '../../store/repositories/failures.ts'
import type { NewFailure } from '../../store/repositories/failures.ts'
import { imageIds } from '../../store/repositories/images.ts'
import type { ImageIds } from '../../store/repositories/images.ts'
import { isOnlyListed, setOnlyListed } from '../../store/repositories/listed.ts'
import { transaction } from '../../store/statements.ts'
import { openArchive, sha256OfArchive } from '../../warc/index.ts'
import type { ArchiveSource } from '../../warc/index.ts'
import { createExtractPool } from './ingest-pool.ts'
import type { ExtractPool } from './ingest-pool.ts'
import type { JobContext } from '../run/job.ts'
import { runPictures } from '../pictures/pictures.ts'
import { ingest } from '#shared/contract/jobs/ingest.ts'
import { implementJob } from '../run/implement.ts'
import { createCommitter } from './commit-steps.ts'
import type { Totals } from './commit-steps.ts'
import { findSources, shortName, identify } from './ingest-sources.ts'
import { isListing, listedIn } from './listed-pairs.ts'
import type { Listed } from './listed-pairs.ts'
import { emptyArchive, outcomeOf, reportOutcomes } from './ingest-outcome.ts'
import type { Outcome } from './ingest-outcome.ts'
import { toStep } from './ingest-step.ts'
import type { Step } from './ingest-step.ts'

/** More than these wait for the one who reads and commits. */
const MAX_WORKERS = 3

/** For tests and the command line. */
export interface IngestOptions {
  stdin?: Readable
  /** A record that keeps a worker longer is failed. */
  patienceMs?: number
}

/**
 * Reads archives into the corpus: pages, pairs, captures of pictures, counts and failures, and at
 * the end, unless `images` is `none`, the pictures themselves. What was read and how far are
 * committed together, so a run that was killed or canceled goes on where it stopped and never adds
 * a pair twice; an archive that is complete is passed over, under whatever name it comes. One that
 * cannot be read does not stop the others. What was not taken is told in words, and is a failure of
 * the job where nothing was. With `onlyListed` only the pairs that an archive lists (docs/warc.md)
 * are taken, with their scores.
 *
 * @throws AppError `not-found` for an input that is not there, `damaged` where nothing was taken,
 *   `io`, `internal`
 */
export async function runIngest(
  corpus: Corpus,
  input: IngestInput,
  ctx: JobContext,
  options: IngestOptions = {},
): Promise<void> {
  if (input.onlyListed && input.inputs.includes('-')) {
    throw new AppError(
      'invalid-input',
      'Of standard input the listed pairs cannot be told: its list has to be read first.',
      'Save it as a file and ingest that.',
    )
  }
  const { sources, failures } = await findSources(input.inputs, options.stdin)
  for (const failure of failures) putInputFailure(corpus.writer, failure)
  const known = sources.every((source) => source.size !== null)
  const total = known ? sources.reduce((sum, source) => sum + (source.size ?? 0), 0) : null
  const totals: Totals = {
    archives: 0,
    skipped: 0,
    records: 0,
    pages: 0,
    pairs: 0,
    failures: failures.length,
  }
  const outcomes: Outcome[] = failures.map(({ name, detail }) => ({
    name,
    isNothing: true,
    problem: `nothing was taken; ${detail}`,
  }))
  const ids = imageIds(corpus.writer)
  const workers =
    input.workers ??
    ctx.settings.workers ??
    Math.min(MAX_WORKERS, Math.max(1, availableParallelism() - 1))
  let before = 0
  for (const source of sources) {
    if (ctx.signal.aborted) return
    const start = before
    const report = (position: number): void =>
      ctx.progress({
        done: start + position,
        total,
        unit: 'bytes',
        note: `${shortName(source)}: ${totals.pairs.toLocaleString('en')} pairs`,
      })
    const only = input.onlyListed ?? false
    outcomes.push(
      await ingestSource(corpus, source, only, ids, workers, totals, ctx, options, report),
    )
    before += source.size ?? 0
  }
  ctx.changed(['pairs', 'images'])
  const n = (value: number): string => value.toLocaleString('en')
  ctx.result('Archives', n(totals.archives))
  if (totals.skipped > 0) ctx.result('Already complete', n(totals.skipped))
  ctx.result('Records', n(totals.records))
  ctx.result('Pages', n(totals.pages))
  ctx.result('Pairs', n(totals.pairs))
  if (totals.failures > 0) ctx.result('Failures', n(totals.failures))
  if (ctx.signal.aborted) return
  reportOutcomes(outcomes, (text) => ctx.warn(text))
  if (input.images !== 'none') {
    await runPictures(
      corpus,
      { corpus: input.corpus, images: input.images, retryFailed: false },
      ctx,
    )
  }
}

async function ingestSource(
  corpus: Corpus,
  given: ArchiveSource,
  asked: boolean,
  ids: ImageIds,
  workers: number,
  totals: Totals,
  ctx: JobContext,
  options: IngestOptions,
  report: (position: number) => void,
): Promise<Outcome> {
  let identified
  try {
    identified = await identify(given, options.stdin)
  } catch (error) {
    const { name } = given
    const problem = problemOf(error, name)
    putInputFailure(corpus.writer, { name, reason: 'unreadable', detail: problem })
    totals.failures++
    return { name, isNothing: true, problem: `nothing was taken; ${problem}` }
  }
  const { source, identity } = identified
  let archive = archiveByFingerprint(corpus.writer, identity)
  // What was begun one way goes on that way.
  const onlyListed = archive ? isOnlyListed(corpus.writer, identity) : asked
  if (onlyListed !== asked) {
    ctx.warn(
      `${shortName(source)} was read before ${asked ? 'with all its pairs' : 'with only its listed pairs'}, and stays so. To read it otherwise, import it into another corpus.`,
    )
  }
  if (archive?.state === 'complete') {
    totals.skipped++
    if (archive.path !== source.name && !existsSync(archive.path)) {
      moveArchive(corpus.writer, archive.id, source.name)
    }
    report(source.size ?? 0)
    if (source.kind === 'stream') (options.stdin ?? process.stdin).destroy()
    return outcomeOf(archiveAccount(corpus.writer, archive.id))
  }
  if (archive && archive.path !== source.name) moveArchive(corpus.writer, archive.id, source.name)
  archive ??= transaction(corpus.writer, () => {
    if (onlyListed) setOnlyListed(corpus.writer, identity)
    return addArchive(corpus.writer, {
      path: source.name,
      bytes: source.size ?? 0,
      fingerprint: identity,
      software: SOFTWARE,
    })
  })
  const pool = createExtractPool({
    entry: ctx.entries.extractWorker,
    workers,
    corpusPath: corpus.path,
    keepHtml: source.kind === 'stream',
    ...(options.patienceMs === undefined ? {} : { patienceMs: options.patienceMs }),
  })
  try {
    let listed: Listed | null = null
    if (onlyListed) {
      const found = await ofSource(listedIn(source, archive.id, ctx.signal), ctx.signal).catch(
        (error: unknown) => {
          if (ctx.signal.aborted) return null
          throw error
        },
      )
      if (!found) return outcomeOf(archiveAccount(corpus.writer, archive.id))
      // A run that goes on has counted them.
      if (archive.nextOffset === 0) totals.failures += putFailures(corpus, found.failures)
      listed = found
    }
    await readArchive(corpus, archive, source, pool, ids, totals, ctx, report, listed)
    if (pool.replaced > 0) {
      ctx.warn(`${pool.replaced} pages broke their worker and were left out; see the failures.`)
    }
  } catch (error) {
    ids.forget()
    if (error instanceof SourceProblem) {
      const detail = problemOf(error.cause, source.name)
      putArchiveFailure(corpus.writer, archive.id, { reason: 'unreadable', detail })
      totals.failures++
      return outcomeOf(archiveAccount(corpus.writer, archive.id))
    }
    if (error instanceof AppError) throw error
    throw toStoreError(error, corpus.path)
  } finally {
    await pool.close()
  }
  return outcomeOf(archiveAccount(corpus.writer, archive.id))
}

function putFailures(corpus: Corpus, failures: readonly NewFailure[]): number {
  transaction(corpus.writer, () => {
    for (const failure of failures) insertFailure(corpus.writer, failure)
  })
  return failures.length
}

/** What an archive's own bytes are to blame for: the others go on. */
class SourceProblem extends Error {}

/** One step of reading. @throws SourceProblem */
async function ofSource<T>(step: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await step
  } catch (error) {
    throw signal.aborted ? error : new SourceProblem(errorLine(error), { cause: error })
  }
}

function problemOf(error: unknown, name: string): string {
  return errorLine(readError(name, error))
}

async function readArchive(
  corpus: Corpus,
  archive: ArchiveRow,
  source: ArchiveSource,
  pool: ExtractPool,
  ids: ImageIds,
  totals: Totals,
  ctx: JobContext,
  report: (position: number) => void,
  listed: Listed | null,
): Promise<void> {
  const from = archive.nextOffset
  const stream = source.kind === 'stream'
  const opened = await ofSource(
    openArchive(source, {
      from: stream ? 0 : from,
      digest: true,
      signal: ctx.signal,
      keep: (head) =>
        head.type === 'response' ||
        head.type === 'resource' ||
        head.type === 'revisit' ||
        (listed !== null && isListing(head)),
    }),
    ctx.signal,
  )
  const steps: Step[] = []
  const commits = createCommitter(corpus, archive, ids, totals, ctx, report, listed)
  let broken: { error: unknown } | null = null
  /** Commits what is settled, in order. */
  const drain = (): void => {
    if (broken) throw broken.error
    while (steps[0]?.settled) commits.add(steps.shift() as Step)
  }

  const flush = createBlobFlusher(corpus.path)
  let reading = true
  let problem: SourceProblem | null = null
  const batches = opened[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await ofSource(batches.next(), ctx.signal)
      if (next.done) break
      const batch = next.value
      const step = await toStep(batch, archive.id, stream ? from : 0, pool, flush, listed !== null)
      step.done.then(
        () => (step.settled = true),
        (error: unknown) => (broken ??= { error }),
      )
      steps.push(step)
      drain()
      // Steps without tasks pile up behind one that takes long.
      while (steps.length > 200) {
        await (steps[0] as Step).done
        drain()
      }
    }
    reading = false
  } catch (error) {
    // Canceled, or it cannot be read on: what was read so far still counts.
    if (error instanceof SourceProblem) problem = error
    else if (!ctx.signal.aborted) throw error
  } finally {
    await batches.return?.(undefined)
  }
  for (const step of [...steps]) {
    await step.done
    step.settled = true
  }
  drain()
  commits.commit()
  if (problem) throw problem
  if (reading || ctx.signal.aborted) return

  const sha256 = opened.sha256() ?? (stream ? null : await sha256OfArchive(source, ctx.signal))
  const bytes = source.size ?? commits.position
  transaction(corpus.writer, () => {
    completeArchive(corpus.writer, archive.id, { sha256, bytes })
    const empty = emptyArchive(archiveAccount(corpus.writer, archive.id))
    if (empty) insertFailure(corpus.writer, { stage: 'archive', archiveId: archive.id, ...empty })
    if (empty) totals.failures++
  })
  totals.archives++
  report(bytes)
}

export const ingestJob = implementJob(ingest, ({ corpus, input, context }) =>
  runIngest(corpus, input, context),
)
