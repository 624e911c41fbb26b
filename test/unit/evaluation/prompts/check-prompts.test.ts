import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PromptText } from '#shared/contract/prompts.ts'
import { checkPrompts } from '../../../../src/main/evaluation/prompts/check-prompts.ts'
import { generatePrompts } from '../../../../src/main/evaluation/prompts/generate-prompts.ts'

const ladder = (group: string, ...texts: string[]): PromptText[] =>
  texts.map((text, i) => ({ group, kind: 'sensible', level: i + 1, text }))
const problemsOf = (...texts: string[]) =>
  checkPrompts(ladder('g', ...texts)).problems.map((one) =>
    'words' in one ? `${one.level} ${one.code} ${one.words.join(' ')}` : `${one.level} ${one.code}`,
  )

test('the ladder of the field has no problems, and each level is told what it adds', () => {
  const texts = [
    'computer',
    'a shiny computer',
    'a shiny computer in an office',
    'a shiny computer in an office displaying code',
    'a shiny computer in an office displaying code running a simulation',
  ]
  const { problems, measures } = checkPrompts(ladder('computer', ...texts))
  expect(problems).toEqual([])
  const added = measures.map(({ added }, i) => added.map(([a, b]) => texts[i]?.slice(a, b)))
  expect(added).toEqual([
    [],
    ['a shiny'],
    ['in an office'],
    ['displaying code'],
    ['running a simulation'],
  ])
  expect(measures.map(({ words }) => words)).toEqual([1, 3, 6, 8, 11])
  expect(measures[1]?.characters).toBe(16)
})

test.each([
  [['dog', 'two dogs', "the two dogs' ball"], []],
  [['a man riding a horse', 'a man who rides horses on a beach'], []],
  [['a cat on a mat', 'on the mat, a black cat'], []],
  [['a red car', 'a car in the rain'], ['2 words-missing red']],
  [['a dog and a cat', 'a bird'], ['2 words-missing dog cat']],
  [['a red car', 'the red cars'], ['2 nothing-added']],
  [
    ['a red car', 'A red car!'],
    ['2 nothing-added', '2 near-duplicate'],
  ],
  [
    ['a red car', 'a red car'],
    ['2 nothing-added', '2 duplicate'],
  ],
  [['日本の山', '日本の山と海'], []],
])('of %j it says %j', (texts, problems) => {
  expect(problemsOf(...texts)).toEqual(problems)
})

test('duplicates are found across groups; the first is no problem', () => {
  const { problems } = checkPrompts([
    ...ladder('a', 'a well-lit room'),
    ...ladder('b', 'A  well lit ROOM.'),
    ...ladder('c', 'a well-lit room'),
  ])
  expect(problems).toEqual([
    { code: 'near-duplicate', group: 'b', level: 1, other: { group: 'a', level: 1 } },
    { code: 'duplicate', group: 'c', level: 1, other: { group: 'a', level: 1 } },
  ])
})

test('levels that are missing, double or of another number, and mixed kinds are said of their group', () => {
  const at = (group: string, level: number, kind = 'x'): PromptText => ({
    group,
    kind,
    level,
    text: `${group} ${'very '.repeat(level)}${level}`,
  })
  const { problems } = checkPrompts([
    ...[1, 2, 3].map((level) => at('whole', level)),
    ...[0, 1, 2].map((level) => at('from zero', level)),
    ...[1, 2, 3].map((level) => at('another', level)),
    ...[1, 4].map((level) => at('gap', level)),
    ...[1, 2].map((level) => at('short', level)),
    at('twice', 1),
    { ...at('twice', 1), text: 'twice very very 1' },
    at('mixed', 1, 'x'),
    at('mixed', 2, 'y'),
    at('mixed', 3, 'y'),
  ])
  expect(problems.filter(({ code }) => code !== 'words-missing')).toEqual([
    { code: 'level-missing', group: 'gap', level: null, levels: [2, 3] },
    { code: 'uneven', group: 'short', level: null, levels: 2, usual: 3 },
    { code: 'level-twice', group: 'twice', level: 1 },
    { code: 'uneven', group: 'twice', level: null, levels: 1, usual: 3 },
    { code: 'kinds-mixed', group: 'mixed', level: null, kinds: ['x', 'y'] },
  ])
})

test('a prompt that the model does not read to its end is said with its tokens', () => {
  const count = {
    limit: 4,
    of: (text: string) => ({ tokens: text.length, cutAt: text.length > 4 ? 3 : null }),
  }
  const { measures, problems } = checkPrompts(ladder('g', 'cats', 'cats run'), count)
  expect(measures.map(({ tokens, cutAt }) => [tokens, cutAt])).toEqual([
    [4, null],
    [8, 3],
  ])
  expect(problems).toEqual([{ code: 'cut', group: 'g', level: 2, tokens: 8, limit: 4 }])
})

test('places are code points, within the text, rising and never blank', () => {
  const texts = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), {
    minLength: 2,
    maxLength: 4,
  })
  fc.assert(
    fc.property(texts, (given) => {
      for (const [i, { added, characters }] of checkPrompts(
        ladder('g', ...given),
      ).measures.entries()) {
        const points = [...(given[i] as string)]
        expect(characters).toBe(points.length)
        let end = -1
        for (const [from, to] of added) {
          expect(from).toBeGreaterThan(end)
          expect(to).toBeGreaterThan(from)
          expect(to).toBeLessThanOrEqual(points.length)
          expect(points.slice(from, to).join('').trim()).not.toBe('')
          end = to
        }
      }
    }),
  )
})

test('what is taken away from a ladder is missed, whatever the ladder', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 3 }), (seed, at) => {
      const [prompts] = [generatePrompts({ sensible: 1, nonsensical: 0, levels: 5, seed })]
      expect(checkPrompts(prompts).problems).toEqual([])
      const noun = prompts[0]?.text ?? ''
      const broken = prompts.map((one, i) =>
        i === at ? { ...one, text: one.text.replace(noun, 'thing') } : one,
      )
      expect(checkPrompts(broken).problems[0]).toMatchObject({
        code: 'words-missing',
        level: at + 1,
      })
    }),
    { numRuns: 50 },
  )
})
