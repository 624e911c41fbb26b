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
  for (const { pairId, origin, spans: gold } of goldLabels(db)) {
    const found = origin === 'conflict' ? null : spansOf(db, set, [pairId]).get(pairId)?.[0]
    if (!found) continue
    if (gold.length === 0) {
      const right = found.place === null ? 1 : 0
      count(ALL, right, right, right)
      count(NONE, right, right, right)
      continue
    }
    let best = { exact: 0, iou: 0, f1: 0, type: gold[0]?.type ?? '' }
    for (const span of gold) {
      const one = { ...against(found.place, span), type: span.type }
      if (one.iou > best.iou) best = one
    }
    count(ALL, best.exact, best.iou, best.f1)
    count(ofType(best.type), best.exact, best.iou, best.f1)
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
