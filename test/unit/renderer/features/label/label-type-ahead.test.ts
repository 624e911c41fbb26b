import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { shallowRef } from 'vue'
import { OPEN_LABEL, type LabelItem, type LabelState } from '#shared/contract/index.ts'
import { createHand } from '../../../../../src/renderer/src/features/label/label-hand.ts'
import type { Prepared } from '../../../../../src/renderer/src/features/label/label-items.ts'
import { sentencesNear } from '../../../../../src/renderer/src/features/label/label-sentences.ts'
import { cutWords, quoted } from '../../../../../src/renderer/src/features/label/label-text.ts'
import { createTypeAhead } from '../../../../../src/renderer/src/features/label/label-type-ahead.ts'
import { isJump } from '../../../../../src/renderer/src/features/label/label-word-actions.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function open(texts: { before?: string; caption?: string; after?: string }) {
  const words = cutWords({ before: null, caption: null, after: null, ...texts }, 'en')
  const options = sentencesNear(words, 9, []).map((place) => ({ kind: 'sentence', place }) as const)
  const current = shallowRef<Prepared | null>({ item: {} as LabelItem, words, options })
  const said = shallowRef<LabelState>(OPEN_LABEL)
  const inHand = createHand(current, said)
  const drawn: string[] = []
  const typing = createTypeAhead({
    current,
    said,
    inHand,
    draw: (place, at) => void drawn.push(`${at}: ${quoted(words, place).quote}`),
  })
  return {
    ...typing,
    said,
    drawn,
    choose: inHand.choose,
    begin: inHand.begin,
    held: () => {
      const place = inHand.placeInHand()
      return place && quoted(words, place).quote
    },
    write(letters: string) {
      for (const letter of letters) typing.type(letter)
    },
  }
}

const HARBOUR = {
  before: 'The boats are old.',
  after: 'Two boats lie at the quay. Behind them the tower of the town.',
}

describe('typing', () => {
  test('jumps to the next word that begins so, around the end; the same letter goes on', () => {
    const { type, held } = open(HARBOUR)
    const met = [0, 1, 2, 3, 4].map(() => (type('T'), held()))
    // It begins at the words nearest to the picture.
    expect(met).toEqual(['Two', 'the', 'them', 'the', 'tower'])
    expect([0, 1, 2].map(() => (type('T'), held()))).toEqual(['the', 'town', 'The'])
  })

  test('narrows by what is typed together, and begins anew after a while', () => {
    const { write, held, type } = open(HARBOUR)
    write('TO')
    expect(held()).toBe('tower')
    write('W')
    expect(held()).toBe('tower')
    vi.advanceTimersByTime(2000)
    type('b')
    expect(held()).toBe('boats')
  })

  test('finds no word and says so; what was in hand stays', () => {
    const { write, held, missed } = open(HARBOUR)
    write('QUAY')
    expect(held()).toBe('quay')
    write('X')
    expect(missed.value).toBe(true)
    expect(held()).toBe('quay')
  })

  test('knows letters with accents, of other scripts, and without case', () => {
    const { write, held } = open({ after: 'Die Öfen am See. Лодка у причала.' })
    write('o')
    expect(held()).toBe('Öfen')
    vi.advanceTimersByTime(2000)
    write('П')
    expect(held()).toBe('причала')
  })

  test('after the end is asked for, words in hand end with the word that is typed', () => {
    const { write, held, extend } = open(HARBOUR)
    write('B')
    extend()
    write('Q')
    expect(held()).toBe('boats lie at the quay')
    // Only within the text in which it began, and behind its beginning.
    write('T')
    expect(held()).toBe('boats lie at the quay')
    vi.advanceTimersByTime(2000)
    write('T')
    expect(held()).toBe('boats lie at the quay. Behind them')
    write('T')
    expect(held()).toBe('boats lie at the quay. Behind them the')
  })

  test('shortens a sentence that was taken by its digit', () => {
    const { write, held, extend, choose } = open(HARBOUR)
    choose(1)
    expect(held()).toBe('Two boats lie at the quay.')
    extend()
    write('B')
    expect(held()).toBe('Two boats')
    expect(open(HARBOUR).held()).toBeNull()
  })

  test('within a sentence that was chosen it looks there first', () => {
    const { write, held, choose } = open(HARBOUR)
    choose(2)
    write('T')
    expect(held()).toBe('them')
  })

  test('gives words that were said another end', () => {
    const { said, begin, extend, write, drawn } = open(HARBOUR)
    said.value = {
      ...OPEN_LABEL,
      status: 'labeled',
      spans: [{ source: 'after', start: 4, end: 9, quote: 'boats', type: 'content' }],
    }
    begin()
    extend()
    write('L')
    expect(drawn).toEqual(['0: boats lie'])
  })

  test('takes no key that means something else', () => {
    expect(['Shift+G', 'Ж', 'Ö', '船'].map(isJump)).toEqual([true, true, true, true])
    expect(['G', '3', '-', 'Shift+ArrowLeft', 'Ctrl+Shift+G', 'Enter', '«'].map(isJump)).toEqual(
      Array.from({ length: 7 }, () => false),
    )
  })
})
