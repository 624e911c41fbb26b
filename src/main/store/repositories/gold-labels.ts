import type { LabeledPlace, LabelState } from '#shared/contract/labels.ts'
import { CONTEXT_SOURCES, fromSource, joinContext } from '#shared/text/context.ts'
import { iouOfOverlap, overlap } from '#shared/text/span-overlap.ts'
import type { Span } from '#shared/text/spans.ts'
import { idSet } from '../reads/arrays.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { statement, transaction } from '../statements.ts'
import { readState } from './labels.ts'
import {
  contextOf,
  createSpanSet,
  finishSpanSet,
  putSpans,
  spanSet,
  type SpanSetRow,
} from './span-sets.ts'

/** What people say of a pair, all together. */
export interface GoldLabel {
  pairId: number
  /**
   * - `review`: the last word of whoever reviewed it
   * - `label`: what all its annotators agree on, one or more
   * - `conflict`: annotators disagree and nobody settled it
   */
  origin: 'review' | 'label' | 'conflict'
  /** Who said it: the reviewer, or the annotators by name. */
  annotators: string[]
  /** In reading order, without white space at the edges; none = no description. [] for a conflict. */
  spans: LabeledPlace[]
}

interface SaidRow {
  pair_id: number
  annotator: string
  review: number
  state: string
  at: string
}

interface Said {
  annotator: string
  review: boolean
  state: LabelState
  at: string
}

/** Pairs that somebody has labeled, by id, with all labels as they are now. */
function* labeledPairs(
  db: ReaderDb,
  ids: Int32Array | undefined,
): Generator<{ pairId: number; said: Said[] }, void, void> {
  const wanted = ids ? idSet(ids) : null
  // In pages: a cursor that stays open would keep the connection from writing.
  const page = statement<{ pair_id: number }>(
    db,
    'SELECT DISTINCT pair_id FROM label_events WHERE pair_id > ? ORDER BY pair_id LIMIT 500',
  )
  const get = statement<SaidRow>(
    db,
    `SELECT pair_id, annotator, review, state, at FROM labels
     WHERE pair_id = ? AND status = 'labeled' ORDER BY annotator, review`,
  )
  for (let after = 0; ;) {
    const pairs = page.all(after)
    for (const { pair_id: pairId } of pairs) {
      if (wanted && !wanted.has(pairId)) continue
      const said = get.all(pairId).map((row) => ({
        annotator: row.annotator,
        review: row.review === 1,
        state: readState(row.state),
        at: row.at,
      }))
      if (said.length > 0) yield { pairId, said }
    }
    const last = pairs.at(-1)
    if (!last) return
    after = last.pair_id
  }
}

/**
 * Pairs that somebody has labeled with what holds of them, by id.
 *
 * Annotators agree when their spans are the same, whatever their order, repetition, and white space
 * at the edges. Their description types may differ: then the one that most of them gave holds, of
 * equals the one of the annotator whose name comes first.
 *
 * @param args.ids only these pairs
 */
export function* goldLabels(
  db: ReaderDb,
  args: { ids?: Int32Array } = {},
): Generator<GoldLabel, void, void> {
  for (const { pairId, said } of labeledPairs(db, args.ids)) yield goldOf(pairId, said)
}

function goldOf(pairId: number, said: readonly Said[]): GoldLabel {
  const review = said
    .filter((one) => one.review)
    .reduce<Said | null>((last, one) => (last && last.at >= one.at ? last : one), null)
  if (review) {
    return {
      pairId,
      origin: 'review',
      annotators: [review.annotator],
      spans: tidyPlaces(review.state.spans),
    }
  }
  const annotators = said.map((one) => one.annotator)
  const spans = agreed(said.map((one) => tidyPlaces(one.state.spans)))
  return { pairId, origin: spans ? 'label' : 'conflict', annotators, spans: spans ?? [] }
}

/** The one list that all mean, or null. */
function agreed(lists: readonly LabeledPlace[][]): LabeledPlace[] | null {
  const [first = [], ...others] = lists
  const places = distinctPlaces(first)
  for (const other of others) {
    const theirs = distinctPlaces(other)
    if (theirs.length !== places.length) return null
    if (theirs.some((place, i) => keyOf(place) !== keyOf(places[i] as LabeledPlace))) return null
  }
  return places.map((place) => ({ ...place, type: commonType(lists, keyOf(place)) }))
}

function commonType(lists: readonly LabeledPlace[][], key: string): string {
  const votes = new Map<string, number>()
  for (const place of lists.flat()) {
    if (keyOf(place) === key) votes.set(place.type, (votes.get(place.type) ?? 0) + 1)
  }
  let best = ''
  // A map keeps the order in which types came: by name of the annotator.
  for (const [type, n] of votes) if (best === '' || n > (votes.get(best) ?? 0)) best = type
  return best
}

const keyOf = ({ source, start, end }: LabeledPlace): string => `${source} ${start}-${end}`

function distinctPlaces(places: readonly LabeledPlace[]): LabeledPlace[] {
  return places.filter(
    (place, i) => i === 0 || keyOf(place) !== keyOf(places[i - 1] as LabeledPlace),
  )
}

/**
 * Spans without white space at their edges, in reading order, each once for each type; blank ones
 * are gone.
 */
export function tidyPlaces(places: readonly LabeledPlace[]): LabeledPlace[] {
  const found = new Map<string, LabeledPlace>()
  for (const { source, start, end, quote, type } of places) {
    const trimmed = quote.trim()
    if (trimmed === '') continue
    // White space is one UTF-16 unit and one code point each.
    const lead = quote.length - quote.trimStart().length
    const tail = quote.length - quote.trimEnd().length
    const place = { source, start: start + lead, end: end - tail, quote: trimmed, type }
    found.set(`${keyOf(place)} ${type}`, place)
  }
  const order = (place: LabeledPlace): number => CONTEXT_SOURCES.indexOf(place.source)
  return [...found.values()].sort(
    (a, b) =>
      order(a) - order(b) ||
      a.start - b.start ||
      a.end - b.end ||
      (a.type < b.type ? -1 : a.type > b.type ? 1 : 0),
  )
}

/**
 * Intersection over union of two people's spans in code points, over all texts of the pair. Both
 * without a span: 1.
 */
export function placesIou(first: readonly LabeledPlace[], second: readonly LabeledPlace[]): number {
  const sum = { both: 0, first: 0, second: 0 }
  for (const source of CONTEXT_SOURCES) {
    const of = (places: readonly LabeledPlace[]): Span[] =>
      places.filter((place) => place.source === source)
    const one = overlap(of(first), of(second))
    sum.both += one.both
    sum.first += one.first
    sum.second += one.second
  }
  return iouOfOverlap(sum)
}

/** Mean IoU over all pairs of annotators; null with fewer than two. */
export function meanIou(states: readonly LabelState[]): number | null {
  const places = states.map((state) => tidyPlaces(state.spans))
  let sum = 0
  let n = 0
  for (let i = 0; i < places.length; i++) {
    for (let j = 0; j < i; j++, n++) {
      sum += placesIou(places[i] as LabeledPlace[], places[j] as LabeledPlace[])
    }
  }
  return n === 0 ? null : sum / n
}

/** A pair that two or more annotators have labeled, as the measures of agreement take it. */
export interface AgreementText {
  /** Id of the pair. */
  id: string
  /** The running text. */
  text: string
  /** Code points of the running text. */
  annotations: { annotator: string; spans: (Span & { type: string })[] }[]
}

/** What annotators said, reviews aside, of pairs that two or more have labeled; by id of the pair. */
export function itemsForAgreement(db: ReaderDb, args: { ids?: Int32Array } = {}): AgreementText[] {
  const items: AgreementText[] = []
  for (const { pairId, said } of labeledPairs(db, args.ids)) {
    const people = said.filter((one) => !one.review)
    const texts = people.length < 2 ? null : contextOf(db, pairId)
    if (!texts) continue
    const context = joinContext(texts)
    items.push({
      id: String(pairId),
      text: context.text,
      annotations: people.map(({ annotator, state }) => ({
        annotator,
        spans: state.spans.map((place) => ({ ...fromSource(context, place), type: place.type })),
      })),
    })
  }
  return items
}

/**
 * `spans.freezeLabels`: a set of what holds now. Pairs in conflict are not in it; of several spans the
 * first in reading order is the one that counts.
 */
export function freezeLabels(db: WriterDb, args: { title: string; software: string }): SpanSetRow {
  return transaction(db, () => {
    const origins = { review: 0, label: 0, conflict: 0 }
    const { id } = createSpanSet(db, {
      kind: 'labels',
      title: args.title,
      model: null,
      config: {},
      software: args.software,
    })
    for (const { pairId, origin, spans } of goldLabels(db)) {
      origins[origin]++
      if (origin === 'conflict') continue
      const found = spans.map(({ type, ...place }) => ({ place, kind: type, score: null }))
      const none = { place: null, kind: null, score: null }
      putSpans(db, {
        set: id,
        pairs: [{ pairId, spans: found.length > 0 ? found : [none] }],
        nextPair: pairId,
      })
    }
    finishSpanSet(db, { set: id, report: origins })
    return spanSet(db, id)
  })
}
