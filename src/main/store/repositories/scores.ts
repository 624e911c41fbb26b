import type { Score, TextSource } from '#shared/domain.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { statement, transaction } from '../statements.ts'
import { listModels, scoreKinds } from './models.ts'
import { isImported, scoreOrigin } from './score-origins.ts'
import type { ScoreKind, TextKey } from './models.ts'

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

/** Keeps scores in one transaction. A score that is there already is worked out the same. */
export function putScores(
  db: WriterDb,
  args: {
    modelId: number
    text: TextKey
    scores: readonly { pairId: number; cosine: number }[]
  },
): void {
  const put = statement(
    db,
    `INSERT INTO scores (model_id, text_source, pair_id, cosine) VALUES (?, ?, ?, ?)
     ON CONFLICT (model_id, text_source, pair_id) DO NOTHING`,
  )
  transaction(db, () => {
    for (const { pairId, cosine } of args.scores) {
      put.run(args.modelId, args.text, pairId, cosine)
    }
  })
}

/** Scores of one kind, from the least. */
interface InMemory {
  values: Float32Array
  sum: number
}

/**
 * `scores.sources`: which scores there are.
 * @param inMemory the scores of a kind where they were read before; null = they are summed up here
 */
export function scoreSources(
  db: ReaderDb,
  inMemory: (kind: ScoreKind) => InMemory | null = () => null,
): {
  model: string
  modelName: string
  text: TextSource
  n: number
  min: number
  max: number
  mean: number
  imported: boolean
  origin: string | null
}[] {
  const models = new Map(listModels(db).map((model) => [model.id, model]))
  return scoreKinds(db).flatMap((kind) => {
    const known = inMemory(kind)
    const row = known ? summaryOf(known) : readSummary(db, kind)
    const model = models.get(kind.modelId)
    if (!model || row.n === 0) return []
    const imported = isImported(model.manifest)
    const origin = imported ? scoreOrigin(db, model.digest) : null
    return [
      { model: model.publicId, modelName: model.title, text: kind.text, ...row, imported, origin },
    ]
  })
}

interface Summary {
  n: number
  min: number
  max: number
  mean: number
}

function summaryOf({ values, sum }: InMemory): Summary {
  const n = values.length
  return { n, min: values[0] ?? 0, max: values[n - 1] ?? 0, mean: sum / n }
}

function readSummary(db: ReaderDb, { modelId, key }: ScoreKind): Summary {
  return statement<Summary>(
    db,
    `SELECT count(*) AS n, min(cosine) AS min, max(cosine) AS max, avg(cosine) AS mean
     FROM scores WHERE model_id = ? AND text_source = ?`,
  ).get(modelId, key) as Summary
}
