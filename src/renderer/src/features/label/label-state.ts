import type { LabeledPlace, LabelItem, LabelState, Suggestion } from '#shared/contract/index.ts'
import type { SpanPlace } from '#shared/contract/index.ts'
import { byPlace, overlap, samePlace } from './label-text.ts'
import { t, type TextKey } from '../../texts/index.ts'

/** Who proposes the same words. */
export interface OptionSource {
  origin: Suggestion['origin']
  name: string
  score: number | null
}

/** Something that can be taken with one key. */
export type LabelOption =
  | { kind: 'span'; place: SpanPlace; type: string | null; sources: readonly OptionSource[] }
  /** In a review: all that one or several annotators say. */
  | { kind: 'answer'; annotators: readonly string[]; state: LabelState }
  /** Nobody proposed it: a sentence near the picture, which has a digit of its own. */
  | { kind: 'sentence'; place: SpanPlace }
  | { kind: 'none'; confidence: number | null }

/** At most this many have a digit. */
export const DIGITS = 9

const answerKey = (state: LabelState): string =>
  JSON.stringify([
    state.status,
    [...state.spans]
      .sort(byPlace)
      .map(({ source, start, end, type }) => [source, start, end, type]),
  ])

/** The same answer, whatever stands in notes and flags. */
export function sameAnswer(a: LabelState, b: LabelState): boolean {
  return answerKey(a) === answerKey(b)
}

export function sameState(a: LabelState, b: LabelState): boolean {
  return sameAnswer(a, b) && a.flagged === b.flagged && a.note === b.note
}

/** The words that an option would mark. */
export function placeOf(option: LabelOption | undefined): SpanPlace | null {
  return option?.kind === 'span' || option?.kind === 'sentence' ? option.place : null
}

/**
 * What can be taken, best first; the same words proposed twice stand once. In a review the answers
 * of the annotators come first, the most frequent one on top. Sentences have the digits that are
 * left. "No description" is always the last.
 * @param sentences so many at most, without those that are proposed
 */
export function optionsOf(
  item: LabelItem,
  review: boolean,
  sentences: (room: number, known: readonly SpanPlace[]) => readonly SpanPlace[] = () => [],
): LabelOption[] {
  const options: LabelOption[] = []
  if (review) {
    const answers = new Map<string, { annotators: string[]; state: LabelState }>()
    for (const { annotator, state } of item.others) {
      if (state.status !== 'labeled') continue
      const key = answerKey(state)
      const known = answers.get(key)
      if (known) known.annotators.push(annotator)
      else answers.set(key, { annotators: [annotator], state })
    }
    const ranked = [...answers.values()].sort((a, b) => b.annotators.length - a.annotators.length)
    for (const { annotators, state } of ranked) options.push({ kind: 'answer', annotators, state })
  }
  const spans: Extract<LabelOption, { kind: 'span' }>[] = []
  for (const { origin, name, place, score } of item.suggestions) {
    if (review && origin === 'annotator') continue
    const source: OptionSource = { origin, name, score }
    const { type, ...where } = place
    const at = spans.findIndex((option) => samePlace(option.place, where))
    const known = spans[at]
    if (known) {
      spans[at] = { ...known, type: known.type ?? type, sources: [...known.sources, source] }
    } else spans.push({ kind: 'span', place: where, type, sources: [source] })
  }
  const nobody = !options.some((option) => option.kind === 'answer' && isNone(option.state))
  const room = review ? 0 : Math.max(0, DIGITS - options.length - spans.length)
  const known = spans.map(({ place }) => place)
  const near = sentences(room, known)
  return [
    ...options,
    ...spans,
    ...near.map((place) => ({ kind: 'sentence', place }) as const),
    ...(nobody ? [{ kind: 'none', confidence: item.noneConfidence } as const] : []),
  ]
}

/**
 * What Enter takes of an item that nobody has worked on: the first proposal, or "no description"
 * where the model is surer of that than of its best words. -1 = nothing.
 */
export function firstOption(options: readonly LabelOption[]): number {
  const none = options.findIndex((option) => option.kind === 'none')
  const unsure = options[none]
  const confidence = unsure?.kind === 'none' ? unsure.confidence : null
  const first = options[0]
  if (first?.kind === 'span') {
    const best = first.sources.every(({ origin }) => origin === 'model')
      ? Math.max(...first.sources.map(({ score }) => score ?? 0))
      : Infinity
    return confidence !== null && confidence > best ? none : 0
  }
  if (first?.kind === 'answer') return 0
  return confidence !== null && confidence >= 0.5 ? none : -1
}

export function isNone(state: LabelState): boolean {
  return state.status === 'labeled' && state.spans.length === 0
}

/** Adds a span; words that were said before and touch the same place give way to it. */
export function withSpan(state: LabelState, span: LabeledPlace): LabelState {
  const others = state.spans.filter((said) => !overlap(said, span))
  return { ...state, status: 'labeled', spans: [...others, span].sort(byPlace) }
}

/** Puts another span in the place of one; null where it would run into its neighbour. */
export function replaceSpan(state: LabelState, at: number, span: LabeledPlace): LabelState | null {
  const others = state.spans.filter((_, index) => index !== at)
  if (others.some((said) => overlap(said, span))) return null
  return { ...state, status: 'labeled', spans: [...others, span].sort(byPlace) }
}

/** Takes a span back; without the last one nothing is said any more. */
export function withoutSpan(state: LabelState, at: number): LabelState {
  const spans = state.spans.filter((_, index) => index !== at)
  return { ...state, status: spans.length > 0 ? 'labeled' : 'open', spans }
}

export function withType(state: LabelState, at: number, type: string): LabelState {
  return {
    ...state,
    spans: state.spans.map((span, index) => (index === at ? { ...span, type } : span)),
  }
}

export const asNone = (state: LabelState): LabelState => ({
  ...state,
  status: 'labeled',
  spans: [],
})
export const asSkipped = (state: LabelState): LabelState => ({
  ...state,
  status: 'skipped',
  spans: [],
})
/** Flag and note stay: they are not the answer. */
export const asOpen = (state: LabelState): LabelState => ({ ...state, status: 'open', spans: [] })

/** Letters that mean something else in the view, and can name no description type. */
export const RESERVED_LETTERS: Readonly<Record<string, TextKey>> = {
  a: 'label.types.reserved.a',
  d: 'label.types.reserved.d',
  f: 'label.types.reserved.f',
  m: 'label.types.reserved.m',
  n: 'label.types.reserved.n',
  s: 'label.types.reserved.s',
  w: 'label.types.reserved.w',
}

/** What is wrong with a list of description types; null = nothing. */
export function typesProblem(
  types: readonly { name: string; key: string | null }[],
): string | null {
  if (types.length === 0) return t('label.types.problems.none')
  const names = new Set<string>()
  const keys = new Map<string, string>()
  for (const { name, key } of types) {
    const clean = name.trim()
    if (clean === '') return t('label.types.problems.unnamed')
    if (names.has(clean)) return t('label.types.problems.twice', { name: clean })
    names.add(clean)
    if (key === null) continue
    if (!/^[a-z]$/.test(key)) return t('label.types.problems.letter', { name: clean })
    const taken = RESERVED_LETTERS[key]
    if (taken) return t(taken, { name: clean })
    const other = keys.get(key)
    if (other) {
      return t('label.types.problems.shared', { one: other, other: clean, key: key.toUpperCase() })
    }
    keys.set(key, clean)
  }
  return null
}
