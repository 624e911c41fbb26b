import { describe, expect, it } from 'vitest'
import { joinContext } from '#shared/text/context.ts'
import { sliceCodePoints } from '#shared/text/offsets.ts'
import type { SpanLogits } from '../../../../src/main/inference/kinds/span/types.ts'
import { decodeContext } from '../../../../src/main/jobs/spans/decode-context.ts'

const RECIPE = { maxSpanTokens: 8, temperature: 1, nullThreshold: 0 }

/** One token for each run of letters; logits of 0 but where they are given, "nothing" at -9. */
function logitsOf(
  text: string,
  start: Record<number, number>,
  end: Record<number, number>,
  nothing = -9,
): SpanLogits {
  const offsets: number[] = []
  for (const { 0: word, index } of text.matchAll(/\S+\s?/gu)) {
    const from = [...text.slice(0, index)].length
    offsets.push(from, from + [...word].length)
  }
  const n = offsets.length / 2
  const row = (of: Record<number, number>): Float32Array =>
    Float32Array.from({ length: n + 1 }, (_, i) => (i === 0 ? nothing : (of[i - 1] ?? 0)))
  return {
    offsets: Int32Array.from(offsets),
    isCut: false,
    windows: n === 0 ? [] : [{ tokenOffset: 0, start: row(start), end: row(end) }],
  }
}

describe('from logits to places', () => {
  it('a span is given in its own text, without white space at its edges, in code points', () => {
    const context = joinContext({
      before: 'Look 🍎 here.',
      caption: 'Two red 🍎 apples',
      after: null,
    })
    // Tokens: Look 🍎 here. Two red 🍎 apples; each with the space behind it.
    const found = decodeContext(context, logitsOf(context.text, { 3: 9 }, { 5: 9 }), RECIPE, 3)
    expect(found?.best?.place).toEqual({ source: 'caption', start: 0, end: 9, quote: 'Two red 🍎' })
    const { start, end } = found?.best?.span ?? { start: 0, end: 0 }
    expect(sliceCodePoints(context.text, start, end)).toBe('Two red 🍎')
    expect(found?.confidence).toBeGreaterThan(0.9)
  })

  it('a span over the border of two texts keeps the one that holds most of it', () => {
    const context = joinContext({ before: 'one two three', caption: null, after: 'four five' })
    const found = decodeContext(context, logitsOf(context.text, { 1: 9 }, { 3: 9 }), RECIPE, 1)
    expect(found?.best?.place).toEqual({ source: 'before', start: 4, end: 13, quote: 'two three' })
  })

  it('spans that come down to the same words are given once, and “nothing” wins where it is likelier', () => {
    const context = joinContext({ before: 'alpha', caption: null, after: 'beta' })
    const found = decodeContext(context, logitsOf(context.text, { 0: 5 }, { 0: 5 }, 9), RECIPE, 5)
    expect(found?.best).toBeNull()
    expect(found?.confidence).toBe(found?.nullProbability)
    const quotes = found?.others.map(({ place }) => place.quote) ?? []
    expect(quotes[0]).toBe('alpha')
    expect(new Set(quotes).size).toBe(quotes.length)
  })

  it('no word is cut, though a token may be a piece of one, and scripts without spaces stay as they are', () => {
    const context = joinContext({ before: 'Zeitpunkt schön 东京塔 x', caption: null, after: 'y' })
    const pieces = (...places: [number, number][]): SpanLogits => ({
      offsets: Int32Array.from(places.flat()),
      isCut: false,
      windows: [
        {
          tokenOffset: 0,
          start: Float32Array.from([-9, ...places.map((_, i) => (i === 1 ? 9 : 0))]),
          end: Float32Array.from([-9, ...places.map((_, i) => (i === 2 ? 9 : 0))]),
        },
      ],
    })
    const words = decodeContext(context, pieces([0, 2], [2, 9], [10, 13], [13, 15]), RECIPE, 1)
    expect(words?.best?.place.quote).toBe('Zeitpunkt schön')
    const signs = decodeContext(context, pieces([16, 17], [17, 18], [18, 19]), RECIPE, 1)
    expect(signs?.best?.place.quote).toBe('京塔')
  })

  it('what the model was calibrated to holds: temperature, the bar for “nothing”, the longest span', () => {
    const context = joinContext({ before: 'one two three four', caption: null, after: null })
    const logits = logitsOf(context.text, { 0: 6 }, { 2: 6 }, 5)
    const decode = (recipe: Partial<typeof RECIPE> = {}) =>
      decodeContext(context, logits, { ...RECIPE, ...recipe }, 1)
    expect(decode()?.best?.place.quote).toBe('one two three')
    // The margin of the span over "nothing" is 12 - 10.
    expect(decode({ nullThreshold: -1.9 })?.best?.place.quote).toBe('one two three')
    expect(decode({ nullThreshold: -2.1 })?.best).toBeNull()
    expect(decode({ maxSpanTokens: 2 })?.best?.place.quote).not.toBe('one two three')
    // All spans and "nothing" share the probability: exp(score / temperature) of each.
    const scores = [10]
    for (let start = 0; start < 4; start++) {
      for (let end = start; end < 4; end++) scores.push((start === 0 ? 6 : 0) + (end === 2 ? 6 : 0))
    }
    for (const temperature of [1, 4]) {
      const sum = scores.reduce((total, score) => total + Math.exp(score / temperature), 0)
      expect(decode({ temperature })?.confidence).toBeCloseTo(Math.exp(12 / temperature) / sum, 5)
      expect(decode({ temperature })?.nullProbability).toBeCloseTo(
        Math.exp(10 / temperature) / sum,
        5,
      )
    }
  })

  it('a text without a token has no answer at all', () => {
    const context = joinContext({ before: ' ', caption: null, after: null })
    expect(decodeContext(context, logitsOf('', {}, {}), RECIPE, 1)).toBeNull()
  })
})
