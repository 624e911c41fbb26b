import { AppError } from '#shared/errors.ts'

/**
 * Logits of one window of a text. Position 0 is "no answer"; position i >= 1 is the text's token
 * `tokenOffset + i - 1`. Special tokens and padding are left out.
 */
export interface SpanWindow {
  start: ArrayLike<number>
  end: ArrayLike<number>
  tokenOffset: number
}

export interface DecodeOptions {
  /** Longest span in tokens. */
  maxLength: number
  /** How many spans come back. */
  nBest: number
  /** Only spans that do not overlap a better one: for texts with several descriptions. */
  distinct: boolean
  /** Divides all scores before they become probabilities; from `fitTemperature`. */
  temperature: number
  /** "No answer" wins when its score exceeds the best span's by more than this. */
  nullThreshold: number
}

export const DECODE_DEFAULTS: DecodeOptions = {
  maxLength: 64,
  nBest: 5,
  distinct: false,
  temperature: 1,
  nullThreshold: 0,
}

export interface DecodedSpan {
  /** Tokens of the text, inclusive. */
  first: number
  last: number
  /** Start logit plus end logit. */
  score: number
  /** Of this span among all allowed spans and "no answer". */
  probability: number
}

export interface Decoded {
  /** Best first. */
  spans: DecodedSpan[]
  /** Start plus end logit of "no answer": the least over windows, as for SQuAD 2.0. */
  nullScore: number
  nullProbability: number
  /** The decision; null = no answer. */
  best: DecodedSpan | null
  /** Probability of the decision: the confidence. */
  confidence: number
}

/**
 * Joint decoding: of all spans with end >= start, at most `maxLength` tokens and inside the
 * context, those with the greatest start plus end logit (Devlin et al. 2019, SQuAD 2.0).
 *
 * Windows overlap; a span counts in the one window in which its first token has the most context
 * on its poorer side (BERT's "max context"), so no span is counted twice and the probabilities over
 * the whole text sum to 1. Time: tokens x maxLength.
 * @throws AppError `invalid-input` when there is no window or start and end differ in length.
 */
export function decodeSpans(
  windows: readonly SpanWindow[],
  options: Partial<DecodeOptions> = {},
): Decoded {
  const settings = { ...DECODE_DEFAULTS, ...options }
  checkWindows(windows)
  const nullScore = nullScoreOf(windows)
  const kept = new BestSpans(settings.distinct ? Math.max(settings.nBest * 16, 64) : settings.nBest)
  const total = new LogSum()
  const { temperature } = settings
  total.add(nullScore / temperature)
  eachSpan(windows, settings.maxLength, (first, last, score) => {
    total.add(score / temperature)
    kept.offer(first, last, score)
  })
  const logTotal = total.value()
  const probability = (score: number): number => Math.exp(score / temperature - logTotal)
  let spans = kept.sorted()
  if (settings.distinct) {
    spans = withoutOverlap(spans)
  }
  const decoded = spans
    .slice(0, settings.nBest)
    .map((span) => ({ ...span, probability: probability(span.score) }))
  const nullProbability = probability(nullScore)
  const top = decoded[0]
  const best = top && nullScore - top.score <= settings.nullThreshold ? top : null
  return {
    spans: decoded,
    nullScore,
    nullProbability,
    best,
    confidence: best ? best.probability : nullProbability,
  }
}

/** -log of the probability of the gold span (or of "no answer") at a temperature, in nats. */
export function spanLikelihood(
  windows: readonly SpanWindow[],
  gold: { first: number; last: number } | null,
  maxLength: number,
  temperature: number,
): number {
  const total = new LogSum()
  const nullScore = nullScoreOf(windows)
  total.add(nullScore / temperature)
  let goldScore = gold === null ? nullScore : -Infinity
  eachSpan(windows, maxLength, (first, last, score) => {
    total.add(score / temperature)
    if (gold !== null && first === gold.first && last === gold.last) goldScore = score
  })
  return total.value() - goldScore / temperature
}

function checkWindows(windows: readonly SpanWindow[]): void {
  if (windows.length === 0) throw new AppError('invalid-input', 'There is no window to decode.')
  for (const { start, end } of windows) {
    if (start.length !== end.length || start.length === 0) {
      throw new AppError(
        'invalid-input',
        `A window has ${start.length} start and ${end.length} end logits.`,
      )
    }
  }
}

function nullScoreOf(windows: readonly SpanWindow[]): number {
  let least = Infinity
  for (const { start, end } of windows) {
    least = Math.min(least, (start[0] as number) + (end[0] as number))
  }
  return least
}

/** Every allowed span once. */
function eachSpan(
  windows: readonly SpanWindow[],
  maxLength: number,
  visit: (first: number, last: number, score: number) => void,
): void {
  const owners = windows.length === 1 ? null : ownersOf(windows)
  windows.forEach(({ start, end, tokenOffset }, which) => {
    const n = start.length
    for (let i = 1; i < n; i++) {
      const token = tokenOffset + i - 1
      if (owners && owners[token] !== which) continue
      const from = start[i] as number
      const stop = Math.min(n, i + maxLength)
      for (let j = i; j < stop; j++) visit(token, tokenOffset + j - 1, from + (end[j] as number))
    }
  })
}

/** For each token of the text the window that sees most of what surrounds it. */
function ownersOf(windows: readonly SpanWindow[]): Int32Array {
  let tokens = 0
  for (const { start, tokenOffset } of windows) {
    tokens = Math.max(tokens, tokenOffset + start.length - 1)
  }
  const owners = new Int32Array(tokens).fill(-1)
  const best = new Float64Array(tokens).fill(-1)
  windows.forEach(({ start, tokenOffset }, which) => {
    const length = start.length - 1
    for (let i = 0; i < length; i++) {
      // The small share of the length decides between equal contexts, as in BERT's own script.
      const context = Math.min(i, length - 1 - i) + 0.01 * length
      const token = tokenOffset + i
      if (context > (best[token] as number)) {
        best[token] = context
        owners[token] = which
      }
    }
  })
  return owners
}

/** A running log sum exp. */
class LogSum {
  private max = -Infinity
  private sum = 0

  add(value: number): void {
    if (value === -Infinity) return
    if (value <= this.max) {
      this.sum += Math.exp(value - this.max)
    } else {
      this.sum = this.sum * Math.exp(this.max - value) + 1
      this.max = value
    }
  }

  value(): number {
    return this.max + Math.log(this.sum)
  }
}

interface Scored {
  first: number
  last: number
  score: number
}

/** The n best of a stream: a short sorted list, since almost everything fails its last place. */
class BestSpans {
  private readonly list: Scored[] = []
  private readonly size: number

  constructor(size: number) {
    this.size = Math.max(size, 1)
  }

  offer(first: number, last: number, score: number): void {
    const { list } = this
    if (list.length === this.size && score <= (list.at(-1) as Scored).score) return
    let place = list.length
    while (place > 0 && (list[place - 1] as Scored).score < score) place--
    list.splice(place, 0, { first, last, score })
    if (list.length > this.size) list.pop()
  }

  sorted(): Scored[] {
    return this.list
  }
}

function withoutOverlap(spans: readonly Scored[]): Scored[] {
  const kept: Scored[] = []
  for (const span of spans) {
    if (kept.every((other) => other.last < span.first || span.last < other.first)) kept.push(span)
  }
  return kept
}
