import { version } from '#shared/contract/jobs/version.ts'
import type { VersionInput } from '#shared/contract/jobs/version.ts'
import { AppError } from '#shared/errors.ts'
import { versionHash } from '../../files/version-hash.ts'
import type { Corpus } from '../../store/open.ts'
import { openReader } from '../../store/open.ts'
import { staleDuplicates } from '../../store/reads/duplicate-terms.ts'
import { queryOf } from '../../store/reads/version-query.ts'
import { lastPair } from '../../store/repositories/version-rows.ts'
import { hasVersion, putVersion, taken } from '../../store/repositories/versions.ts'
import { beginSnapshot } from '../../store/statements.ts'
import { implementJob } from '../run/implement.ts'
import type { JobContext } from '../run/job.ts'
import { gatherVersion } from './gather.ts'
import { makeVersionRecipe } from './recipe.ts'

/**
 * Freezes a recipe and the pairs that it gives. Reads the corpus as it is at the start; the version
 * is there when it is whole.
 * @throws AppError `conflict` (the name is taken), `invalid-input` (no pair, the filter, the cutoff),
 *   `not-found` (what the filter names), `canceled`
 */
export async function runVersion(
  corpus: Corpus,
  input: VersionInput,
  ctx: JobContext,
): Promise<void> {
  const { writer } = corpus
  if (hasVersion(writer, input.name)) throw taken(input.name)
  const db = openReader(corpus.path)
  try {
    beginSnapshot(db)
    const recipe = makeVersionRecipe(db, input, (message) => ctx.warn(message))
    const stale = staleDuplicates(db, queryOf(recipe))
    if (stale !== null) ctx.warn(stale)
    const { blocks, list, counts } = await gatherVersion(db, recipe, {
      signal: ctx.signal,
      progress: (done, total, note) => ctx.progress({ done, total, unit: 'pairs', note }),
    })
    if (list.lines === 0) {
      throw new AppError(
        'invalid-input',
        counts.matched === 0
          ? 'No pair passes the filter and the cutoff, so there is nothing to freeze.'
          : `None of the ${counts.matched} pairs that pass has one of the texts ${recipe.texts.join(', ')}.`,
        'Change the filter, the cutoff or the texts.',
      )
    }
    const hash = versionHash(recipe, list)
    ctx.result('Version', input.name)
    ctx.result('Pairs', `${list.lines} of ${counts.matched} that pass`)
    for (const [reason, n] of Object.entries(counts.leftOut)) {
      ctx.result(`Left out: ${reason}`, String(n))
    }
    ctx.result('Content hash', hash)
    const last = lastPair(db)
    ctx.conclude(() => {
      putVersion(
        writer,
        {
          ...{ name: input.name, note: input.note, hash, pairs: list.lines, recipe, counts },
          createdAt: new Date().toISOString(),
          lastPair: last,
        },
        blocks,
      )
    })
    ctx.changed(['versions'])
  } finally {
    db.close()
  }
}

export const versionJob = implementJob(version, ({ corpus, input, context }) =>
  runVersion(corpus, input, context),
)
