import { describe, expect, it } from 'vitest'
import { inventLadders } from '../../../tools/make-study/invent-ladders.ts'
import { keepsWords, promptsOf, wish } from '../../../tools/make-study/ladders.ts'
import type { Ladder } from '../../../tools/make-study/ladders.ts'
import { SAMPLE_LADDERS } from '../../../tools/make-study/sample-ladders.ts'

/** Words of a text with how often each stands in it. */
function counted(text: string): Map<string, number> {
  const words = new Map<string, number>()
  for (const word of text.split(' ')) words.set(word, (words.get(word) ?? 0) + 1)
  return words
}

const CARS: Ladder = {
  group: 'cars',
  kind: 'sensible',
  first: wish(2, 'red', 'car'),
  relation: 'to the left of',
  second: wish(1, 'green', 'tree'),
  over: wish(1, 'red', 'rainbow'),
  place: 'beach',
  steps: ['colour', 'place', 'second', 'night'],
}

describe('the prompts of a ladder', () => {
  it('grow by what each step adds', () => {
    expect(promptsOf(CARS).map(({ text }) => text)).toEqual([
      'two cars',
      'two red cars',
      'two red cars on a beach',
      'two red cars to the left of a tree on a beach',
      'two red cars to the left of a tree on a beach at night',
    ])
  })

  it('are refused when a step stands too early or changes an article', () => {
    const steps: Ladder['steps'] = ['second colour', 'place', 'second', 'night']
    expect(() => promptsOf({ ...CARS, steps })).toThrow(/does not keep the words/)
    expect(() => promptsOf({ ...CARS, first: wish(1, 'orange', 'car') })).toThrow(
      '"an orange car" does not keep the words of "a car"',
    )
  })

  it('keep their words in order, not only as a set', () => {
    expect(keepsWords('a cat', 'a red cat')).toBe(true)
    expect(keepsWords('a cat and a dog', 'a dog and a big cat')).toBe(false)
    expect(keepsWords('a cat', 'a cat')).toBe(false)
  })

  it.each([
    ['the sample', SAMPLE_LADDERS, 8],
    ['the check', inventLadders(200, 'check'), 200],
  ])('of %s hold all words of the level before, of both kinds alike', (_, ladders, many) => {
    expect(ladders).toHaveLength(many)
    expect(ladders.filter(({ kind }) => kind === 'sensible')).toHaveLength(many / 2)
    expect(new Set(ladders.map(({ group }) => group)).size).toBe(many)
    const texts = new Set<string>()
    for (const ladder of ladders) {
      const prompts = promptsOf(ladder)
      expect(prompts.map(({ level }) => level)).toEqual([1, 2, 3, 4, 5])
      prompts.forEach(({ text }, i) => {
        texts.add(text)
        const now = counted(text)
        for (const [word, times] of counted(prompts[i - 1]?.text ?? 'a'))
          if (i > 0) expect(now.get(word), `${word} in ${text}`).toBeGreaterThanOrEqual(times)
      })
    }
    expect(texts.size).toBe(many * 5)
  })
})
