import { lstat, readdir, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { stringify } from 'csv-stringify/sync'
import { z } from 'zod'
import { studyReport, type StudyReportInput } from '#shared/contract/jobs/study-report.ts'
import type { StudyResults } from '#shared/contract/results.ts'
import { AppError } from '#shared/errors.ts'
import { reportPage } from '../../evaluation/report/page.ts'
import type { ReportTable, ReportTables } from '../../evaluation/report/tables.ts'
import { reportReadme } from '../../evaluation/report/readme.ts'
import { OutputFolder } from '../../export/folder.ts'
import { ParquetFile } from '../../export/parquet-file.ts'
import { discard, fileError, makePartial, publish } from '../../export/target.ts'
import { createPictureHost, type PictureHost } from '../../images/host-client.ts'
import { blobPath } from '../../store/blobs.ts'
import type { Corpus } from '../../store/open.ts'
import { toCell } from '../../store/repositories/rating-table.ts'
import { studyImages, studyOf } from '../../store/repositories/studies.ts'
import { checkOutside } from '../run/check-outside.ts'
import { implementJob } from '../run/implement.ts'
import type { JobContext } from '../run/job.ts'
import { requireOwner } from './report-rows.ts'
import { runStudyTask, type StudyReport } from './study-calls.ts'
import { readSmall } from '../../files/read-small.ts'

const RESULTS = 'results.json'
/** Pixels of a figure's PNG for one of its own. */
const PNG_SCALE = 2

/**
 * Writes a study's report as a folder, whole or not at all. An earlier report of the same study at
 * this place is replaced.
 * @throws AppError `conflict` (a rater's copy; the folder holds something else), `invalid-input` (a
 *   folder in the corpus), `io`
 */
export async function writeReport(
  corpus: Corpus,
  input: StudyReportInput,
  ctx: Pick<JobContext, 'signal' | 'progress' | 'entries' | 'warn'>,
): Promise<{ results: StudyResults; out: string }> {
  const out = resolve(input.out)
  checkOutside(corpus.path, out)
  const study = studyOf(corpus.reader, input.study)
  requireOwner(study)
  await inspect(out, study.uid)
  ctx.progress({ done: 0, total: null, unit: 'files', note: 'computing every number' })
  const report = await runStudyTask(
    ctx.entries.studyWorker,
    'results',
    { path: corpus.path, study: input.study, options: input.options, tables: true },
    { signal: ctx.signal, graceMs: 0 },
  )
  const host = createPictureHost(ctx.entries.pictureHost)
  let partial: string | null = null
  try {
    const images = await embedded(corpus, input.study, report.results, host, ctx)
    partial = await makePartial(out)
    await writeFiles(new OutputFolder(partial), report, images, host, ctx)
    await replace(partial, out, study.uid)
    partial = null
    return { results: report.results, out }
  } catch (error) {
    throw ctx.signal.aborted ? error : fileError(error, out)
  } finally {
    await host.close()
    if (partial !== null) await discard(partial)
  }
}

/** What an earlier report says of itself. */
const Earlier = z.object({
  format: z.literal('gleaner study results 1'),
  study: z.object({ uid: z.string() }),
})

/** Whether a report of this study stands at the place. @throws AppError `conflict` for anything else */
async function inspect(out: string, uid: string): Promise<boolean> {
  const hint = 'Choose a new folder, or remove this one first.'
  const found = await lstat(out).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw fileError(error, out)
  })
  if (found === null) return false
  if (!found.isDirectory()) throw new AppError('conflict', `${out} is no folder.`, hint)
  if ((await readdir(out)).length === 0) return false
  let value: unknown = null
  try {
    value = JSON.parse(readSmall(join(out, RESULTS), 'list'))
  } catch {
    // Not ours: said below.
  }
  const { data } = Earlier.safeParse(value)
  if (!data) {
    throw new AppError('conflict', `${out} is not empty and holds no report of a study.`, hint)
  }
  if (data.study.uid !== uid) {
    throw new AppError('conflict', `${out} holds the report of another study.`, hint)
  }
  return true
}

/** Puts the finished folder in the place of an earlier one, which comes back where that fails. */
async function replace(partial: string, out: string, uid: string): Promise<void> {
  if (!(await inspect(out, uid))) return publish(partial, out)
  const old = `${partial}-before`
  await rename(out, old)
  try {
    await publish(partial, out)
  } catch (error) {
    await rename(old, out).catch(() => undefined)
    throw error
  }
  await rm(old, { recursive: true, force: true })
}

/** The pictures of the page as data URIs, small. */
async function embedded(
  corpus: Corpus,
  name: string,
  results: StudyResults,
  host: PictureHost,
  ctx: Pick<JobContext, 'signal' | 'warn'>,
): Promise<Map<number, string>> {
  const wanted = new Set(
    [
      ...results.extremes.flatMap(({ best, worst }) => [...best, ...worst]),
      ...results.disagreements,
    ].map(({ image }) => image),
  )
  const images = new Map<number, string>()
  if (wanted.size === 0) return images
  const rows = studyImages(corpus.reader, studyOf(corpus.reader, name))
  await Promise.all(
    rows
      .filter(({ id }) => wanted.has(id))
      .map(async ({ id, sha256 }) => {
        const made = await host.decode({ path: blobPath(corpus.path, sha256) })
        if (made.ok) {
          const webp = Buffer.from(made.thumbnail.webp).toString('base64')
          images.set(id, `data:image/webp;base64,${webp}`)
        } else ctx.warn(`A picture cannot be read any more (${made.reason}): ${sha256}`)
      }),
  )
  ctx.signal.throwIfAborted()
  return images
}

async function writeFiles(
  folder: OutputFolder,
  { results, figures, drawings, tables }: StudyReport,
  images: ReadonlyMap<number, string>,
  host: PictureHost,
  ctx: Pick<JobContext, 'signal' | 'progress'>,
): Promise<void> {
  const drawn = figures.map((one, i) => ({ ...one, svg: drawings[i] ?? '' }))
  let done = 0
  const progress = (note: string): void => {
    ctx.signal.throwIfAborted()
    ctx.progress({ done: done++, total: drawn.length + 5, unit: 'files', note })
  }
  progress('page')
  await folder.put('report.html', reportPage(results, drawn, images))
  await folder.put(RESULTS, `${JSON.stringify(results, null, 1)}\n`)
  for (const { figure, svg } of drawn) {
    progress('figures')
    await folder.put(`figures/${figure.id}.svg`, svg)
    await folder.put(`figures/${figure.id}.png`, await host.figurePng(svg, PNG_SCALE))
  }
  const files = tables as ReportTables
  for (const name of ['ratings', 'comparisons', 'automatic'] as const) {
    progress(name)
    await folder.put(`${name}.csv`, csvOf(files[name]))
  }
  await writeParquet(folder, 'ratings.parquet', files.ratings)
  await folder.put(
    'README.txt',
    reportReadme(
      results,
      figures.map(({ figure }) => figure),
    ),
  )
  await folder.finish()
  await folder.syncFolders()
}

function csvOf({ columns, rows }: ReportTable): string {
  const cells = rows.map((row) =>
    row.map((cell) => (typeof cell === 'string' ? toCell(cell) : cell)),
  )
  return stringify([columns.map(({ name }) => name), ...cells])
}

async function writeParquet(
  folder: OutputFolder,
  path: string,
  { columns, rows }: ReportTable,
): Promise<void> {
  const file = new ParquetFile(await folder.open(path), columns)
  for (const row of rows) await file.add(row)
  await file.close()
}

export const studyReportJob = implementJob(studyReport, async ({ input, corpus, context }) => {
  const { results, out } = await writeReport(corpus, input, context)
  context.result('Folder', out)
  context.result('Report', results.headline.sentence)
  for (const caution of results.headline.cautions) context.warn(caution)
})
