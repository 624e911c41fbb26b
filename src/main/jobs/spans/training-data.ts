import type { TrainingData } from '#shared/contract/training-data.ts'
import { joinContext } from '#shared/text/context.ts'
import type { PairContext } from '#shared/text/context.ts'
import type { BlockDistances } from '../../labeling/baselines.ts'
import type { Split } from '../../labeling/split-by-site.ts'
import { openReader } from '../../store/open.ts'
import type { ReaderDb } from '../../store/open.ts'
import { pairTexts } from '../../store/repositories/pair-texts.ts'
import type { Entries } from '../run/entries.ts'
import { runSpanTask } from './span-calls.ts'
import type { TrainingIndex, TrainingOrigin, TrainingSpan } from './training-index.ts'

/** One text with its answer. */
export interface TrainingText {
  /** Unique: `pair-` and the pair's id. */
  id: string
  pairId: number
  context: PairContext
  /** Code points of `context.text`, rising; the first is the one that is trained on. Empty = none. */
  spans: TrainingSpan[]
  origin: TrainingOrigin
  split: Split
  site: string
  pageUrl: string
  imageUrl: string
  distances: BlockDistances
}

export interface TrainingSet extends TrainingIndex {
  /** Reads the texts one after the other, in the order of `items`. */
  texts(): Generator<TrainingText, void, void>
  close(): void
}

/**
 * What there is to learn from: the texts around pictures with the words that describe them, split
 * by site so that no text of a test site is in training. Works in a thread of its own.
 *
 * - Labels of people come first: the review's word, else what all annotators of the pair agree on
 *   (edges without white space, any order). Pairs whose annotators disagree are left out.
 * - Alts are used for pairs without a label, by the best match of the set.
 * - Of several spans in one text the first is trained on.
 * - The same running text around the same place is kept once, a label before an alt.
 *
 * The caller closes the set.
 * @throws AppError `invalid-input` (filter, shares), `not-found` (no such set of spans)
 */
export async function collectTrainingData(
  corpus: { readonly path: string },
  input: TrainingData,
  entries: Entries,
  signal?: AbortSignal,
): Promise<TrainingSet> {
  const index = await runSpanTask(
    entries.spanWorker,
    'collectTraining',
    { path: corpus.path, input },
    { signal, graceMs: 0 },
  )
  const db = openReader(corpus.path)
  return { ...index, texts: () => trainingTexts(db, index), close: () => db.close() }
}

/** The texts of an index, read one by one. */
function* trainingTexts(
  db: ReaderDb,
  index: Pick<TrainingIndex, 'items'>,
): Generator<TrainingText, void, void> {
  for (const item of index.items) {
    const texts = pairTexts(db, item.pairId)
    if (!texts) continue
    yield {
      ...item,
      id: `pair-${item.pairId}`,
      context: joinContext(texts),
      pageUrl: texts.pageUrl,
      imageUrl: texts.imageUrl,
      distances: { before: texts.beforeDistance, after: texts.afterDistance },
    }
  }
}
