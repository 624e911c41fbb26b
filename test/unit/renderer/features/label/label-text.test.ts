import { describe, expect, test } from 'vitest'
import {
  arrowDirection,
  cutWords,
  dragged,
  findPlaces,
  firstCursor,
  moveEdge,
  movePlace,
  nextSentence,
  nextWord,
  quoted,
  sentenceAt,
  wordAt,
  wordCount,
  type PairWords,
  type Place,
} from '../../../../../src/renderer/src/features/label/label-text.ts'
import { checkSpan } from '../../../../../src/shared/text/spans.ts'

const texts = {
  before:
    'Two boats lie at the quay. Behind them 👨‍👩‍👧 wave, e\u0301tonne\u0301s.\r\nIn 1912 it burnt.',
  caption: 'The old harbour, summer of 1987.',
  after: 'More pictures are upstairs.',
}
const words = cutWords(texts, 'en')
const said = (place: Place | null, of: PairWords = words): string | null =>
  place && quoted(of, place).quote

function find(source: keyof typeof texts, quote: string): Place {
  const text = texts[source]
  const start = [...text.slice(0, text.indexOf(quote))].length
  return { source, start, end: start + [...quote].length }
}

describe('the cursor', () => {
  test('begins at the words nearest to the picture', () => {
    expect(said(firstCursor(words))).toBe('The')
    const only = cutWords(
      { before: 'A house. A tree stands here.', caption: null, after: '' },
      null,
    )
    expect(said(firstCursor(only), only)).toBe('A')
    expect(firstCursor(only)?.start).toBe(9)
    expect(firstCursor(cutWords({ before: ' ', caption: null, after: null }, null))).toBeNull()
  })

  test('goes from word to word, across the texts, and ends at their ends', () => {
    expect(said(nextWord(words, find('before', 'burnt'), 'forward'))).toBe('The')
    expect(said(nextWord(words, find('caption', 'The'), 'backward'))).toBe('burnt')
    expect(said(nextWord(words, find('before', 'boats lie'), 'forward'))).toBe('at')
    expect(said(nextWord(words, find('before', 'boats lie'), 'backward'))).toBe('Two')
    expect(nextWord(words, find('before', 'Two'), 'backward')).toBeNull()
    expect(nextWord(words, find('after', 'upstairs'), 'forward')).toBeNull()
  })

  test('goes from sentence to sentence', () => {
    const at = find('before', 'quay')
    expect(said(nextSentence(words, at, 'forward'))).toBe('Behind')
    expect(said(nextSentence(words, at, 'backward'))).toBe('Two')
    expect(said(nextSentence(words, find('before', 'In'), 'backward'))).toBe('Behind')
    expect(said(nextSentence(words, find('before', 'burnt'), 'forward'))).toBe('The')
    expect(said(nextSentence(words, find('caption', 'The'), 'backward'))).toBe('In')
  })

  test('goes to the left where a text is read from right to left', () => {
    const arabic = cutWords({ before: null, caption: 'قاربا صيد في الميناء', after: null }, 'ar')
    expect(arrowDirection(arabic, 'caption', 'left')).toBe('forward')
    expect(arrowDirection(words, 'caption', 'left')).toBe('backward')
  })
})

describe('an edge', () => {
  test('moves by words, sentences and characters, and never cuts a sign', () => {
    const wave = find('before', 'wave')
    expect(said(moveEdge(words, wave, 'start', 'backward', 'word'))).toBe('👨‍👩‍👧 wave')
    expect(said(moveEdge(words, wave, 'end', 'forward', 'word'))).toBe('wave, e\u0301tonne\u0301s')
    const etonne = moveEdge(words, find('before', 'wave, '), 'end', 'forward', 'character')
    expect(said(etonne)).toBe('wave, e\u0301')
    expect(said(moveEdge(words, find('before', 'Two'), 'end', 'forward', 'sentence'))).toBe(
      'Two boats lie at the quay.',
    )
    expect(
      said(
        moveEdge(
          words,
          find('before', 'Two boats lie at the quay. Behind'),
          'end',
          'backward',
          'sentence',
        ),
      ),
    ).toBe('Two boats lie at the quay.')
  })

  test('stays inside of its text', () => {
    const last = find('before', 'burnt.')
    expect(moveEdge(words, last, 'end', 'forward', 'word')).toBe(last)
    expect(moveEdge(words, last, 'end', 'forward', 'sentence')).toBe(last)
    const first = find('caption', 'The')
    expect(moveEdge(words, first, 'start', 'backward', 'character')).toBe(first)
    expect(moveEdge(words, first, 'end', 'backward', 'word')).toBe(first)
  })

  test('moves with the other one, and keeps the number of words', () => {
    const moved = movePlace(words, find('before', 'boats lie'), 'forward', 'word')
    expect(said(moved)).toBe('lie at')
    expect(wordCount(words, moved)).toBe(2)
  })
})

describe('the pointer', () => {
  const at = (quote: string, inside = 1) => ({
    source: 'before' as const,
    at: find('before', quote).start + inside,
  })

  test('takes whole words, or characters', () => {
    expect(said(dragged(words, at('boats'), at('quay'), 'word'))).toBe('boats lie at the quay')
    expect(said(dragged(words, at('quay'), at('boats'), 'word'))).toBe('boats lie at the quay')
    expect(said(dragged(words, at('boats'), at('lie', 2), 'character'))).toBe('oats li')
  })

  test('leaves out the comma and the space that it only touches', () => {
    expect(said(dragged(words, at('wave', 0), at(', e', 0), 'word'))).toBe('wave')
    expect(said(dragged(words, at('wave', 0), at(', e', 2), 'word'))).toBe('wave,')
  })

  test('never cuts an emoji of several signs', () => {
    const drawn = dragged(words, at('👨‍👩‍👧', 2), at('👨‍👩‍👧', 3), 'character')
    expect(said(drawn)).toBe('👨‍👩‍👧')
  })

  test('stays in the text in which it began', () => {
    const drawn = dragged(words, at('In 1912', 0), { source: 'after', at: 5 }, 'word')
    expect(said(drawn)).toBe('In 1912 it burnt.')
    const up = dragged(words, { source: 'caption', at: 6 }, at('boats'), 'word')
    expect(said(up)).toBe('The old')
  })

  test('finds a word and its sentence', () => {
    const word = wordAt(words, at('1912'))
    expect(said(word)).toBe('1912')
    expect(said(sentenceAt(words, word as Place))).toBe('In 1912 it burnt.')
  })
})

test('a sentence holds no white space at its edges, also at the beginning of a text', () => {
  const spaced = cutWords({ before: ' \n A house.  A tree. \n', caption: null, after: null }, 'en')
  const sentences = spaced.parts[0]?.sentences ?? []
  expect(sentences.map((place) => said({ source: 'before', ...place }, spaced))).toEqual([
    'A house.',
    'A tree.',
  ])
})

test('every quote is the slice at its offsets, whatever signs the text has', () => {
  const strange = {
    before: 'a\u00a0b\r\nc  d e\u0301 🇸🇪 𝒜𝓈 \u200fשלום\u200f x',
    caption: null,
    after: null,
  }
  const cut = cutWords(strange, null)
  let place: Place | null = nextWord(cut, { source: 'before', start: 0, end: 0 }, 'forward')
  let seen = 0
  while (place) {
    checkSpan(strange.before, quoted(cut, place))
    for (const unit of ['word', 'character'] as const) {
      checkSpan(strange.before, quoted(cut, moveEdge(cut, place, 'end', 'forward', unit)))
      checkSpan(strange.before, quoted(cut, moveEdge(cut, place, 'start', 'backward', unit)))
    }
    seen++
    place = nextWord(cut, place, 'forward')
  }
  expect(seen).toBeGreaterThan(6)
})

test('words are found whatever their case, in reading order, behind signs of several units', () => {
  expect(findPlaces(words, 'THE').map((place) => said(place))).toEqual(['the', 'the', 'The'])
  expect(findPlaces(words, 'e\u0301tonne').map((place) => said(place))).toEqual(['e\u0301tonne'])
  expect(findPlaces(words, 'are upstairs.')).toEqual([find('after', 'are upstairs.')])
  expect(findPlaces(words, '.*')).toEqual([])
  expect(findPlaces(words, ' ')).toEqual([])
})
