import { AppError } from '#shared/errors.ts'
import { offsetMap } from '#shared/text/offsets.ts'
import { trimSpan } from '#shared/text/spans.ts'
import type { Span } from '#shared/text/spans.ts'
import {
  addCoincidences,
  addUnit,
  noCoincidences,
  nominalAlpha,
} from '../statistics/agreement/coincidences.ts'
import type { Coincidences } from '../statistics/agreement/coincidences.ts'
import { unitizingAlpha } from '../statistics/agreement/unitizing-alpha.ts'
import type { CategoryAlpha, Unit } from '../statistics/agreement/unitizing-alpha.ts'
import { seededRandom } from '#shared/random.ts'
import { quantile } from '#shared/statistics.ts'
import { mergeSpans, overlap, toTokenSpan } from './span-metrics.ts'
import { wordTokens } from './word-tokens.ts'

/** A span with its description type ('' where types are not used). Code points. */
export interface TypedSpan extends Span {
  type: string
}

/** What one person said of one text. No span = "no description here", which is an answer too. */
export interface Annotation {
  annotator: string
  spans: readonly TypedSpan[]
}

export interface AgreementItem {
  id: string
  text: string
  /** One for each annotator. */
  annotations: readonly Annotation[]
}

export interface AgreementOptions {
  /** What F1, IoU and nominal alpha count. Words: see `wordTokens`. */
  unit: 'word' | 'code-point'
  /** Whether the description type must agree too. */
  types: boolean
  seed: number
  /** Bootstrap samples; 0 = no intervals. */
  resamples: number
  /** Of the confidence intervals. */
  level: number
}

export const AGREEMENT_DEFAULTS: AgreementOptions = {
  unit: 'word',
  types: false,
  seed: 1,
  resamples: 1000,
  level: 0.95,
}

export interface Estimate {
  /** null = not defined on these items. */
  value: number | null
  /** Percentile bootstrap over items (Efron 1979); null without resamples or value. */
  low: number | null
  high: number | null
}

export interface Agreement {
  /** Items with at least two annotations. */
  items: number
  /** Pairs of annotations compared. */
  pairs: number
  annotators: string[]
  unit: AgreementOptions['unit']
  exactMatch: Estimate
  f1: Estimate
  iou: Estimate
  /** Nominal alpha over all units of all items; value = the types that cover the unit, or none. */
  alpha: Estimate
  /** alpha_U over code points, on the items that all annotators have; see `unitizingAlpha`. */
  alphaUnitizing: Estimate & { items: number; categories: CategoryAlpha[] }
}

/** Nothing covers the unit. No type has this name: types are not blank-padded. */
const NONE = ' none'

/**
 * Spans in the one form that is compared: white space at the edges does not count, order and
 * repetition neither, empty ones are gone.
 */
export function canonicalSpans(
  text: string,
  spans: readonly TypedSpan[],
  types: boolean,
): TypedSpan[] {
  const found = new Map<string, TypedSpan>()
  for (const span of spans) {
    const { start, end } = trimSpan(text, span)
    if (start === end) continue
    const type = types ? span.type : ''
    found.set(`${start}-${end}-${type}`, { start, end, type })
  }
  return [...found.values()].sort(
    (a, b) => a.start - b.start || a.end - b.end || (a.type < b.type ? -1 : 1),
  )
}

interface ItemSums {
  pairs: number
  exactMatch: number
  f1: number
  iou: number
  coincidences: Coincidences<string>
  /** For alpha_U: null where not all annotators are there. */
  units: { length: number; units: Unit[] } | null
}

/**
 * Agreement of several people on the spans of many texts. Exact match, F1 and IoU are means over
 * all pairs of annotations of the same item; two annotations without a span agree fully.
 * @throws AppError `invalid-input` when one annotator stands twice at an item.
 */
export function agreement(
  items: readonly AgreementItem[],
  options: Partial<AgreementOptions> = {},
): Agreement {
  const settings = { ...AGREEMENT_DEFAULTS, ...options }
  const used = items.filter((item) => item.annotations.length >= 2)
  const annotators = [
    ...new Set(used.flatMap((item) => item.annotations.map((one) => one.annotator))),
  ].sort()
  const sums = used.map((item) => sumItem(item, annotators, settings))
  const all = Int32Array.from(sums, (_, place) => place)
  const value = measure(sums, all, annotators.length)
  const samples = bootstrap(sums, annotators.length, settings)
  const estimate = (pick: (of: Measured) => number | null): Estimate =>
    interval(pick(value), samples.map(pick), settings.level)
  const common = sums.filter((item) => item.units !== null)
  return {
    items: used.length,
    pairs: sums.reduce((total, item) => total + item.pairs, 0),
    annotators,
    unit: settings.unit,
    exactMatch: estimate((of) => of.exactMatch),
    f1: estimate((of) => of.f1),
    iou: estimate((of) => of.iou),
    alpha: estimate((of) => of.alpha),
    alphaUnitizing: {
      ...estimate((of) => of.alphaUnitizing),
      items: common.length,
      categories: alphaUnitizing(sums, all, annotators.length).categories,
    },
  }
}

function sumItem(
  item: AgreementItem,
  annotators: readonly string[],
  settings: AgreementOptions,
): ItemSums {
  const names = new Set(item.annotations.map((one) => one.annotator))
  if (names.size < item.annotations.length) {
    throw new AppError('invalid-input', `An annotator stands twice at item ${item.id}.`)
  }
  const codePoints = offsetMap(item.text).codePoints
  const spans = item.annotations.map((one) => canonicalSpans(item.text, one.spans, settings.types))
  const { counted, length } =
    settings.unit === 'word' ? inWords(item.text, spans) : { counted: spans, length: codePoints }
  const sums: ItemSums = {
    pairs: 0,
    exactMatch: 0,
    f1: 0,
    iou: 0,
    coincidences: noCoincidences(),
    units: null,
  }
  for (let i = 0; i < spans.length; i++) {
    for (let j = i + 1; j < spans.length; j++) {
      sums.pairs++
      sums.exactMatch += same(spans[i] as TypedSpan[], spans[j] as TypedSpan[]) ? 1 : 0
      const { both, first, second } = typedOverlap(
        counted[i] as TypedSpan[],
        counted[j] as TypedSpan[],
      )
      const union = first + second - both
      sums.f1 += first + second === 0 ? 1 : (2 * both) / (first + second)
      sums.iou += union === 0 ? 1 : both / union
    }
  }
  countValues(sums.coincidences, counted, length)
  if (annotators.every((name) => names.has(name))) {
    const units = item.annotations.flatMap(({ annotator }, which) =>
      unitsOf(spans[which] as TypedSpan[], annotators.indexOf(annotator)),
    )
    sums.units = { length: codePoints, units }
  }
  return sums
}

const same = (a: readonly TypedSpan[], b: readonly TypedSpan[]): boolean =>
  a.length === b.length &&
  a.every((span, i) => {
    const other = b[i] as TypedSpan
    return span.start === other.start && span.end === other.end && span.type === other.type
  })

/** Spans over words: every word that a span touches. */
function inWords(
  text: string,
  spans: readonly TypedSpan[][],
): { counted: TypedSpan[][]; length: number } {
  const tokens = wordTokens(text)
  const map = offsetMap(text)
  const starts = Int32Array.from(tokens.starts, (unit) => map.toCodePoints(unit))
  const ends = Int32Array.from(tokens.ends, (unit) => map.toCodePoints(unit))
  const counted = spans.map((list) =>
    list.flatMap((span) => {
      const words = toTokenSpan(span, starts, ends)
      return words ? [{ ...words, type: span.type }] : []
    }),
  )
  return { counted, length: tokens.count }
}

function byType(spans: readonly TypedSpan[]): Map<string, TypedSpan[]> {
  const types = new Map<string, TypedSpan[]>()
  for (const span of spans) {
    const list = types.get(span.type)
    if (list) list.push(span)
    else types.set(span.type, [span])
  }
  return types
}

/** A unit counts once for each type that covers it. */
function typedOverlap(
  a: readonly TypedSpan[],
  b: readonly TypedSpan[],
): { both: number; first: number; second: number } {
  const sums = { both: 0, first: 0, second: 0 }
  const left = byType(a)
  const right = byType(b)
  for (const type of new Set([...left.keys(), ...right.keys()])) {
    const found = overlap(left.get(type) ?? [], right.get(type) ?? [])
    sums.both += found.both
    sums.first += found.first
    sums.second += found.second
  }
  return sums
}

/** Runs of units between two edges have the same values and are counted at once. */
function countValues(
  sums: Coincidences<string>,
  spans: readonly (readonly TypedSpan[])[],
  length: number,
): void {
  const edges = new Set([0, length])
  for (const list of spans) {
    for (const { start, end } of list) {
      edges.add(start)
      edges.add(end)
    }
  }
  const sorted = [...edges].filter((edge) => edge <= length).sort((a, b) => a - b)
  for (let place = 0; place + 1 < sorted.length; place++) {
    const from = sorted[place] as number
    const to = sorted[place + 1] as number
    const values = spans.map((list) => {
      const types = new Set<string>()
      for (const span of list) if (span.start <= from && span.end >= to) types.add(span.type)
      return types.size === 0 ? NONE : [...types].sort().join('\u0000')
    })
    addUnit(sums, values, to - from)
  }
}

/** Units of one annotator; what overlaps within a type is one unit. */
function unitsOf(spans: readonly TypedSpan[], annotator: number): Unit[] {
  return [...byType(spans)].flatMap(([category, list]) =>
    mergeOverlaps(list).map(({ start, end }) => ({ annotator, category, start, end })),
  )
}

/** As `mergeSpans`, but units that only touch stay two. */
function mergeOverlaps(spans: readonly Span[]): Span[] {
  const touching = spans.some((span, i) =>
    spans.some((other, j) => i !== j && span.end === other.start),
  )
  if (!touching) return mergeSpans(spans)
  const merged: Span[] = []
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1)
    if (last && span.start < last.end) last.end = Math.max(last.end, span.end)
    else merged.push({ start: span.start, end: span.end })
  }
  return merged
}

interface Measured {
  exactMatch: number | null
  f1: number | null
  iou: number | null
  alpha: number | null
  alphaUnitizing: number | null
}

function measure(sums: readonly ItemSums[], places: Int32Array, annotators: number): Measured {
  let pairs = 0
  let exact = 0
  let f1 = 0
  let iou = 0
  const coincidences = noCoincidences<string>()
  for (const place of places) {
    const item = sums[place] as ItemSums
    pairs += item.pairs
    exact += item.exactMatch
    f1 += item.f1
    iou += item.iou
    addCoincidences(coincidences, item.coincidences)
  }
  return {
    exactMatch: pairs === 0 ? null : exact / pairs,
    f1: pairs === 0 ? null : f1 / pairs,
    iou: pairs === 0 ? null : iou / pairs,
    alpha: nominalAlpha(coincidences),
    alphaUnitizing: alphaUnitizing(sums, places, annotators).alpha,
  }
}

/** The texts one after the other are the continuum; no unit crosses from one to the next. */
function alphaUnitizing(
  sums: readonly ItemSums[],
  places: Int32Array,
  annotators: number,
): { alpha: number | null; categories: CategoryAlpha[] } {
  const units: Unit[] = []
  let length = 0
  for (const place of places) {
    const item = (sums[place] as ItemSums).units
    if (!item) continue
    for (const unit of item.units) {
      units.push({ ...unit, start: unit.start + length, end: unit.end + length })
    }
    length += item.length
  }
  return length === 0 ? { alpha: null, categories: [] } : unitizingAlpha(units, annotators, length)
}

function bootstrap(
  sums: readonly ItemSums[],
  annotators: number,
  settings: AgreementOptions,
): Measured[] {
  if (sums.length === 0) return []
  const random = seededRandom(settings.seed)
  const places = new Int32Array(sums.length)
  return Array.from({ length: settings.resamples }, () => {
    for (let i = 0; i < places.length; i++) places[i] = random.below(sums.length)
    return measure(sums, places, annotators)
  })
}

function interval(
  value: number | null,
  samples: readonly (number | null)[],
  level: number,
): Estimate {
  const sorted = samples.filter((sample) => sample !== null).sort((a, b) => a - b)
  if (value === null || sorted.length === 0) return { value, low: null, high: null }
  return {
    value,
    low: quantile(sorted, (1 - level) / 2),
    high: quantile(sorted, (1 + level) / 2),
  }
}
