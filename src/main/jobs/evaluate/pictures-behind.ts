import type { ResultPicture } from '#shared/contract/results.ts'
import { valueOf } from '#shared/studies/design.ts'
import type { StudyPick } from '#shared/studies/pick.ts'
import { pseudonymsOf } from '../../evaluation/report/prepared.ts'
import type { ReaderDb } from '../../store/open.ts'
import { countedRatings, countedVotes } from '../../store/repositories/rating-files.ts'
import {
  requireSighted,
  shownName,
  studyImages,
  studyModels,
  studyPrompts,
  type StudyRow,
} from '../../store/repositories/studies.ts'

/**
 * `studies.behind`: the pictures for which all holds that is said, the lowest mean rating first.
 * @throws AppError `refused` while the study is blind
 */
export function picturesBehind(
  db: ReaderDb,
  study: StudyRow,
  pick: StudyPick,
  limit: number,
): { total: number; pictures: (ResultPicture & { sha256: string })[] } {
  requireSighted(study)
  const { design } = study
  const models = new Map(studyModels(db, study).map((model) => [model.id, shownName(study, model)]))
  const prompts = new Map(studyPrompts(db, study).map((prompt) => [prompt.id, prompt]))
  const ratings = countedRatings(db, study)
  const raters = pseudonymsOf(
    study.uid,
    [...ratings, ...countedVotes(db, study)].map(({ rater }) => rater),
  )
  const byImage = Map.groupBy(ratings, ({ image }) => image)
  const aspect =
    design.aspects.find(({ id }) => id === pick.aspect) ??
    design.aspects.find(({ id }) => id === 'overall') ??
    design.aspects[0]
  const found = studyImages(db, study).flatMap((row) => {
    const prompt = prompts.get(row.prompt)
    const model = models.get(row.model ?? 0) ?? ''
    if (!prompt) return []
    const fits =
      (pick.image === undefined || pick.image === row.id) &&
      (pick.models === undefined || pick.models.includes(model)) &&
      (pick.kind === undefined || pick.kind === prompt.kind) &&
      (pick.level === undefined || pick.level === prompt.level) &&
      (pick.group === undefined || pick.group === prompt.group)
    if (!fits) return []
    const mine = byImage.get(row.id) ?? []
    const values = mine
      .filter((one) => one.aspect === aspect?.id)
      .map((one) => valueOf(aspect?.form ?? '0-5', one.value))
      .filter((value) => value !== null)
    if (pick.value !== undefined && !values.includes(pick.value)) return []
    return [
      {
        image: row.id,
        sha256: row.sha256,
        model,
        group: prompt.group,
        kind: prompt.kind,
        level: prompt.level,
        take: row.take,
        prompt: prompt.text,
        score: values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length),
        ratings: design.aspects.map(({ id }) => ({
          aspect: id,
          values: mine
            .filter((one) => one.aspect === id)
            .map(({ rater, value }) => ({ rater: raters.get(rater) ?? '', answer: value }))
            .sort((a, b) => Number(a.rater.slice(1)) - Number(b.rater.slice(1))),
        })),
      },
    ]
  })
  found.sort((a, b) => a.score - b.score || a.image - b.image)
  return { total: found.length, pictures: found.slice(0, limit) }
}
