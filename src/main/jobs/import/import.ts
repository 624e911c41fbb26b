import { basename } from 'node:path'
import type { ImportInput } from '#shared/contract/jobs.ts'
import type { Corpus } from '../../store/open.ts'
import { imageIds } from '../../store/repositories/images.ts'
import { listModels } from '../../store/repositories/models.ts'
import type { TableInput } from '../../tables/index.ts'
import { findTables } from '../../tables/index.ts'
import { fingerprintFile } from '../../files/fingerprint.ts'
import { importedDigest } from './import-plan.ts'
import { createTableReader } from './table-calls.ts'
import type { TableReader } from './table-calls.ts'
import type { JobContext } from '../run/job.ts'
import { runPictures } from '../pictures/pictures.ts'
import { importTables } from '#shared/contract/jobs/import.ts'
import { implementJob } from '../run/implement.ts'
import { importTable } from './import-table.ts'
import type { Planned } from './import-table.ts'
import { reportTotals } from './import-totals.ts'
import type { Totals } from './import-totals.ts'
import { importEmbeddings, folderOf } from './import-vectors.ts'

/**
 * Brings tables that others made into the corpus: a pair for each row, scores from columns of
 * similarities, embeddings from `.npy` files that stand beside a table row by row, with each row's
 * own cosine as a score. All tables are looked at before the first is imported, so that what must
 * be refused leaves nothing half done. Rows and how far it is are committed together: a run that was
 * killed or canceled goes on where it stopped, and a table that is complete adds nothing again,
 * under whatever name it comes.
 *
 * Pictures that tables name by files are read at the end, from below the table's folder; others
 * wait, or are looked for as `images` says.
 *
 * @throws AppError as `findTables`, `planTable` and `Watched.call`; `conflict` where a table was begun in another
 *   way; `damaged` where a table breaks off: what stands before is kept
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
  const sources: TableInput[] = []
  for (const path of input.inputs) sources.push(...(await findTables(path)))
  const planned: Planned[] = []
  for (const source of sources) {
    if (ctx.signal.aborted) return
    ctx.progress({
      done: planned.length,
      total: sources.length,
      unit: 'tables',
      note: `looking at ${basename(source.path)}`,
    })
    const { columns, modelName, unit } = input
    const choices = { columns, modelName, unit }
    let plan
    try {
      const about = basename(source.path)
      const { signal } = ctx
      plan = (await reader.call('plan', { source, choices }, { about, signal })).value
    } catch (error) {
      if (ctx.signal.aborted) return
      throw error
    }
    planned.push({ plan, identity: await fingerprintFile(source.path) })
  }
  checkNames(corpus, planned, ctx)

  const totals: Totals = {
    tables: 0,
    skipped: 0,
    rows: 0,
    pairs: 0,
    failures: 0,
    notPaired: 0,
    scores: 0,
    badScores: 0,
    vectors: 0,
    badVectors: 0,
  }
  try {
    await importAll(reader, corpus, planned, input, totals, ctx)
  } finally {
    reportTotals(totals, ctx)
  }
  if (ctx.signal.aborted) return
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
  ctx: JobContext,
): Promise<void> {
  const ids = imageIds(corpus.writer)
  const total = planned.reduce((sum, { plan }) => sum + plan.info.bytes, 0)
  let before = 0
  for (const one of planned) {
    if (ctx.signal.aborted) return
    const start = before
    await importTable(corpus, one, input, ids, totals, ctx, reader, (position) =>
      ctx.progress({
        done: start + position,
        total,
        unit: 'bytes',
        note: `${basename(one.plan.source.path)}: ${totals.pairs.toLocaleString('en')} pairs`,
      }),
    )
    before += one.plan.info.bytes
  }
  ctx.changed(['pairs', 'images', 'scores'])
  if (ctx.signal.aborted) return
  await localStage(corpus, input, ctx)
  for (const { plan, identity } of planned) {
    if (ctx.signal.aborted) return
    if (plan.embeddings) await importEmbeddings(corpus, plan, identity, totals, ctx)
  }
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
