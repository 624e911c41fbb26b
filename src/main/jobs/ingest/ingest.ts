import { availableParallelism } from 'node:os'
import { existsSync } from 'node:fs'
import { resolve as absolute } from 'node:path'
import { Readable } from 'node:stream'
import type { IngestInput } from '#shared/contract/jobs.ts'
import { AppError } from '#shared/errors.ts'
import { SOFTWARE } from '#shared/version.ts'
import { toStoreError } from '../../store/errors.ts'
import type { Corpus } from '../../store/open.ts'
import {
  addArchive,
  addCounts,
  advanceArchive,
  archiveByFingerprint,
  completeArchive,
  moveArchive,
} from '../../store/repositories/archives.ts'
import type { ArchiveRow } from '../../store/repositories/archives.ts'
import { insertCapture } from '../../store/repositories/captures.ts'
import { insertFailure, putInputFailure } from '../../store/repositories/failures.ts'
import type { NewFailure } from '../../store/repositories/failures.ts'
import { imageIds } from '../../store/repositories/images.ts'
import type { ImageIds } from '../../store/repositories/images.ts'
import { insertPage } from '../../store/repositories/pages.ts'
import { transaction } from '../../store/statements.ts'
import {
  fingerprint,
  listInputs,
  openArchive,
  revisitTarget,
  sha256OfArchive,
  streamSource,
  targetUri,
} from '../../warc/index.ts'
import type { ArchiveBatch, ArchiveSource, WarcRecord } from '../../warc/index.ts'
import { SLOT_BYTES, createExtractPool } from './ingest-pool.ts'
import type { ExtractPool, TaskResult } from './ingest-pool.ts'
import type { FlatPair, TaskRecord } from './ingest-task.ts'
import type { JobContext } from '../run/job.ts'
import { runPictures } from '../pictures/pictures.ts'
import { ingest } from '#shared/contract/jobs/ingest.ts'
import { implementJob } from '../run/implement.ts'
import { sha256Of } from '../../files/digest.ts'

/** More than these wait for the one who reads and commits. */
const MAX_WORKERS = 3
/** A commit covers at least this much, unless time is up. */
const COMMIT_RECORDS = 4000
const COMMIT_PAIRS = 4000
const COMMIT_EVERY_MS = 1000
/** Head of a stream by which it is known again. */
const STREAM_HEAD = 64 << 10

/** For tests and the command line. */
export interface IngestOptions {
  stdin?: Readable
  /** A record that keeps a worker longer is failed. */
  patienceMs?: number
}

/** A record that a worker looks at, with what is known from its head. */
interface Wanted {
  offset: number
  recordId: string | null
  type: string
  url: string | null
  date: string | null
  payloadDigest: string | null
  refersToUrl: string | null
  refersToDate: string | null
}

/** A step of reading: what it counted, what it found, where it ends. Committed in order. */
interface Step {
  records: Record<string, number>
  failures: NewFailure[]
  tasks: { wanted: Wanted[]; result: TaskResult | null }[]
  nextOffset: number
  position: number
  done: Promise<unknown>
  settled: boolean
}

/** Counts of this run, for what the job says at its end. */
interface Totals {
  archives: number
  skipped: number
  records: number
  pages: number
  pairs: number
  failures: number
}

/**
 * Reads archives into the corpus: pages, pairs, captures of pictures, counts and failures, and at
 * the end, unless `images` is `none`, the pictures themselves. What was read and how far are
 * committed together, so a run that was killed or canceled goes on where it stopped and never adds
 * a pair twice; an archive that is complete is passed over, under whatever name it comes.
 *
 * @throws AppError `not-found` for an input that is not there, `io`, `internal`
 */
export async function runIngest(
  corpus: Corpus,
  input: IngestInput,
  ctx: JobContext,
  options: IngestOptions = {},
): Promise<void> {
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
  const ids = imageIds(corpus.writer)
  const workers =
    input.workers ??
    ctx.settings.workers ??
    Math.min(MAX_WORKERS, Math.max(1, availableParallelism() - 1))
  let before = 0
  for (const source of sources) {
    if (ctx.signal.aborted) return
    const start = before
    await ingestSource(corpus, source, ids, workers, totals, ctx, options, (position) =>
      ctx.progress({
        done: start + position,
        total,
        unit: 'bytes',
        note: `${shortName(source)}: ${totals.pairs.toLocaleString('en')} pairs`,
      }),
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
  if (input.images !== 'none') {
    await runPictures(
      corpus,
      { corpus: input.corpus, images: input.images, retryFailed: false },
      ctx,
    )
  }
}

async function findSources(
  inputs: readonly string[],
  stdin: Readable | undefined,
): Promise<{
  sources: ArchiveSource[]
  failures: { name: string; reason: string; detail: string }[]
}> {
  const sources: ArchiveSource[] = []
  const failures: { name: string; reason: string; detail: string }[] = []
  for (const input of inputs) {
    if (input === '-') {
      sources.push(streamSource(stdin ?? process.stdin))
      continue
    }
    const found = await listInputs(absolute(input))
    sources.push(...found.sources)
    failures.push(...found.failures)
  }
  if (sources.length === 0 && failures.length === 0) {
    throw new AppError(
      'not-found',
      `no archive in ${inputs.join(', ')}`,
      'An archive is a file that ends in .warc, .warc.gz or .wacz, or a folder of them.',
    )
  }
  return { sources, failures }
}

function shortName(source: ArchiveSource): string {
  return source.name.split(/[/\\]/).at(-1) ?? source.name
}

async function ingestSource(
  corpus: Corpus,
  given: ArchiveSource,
  ids: ImageIds,
  workers: number,
  totals: Totals,
  ctx: JobContext,
  options: IngestOptions,
  report: (position: number) => void,
): Promise<void> {
  const { source, identity } = await identify(given, options.stdin)
  let archive = archiveByFingerprint(corpus.writer, identity)
  if (archive?.state === 'complete') {
    totals.skipped++
    if (archive.path !== source.name && !existsSync(archive.path)) {
      moveArchive(corpus.writer, archive.id, source.name)
    }
    report(source.size ?? 0)
    if (source.kind === 'stream') (options.stdin ?? process.stdin).destroy()
    return
  }
  if (archive && archive.path !== source.name) moveArchive(corpus.writer, archive.id, source.name)
  archive ??= addArchive(corpus.writer, {
    path: source.name,
    bytes: source.size ?? 0,
    fingerprint: identity,
    software: SOFTWARE,
  })
  const pool = createExtractPool({
    entry: ctx.entries.extractWorker,
    workers,
    corpusPath: corpus.path,
    keepHtml: source.kind === 'stream',
    ...(options.patienceMs === undefined ? {} : { patienceMs: options.patienceMs }),
  })
  try {
    await readArchive(corpus, archive, source, pool, ids, totals, ctx, report)
    if (pool.replaced > 0) {
      ctx.warn(`${pool.replaced} pages broke their worker and were left out; see the failures.`)
    }
  } catch (error) {
    ids.forget()
    if (error instanceof AppError) throw error
    throw toStoreError(error, corpus.path)
  } finally {
    await pool.close()
  }
}

/** A stream is known again by its beginning; a file by its size and ends. */
async function identify(
  source: ArchiveSource,
  stdin: Readable | undefined,
): Promise<{ source: ArchiveSource; identity: string }> {
  if (source.kind !== 'stream') return { source, identity: await fingerprint(source) }
  const pieces: Buffer[] = []
  let size = 0
  const input = (stdin ?? process.stdin)[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  while (size < STREAM_HEAD) {
    const step = await input.next()
    if (step.done) break
    pieces.push(step.value)
    size += step.value.length
  }
  const head = Buffer.concat(pieces)
  const identity = sha256Of(head.subarray(0, STREAM_HEAD))
  const rest = Readable.from(
    (async function* () {
      if (head.length > 0) yield head
      for (;;) {
        const step = await input.next()
        if (step.done) return
        yield step.value
      }
    })(),
    { objectMode: false, highWaterMark: 1 << 20 },
  )
  return { source: streamSource(rest, source.name), identity: `stream:${identity}` }
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
): Promise<void> {
  const from = archive.nextOffset
  const stream = source.kind === 'stream'
  const opened = await openArchive(source, {
    from: stream ? 0 : from,
    digest: true,
    signal: ctx.signal,
    keep: ({ type }) => type === 'response' || type === 'resource' || type === 'revisit',
  })
  const steps: Step[] = []
  const commits = createCommitter(corpus, archive, ids, totals, ctx, report)
  let broken: { error: unknown } | null = null
  /** Commits what is settled, in order. */
  const drain = (): void => {
    if (broken) throw broken.error
    while (steps[0]?.settled) commits.add(steps.shift() as Step)
  }

  let reading = true
  try {
    for await (const batch of opened) {
      const step = await toStep(batch, archive.id, stream ? from : 0, pool)
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
    // Canceled: what was read so far still counts.
    if (!ctx.signal.aborted) throw error
  }
  for (const step of [...steps]) {
    await step.done
    step.settled = true
  }
  drain()
  commits.commit()
  if (reading || ctx.signal.aborted) return

  const sha256 = opened.sha256() ?? (stream ? null : await sha256OfArchive(source, ctx.signal))
  const bytes = source.size ?? commits.position
  transaction(corpus.writer, () => completeArchive(corpus.writer, archive.id, { sha256, bytes }))
  totals.archives++
  report(bytes)
}

/** Sends the blocks of a batch to the workers. `from`: what lies before was committed earlier. */
async function toStep(
  batch: ArchiveBatch,
  archiveId: number,
  from: number,
  pool: ExtractPool,
): Promise<Step> {
  const step: Step = {
    records: {},
    failures: [],
    tasks: [],
    nextOffset: batch.nextOffset,
    position: batch.position,
    done: Promise.resolve(),
    settled: false,
  }
  for (const { reason, offset, detail } of batch.failures) {
    if (offset < from) continue
    const stage = WHOLE_ARCHIVE.has(reason) ? 'archive' : 'record'
    step.failures.push({ stage, reason, archiveId, offset, detail })
  }
  const waiting: Promise<unknown>[] = []
  let group: WarcRecord[] = []
  let size = 0
  const send = async (): Promise<void> => {
    if (group.length === 0) return
    const task: Step['tasks'][number] = { wanted: group.map(wanted), result: null }
    step.tasks.push(task)
    const bytes = await pool.memory(size)
    const run = pool.run(bytes, packed(group, bytes)).then((result) => {
      task.result = result
    })
    // Said by `step.done`; until that is asked, it must not count as unhandled.
    run.catch(() => undefined)
    waiting.push(run)
    group = []
    size = 0
  }
  for (const record of batch.records) {
    if (record.offset < from) continue
    step.records[record.type] = (step.records[record.type] ?? 0) + 1
    if (record.skipped || !mayMatter(record)) continue
    if (size > 0 && size + record.block.length > SLOT_BYTES) await send()
    group.push(record)
    size += record.block.length
  }
  await send()
  step.done = Promise.all(waiting)
  return step
}

const WHOLE_ARCHIVE = new Set<string>(['empty-file', 'not-an-archive', 'truncated-gzip'])

function wanted(record: WarcRecord): Wanted {
  const revisit = record.type === 'revisit' ? revisitTarget(record) : null
  return {
    offset: record.offset,
    recordId: record.headers.get('warc-record-id') ?? null,
    type: record.type,
    url: targetUri(record),
    date: record.headers.get('warc-date') ?? null,
    payloadDigest: record.headers.get('warc-payload-digest') ?? null,
    refersToUrl: revisit?.url ?? null,
    refersToDate: revisit?.date ?? null,
  }
}

function packed(group: WarcRecord[], bytes: Uint8Array): TaskRecord[] {
  const records: TaskRecord[] = []
  let at = 0
  for (const record of group) {
    bytes.set(record.block, at)
    records.push({
      type: record.type,
      url: targetUri(record),
      contentType: record.headers.get('content-type') ?? null,
      start: at,
      end: at + record.block.length,
    })
    at += record.block.length
  }
  return records
}

const HTTP_STATUS = /^HTTP\/\d+(?:\.\d+)?[ \t]+(\d{3})(?!\d)/i
const HTTP_TYPE = /^content-type:[ \t]*([^\r\n;,]*)/im
const NEVER =
  /^(?:text\/(?!html)|application\/(?!xhtml|octet-stream|unknown|x-unknown)|video\/|audio\/|font\/)/i

/**
 * Whether a block can hold a page or a picture, by a look at its head: most of an archive is
 * neither, and need not be copied to another thread. In doubt, it may.
 */
function mayMatter(record: WarcRecord): boolean {
  const { block } = record
  if (block.length === 0) return record.type === 'revisit'
  const head = Buffer.from(block.buffer, block.byteOffset, Math.min(block.length, 4096))
  const end = head.indexOf('\r\n\r\n')
  const text = head.toString('latin1', 0, end < 0 ? head.length : end)
  const status = HTTP_STATUS.exec(text)?.[1]
  if (status === undefined) return !NEVER.test(ownType(record))
  if (/^30[12378]$/.test(status)) return true
  if (record.type !== 'revisit' && status !== '200' && !status.startsWith('1')) return false
  if (status.startsWith('1')) return true
  const type = HTTP_TYPE.exec(text)?.[1]?.trim() ?? ''
  if (record.type === 'revisit' && /^text\/html|^application\/xhtml/i.test(type)) return false
  return !NEVER.test(type)
}

/** Of a resource, its own; a record around HTTP says nothing about what is in it. */
function ownType(record: WarcRecord): string {
  const type = record.headers.get('content-type') ?? ''
  return /^application\/http/i.test(type) ? '' : type
}

interface Committer {
  readonly position: number
  add(step: Step): void
  commit(): void
}

function createCommitter(
  corpus: Corpus,
  archive: ArchiveRow,
  ids: ImageIds,
  totals: Totals,
  ctx: JobContext,
  report: (position: number) => void,
): Committer {
  const db = corpus.writer
  let steps: Step[] = []
  let records = 0
  let pairs = 0
  let last = performance.now()
  let told = 0
  let position = 0

  function commit(): void {
    if (steps.length === 0) return
    const batch = steps
    steps = []
    records = 0
    pairs = 0
    const sum = { records: 0, pages: 0, pairs: 0, failures: 0 }
    try {
      transaction(db, () => {
        const types: Record<string, number> = {}
        const notPaired: Record<string, number> = {}
        for (const step of batch) {
          for (const [type, n] of Object.entries(step.records)) {
            types[type] = (types[type] ?? 0) + n
            sum.records += n
          }
          for (const failure of step.failures) insertFailure(db, failure)
          sum.failures += step.failures.length
          for (const task of step.tasks) keepTask(task, notPaired, sum)
        }
        addCounts(db, archive.id, { records: types, notPaired })
        advanceArchive(db, archive.id, (batch.at(-1) as Step).nextOffset)
      })
    } catch (error) {
      ids.forget()
      throw toStoreError(error, corpus.path)
    }
    totals.records += sum.records
    totals.pages += sum.pages
    totals.pairs += sum.pairs
    totals.failures += sum.failures
    last = performance.now()
    report(position)
    if (last - told > 1000) {
      told = last
      ctx.changed(['pairs', 'images'])
    }
  }

  function keepTask(
    { wanted: list, result }: Step['tasks'][number],
    notPaired: Record<string, number>,
    sum: { pages: number; pairs: number; failures: number },
  ): void {
    if (!result) return
    const fail = (
      about: Wanted,
      stage: NewFailure['stage'],
      reason: string,
      detail: string,
    ): void => {
      insertFailure(db, {
        stage,
        reason,
        archiveId: archive.id,
        offset: about.offset,
        url: about.url,
        detail,
      })
      sum.failures++
    }
    for (let i = 0; i < list.length; i++) {
      const found = result.results[i] ?? null
      const about = list[i] as Wanted
      if (found === null) continue
      if (found.kind === 'failed') {
        fail(about, 'page', found.reason, found.detail)
        continue
      }
      if (found.problem) fail(about, 'record', found.problem.reason, found.problem.detail)
      if (found.kind === 'picture') {
        if (about.url === null) continue
        insertCapture(db, {
          kind: found.as,
          archiveId: archive.id,
          offset: about.offset,
          url: about.url,
          date: about.date,
          mime: found.mime,
          sha256: found.sha256,
          bytes: found.bytes,
          payloadDigest: about.payloadDigest,
          refersToUrl: found.location ?? about.refersToUrl,
          refersToDate: about.refersToDate,
        })
        continue
      }
      const added = insertPage(db, ids, {
        archiveId: archive.id,
        offset: about.offset,
        recordId: about.recordId,
        recordType: about.type,
        url: found.url,
        date: about.date,
        title: found.title,
        language: found.language,
        ogImage: found.ogImage,
        charset: found.charset,
        charsetSource: found.charsetSource,
        robots: found.robots,
        keptHtml: result.kept.get(i) ?? null,
        pairs: found.pairs.map(toPair),
      })
      if (added === null) continue
      sum.pages++
      sum.pairs += added
      for (const [rule, n] of Object.entries(found.notPaired)) {
        notPaired[rule] = (notPaired[rule] ?? 0) + n
      }
    }
  }

  return {
    get position() {
      return position
    },
    add(step) {
      steps.push(step)
      position = step.position
      for (const n of Object.values(step.records)) records += n
      for (const task of step.tasks) {
        for (const found of task.result?.results ?? []) {
          if (found?.kind === 'page') pairs += found.pairs.length
        }
      }
      const due = performance.now() - last > COMMIT_EVERY_MS
      if (due || records >= COMMIT_RECORDS || pairs >= COMMIT_PAIRS) commit()
    },
    commit,
  }
}

function toPair(flat: FlatPair) {
  return {
    position: flat[0],
    imageUrl: flat[1],
    alternates: flat[2],
    imageRule: flat[3],
    alt: flat[4],
    title: flat[5],
    caption: flat[6],
    captionRule: flat[7],
    before: flat[8],
    beforeDistance: flat[9],
    after: flat[10],
    afterDistance: flat[11],
    declaredWidth: flat[12],
    declaredHeight: flat[13],
    tagStart: flat[14],
    tagEnd: flat[15],
  }
}

export const ingestJob = implementJob(ingest, ({ corpus, input, context }) =>
  runIngest(corpus, input, context),
)
