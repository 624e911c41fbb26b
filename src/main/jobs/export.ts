import type { ExportInput } from '#shared/contract/jobs.ts'
import { exportPairs } from '#shared/contract/jobs/export.ts'
import { AppError } from '#shared/errors.ts'
import { exportDataset } from '../export/dataset.ts'
import { putVersionFiles } from '../export/version/files.ts'
import type { ExportHooks } from '../export/types.ts'
import { createPictureHost } from '../images/host-client.ts'
import type { PictureHost } from '../images/host-client.ts'
import { openReader } from '../store/open.ts'
import type { ReaderDb } from '../store/open.ts'
import { readWhere } from '../store/reads/score-ref.ts'
import { findVersion, infoOf, versionLines } from '../store/repositories/versions.ts'
import type { StoredVersion } from '../store/repositories/versions.ts'
import { beginSnapshot } from '../store/statements.ts'
import { createExportRecords } from './export-records.ts'
import { firstScored, readItems, scoredFirst } from './exporting/items.ts'
import type { Reading } from './exporting/items.ts'
import { partsOf } from './exporting/parts.ts'
import { describeCorpus, makeRecipe, recipeOfVersion } from './exporting/recipe.ts'
import { filteredSource, versionSource } from './exporting/source.ts'
import { checkOutside } from './run/check-outside.ts'
import { implementJob } from './run/implement.ts'
import type { JobContext } from './run/job.ts'

/**
 * Writes the pairs that pass a filter, or those of a version, as a dataset. Reads the corpus as it is
 * at the start, whatever is written to it meanwhile. The folder appears when it is whole: a run that
 * was killed or canceled leaves none, and the next one begins anew.
 *
 * @throws AppError `invalid-input` (the filter, a choice that the format cannot do, or nothing to
 *   export), `not-found` (the filter names a model without scores; no such version), `conflict` (the
 *   folder holds something else), `unsupported`, `io`, `canceled`
 */
export async function runExport(
  corpus: { readonly path: string },
  input: ExportInput,
  ctx: JobContext,
): Promise<void> {
  // Said before anything is read.
  const query = readWhere(input.where)
  checkOutside(corpus.path, input.out)
  const db = openReader(corpus.path)
  let host: PictureHost | null = null
  try {
    // Every read below sees the same state.
    beginSnapshot(db)
    const version = input.version === undefined ? null : ofVersion(db, input)
    const made = version
      ? { recipe: recipeOfVersion(db, input, infoOf(version)), score: null }
      : makeRecipe(db, input, query, ctx)
    const { recipe } = made
    if (recipe.pictures) {
      host = createPictureHost(ctx.entries.pictureHost)
      recipe.pictures.how = await host.anewBy()
    }
    const source = version
      ? versionSource(db, version.name)
      : await filteredSource(db, input, recipe, made.score, ctx)
    const total = source.ids.length
    const progress = (done: number) =>
      ctx.progress({ done, total, unit: 'pairs', note: `writing ${input.format}` })
    progress(0)
    const partOf = recipe.split
      ? await partsOf(db, source.ids, recipe.texts ?? [recipe.text], recipe.split, ctx)
      : () => undefined
    const reading = { db, corpusPath: corpus.path, source, recipe, partOf, host }
    const items = scoredFirst(await firstScored(reading), readItems(reading))
    await write(items, reading, input, ctx, progress, version)
  } finally {
    await host?.close()
    db.close()
  }
}

/** @throws AppError `invalid-input` where something is chosen that the version holds already */
function ofVersion(db: ReaderDb, input: ExportInput): StoredVersion {
  if (input.where !== '' || input.onePerPicture || input.fallback.length > 0) {
    throw new AppError(
      'invalid-input',
      `The version ${input.version} says which pairs and texts it holds; a filter, an order of texts or one of each picture cannot be chosen beside it.`,
      'Leave them out, or make another version.',
    )
  }
  return findVersion(db, input.version ?? '')
}

async function write(
  items: Parameters<typeof exportDataset>[0],
  { db, corpusPath, source, recipe, host }: Reading & { host: PictureHost | null },
  input: ExportInput,
  ctx: JobContext,
  progress: (done: number) => void,
  version: StoredVersion | null,
): Promise<void> {
  const corpus = describeCorpus(db)
  const archive = createExportRecords(db, corpusPath)
  const { pictures } = recipe
  const hooks: ExportHooks = {
    signal: ctx.signal,
    progress,
    warn: (message) => ctx.warn(message),
    archive,
    leftOut: source.leftOut,
    ...(host && pictures
      ? {
          async convert(bytes) {
            const made = await host.anew(bytes, pictures)
            return made.ok ? made : `picture-unwritable ${made.reason}`
          },
        }
      : {}),
    ...(version
      ? {
          beside: (folder, counts, format) =>
            putVersionFiles(folder, {
              version: infoOf(version),
              lines: linesOf(db, version),
              counts,
              format,
              recipe,
            }),
        }
      : {}),
  }
  try {
    const { alreadyThere, manifest } = await exportDataset(items, recipe, corpus, input.out, hooks)
    const { counts } = manifest
    progress(source.ids.length)
    ctx.result('Folder', input.out)
    if (alreadyThere) ctx.result('State', 'already there, nothing was written')
    ctx.result('Pairs', `${counts.exported} of ${counts.matched}`)
    if (counts.pictures > 0) ctx.result('Pictures', String(counts.pictures))
    for (const [part, { pairs, sites }] of Object.entries(counts.splits ?? {})) {
      const share = ((100 * pairs) / counts.exported).toFixed(1)
      ctx.result(`Part ${part}`, `${pairs} pairs (${share} %) of ${sites} sites`)
    }
    for (const [reason, n] of Object.entries(counts.skipped)) {
      ctx.result(`Left out: ${reason}`, String(n))
    }
    if (version) ctx.result('Version', `${version.name}, ${version.hash}`)
    ctx.result('Content hash', manifest.contentHash)
  } finally {
    await archive.close()
  }
}

function* linesOf(db: ReaderDb, version: StoredVersion): Generator<string, void, void> {
  for (const { line } of versionLines(db, version.id)) yield line
}

export const exportJob = implementJob(exportPairs, ({ corpus, input, context }) =>
  runExport(corpus, input, context),
)
