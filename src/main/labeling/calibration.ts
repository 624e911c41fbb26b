import { spanLikelihood } from './decode-spans.ts'
import type { SpanWindow } from './decode-spans.ts'

/** A text of the validation set: the logits of its windows and its gold span in tokens. */
export interface CalibrationCase {
  windows: readonly SpanWindow[]
  gold: { first: number; last: number } | null
}

export interface Calibration {
  temperature: number
  /** Mean negative log likelihood at temperature 1 and at the one found, in nats. */
  nllBefore: number
  nllAfter: number
  /** Cases used, and those left out because their gold span is longer than allowed or not inside. */
  cases: number
  skipped: number
}

/**
 * Temperature scaling (Guo et al. 2017, On Calibration of Modern Neural Networks): the T > 0 that
 * gives the gold spans of the validation set the greatest likelihood when all scores are divided by
 * it. It changes the confidence and never which span is best. Golden-section search over log T in
 * [0.05, 20]; the likelihood has one minimum in 1/T.
 */
export function fitTemperature(cases: readonly CalibrationCase[], maxLength: number): Calibration {
  const usable = cases.filter(({ windows, gold }) =>
    Number.isFinite(spanLikelihood(windows, gold, maxLength, 1)),
  )
  const skipped = cases.length - usable.length
  if (usable.length === 0) {
    return { temperature: 1, nllBefore: NaN, nllAfter: NaN, cases: 0, skipped }
  }
  const nll = (logT: number): number => {
    let total = 0
    for (const { windows, gold } of usable) {
      total += spanLikelihood(windows, gold, maxLength, Math.exp(logT))
    }
    return total / usable.length
  }
  const ratio = (Math.sqrt(5) - 1) / 2
  let low = Math.log(0.05)
  let high = Math.log(20)
  let left = high - ratio * (high - low)
  let right = low + ratio * (high - low)
  let atLeft = nll(left)
  let atRight = nll(right)
  while (high - low > 1e-3) {
    if (atLeft <= atRight) {
      high = right
      right = left
      atRight = atLeft
      left = high - ratio * (high - low)
      atLeft = nll(left)
    } else {
      low = left
      left = right
      atLeft = atRight
      right = low + ratio * (high - low)
      atRight = nll(right)
    }
  }
  const found = (low + high) / 2
  const nllBefore = nll(0)
  const nllFound = nll(found)
  // Never worse than no scaling.
  return nllFound <= nllBefore
    ? { temperature: Math.exp(found), nllBefore, nllAfter: nllFound, cases: usable.length, skipped }
    : { temperature: 1, nllBefore, nllAfter: nllBefore, cases: usable.length, skipped }
}

export interface ReliabilityBin {
  low: number
  high: number
  n: number
  /** Means within the bin; 0 where it is empty. */
  confidence: number
  accuracy: number
}

/**
 * Expected calibration error (Naeini et al. 2015): sum over equal bins of confidence of
 * n_b / n |accuracy_b - confidence_b|, and the bins for a reliability diagram. NaN without cases.
 * @param confidences 0..1
 * @param correct 1 or 0 (or an IoU), same length
 */
export function calibrationError(
  confidences: ArrayLike<number>,
  correct: ArrayLike<number>,
  bins = 10,
): { error: number; bins: ReliabilityBin[] } {
  const list: ReliabilityBin[] = Array.from({ length: bins }, (_, b) => ({
    low: b / bins,
    high: (b + 1) / bins,
    n: 0,
    confidence: 0,
    accuracy: 0,
  }))
  for (let i = 0; i < confidences.length; i++) {
    const confidence = confidences[i] as number
    const bin = list[Math.min(Math.floor(confidence * bins), bins - 1)] as ReliabilityBin
    bin.n++
    bin.confidence += confidence
    bin.accuracy += correct[i] as number
  }
  let error = 0
  for (const bin of list) {
    if (bin.n === 0) continue
    bin.confidence /= bin.n
    bin.accuracy /= bin.n
    error += bin.n * Math.abs(bin.accuracy - bin.confidence)
  }
  return { error: error / confidences.length, bins: list }
}
