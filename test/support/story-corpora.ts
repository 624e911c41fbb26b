import type { TrainingRun } from '#shared/contract/index.ts'
import { quoteSpan } from '#shared/text/spans.ts'
import type { Corpus } from '../../src/main/store/open.ts'
import { ensureModel } from '../../src/main/store/repositories/models.ts'
import {
  contextsAfter,
  createSpanSet,
  finishSpanSet,
  putSpans,
  useSpanSet,
} from '../../src/main/store/repositories/span-sets.ts'
import { saveTrainingRun } from '../../src/main/store/repositories/training-runs.ts'
import { statement, transaction } from '../../src/main/store/statements.ts'

/** Where the alt stands behind the picture in the pairs of `storyPairs`. */
const TELLS = /^The picture shows (.+), as we found it/

/**
 * A set of spans of story pairs: what tells of the picture, or that nothing does. The surer the model
 * the higher the pair's number; put into use.
 */
export function addStorySpans(corpus: Corpus, kind: 'alt' | 'model', title: string): number {
  const db = corpus.writer
  const model = kind === 'model' ? { id: title, digest: '9f2c'.repeat(16) } : null
  const set = createSpanSet(db, { kind, title, model, config: {}, software: 'test' })
  const pairs = [...contextsAfter(db, { afterId: 0, limit: 10_000 })].map(({ pairId, after }) => {
    const words = TELLS.exec(after ?? '')?.[1]
    const start = after?.indexOf(words ?? '') ?? 0
    const place = words
      ? { source: 'after' as const, ...quoteSpan(after ?? '', start, start + words.length) }
      : null
    const sure = 0.3 + (pairId % 60) / 100
    const spans =
      kind === 'model'
        ? [{ place, kind: null, score: sure }]
        : place
          ? [{ place, kind: 'exact', score: 1 }]
          : []
    return { pairId, spans }
  })
  putSpans(db, { set: set.id, pairs, nextPair: pairs.at(-1)?.pairId ?? 0 })
  finishSpanSet(db, { set: set.id })
  useSpanSet(db, set.id)
  return set.id
}

/** Cosines of the spans of a set, of a model that is known by this id. */
export function addStoryScores(corpus: Corpus, set: number, model: string): void {
  const db = corpus.writer
  const modelId = ensureModel(db, {
    digest: 'a'.repeat(64),
    name: model,
    title: model,
    manifest: '{}',
  })
  const put = statement(
    db,
    `INSERT INTO scores (model_id, text_source, pair_id, cosine)
     SELECT ?, 'span@' || set_id, pair_id, 0.2 + 0.2 * score FROM spans
     WHERE set_id = ? AND start IS NOT NULL`,
  )
  transaction(db, () => void put.run(modelId, set))
}

/** Two runs that ended, `r2` after `r1`, with curves that level off. */
export function addRuns(corpus: Corpus): void {
  for (const [i, hidden] of [0, 64].entries()) {
    const history = Array.from({ length: 8 }, (_, n) => {
      const loss = 0.5 + Math.exp(-n / 3)
      const iou = 0.7 - 0.5 * Math.exp(-n / 3)
      return {
        epoch: n + 1,
        trainLoss: loss * 0.8,
        trainCrossEntropy: loss * 0.5,
        trainSoftIou: loss * 0.3,
        validationLoss: loss,
        validationCrossEntropy: loss * 0.7,
        validationSoftIou: loss * 0.3,
        exactMatch: iou - 0.1,
        iou,
        f1: iou + 0.05,
        seconds: 1,
      }
    })
    const run: TrainingRun = {
      id: `r${i + 1}`,
      kind: 'head',
      title: `head ${i + 1}`,
      state: 'done',
      createdAt: `2026-02-0${i + 2}T11:00:00Z`,
      finishedAt: `2026-02-0${i + 2}T11:10:00Z`,
      encoder: 'tiny-bert',
      config: { hidden, epochs: 40, learningRate: 0.003, softIou: i, monitor: 'iou', where: '' },
      splits: [{ split: 'train', texts: 100, answers: 90, sites: 10 }],
      history,
      bestEpoch: 8,
      test: [{ name: 'model', n: 20, exactMatch: 0.6, iou: 0.7, f1: 0.75 }],
      temperature: 1.4,
      calibrationError: 0.03,
      model: `head-${i + 1}`,
      warnings: [],
      error: null,
    }
    saveTrainingRun(corpus.writer, run)
  }
}
