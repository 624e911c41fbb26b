import { describe, expect, it } from 'vitest'
import { joinContext } from '#shared/text/context.ts'
import { sliceCodePoints } from '#shared/text/offsets.ts'
import type { Span } from '#shared/text/spans.ts'
import { longestSentence, nearestBlock } from '../../../src/main/labeling/baselines.ts'

const words = (text: string, span: Span | null): string | null =>
  span && sliceCodePoints(text, span.start, span.end)

describe('the nearest block', () => {
  const before = 'A title\nThe market in the morning. '
  const after = ' Two stalls with fruit 🍎\nPrices rose again.'

  it('is the caption where there is one', () => {
    const context = joinContext({ before, caption: ' A stall. ', after })
    expect(words(context.text, nearestBlock(context))).toBe('A stall.')
  })

  it('is the block with fewer blocks in between, and the one after the picture where both are as near', () => {
    const context = joinContext({ before, caption: null, after })
    const guess = (distances?: { before: number; after: number }): string | null =>
      words(context.text, nearestBlock(context, distances))
    expect(guess()).toBe('Two stalls with fruit 🍎')
    expect(guess({ before: 1, after: 1 })).toBe('Two stalls with fruit 🍎')
    expect(guess({ before: 0, after: 1 })).toBe('The market in the morning.')
  })

  it('is on the one side that has words, and nothing where there are none', () => {
    const only = (texts: { before?: string; after?: string }): string | null => {
      const context = joinContext({ before: null, caption: null, after: null, ...texts })
      return words(context.text, nearestBlock(context))
    }
    expect(only({ before })).toBe('The market in the morning.')
    expect(only({ after, before: ' \n ' })).toBe('Two stalls with fruit 🍎')
    expect(only({ before: ' \n\t' })).toBeNull()
    expect(only({})).toBeNull()
  })
})

describe('the longest sentence', () => {
  it('counts code points, stops at the end of a block and carries no white space', () => {
    const context = joinContext({
      before: '🍎🍎🍎🍎. Rain fell on the harbour all day.  It stopped.',
      caption: 'A boat without',
      after: 'an end of its sentence, but a new block',
    })
    expect(words(context.text, longestSentence(context))).toBe(
      'an end of its sentence, but a new block',
    )
    const first = joinContext({ before: 'One two. Six ten.', caption: null, after: null })
    expect(words(first.text, longestSentence(first))).toBe('One two.')
  })

  it('is nothing in a text without words', () => {
    expect(longestSentence(joinContext({ before: null, caption: ' \n', after: null }))).toBeNull()
  })
})
