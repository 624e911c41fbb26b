import { describe, expect, test } from 'vitest'
import { sentencesNear } from '../../../../../src/renderer/src/features/label/label-sentences.ts'
import { cutWords } from '../../../../../src/renderer/src/features/label/label-text.ts'

const words = (
  texts: { before?: string; caption?: string; after?: string },
  language: string | null = null,
) => cutWords({ before: null, caption: null, after: null, ...texts }, language)
const quotes = (found: ReturnType<typeof sentencesNear>): string[] =>
  found.map(({ quote }) => quote)

describe('sentences near a picture', () => {
  test('are the nearest on both sides, in the order in which they are read', () => {
    const texts = words({
      before: 'One is far. Two is nearer. Three is next to it.',
      after: 'Four is next to it. Five is further. Six is far.',
    })
    expect(quotes(sentencesNear(texts, 3, []))).toEqual([
      'Three is next to it.',
      'Four is next to it.',
      'Five is further.',
    ])
    expect(quotes(sentencesNear(texts, 9, []))).toHaveLength(6)
    expect(sentencesNear(texts, 0, [])).toEqual([])
  })

  test('are first those of the caption, and the caption as a whole', () => {
    const texts = words({
      before: 'Words before it.',
      caption: 'An old tower. Photo: city archive.',
      after: 'Words after it.',
    })
    expect(quotes(sentencesNear(texts, 3, []))).toEqual([
      'An old tower.',
      'An old tower. Photo: city archive.',
      'Photo: city archive.',
    ])
    // A caption of one sentence stands once.
    expect(quotes(sentencesNear(words({ caption: 'An old tower.' }), 9, []))).toEqual([
      'An old tower.',
    ])
  })

  test('are those of the tag or row where no page is', () => {
    const texts = cutWords(
      { before: null, caption: null, after: null, alt: 'A red boat. At the quay.', title: 'Boats' },
      'en',
    )
    expect(quotes(sentencesNear(texts, 9, []))).toEqual([
      'A red boat.',
      'A red boat. At the quay.',
      'At the quay.',
      'Boats',
    ])
  })

  test('leave out what is proposed anyway, and lines without a word', () => {
    const texts = words({ before: 'Proposed by a model.\n* * *\n— — —\nNobody proposed this.' })
    expect(quotes(sentencesNear(texts, 9, [{ source: 'before', start: 0, end: 20 }]))).toEqual([
      'Nobody proposed this.',
    ])
  })

  test.each([
    ['ja', '船が港にある。塔は古い。空は青い。', ['船が港にある。', '塔は古い。', '空は青い。']],
    ['hi', 'नाव घाट पर है। मीनार पुरानी है।', ['नाव घाट पर है।', 'मीनार पुरानी है।']],
    ['el', 'Πού είναι το πλοίο; Είναι στο λιμάνι.', ['Πού είναι το πλοίο;', 'Είναι στο λιμάνι.']],
    ['ar', 'أين القارب؟ القارب في الميناء.', ['أين القارب؟', 'القارب في الميناء.']],
    [
      'de',
      'Das Boot liegt am Kai. Der Turm ist alt!',
      ['Das Boot liegt am Kai.', 'Der Turm ist alt!'],
    ],
    ['not a language', 'One boat. Two boats.', ['One boat.', 'Two boats.']],
  ])('are cut as %s is written', (language, text, sentences) => {
    expect(quotes(sentencesNear(words({ after: text }, language), 9, []))).toEqual(sentences)
  })

  test('have places that hold what they quote, in code points', () => {
    const texts = words({ after: '🚤 A boat 🚤. Ein Haus 🏠 am See.' })
    for (const { start, end, quote } of sentencesNear(texts, 9, [])) {
      expect([...'🚤 A boat 🚤. Ein Haus 🏠 am See.'].slice(start, end).join('')).toBe(quote)
    }
  })
})
