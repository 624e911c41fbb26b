import type { TextSource } from '#shared/domain.ts'
import { AppError } from '#shared/errors.ts'
import { SOFTWARE } from '#shared/version.ts'
import { drawFromStrata, planStrata } from '../../statistics/sampling/strata.ts'
import type { WriterDb } from '../../store/open.ts'
import { putSample } from '../../store/repositories/judgings.ts'

/**
 * Draws a sample around a cutoff and keeps it with the population that it stands for.
 * @param population all scores of the scope, ascending, and whose they are
 * @returns id of the sample
 * @throws AppError `invalid-input` (nothing is scored)
 */
export function drawSample(
  db: WriterDb,
  population: { values: Float32Array; ids: Int32Array },
  args: {
    model: string
    text: TextSource
    where: string
    cutoff: number
    size: number
    seed: number
  },
): number {
  if (population.values.length === 0) {
    throw new AppError(
      'invalid-input',
      'No sample can be drawn: no pair has such a score.',
      args.where === '' ? 'Score the corpus first.' : 'Choose another filter, or the whole corpus.',
    )
  }
  const strata = planStrata(population.values, args.cutoff, args.size)
  return putSample(db, {
    ...args,
    strata,
    scores: population.values,
    drawn: drawFromStrata(strata, args.seed).map((place) => ({
      place,
      pairId: population.ids[place] as number,
    })),
    software: SOFTWARE,
  })
}
