/** A text that was read, and how sure that is. */
export interface ReadText {
  text: string
  /** Mean probability of the letters that were kept, 0 to 1; 0 where there is none. */
  confidence: number
}

/**
 * Best path decoding of CTC: of each step the likeliest class, repeats taken once, blanks left out.
 * Graves et al., Connectionist Temporal Classification, ICML 2006, section 3.2, equations 3 and 4. The
 * confidence is PaddleOCR's: the mean probability of the steps at which a letter begins.
 *
 * @param steps [steps, classes], probabilities
 * @param characters of the classes but the blank, in their order
 */
export function decodeCtc(
  steps: Float32Array,
  classes: number,
  characters: readonly string[],
  blank: number,
): ReadText {
  let text = ''
  let sum = 0
  let kept = 0
  let last = blank
  for (let start = 0; start + classes <= steps.length; start += classes) {
    let best = 0
    for (let c = 1; c < classes; c++) {
      if ((steps[start + c] as number) > (steps[start + best] as number)) best = c
    }
    if (best !== blank && best !== last) {
      text += characters[best > blank ? best - 1 : best] ?? ''
      sum += steps[start + best] as number
      kept++
    }
    last = best
  }
  return { text: text.trim(), confidence: kept === 0 ? 0 : sum / kept }
}

/** Softmax of each row, in place. */
export function softmaxRows(values: Float32Array, classes: number): Float32Array {
  for (let start = 0; start + classes <= values.length; start += classes) {
    let most = -Infinity
    for (let c = 0; c < classes; c++) most = Math.max(most, values[start + c] as number)
    let sum = 0
    for (let c = 0; c < classes; c++) {
      const value = Math.exp((values[start + c] as number) - most)
      values[start + c] = value
      sum += value
    }
    for (let c = 0; c < classes; c++) values[start + c] = (values[start + c] as number) / sum
  }
  return values
}

/** The logistic function, in place. */
export function sigmoid(values: Float32Array): Float32Array {
  for (let i = 0; i < values.length; i++) values[i] = 1 / (1 + Math.exp(-(values[i] as number)))
  return values
}
