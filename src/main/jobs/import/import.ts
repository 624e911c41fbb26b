import { errorLine } from '#shared/errors.ts'
import type { AppError } from '#shared/errors.ts'
import type { ImportInput } from '#shared/contract/jobs.ts'
import type { Corpus } from '../../store/open.ts'
import { imageIds } from '../../store/repositories/images.ts'
import { listModels } from '../../store/repositories/models.ts'
import { clearInputFailures, putInputFailure } from '../../store/repositories/failures.ts'
import { tableName } from '../../tables/index.ts'
import { importedDigest } from './import-plan.ts'
import { createTableReader } from './table-calls.ts'
import type { TableReader } from './table-calls.ts'
import type { JobContext } from '../run/job.ts'
import { runPictures } from '../pictures/pictures.ts'
import { importTables } from '#shared/contract/jobs/import.ts'
import { implementJob } from '../run/implement.ts'
import { importTable } from './import-table.ts'
import type { Planned } from './import-table.ts'
import { isNothing, newTotals, nothingRead, nothingTaken, reportTotals } from './import-totals.ts'
import type { LeftOut, Totals } from './import-totals.ts'
import { concernsOneTable, planInputs } from './plan-inputs.ts'
import { importEmbeddings, folderOf } from './import-vectors.ts'

/**
 * Brings tables that others made into the corpus: a pair for each row, scores from columns of
 * similarities, embeddings from `.npy` files that stand beside a table row by row, with each row's
 * own cosine as a score. All tables are looked at before the first is imported, so that what a
 * person must decide leaves nothing half done. A table that is damaged or none at all is a failure
 * that names it, and the others are taken. Rows and how far it is are committed together: a run that was
 * killed or canceled goes on where it stopped, and a table that is complete adds nothing again,
 * under whatever name it comes.
 *
 * Pictures that tables name by files are read at the end, from below the table's folder; others
 * wait, or are looked for as `images` says.
 *
 * @throws AppError where nothing at all could be taken; `invalid-input` where a unit or the words
 *   that were scored must be named; `io` and `busy` of the corpus
 */
export async function runImport(
  corpus: Corpus,
  input: ImportInput,
  ctx: JobContext,
): Promise<void> {
  const reader = createTableReader(ctx.entries.tableReader)
  try {
    await importWith(reader, corpus, input, ctx)
  } finally {
    await reader.close()
  }
}

async function importWith(
  reader: TableReader,
  corpus: Corpus,
  input: ImportInput,
  ctx: JobContext,
): Promise<void> {
  const { planned, left } = await planInputs(reader, input, ctx)
  if (ctx.signal.aborted) return
  // Nothing is written where nothing can be taken.
  if (planned.length === 0) throw nothingRead(left)
  for (const one of planned) clearInputFailures(corpus.writer, tableName(one.plan.source.path))
  for (const one of left) putTableFailure(corpus, one)
  checkNames(corpus, planned, ctx)
  const numbers = new Set(planned.flatMap(({ plan }) => plan.numbers))
  const missing = (input.keep ?? []).filter((name) => !numbers.has(name))
  if (missing.length > 0) {
    ctx.warn(`No table has a column of numbers ${missing.join(', ')} to keep.`)
  }

  const totals = newTotals()
  try {
    await importAll(reader, corpus, planned, input, totals, left, ctx)
  } finally {
    reportTotals(totals, left, ctx)
  }
  if (ctx.signal.aborted) return
  if (isNothing(totals)) throw nothingTaken(totals, left)
  if (input.images === 'fetch') {
    await runPictures(corpus, { corpus: input.corpus, images: 'fetch', retryFailed: false }, ctx)
  }
}

async function importAll(
  reader: TableReader,
  corpus: Corpus,
  planned: readonly Planned[],
  input: ImportInput,
  totals: Totals,
  left: LeftOut[],
  ctx: JobContext,
): Promise<void> {
  const ids = imageIds(corpus.writer)
  const total = planned.reduce((sum, { plan }) => sum + plan.info.bytes, 0)
  let before = 0
  for (const one of planned) {
    if (ctx.signal.aborted) return
    const start = before
    const { path } = one.plan.source
    const name = tableName(path)
    try {
      await importTable(corpus, one, input, ids, totals, ctx, reader, (position) =>
        ctx.progress({
          done: start + position,
          total,
          unit: 'bytes',
          note: `${name}: ${totals.pairs.toLocaleString('en')} pairs`,
        }),
      )
    } catch (error) {
      leave(corpus, path, error, left)
    }
    before += one.plan.info.bytes
  }
  ctx.changed(['pairs', 'images', 'scores'])
  if (ctx.signal.aborted) return
  await localStage(corpus, input, ctx)
  for (const { plan, identity } of planned) {
    if (ctx.signal.aborted) return
    if (!plan.embeddings) continue
    const { path } = plan.source
    try {
      await importEmbeddings(corpus, plan, identity, totals, ctx)
    } catch (error) {
      leave(corpus, path, error, left)
    }
  }
}

/** Notes why a table was not taken, or not to its end; what is no fault of it is thrown on. */
function leave(corpus: Corpus, path: string, error: unknown, left: LeftOut[]): void {
  if (!concernsOneTable(error) || isOfCorpus(error, corpus)) throw error
  const one = { path, name: tableName(path), error }
  left.push(one)
  putTableFailure(corpus, one)
}

/** A full disk and its like, as the store says them: every table would meet them. */
function isOfCorpus(error: AppError, corpus: Corpus): boolean {
  return error.kind === 'busy' || error.message.includes(corpus.path)
}

function putTableFailure(corpus: Corpus, { name, error }: LeftOut): void {
  putInputFailure(corpus.writer, {
    name,
    reason:
      error.kind === 'damaged'
        ? 'table-damaged'
        : error.kind === 'io' || error.kind === 'not-found'
          ? 'unreadable'
          : 'table-not-taken',
    detail: errorLine(error),
  })
}

/** What can be had from this machine's disk, before embeddings are tied to pictures. */
async function localStage(corpus: Corpus, input: ImportInput, ctx: JobContext): Promise<void> {
  if (input.images === 'none') return
  if (input.images.startsWith('folder:')) {
    const pictures = { corpus: input.corpus, images: input.images, retryFailed: false }
    await runPictures(corpus, pictures, ctx)
    return
  }
  // Whatever archives there are hold none of these, and web addresses are not searched unasked.
  const pictures = { corpus: input.corpus, images: 'archive', retryFailed: false }
  await runPictures(corpus, pictures, ctx, { named: 'files' })
}

/** Says it when new scores would come under a name that other scores bear already. */
function checkNames(corpus: Corpus, planned: readonly Planned[], ctx: JobContext): void {
  const known = new Map(listModels(corpus.reader).map((model) => [model.digest, model]))
  const said = new Set<string>()
  for (const { plan } of planned) {
    if (!plan.embeddings) continue
    const { model, dims } = plan.embeddings
    const earlier = known.get(importedDigest(model, 'embeddings', dims))
    if (!earlier || said.has(model)) continue
    const folder = (JSON.parse(earlier.manifest) as { source?: { folder?: string } }).source?.folder
    if (folder === undefined || folder === folderOf(plan)) continue
    said.add(model)
    ctx.warn(
      `Embeddings named ${model} are here already, from the folder ${folder}. If these are of another model, import them under another name.`,
    )
  }
}

export const importJob = implementJob(importTables, ({ corpus, input, context }) =>
  runImport(corpus, input, context),
)
