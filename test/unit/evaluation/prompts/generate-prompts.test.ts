import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PromptRecipe } from '#shared/contract/prompts.ts'
import { normaliseText } from '#shared/text/normalise-text.ts'
import { checkPrompts } from '../../../../src/main/evaluation/prompts/check-prompts.ts'
import {
  articleFor,
  generatePrompts,
  MAX_GENERATED_GROUPS,
} from '../../../../src/main/evaluation/prompts/generate-prompts.ts'
import { CLASSES } from '../../../../src/main/evaluation/prompts/generator-words.ts'

const MOST = { sensible: 150, nonsensical: 150, levels: 7 }
const recipes = fc.record({
  sensible: fc.integer({ min: 0, max: 150 }),
  nonsensical: fc.integer({ min: 1, max: 150 }),
  levels: fc.integer({ min: 2, max: 7 }),
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
})

test('as many groups and levels as are asked for, no prompt twice, each containing the one before', () => {
  fc.assert(
    fc.property(recipes, (recipe) => {
      const prompts = generatePrompts(recipe)
      const groups = Map.groupBy(prompts, ({ group }) => group)
      expect(groups.size).toBe(recipe.sensible + recipe.nonsensical)
      const kinds = [...groups.values()].map(([first]) => first?.kind)
      expect(kinds.filter((kind) => kind === 'sensible')).toHaveLength(recipe.sensible)
      expect(kinds.filter((kind) => kind === 'nonsensical')).toHaveLength(recipe.nonsensical)
      for (const ladder of groups.values()) {
        expect(ladder.map(({ level }) => level)).toEqual(ladder.map((_, i) => i + 1))
        expect(ladder).toHaveLength(recipe.levels)
        for (const [i, { text }] of ladder.entries()) {
          if (i > 0) expect(text).toContain(ladder[i - 1]?.text)
        }
      }
      expect(new Set(prompts.map(({ text }) => normaliseText(text))).size).toBe(prompts.length)
      expect(checkPrompts(prompts).problems).toEqual([])
    }),
    { numRuns: 20 },
  )
})

test('the same seed gives the same, another one others, more levels the same lower ones', () => {
  const recipe = PromptRecipe.parse({})
  expect(recipe).toEqual({ sensible: 50, nonsensical: 50, levels: 5, seed: 1 })
  const prompts = generatePrompts(recipe)
  expect(prompts).toHaveLength(500)
  expect(generatePrompts(recipe)).toEqual(prompts)
  expect(generatePrompts({ ...recipe, seed: 2 })).not.toEqual(prompts)
  const longer = generatePrompts({ ...recipe, levels: 7 })
  expect(longer.filter(({ level }) => level <= 5)).toEqual(prompts)
})

// By ear, not by rule: every word of the lists that can follow an article and begins as a vowel
// looks or sounds.
const AN =
  /^(abandoned|ambulance|ancient|antique|elderly|elegant|empty|expensive|invisible|odourless|old|opaque|organic|unusual|iron|absence|echo|hour|envelope|opinion|unfinished|island|office|empty|electronics|attic|old|orchard|open|apple|umbrella|engineer|empty)$/

test('articles are those that are spoken, and one and many are never mixed', () => {
  const noted = new Set<string>()
  for (const seed of [1, 2, 3, 4, 5]) {
    for (const { text } of generatePrompts({ ...MOST, seed })) {
      expect(text).not.toMatch(/[{}|]| {2}|^\s|\s$|undefined/)
      for (const [, article, word = ''] of text.matchAll(/\b(an?) ([\w-]+)/g)) {
        if (article === 'an') noted.add(word)
        expect(`${article} ${word}`).toBe(`${AN.test(word) ? 'an' : 'a'} ${word}`)
      }
      // "a dogs", "two dog".
      const subjects = CLASSES.flatMap(({ subjects }) => subjects)
      const head = /^(?:(an?|two|three|four|five|several|many) )?(.*)$/.exec(text)?.[1]
      if (head !== undefined) {
        const isOne = head === 'a' || head === 'an'
        expect(/\btheir\b/.test(text) && isOne).toBe(false)
        expect(/\bits\b/.test(text.replace('pays its taxes', '')) && !isOne).toBe(false)
      }
      expect(subjects.length).toBeGreaterThan(150)
    }
  }
  expect(noted.size).toBeGreaterThan(15)
})

test.each([
  ['hour', 'an'],
  ['honest', 'an'],
  ['house', 'a'],
  ['unicorn', 'a'],
  ['uniform', 'a'],
  ['unusual', 'an'],
  ['unimportant', 'an'],
  ['umbrella', 'an'],
  ['European', 'a'],
  ['used', 'a'],
  ['ukulele', 'a'],
  ['one-way', 'a'],
  ['onion', 'an'],
  ['apple', 'an'],
])('the article of %s is %s', (word, article) => {
  expect(articleFor(word)).toBe(article)
})

test('more than there are words for, or nothing, is refused', () => {
  const recipe = { sensible: MAX_GENERATED_GROUPS, nonsensical: 1, levels: 2, seed: 1 }
  expect(() => generatePrompts(recipe)).toThrow(/words for/)
  expect(() => generatePrompts({ ...recipe, sensible: 0, nonsensical: 0 })).toThrow(/no groups/)
})
