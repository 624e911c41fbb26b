import type { PairContext } from '#shared/text/context.ts'
import { AppError } from '#shared/errors.ts'
import { offsetMap } from '#shared/text/offsets.ts'
import type { Span } from '#shared/text/spans.ts'
import { isId } from './library.ts'
import type { OpenOptions, TextTokens, Tokenizer, Tokenizers } from './tokenizers.ts'

/** Tokens that are looked at, at most; those nearest to the picture. No page has more. */
export const MAX_TOKENS = 65_536
/** UTF-16 units on either side of the picture that are tokenised for them. */
const MAX_UNITS = 8 * MAX_TOKENS

/** A tokenizer whose template has the form that the place of a picture can be written in. */
export interface ContextTokenizer {
  readonly tokenizer: Pick<Tokenizer, 'tokens'>
  readonly clsId: number
  readonly sepId: number
  readonly padId: number
  /** Whether padding has an id of its own, so that it can mark breaks. */
  readonly hasPad: boolean
  /** Separators where the picture stands: BERT 1, RoBERTa 2. The sequence ends with one. */
  readonly middle: number
  /** Segment ids of: a text alone, the first of two, the separators between, the second of two. */
  readonly types: { single: number; first: number; middle: readonly number[]; second: number }
}

export interface WindowOptions {
  /** In tokens, the special ones included. */
  maxLength: number
  /** What two windows share, in tokens; at most a quarter of `maxLength`. */
  stride: number
  /** `pad`: a padding token stands for the line feed between two blocks. */
  breaks: 'pad' | 'none'
  maxTokens?: number
}

/** The tokens of a running text as the model sees it, special ones left out. */
export interface ContextTokens {
  /** Start and end of each token in code points of the running text, rising: 2 numbers a token. */
  offsets: Int32Array
  /** The text was longer than what is looked at: words far from the picture are left out. */
  isCut: boolean
}

/** One input of a graph, without padding. */
export interface ContextWindow {
  ids: Int32Array
  typeIds: Int32Array
  /**
   * Where the rows of a head stand in `ids`: first [CLS], then the text's tokens from `tokenOffset`
   * on. Separators and breaks are no rows.
   */
  positions: Int32Array
  tokenOffset: number
}

export interface ContextWindows extends ContextTokens {
  /** By `tokenOffset`; at least one. Exactly one holds the place of the picture. */
  windows: ContextWindow[]
}

/**
 * Opens a `tokenizer.json` to read contexts with. What a text says is text: "[SEP]" on a page is no
 * separator.
 *
 * @param padId null = what tokenizer.json says, else 0
 * @throws AppError `unsupported` for a template that is not of the form [CLS] A [SEP] B [SEP], and
 *   as `Tokenizers.open`
 */
export async function openContextTokenizer(
  tokenizers: Tokenizers,
  path: string,
  padId: number | null = null,
  { signal }: Pick<OpenOptions, 'signal'> = {},
): Promise<ContextTokenizer> {
  const tokenizer = await tokenizers.open(path, { plain: true, names: PADDING, signal })
  const { single, pair, addedIds, padId: padding } = tokenizer.facts
  const [clsId] = single.before
  const [sepId] = single.after
  const isUsual =
    isId(clsId) &&
    isId(sepId) &&
    clsId !== sepId &&
    single.before.length === 1 &&
    single.after.length === 1 &&
    pair.before.length === 1 &&
    pair.before[0] === clsId &&
    pair.between.length >= 1 &&
    pair.between.length <= 2 &&
    pair.between.every((id) => id === sepId) &&
    pair.after.length === 1 &&
    pair.after[0] === sepId
  if (!isUsual) {
    throw new AppError(
      'unsupported',
      `${path} has no template of the form [CLS] A [SEP] B [SEP]`,
      'Encoders like BERT, RoBERTa and their kin have one; the post_processor of the file says it.',
    )
  }
  const named = PADDING.map((name) => addedIds[name])
  const pad = [padId, padding, ...named].find(isId)
  return {
    tokenizer,
    clsId,
    sepId,
    padId: pad ?? 0,
    hasPad: pad !== undefined && pad !== clsId && pad !== sepId,
    middle: pair.between.length,
    types: {
      single: single.firstType,
      first: pair.firstType,
      middle: pair.betweenTypes,
      second: pair.secondType,
    },
  }
}

const PADDING = ['[PAD]', '<pad>']

/**
 * The words around a picture as inputs of a graph:
 *
 *     [CLS] text before [SEP] caption and text after [SEP]       segments 0 and 1
 *
 * The middle separator is the place of the picture and stands there with an empty side, too. A text
 * that is too long for one window gets one around the picture, centred as far as both sides have
 * words, and to the left and right of it windows of one segment, each sharing `stride` tokens with
 * the next. Offsets are exact whatever the text holds; they count code points.
 *
 * With `breaks: 'pad'` a block's begin and end can be seen in the ids: a padding token stands for
 * the line feed between two blocks and at both ends of the text, but not beside the picture.
 *
 * @returns in the order of `contexts`
 * @throws AppError `invalid-input` for a window or stride of no use, and as `Tokenizer.tokens`
 */
export async function contextWindows(
  tokenizer: ContextTokenizer,
  contexts: readonly PairContext[],
  options: WindowOptions,
  signal?: AbortSignal,
): Promise<ContextWindows[]> {
  checkWindow(options)
  const sides = contexts.map(sidesOf)
  const tokens = await tokenizer.tokenizer.tokens(
    sides.flatMap(({ before, rest }) => [before.text, rest.text]),
    signal,
  )
  return contexts.map((context, i) => {
    const found = sides[i] as Sides
    const [before, rest] = tokens.slice(2 * i, 2 * i + 2) as [TextTokens, TextTokens]
    return windowsOf(tokenizer, context, found, { before, rest }, options)
  })
}

function windowsOf(
  tokenizer: ContextTokenizer,
  context: PairContext,
  sides: Sides,
  tokens: Record<keyof Omit<Sides, 'isCut'>, TextTokens>,
  options: WindowOptions,
): ContextWindows {
  const hasBreaks = options.breaks === 'pad'
  const { clsId, sepId, padId } = tokenizer
  const reserved = hasBreaks ? [clsId, sepId, padId] : [clsId, sepId]
  const text = nearest(sides, tokens, reserved, options.maxTokens ?? MAX_TOKENS)
  const breaks = hasBreaks ? breaksOf(context, text) : new Uint8Array(text.ids.length + 1)
  const ranges = cutIntoRanges(text, breaks, tokenizer.middle, options)
  return {
    offsets: text.offsets,
    isCut: text.isCut,
    windows: ranges.map((range) => windowOf(tokenizer, text, breaks, range)),
  }
}

/** What stands before the picture and behind it, as far as it is looked at. */
interface Sides {
  before: Side
  rest: Side
  isCut: boolean
}
interface Side {
  text: string
  /** Code point of the running text at which it begins. */
  start: number
}

function sidesOf(context: PairContext): Sides {
  const map = offsetMap(context.text)
  const start = context.parts.find(({ source }) => source !== 'before')?.start ?? map.codePoints
  const from = wholePoint(context.text, Math.max(0, map.toUnits(context.picture) - MAX_UNITS))
  const restFrom = map.toUnits(start)
  const to = wholePoint(context.text, Math.min(map.units, restFrom + MAX_UNITS))
  return {
    before: {
      text: context.text.slice(from, map.toUnits(context.picture)),
      start: map.toCodePoints(from),
    },
    rest: { text: context.text.slice(restFrom, to), start },
    isCut: from > 0 || to < map.units,
  }
}

interface RunningTokens extends ContextTokens {
  ids: Int32Array
  /** How many of them stand before the picture. */
  before: number
}

/** The tokens of both sides that are nearest to the picture. */
function nearest(
  sides: Sides,
  tokens: Record<keyof Omit<Sides, 'isCut'>, TextTokens>,
  reserved: readonly number[],
  maxTokens: number,
): RunningTokens {
  const ids: number[] = []
  const offsets: number[] = []
  let before = 0
  for (const side of ['before', 'rest'] as const) {
    const { start } = sides[side]
    const read = tokens[side]
    for (const [i, id] of read.ids.entries()) {
      // A piece of text that is spelled like a special token is left out.
      if (reserved.includes(id)) continue
      ids.push(id)
      offsets.push(
        start + (read.offsets[2 * i] as number),
        start + (read.offsets[2 * i + 1] as number),
      )
    }
    if (side === 'before') before = ids.length
  }
  const after = ids.length - before
  const keepBefore = Math.min(before, Math.max(Math.ceil(maxTokens / 2), maxTokens - after))
  const keepAfter = Math.min(after, maxTokens - keepBefore)
  const first = before - keepBefore
  const last = before + keepAfter
  return {
    ids: Int32Array.from(ids.slice(first, last)),
    offsets: Int32Array.from(offsets.slice(2 * first, 2 * last)),
    before: keepBefore,
    isCut: sides.isCut || last - first < ids.length,
  }
}

/** The UTF-16 offset itself, or the one after it where it would cut a character in two. */
function wholePoint(text: string, unit: number): number {
  const code = text.charCodeAt(unit)
  const isLow = unit > 0 && unit < text.length && code >= 0xdc00 && code < 0xe000
  return isLow ? unit + 1 : unit
}

/** Before which tokens a block begins: 1 at its first token; the last entry is the text's end. */
function breaksOf(
  context: PairContext,
  { ids, offsets, before, isCut }: RunningTokens,
): Uint8Array {
  const n = ids.length
  const out = new Uint8Array(n + 1)
  const map = offsetMap(context.text)
  let token = 0
  for (let unit = context.text.indexOf('\n'); unit >= 0;) {
    const place = map.toCodePoints(unit)
    // The first token that has a character beyond the line feed.
    while (token < n && (offsets[2 * token + 1] as number) <= place + 1) token++
    if (token === n) break
    out[token] = 1
    // Most line feeds of a cut text, and all between two tokens, are passed at once.
    const next = map.toUnits((offsets[2 * token + 1] as number) - 1)
    unit = context.text.indexOf('\n', Math.max(unit + 1, next))
  }
  if (!isCut) out[0] = out[n] = 1
  out[before] = 0
  return out
}

/** Tokens [start, end), with the picture between them where `isPair`. */
interface Range {
  start: number
  end: number
  isPair: boolean
}

function checkWindow({ maxLength, stride }: WindowOptions): void {
  if (!(maxLength >= 16) || !(stride >= 0) || stride > maxLength / 4) {
    throw new AppError(
      'invalid-input',
      `Windows of ${maxLength} tokens that share ${stride} cannot be made`,
      'A window has at least 16 tokens and shares at most a quarter of them.',
    )
  }
}

function cutIntoRanges(
  { ids, before }: RunningTokens,
  breaks: Uint8Array,
  middle: number,
  { maxLength, stride }: WindowOptions,
): Range[] {
  const n = ids.length
  // Tokens and breaks before each place.
  const sums = new Int32Array(n + 1)
  for (let i = 0; i < n; i++) sums[i + 1] = (sums[i] as number) + 1 + (breaks[i] as number)
  /** Places that the tokens [start, end) take, with the breaks at both ends. */
  const length = (start: number, end: number): number =>
    (sums[end] as number) - (sums[start] as number) + (breaks[end] as number)
  const furthestStart = (end: number, room: number, least = 0): number => {
    let start = end
    while (start > least && length(start - 1, end) <= room) start--
    return start
  }
  const furthestEnd = (start: number, room: number): number => {
    let end = start
    while (end < n && length(start, end + 1) <= room) end++
    return end
  }

  const room = maxLength - 2 - middle
  const roomAlone = maxLength - 2
  if (length(0, n) <= room) return [{ start: 0, end: n, isPair: true }]
  const half = furthestStart(before, Math.floor(room / 2))
  const end = furthestEnd(before, room - length(half, before))
  const start = furthestStart(before, room - length(before, end))
  const ranges: Range[] = [{ start, end, isPair: true }]
  for (let left = start; left > 0;) {
    const to = Math.min(before, left + stride)
    left = Math.min(left - 1, furthestStart(to, roomAlone))
    ranges.unshift({ start: left, end: to, isPair: false })
  }
  for (let right = end; right < n;) {
    const from = Math.max(before, right - stride)
    right = Math.max(right + 1, furthestEnd(from, roomAlone))
    ranges.push({ start: from, end: right, isPair: false })
  }
  return ranges
}

function windowOf(
  { clsId, sepId, padId, middle, types }: ContextTokenizer,
  text: RunningTokens,
  breaks: Uint8Array,
  { start, end, isPair }: Range,
): ContextWindow {
  const ids = [clsId]
  const typeIds = [isPair ? types.first : types.single]
  const positions = [0]
  let type = typeIds[0] as number
  const push = (id: number): void => {
    ids.push(id)
    typeIds.push(type)
  }
  const pass = (): void => {
    for (let i = 0; i < middle; i++) {
      type = types.middle[i] as number
      push(sepId)
    }
    type = types.second
  }
  for (let token = start; token < end; token++) {
    if (isPair && token === text.before) pass()
    if (breaks[token] === 1) push(padId)
    positions.push(ids.length)
    push(text.ids[token] as number)
  }
  if (isPair && end === text.before) pass()
  if (breaks[end] === 1) push(padId)
  push(sepId)
  return {
    ids: Int32Array.from(ids),
    typeIds: Int32Array.from(typeIds),
    positions: Int32Array.from(positions),
    tokenOffset: start,
  }
}

/** Tokens first to last, inclusive, as code points of the running text. */
export function spanOfTokens(
  { offsets }: Pick<ContextTokens, 'offsets'>,
  first: number,
  last: number,
): Span {
  const start = offsets[2 * first]
  const end = offsets[2 * last + 1]
  if (start === undefined || end === undefined || last < first) {
    throw new AppError('internal', `Tokens ${first}-${last} are outside of the text`)
  }
  return { start, end }
}
