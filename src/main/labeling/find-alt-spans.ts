import { AppError } from '#shared/errors.ts'
import { PAGE_SOURCES } from '#shared/text/context.ts'
import type { PageSource } from '#shared/text/context.ts'
import { offsetMap } from '#shared/text/offsets.ts'
import type { OffsetMap } from '#shared/text/offsets.ts'
import type { QuotedSpan } from '#shared/text/spans.ts'
import { alignTokens } from './align-tokens.ts'
import { wordTokens } from './word-tokens.ts'
import type { WordTokens } from './word-tokens.ts'

/**
 * - `exact`: the alt, without white space at its ends, stands there character by character
 * - `normalised`: the same words up to case, white space, punctuation and Unicode form
 * - `near`: an alignment of words with a similarity of at least the threshold
 */
export const ALT_SPAN_KINDS = ['exact', 'normalised', 'near'] as const
export type AltSpanKind = (typeof ALT_SPAN_KINDS)[number]

/** Where the words of an alt stand in the pair's other texts. Offsets in code points. */
export interface AltSpan extends QuotedSpan {
  /** Which text of the pair holds it. */
  source: PageSource
  kind: AltSpanKind
  /** Similarity 0..1: 1 for `exact` and `normalised`; see `alignTokens` for `near`. */
  score: number
  /** Code points between the span and the picture's end of that text; 0 for a caption. */
  distance: number
  /** Words in the quote; a single word that also stands in the text often describes nothing. */
  words: number
}

export interface PairTexts {
  alt: string | null
  caption: string | null
  before: string | null
  after: string | null
}

export interface FindAltOptions {
  /** Least similarity of a near match, above 0 and at most 1. */
  threshold: number
  /** The same for alts of fewer than five words, where one word more or less is another picture. */
  shortThreshold: number
  /** Alts with fewer words are not looked for up to similarity: two words say too little. */
  minNearTokens: number
  /** Best candidates kept over all sources. */
  maxCandidates: number
}

/**
 * Chosen by reading the near matches of the real archives and the sample one by one
 * (tools/report-alt-spans): from 0.8 on long alts still say the same; short ones lost their noun
 * or their colour below 0.9 ("a red hammer" and "a hammer", 0.82).
 */
export const FIND_ALT_DEFAULTS: FindAltOptions = {
  threshold: 0.8,
  shortThreshold: 0.9,
  minNearTokens: 3,
  maxCandidates: 16,
}
const SHORT = 5

/** Cells of the alignment table beyond which near matches are not looked for (a hostile page). */
const MAX_CELLS = 40_000_000
/** Occurrences looked at per source and kind; one word may stand in a page a thousand times. */
const MAX_OCCURRENCES = 256

interface Candidate {
  from: number
  to: number
  kind: AltSpanKind
  score: number
}

/**
 * Finds the alt in the caption, before and after the picture. All candidates that do not overlap a
 * better one, ranked: by kind; then the longest; then the most similar; then the nearest to the
 * picture. Edges are edges of words (a `cat` in `category` is none); white space at the edges of
 * the alt does not count. An alt without a word is looked for exactly, as it is.
 *
 * Time: linear in the texts for exact and normalised; words of text times words of alt for near,
 * which is skipped where too few of the alt's words occur at all.
 * @throws AppError `invalid-input` for a threshold outside (0, 1].
 */
export function findAltSpans(pair: PairTexts, options: Partial<FindAltOptions> = {}): AltSpan[] {
  const settings = { ...FIND_ALT_DEFAULTS, ...options }
  for (const threshold of [settings.threshold, settings.shortThreshold]) {
    if (!(threshold > 0 && threshold <= 1)) {
      throw new AppError('invalid-input', `A threshold of ${threshold} is not in (0, 1].`)
    }
  }
  const alt = pair.alt?.trim() ?? ''
  if (alt === '') return []
  const altTokens = wordTokens(alt)
  const found: AltSpan[] = []
  for (const source of PAGE_SOURCES) {
    const text = pair[source]
    if (!text) continue
    const candidates = inText(alt, altTokens, text, settings)
    if (candidates.length === 0) continue
    const offsets = offsetMap(text)
    for (const candidate of candidates) found.push(toSpan(source, text, offsets, candidate))
  }
  return found.sort(better).slice(0, settings.maxCandidates)
}

function toSpan(source: PageSource, text: string, offsets: OffsetMap, found: Candidate): AltSpan {
  const start = offsets.toCodePoints(found.from)
  const end = offsets.toCodePoints(found.to)
  const distance = source === 'before' ? offsets.codePoints - end : source === 'after' ? start : 0
  const quote = text.slice(found.from, found.to)
  const words = wordTokens(quote).count
  return { source, start, end, quote, kind: found.kind, score: found.score, distance, words }
}

const RANK: Record<AltSpanKind, number> = { exact: 0, normalised: 1, near: 2 }
const SOURCE_RANK: Record<PageSource, number> = { caption: 0, before: 1, after: 2 }

function better(a: AltSpan, b: AltSpan): number {
  return (
    RANK[a.kind] - RANK[b.kind] ||
    b.end - b.start - (a.end - a.start) ||
    b.score - a.score ||
    a.distance - b.distance ||
    SOURCE_RANK[a.source] - SOURCE_RANK[b.source] ||
    a.start - b.start
  )
}

/** UTF-16 offsets; no two candidates overlap. */
function inText(
  alt: string,
  altTokens: WordTokens,
  text: string,
  settings: FindAltOptions,
): Candidate[] {
  const kept: Candidate[] = []
  const keep = (candidate: Candidate): void => {
    if (!kept.some((other) => other.from < candidate.to && candidate.from < other.to)) {
      kept.push(candidate)
    }
  }
  for (const candidate of exact(alt, text)) keep(candidate)
  if (altTokens.count === 0) return kept
  const textTokens = wordTokens(text)
  const ids = intern(altTokens)
  const alts = Int32Array.from(altTokens.folded, (word) => ids.get(word) as number)
  const words = Int32Array.from(textTokens.folded, (word) => ids.get(word) ?? -1)
  const range = (first: number, last: number): { from: number; to: number } => ({
    from: textTokens.starts[first] as number,
    to: textTokens.ends[last] as number,
  })
  for (const first of sequences(alts, words)) {
    keep({
      ...withMarks(text, range(first, first + alts.length - 1), alt),
      kind: 'normalised',
      score: 1,
    })
  }
  if (
    altTokens.count >= settings.minNearTokens &&
    altTokens.count * textTokens.count <= MAX_CELLS
  ) {
    for (const { first, last, similarity } of alignTokens(
      altTokens.folded,
      textTokens.folded,
      altTokens.count < SHORT ? settings.shortThreshold : settings.threshold,
      settings.maxCandidates,
      blockStarts(text, textTokens),
    )) {
      keep({ ...range(first, last), kind: 'near', score: similarity })
    }
  }
  return kept
}

/** Contexts are blocks of a page, one a line; a near match never runs from one into the next. */
function blockStarts(text: string, tokens: WordTokens): Uint8Array {
  const starts = new Uint8Array(tokens.count)
  let line = text.search(LINE_END)
  for (let token = 0; token < tokens.count && line >= 0; token++) {
    const at = tokens.starts[token] as number
    if (at < line) continue
    starts[token] = 1
    LINE_ENDS.lastIndex = at
    line = LINE_ENDS.exec(text)?.index ?? -1
  }
  return starts
}
const LINE_END = /[\n\r\u2028\u2029]/
const LINE_ENDS = /[\n\r\u2028\u2029]/g

function intern(tokens: WordTokens): Map<string, number> {
  const ids = new Map<string, number>()
  for (const word of tokens.folded) if (!ids.has(word)) ids.set(word, ids.size)
  return ids
}

const WORD_BEFORE = /[\p{L}\p{N}\p{M}]$/u
const WORD_AFTER = /^[\p{L}\p{N}\p{M}\u200d\ufe0f]/u
const UNSPACED_EDGE =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u

function* exact(alt: string, text: string): Generator<Candidate> {
  let seen = 0
  let from = text.indexOf(alt)
  while (from >= 0 && seen < MAX_OCCURRENCES) {
    const to = from + alt.length
    if (wholeWords(text, from, to)) {
      seen++
      yield { from, to, kind: 'exact', score: 1 }
      from = text.indexOf(alt, to)
    } else {
      from = text.indexOf(alt, from + 1)
    }
  }
}

/** Neither edge cuts a word, a letter from its marks or a surrogate pair. */
function wholeWords(text: string, from: number, to: number): boolean {
  return !cuts(text, from) && !cuts(text, to)
}

function cuts(text: string, at: number): boolean {
  if (at === 0 || at === text.length) return false
  const before = text.slice(Math.max(at - 2, 0), at)
  const after = text.slice(at, at + 2)
  if (/[\ud800-\udbff]$/.test(before) && /^[\udc00-\udfff]/.test(after)) return true
  // A mark or joiner that follows belongs to what stands before it, in every script.
  if (/^[\p{M}\u200d\ufe0f]/u.test(after) || before.endsWith('\u200d')) return true
  if (UNSPACED_EDGE.test(after)) return false
  const last = [...before].at(-1) ?? ''
  if (UNSPACED_EDGE.test(last)) return false
  return WORD_BEFORE.test(before) && WORD_AFTER.test(after)
}

/** Places in `text` at which all of `pattern` stands, not overlapping (Knuth, Morris, Pratt). */
function* sequences(pattern: Int32Array, text: Int32Array): Generator<number> {
  const length = pattern.length
  const fallback = new Int32Array(length)
  for (let place = 1, border = 0; place < length; place++) {
    while (border > 0 && pattern[place] !== pattern[border]) border = fallback[border - 1] as number
    if (pattern[place] === pattern[border]) border++
    fallback[place] = border
  }
  let matched = 0
  let seen = 0
  for (let place = 0; place < text.length && seen < MAX_OCCURRENCES; place++) {
    while (matched > 0 && text[place] !== pattern[matched])
      matched = fallback[matched - 1] as number
    if (text[place] === pattern[matched]) matched++
    if (matched === length) {
      yield place - length + 1
      seen++
      matched = 0
    }
  }
}

/**
 * Takes in the signs at the edges that the alt has too: the closing mark of "Stop!", the quotes
 * around a title. A comma is not taken for the alt's full stop.
 */
function withMarks(
  text: string,
  range: { from: number; to: number },
  alt: string,
): { from: number; to: number } {
  let { from, to } = range
  const head = [...(/^[\p{P}\p{S}]+/u.exec(alt)?.[0] ?? '')].reverse()
  const tail = [...(/[\p{P}\p{S}]+$/u.exec(alt)?.[0] ?? '')]
  for (const sign of head) {
    if (from === 0 || !sameSign(text[from - 1] as string, sign)) break
    from--
  }
  for (const sign of tail) {
    if (to === text.length || !sameSign(text[to] as string, sign)) break
    to++
  }
  return { from, to }
}

const QUOTE = /["'\p{Pi}\p{Pf}„‚]/u
const DASH = /\p{Pd}/u

function sameSign(a: string, b: string): boolean {
  return a === b || (QUOTE.test(a) && QUOTE.test(b)) || (DASH.test(a) && DASH.test(b))
}
