import { expect, test } from 'vitest'
import { FIELD_RECIPE } from '#shared/contract/prompt-projection.ts'
import { seededRandom } from '#shared/random.ts'
import { evaluateRows } from '../../../../src/main/jobs/image-to-prompt/evaluate-rows.ts'
import type { BaseRows } from '../../../../src/main/jobs/image-to-prompt/base-rows.ts'
import { createFlatIndex } from '../../../../src/main/search/vectors/flat-index.ts'
import type { EncodedPairs } from '../../../../src/main/jobs/image-to-prompt/encoded-pairs.ts'
import type { EvaluationChoices } from '../../../../src/main/jobs/image-to-prompt/evaluate-rows.ts'

const DIM = 8
const random = seededRandom(11)
function unitRows(n: number): Float32Array {
  const out = new Float32Array(n * DIM)
  for (let row = 0; row < n; row++) {
    const values = Array.from({ length: DIM }, () => random.normal())
    const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
    out.set(
      values.map((value) => value / length),
      row * DIM,
    )
  }
  return out
}

/** 30 pictures with two prompts each; both spaces are one, and a prompt's row is near its picture's. */
function world() {
  const pictures = unitRows(30)
  const texts: string[] = []
  const rows = new Float32Array(60 * DIM)
  const noise = unitRows(60)
  for (let i = 0; i < 60; i++) {
    texts.push(`Prompt  ${i}`)
    for (let k = 0; k < DIM; k++) {
      rows[i * DIM + k] =
        (pictures[(i >> 1) * DIM + k] as number) + 0.2 * (noise[i * DIM + k] as number)
    }
    const own = rows.subarray(i * DIM, (i + 1) * DIM)
    const length = Math.sqrt(own.reduce((sum, value) => sum + value * value, 0))
    own.forEach((value, k) => (own[k] = value / length))
  }
  const index = createFlatIndex({ dimensions: DIM })
  index.add(rows)
  const base: BaseRows = {
    ...{ size: texts.length, index, spaceDim: DIM },
    spaceRow: (place) => rows.slice(place * DIM, (place + 1) * DIM),
    textsAt: (places) => Array.from(places, (place) => texts[place] as string),
  }
  const pairs: EncodedPairs = {
    pictures,
    pictureOf: Int32Array.from({ length: 60 }, (_, i) => i >> 1),
    truths: texts.map((text) => text.toLowerCase().replace('  ', ' ')),
    truthRows: rows,
  }
  return { base, pairs }
}
const FIELD = "linear projection, the field's recipe"
const CHOSEN = 'linear projection, chosen recipe'
const choices: EvaluationChoices = {
  ks: [1, 5, 500],
  weights: [0.6, 0.4],
  averaging: 'mean',
  space: 'sentence',
  heldOut: 0.2,
  seed: 0,
  resamples: 200,
  projection: { learningRate: 0.01, batch: 16, epochs: 30, weightDecay: 0, stop: null },
}

test('holds pictures out whole, and takes their prompts out of the base', async () => {
  const { base, pairs } = world()
  const found = await evaluateRows(base, pairs, choices)
  expect(found.heldOut).toEqual({ pairs: 12, pictures: 6 })
  expect(found.heldIn).toEqual({ pairs: 48, pictures: 24 })
  // However they are written.
  expect(found.base).toEqual({ prompts: 60, removed: 12 })
  expect(found.rows.map(({ name, k }) => [name, k])).toEqual([
    ['mean of the base', null],
    ['CLIP alone (k = 1)', 1],
    ['k = 5', 5],
    ['k = 48', 48],
    ["linear projection, the field's recipe", null],
    ['linear projection, chosen recipe', null],
  ])
  // Nobody finds the own prompt: with it the cosine would be about 0.98.
  const alone = found.rows[1]
  expect(alone?.mean).toBeLessThan(0.9)
  expect(alone?.interval?.[0]).toBeLessThan(alone?.mean as number)
  // What was chosen stands beside what the field does, which is one batch an epoch here.
  expect(found.projections.map(({ pairs: n, steps }) => [n, steps])).toEqual([
    [48, 3],
    [48, 90],
  ])
  const projection = found.rows.at(-1)
  const gain = found.gains.find(({ of, over }) => of === CHOSEN && over === 'k = 5')
  const five = found.rows[2]
  expect(gain?.mean).toBeCloseTo((projection?.mean as number) - (five?.mean as number), 10)
  expect(found.gains.map(({ of, over }) => `${of} / ${over}`)).toEqual([
    'k = 5 / CLIP alone (k = 1)',
    'k = 48 / CLIP alone (k = 1)',
    ...[FIELD, CHOSEN].flatMap((name) => [
      `${name} / CLIP alone (k = 1)`,
      `${name} / k = 5`,
      `${name} / k = 48`,
      `${name} / mean of the base`,
    ]),
  ])
})

test('with other prompts that are left in the base it would be near: the test above can fail', async () => {
  const { base, pairs } = world()
  const other = { ...pairs, truths: pairs.truths.map((text) => `${text} again`) }
  const found = await evaluateRows(base, other, { ...choices, projection: null })
  expect(found.base.removed).toBe(0)
  expect(found.rows[1]?.mean).toBeGreaterThan(0.9)
  expect(found.projections).toEqual([])
})

test('a prompt of a held-out picture trains no projection', async () => {
  const { base, pairs } = world()
  const same = {
    ...pairs,
    truths: pairs.truths.map((_, i) => (i % 2 === 0 ? 'a thing' : `p ${i}`)),
  }
  const found = await evaluateRows(base, same, choices)
  expect(found.projections[0]).toMatchObject({ pairs: 24, dropped: 24 })
})

test('is the same for the same seed, and refuses a base of nothing else', async () => {
  const { base, pairs } = world()
  expect(await evaluateRows(base, pairs, choices)).toEqual(await evaluateRows(base, pairs, choices))
  const other = await evaluateRows(base, pairs, { ...choices, seed: 1 })
  expect(other.rows[1]?.mean).not.toBe((await evaluateRows(base, pairs, choices)).rows[1]?.mean)
  await expect(evaluateRows(base, pairs, { ...choices, heldOut: 1 })).rejects.toThrow(
    /Every prompt of the base is the true prompt/,
  )
})

test('the recipe of the field is judged alone where it is the one that is chosen', async () => {
  const { base, pairs } = world()
  const found = await evaluateRows(base, pairs, { ...choices, projection: FIELD_RECIPE })
  expect(found.projections.map(({ name }) => name)).toEqual(['linear projection'])
  expect(found.projections[0]).toMatchObject({ steps: 3, stopped: null })
})

test('a recipe that stops early is looked at by whole pictures that train nothing, and beats the field here', async () => {
  const { base, pairs } = world()
  const stop = { share: 0.25, patience: 3 }
  const recipe = { learningRate: 0.02, batch: 16, epochs: 400, weightDecay: 0, stop }
  const found = await evaluateRows(base, pairs, { ...choices, projection: recipe })
  const own = found.projections[1]
  // 24 pictures of two pairs: six of them are looked at.
  expect([own?.pairs, own?.stopped?.pairs]).toEqual([36, 12])
  const { kept, losses } = own?.stopped ?? { kept: 0, losses: [] }
  expect(losses[kept]).toBe(Math.min(...losses))
  expect(losses).toHaveLength(kept + stop.patience + 1)
  expect(own?.losses.length).toBeLessThan(400)
  expect(own?.steps).toBe((own?.losses.length ?? 0) * 3)
  const [field, chosen] = found.rows.slice(-2)
  expect(chosen?.mean).toBeGreaterThan((field?.mean as number) + 0.2)
})
