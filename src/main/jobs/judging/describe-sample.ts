import type { JudgedSample } from '#shared/contract/judging.ts'
import { lowerBound } from '#shared/sorted.ts'
import type { ReaderDb } from '../../store/open.ts'
import { itemsOf, verdictsOf, type SampleRow } from '../../store/repositories/judgings.ts'
import { listModels } from '../../store/repositories/models.ts'

/** A sample as the contract shows it. */
export function describeSample(db: ReaderDb, row: SampleRow): JudgedSample {
  const model = listModels(db).find(({ id }) => id === row.modelId)
  const items = itemsOf(db, row.id)
  const judges = new Map<string, number>()
  for (const { judge } of verdictsOf(db, row.id)) judges.set(judge, (judges.get(judge) ?? 0) + 1)
  const score = (place: number): number => row.scores[place] as number
  return {
    id: row.id,
    model: model?.publicId ?? '',
    modelName: model?.title ?? '',
    modelDigest: model?.digest ?? '',
    text: row.text,
    where: row.where,
    cutoff: row.cutoff,
    seed: row.seed,
    population: row.scores.length,
    kept: row.scores.length - lowerBound(row.scores, row.cutoff),
    strata: row.strata.map(({ from, to, take }) => ({
      low: score(from),
      high: score(to - 1),
      size: to - from,
      drawn: take,
    })),
    drawn: items.length,
    subjects: new Set(items.map(({ subject }) => subject)).size,
    createdAt: row.createdAt,
    judges: [...judges].map(([name, judged]) => ({ name, judged })),
  }
}
