import type { SpanMeasure, SpanPlace } from '#shared/contract/spans.ts'
import { exactMatch, iou, overlapF1 } from '../../labeling/span-metrics.ts'
import type { ReaderDb } from '../../store/open.ts'
import { goldLabels } from '../../store/repositories/gold-labels.ts'
import { spansOf } from '../../store/repositories/span-sets.ts'

interface Row {
  name: string
  order: number
}

interface Sums extends Row {
  n: number
  exactMatch: number
  iou: number
  f1: number
}

const ALL = { name: 'all', order: 0 }
const NONE = { name: 'no description', order: 2 }
/** A row of its own, also for a type that somebody called "all". */
const ofType = (name: string): Row => ({ name, order: 1 })

/** A pair that has both a label and a prediction. */
export interface Compared {
  pairId: number
  /** The label that agrees best; null = nothing describes the picture. */
  gold: SpanPlace | null
  found: SpanPlace | null
  /** Of that label. */
  type: string | null
  exact: number
  iou: number
  f1: number
}

/** What a set says of the pairs that people labeled, one by one. */
export function* comparePairs(db: ReaderDb, set: number): Generator<Compared, void, void> {
  for (const { pairId, origin, spans: gold } of goldLabels(db)) {
    const found = origin === 'conflict' ? null : spansOf(db, set, [pairId]).get(pairId)?.[0]
    if (!found) continue
    const [first] = gold
    if (!first) {
      const right = found.place === null ? 1 : 0
      const nothing = { gold: null, found: found.place, type: null }
      yield { pairId, ...nothing, exact: right, iou: right, f1: right }
      continue
    }
    let best: Compared = {
      ...{ pairId, gold: first, found: found.place, type: first.type },
      ...{ exact: 0, iou: 0, f1: 0 },
    }
    for (const span of gold) {
      const one = against(found.place, span)
      if (one.iou > best.iou) best = { ...best, ...one, gold: span, type: span.type }
    }
    yield best
  }
}

/**
 * A set against the labels of people, in code points, on the pairs that have both: all together,
 * by description type, and those that nothing describes. Where people marked several spans the one
 * that agrees best counts, as SQuAD takes the best of several answers, and so does its type.
 */
export function measureSet(db: ReaderDb, set: number): SpanMeasure[] {
  const sums = new Map<string, Sums>()
  const count = ({ name, order }: Row, exact: number, overlap: number, f1: number): void => {
    const key = `${order} ${name}`
    const of = sums.get(key) ?? { name, order, n: 0, exactMatch: 0, iou: 0, f1: 0 }
    of.n++
    of.exactMatch += exact
    of.iou += overlap
    of.f1 += f1
    sums.set(key, of)
  }
  for (const { exact, iou: overlap, f1, type } of comparePairs(db, set)) {
    count(ALL, exact, overlap, f1)
    count(type === null ? NONE : ofType(type), exact, overlap, f1)
  }
  return [...sums.values()]
    .sort((a, b) => a.order - b.order || b.n - a.n)
    .map(({ name, n, ...of }) => ({
      name,
      n,
      exactMatch: of.exactMatch / n,
      iou: of.iou / n,
      f1: of.f1 / n,
    }))
}

function against(
  found: SpanPlace | null,
  gold: SpanPlace,
): { exact: number; iou: number; f1: number } {
  if (found === null || found.source !== gold.source) return { exact: 0, iou: 0, f1: 0 }
  return {
    exact: exactMatch(found, gold),
    iou: iou(found, gold),
    f1: overlapF1([found], [gold]).f1,
  }
}
