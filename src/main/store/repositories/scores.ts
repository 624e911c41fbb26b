import type { Score, TextSource } from '#shared/domain.ts'
import type { ReaderDb } from '../open.ts'
import { statement } from '../statements.ts'
import { listModels, scoreKinds } from './models.ts'

/** A function that gives all scores of a pair; looks at what kinds there are once. */
export function scoresReader(db: ReaderDb): (pairId: number) => Score[] {
  const names = new Map(listModels(db).map((model) => [model.id, model.publicId]))
  const kinds = scoreKinds(db).map((kind) => ({ ...kind, name: names.get(kind.modelId) ?? '' }))
  const get = statement<{ cosine: number }>(
    db,
    'SELECT cosine FROM scores WHERE model_id = ? AND text_source = ? AND pair_id = ?',
  )
  return (pairId) => {
    const scores: Score[] = []
    for (const { modelId, text, key, name } of kinds) {
      const row = get.get(modelId, key, pairId)
      if (row) scores.push({ model: name, text, cosine: row.cosine })
    }
    return scores
  }
}

/** `scores.sources`: which scores there are. */
export function scoreSources(db: ReaderDb): {
  model: string
  modelName: string
  text: TextSource
  n: number
  min: number
  max: number
  mean: number
}[] {
  const models = new Map(listModels(db).map((model) => [model.id, model]))
  const summary = statement<{ n: number; min: number; max: number; mean: number }>(
    db,
    `SELECT count(*) AS n, min(cosine) AS min, max(cosine) AS max, avg(cosine) AS mean
     FROM scores WHERE model_id = ? AND text_source = ?`,
  )
  return scoreKinds(db).flatMap(({ modelId, text, key }) => {
    const row = summary.get(modelId, key)
    const model = models.get(modelId)
    return row && model && row.n > 0
      ? [{ model: model.publicId, modelName: model.title, text, ...row }]
      : []
  })
}
