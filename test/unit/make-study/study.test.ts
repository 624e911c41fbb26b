import { describe, expect, it } from 'vitest'
import { FAULTS, MODEL_NAMES, MODELS } from '../../../tools/make-study/faults.ts'
import type { Picture } from '../../../tools/make-study/faults.ts'
import { promptsOf, wish } from '../../../tools/make-study/ladders.ts'
import type { Prompt } from '../../../tools/make-study/ladders.ts'
import { checkStudy, drawnSvg, sampleStudy } from '../../../tools/make-study/study.ts'
import { trueRatings } from '../../../tools/make-study/truth.ts'

const check = checkStudy()
const cases = MODEL_NAMES.flatMap((model) => FAULTS.map((fault) => [model, fault] as const))

const GROWN = promptsOf({
  group: 'cars',
  kind: 'sensible',
  first: wish(2, 'red', 'car'),
  relation: 'to the left of',
  second: wish(1, 'green', 'tree'),
  over: wish(1, 'red', 'rainbow'),
  place: 'beach',
  steps: ['colour', 'place', 'second', 'night'],
})[4] as Prompt
/** Two red cars to the left of a green tree on a beach at night. */
const PROMPT: Prompt = {
  ...GROWN,
  things: GROWN.things.map((asked) => ({ ...asked, colour: asked.colour ?? 'green' })),
}

const [cars, tree] = PROMPT.things.map((thing) => ({ ...thing, colour: thing.colour ?? 'green' }))
const TRUE = {
  things: [cars, tree],
  background: 'beach',
  night: true,
  possible: [],
  faults: [],
} as Picture

const rate = (change: Partial<Picture>): number[] =>
  Object.values(trueRatings(PROMPT, { ...TRUE, ...change }))

describe('the check', () => {
  it('has 2 x 1,000 pictures, each with a file of its own in the folder of its model', () => {
    for (const model of MODEL_NAMES) {
      const files = check.filter((drawn) => drawn.model === model).map(({ file }) => file)
      expect(files).toHaveLength(1000)
      expect(new Set(files).size).toBe(1000)
      for (const file of files) expect(file).toMatch(/^g\d{3}_[1-5]_\d+\.png$/)
    }
  })

  // 4 standard errors of a binomial share: by chance, one of 16,000 cases lies outside of them.
  it.each(cases)('plants in %s the fault "%s" at its rate', (model, fault) => {
    const possible = check.filter(
      (drawn) => drawn.model === model && drawn.picture.possible.includes(fault),
    )
    const struck = possible.filter(({ picture }) => picture.faults.includes(fault)).length
    const rate = MODELS[model][fault]
    const spread = Math.sqrt(possible.length * rate * (1 - rate))
    expect(possible.length).toBeGreaterThan(500)
    expect(Math.abs(struck - possible.length * rate)).toBeLessThan(4 * spread)
  })

  it('shows in each picture the faults that it names, and no others', () => {
    for (const { prompt, picture } of check) {
      const has = (part: string) => picture.things.find((shown) => shown.part === part)
      const there = prompt.things.flatMap((asked) => {
        const shown = has(asked.part)
        return shown?.thing === asked.thing ? [{ asked, shown }] : []
      })
      const seen = {
        'missing object': there.length < prompt.things.length,
        'wrong colour': there.some(
          ({ asked, shown }) => asked.colour !== null && shown.colour !== asked.colour,
        ),
        'wrong count': there.some(({ asked, shown }) => shown.count !== asked.count),
        'wrong background':
          (prompt.place !== null && picture.background !== prompt.place) ||
          prompt.night !== (picture.night || picture.background === 'night'),
      }
      expect(FAULTS.filter((fault) => seen[fault])).toEqual(
        FAULTS.filter((fault) => picture.faults.includes(fault)),
      )
    }
  })

  it('rates a picture 5 throughout where it has no fault, and lower where it has one', () => {
    for (const { picture, ratings } of check.filter(({ picture }) => picture.faults.length === 0))
      expect(Object.values(ratings), picture.faults.join()).toEqual([5, 5, 5, 5, 5])
    const whole = check.filter(
      ({ picture, ratings }) => picture.faults.length > 0 && ratings.overall === 5,
    )
    // One tree too many among five is rounded away.
    for (const { picture } of whole) expect(picture.faults).toEqual(['wrong count'])
    expect(whole.length).toBeLessThan(60)
  })

  it('draws every picture without a hole in its numbers and with nothing cut off', () => {
    for (const drawn of check.filter((_, i) => i % 7 === 0)) {
      const svg = drawnSvg(drawn, 256)
      expect(svg).not.toMatch(/NaN|undefined|Infinity/)
      const things = [
        ...svg.matchAll(/translate\((-?[\d.]+) (-?[\d.]+)\) scale\((-?[\d.]+) ([\d.]+)\)/g),
      ].map((match) => match.slice(1).map(Number) as [number, number, number, number])
      const shown = drawn.picture.things.reduce((sum, { count }) => sum + count, 0)
      expect(things).toHaveLength(shown)
      for (const [x, y, wide, tall] of things) {
        expect(Math.min(x, x + wide * 100)).toBeGreaterThanOrEqual(-1)
        expect(Math.max(x, x + wide * 100)).toBeLessThanOrEqual(257)
        expect(y).toBeGreaterThanOrEqual(-1)
        expect(y + tall * 100).toBeLessThanOrEqual(257)
      }
    }
  })

  it('puts the first thing on the side that the prompt says', () => {
    const sided = check.filter(
      ({ prompt, picture }) =>
        (prompt.relation === 'to the left of' || prompt.relation === 'to the right of') &&
        prompt.things.length === 2 &&
        picture.things.length === 2,
    )
    expect(sided.length).toBeGreaterThan(100)
    for (const drawn of sided.slice(0, 100)) {
      const middles = [
        ...drawnSvg(drawn, 200).matchAll(/translate\((-?[\d.]+) -?[\d.]+\) scale\((-?[\d.]+) /g),
      ].map((match) => Number(match[1]) + Number(match[2]) * 50)
      const left = drawn.prompt.relation === 'to the left of' ? 0 : 1
      const many = drawn.picture.things[left]?.count ?? 0
      // The left cluster is drawn first.
      expect(Math.max(...middles.slice(0, many))).toBeLessThan(Math.min(...middles.slice(many)))
    }
  })
})

describe('the true ratings', () => {
  // objects, attributes, relations, setting, overall; worked by hand from the rule of the README.
  it.each<[string, Partial<Picture>, number[]]>([
    ['a true picture', {}, [5, 5, 5, 5, 5]],
    // Shares 1, 1/2, 1, 1: overall 5 x (0.6 x 0.5 + 0.4 x 0.875) = 3.25.
    [
      'one colour of two',
      { things: [{ ...TRUE.things[0]!, colour: 'blue' }, TRUE.things[1]!] },
      [5, 3, 5, 5, 3],
    ],
    // Shares 1, 1, (2/3 + 1 + 1) / 3 = 8/9, 1: 4.44 and 5 x (0.5333 + 0.3889) = 4.61.
    [
      'three cars',
      { things: [{ ...TRUE.things[0]!, count: 3 }, TRUE.things[1]!] },
      [5, 5, 4, 5, 5],
    ],
    // Shares 1/2, 1/2, (1 + 0 + 0) / 3, 1: 5 x (0.2 + 0.4 x 0.5833) = 2.17.
    ['no tree', { things: [TRUE.things[0]!] }, [3, 3, 2, 5, 2]],
    // Shares 1, 1, 1, 1/2.
    ['a beach by day', { night: false }, [5, 5, 5, 3, 3]],
    // Shares 1, 1, 1, 0: 5 x 0.4 x 0.75 = 1.5.
    ['a city by day', { night: false, background: 'city' }, [5, 5, 5, 0, 2]],
  ])('of %s', (_, change, ratings) => {
    expect(rate(change)).toEqual(ratings)
  })
})

describe('a study', () => {
  it('is drawn the same again', () => {
    const again = sampleStudy()
    sampleStudy().forEach((drawn, i) => {
      expect(drawn.picture).toEqual(again[i]?.picture)
      expect(drawnSvg(drawn, 64)).toBe(drawnSvg(again[i] ?? drawn, 64))
    })
  })

  it('gives both models the same prompts and seeds', () => {
    const of = (model: string): string[] =>
      check
        .filter((drawn) => drawn.model === model)
        .map(({ prompt, seed }) => `${prompt.text} ${seed}`)
    expect(of('base')).toEqual(of('tuned'))
  })
})
