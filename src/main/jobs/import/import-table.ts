import { existsSync } from 'node:fs'
import type { ImportInput } from '#shared/contract/jobs.ts'
import { AppError } from '#shared/errors.ts'
import { SOFTWARE } from '#shared/version.ts'
import type { Corpus } from '../../store/open.ts'
import { addArchive, archiveByFingerprint, moveArchive } from '../../store/repositories/archives.ts'
import type { ImageIds } from '../../store/repositories/images.ts'
import { importRecipe, setImportRecipe } from '../../store/repositories/table-rows.ts'
import { transaction } from '../../store/statements.ts'
import { tableName } from '../../tables/index.ts'
import { sha256OfFile } from '../../files/digest.ts'
import { recipeOf } from './import-plan.ts'
import type { ImportPlan } from './import-plan.ts'
import type { JobContext } from '../run/job.ts'
import { importRows } from './import-rows.ts'
import type { Totals } from './import-totals.ts'
import type { TableReader } from './table-calls.ts'

/** A table whose plan is made, with its identity. */
export interface Planned {
  plan: ImportPlan
  identity: string
}

/**
 * Brings one table in, or passes it over where it is complete.
 * @throws AppError `conflict` where it was begun in another way
 */
export async function importTable(
  corpus: Corpus,
  { plan, identity }: Planned,
  input: ImportInput,
  ids: ImageIds,
  totals: Totals,
  ctx: JobContext,
  reader: TableReader,
  progress: (position: number) => void,
): Promise<void> {
  const db = corpus.writer
  const { path } = plan.source
  const name = tableName(path)
  const recipe = JSON.stringify(recipeOf(plan, input))
  const earlier = importRecipe(db, identity)
  const begun = earlier === null ? null : readRecipe(earlier).recipe
  // Older versions kept no numbers: what they began goes on without, so that all rows are alike.
  const without = JSON.stringify(recipeOf({ ...plan, numbers: [] }, input))
  const isOlder = begun === without && begun !== recipe
  const same = begun === null || begun === recipe || isOlder
  let archive = archiveByFingerprint(db, identity)
  if (archive?.state === 'complete') {
    totals.skipped++
    if (archive.path !== path && !existsSync(archive.path)) moveArchive(db, archive.id, path, name)
    if (!same) {
      ctx.warn(`${name} was imported before with other columns or another unit; nothing was added.`)
    } else if (isOlder) {
      ctx.warn(
        `${name} was imported before without the numbers of ${plan.numbers.join(', ')}; import it into a new corpus to have them.`,
      )
    }
    progress(plan.info.bytes)
    return
  }
  if (archive && !same) {
    throw new AppError(
      'conflict',
      `${name} was begun with other columns or another unit, and ${archive.nextOffset} rows are here`,
      'Import it with the same choices as before, or into a new corpus.',
    )
  }
  if (archive && archive.path !== path) moveArchive(db, archive.id, path, name)
  let sha256 = earlier === null ? null : readRecipe(earlier).sha256
  try {
    sha256 ??= await sha256OfFile(path, ctx.signal)
  } catch (error) {
    if (ctx.signal.aborted) return
    throw error
  }
  const known = sha256
  archive ??= transaction(db, () => {
    setImportRecipe(db, identity, JSON.stringify({ recipe, sha256: known }))
    return addArchive(db, {
      path,
      name,
      bytes: plan.info.bytes,
      fingerprint: identity,
      software: SOFTWARE,
    })
  })
  const taken = isOlder ? { ...plan, numbers: [] } : plan
  await importRows(corpus, taken, archive, known, input, ids, totals, ctx, reader, progress)
}

function readRecipe(json: string): { recipe: string; sha256: string } {
  return JSON.parse(json) as { recipe: string; sha256: string }
}
