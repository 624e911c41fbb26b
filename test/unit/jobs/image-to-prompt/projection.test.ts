import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { seededRandom } from '#shared/random.ts'
import { projected, trainProjection } from '../../../../src/main/jobs/image-to-prompt/projection.ts'
import { cosineOf } from '../../../../src/main/search/prompts/predicted-rows.ts'

/** By torch's AdamW: tools/reference/make_prompt_reference.py. */
const { clipDim, sentenceDim, training } = JSON.parse(
  readFileSync(
    join(import.meta.dirname, '../../../fixtures/evaluation/image-to-prompt.json'),
    'utf8',
  ),
) as {
  clipDim: number
  sentenceDim: number
  training: {
    x: number[]
    y: number[]
    start: number[]
    recipe: { learningRate: number; weightDecay: number; batch: number; epochs: number }
    losses: number[]
    after: number[]
  }
}
const sides = { from: clipDim, to: sentenceDim }

test('trains as torch does, step by step', async () => {
  const { x, y, recipe, start, losses, after } = training
  const made = await trainProjection(Float32Array.from(x), Float32Array.from(y), sides, recipe, 0, {
    start: Float64Array.from(start),
  })
  expect(made.steps).toBe(losses.length)
  for (const [i, loss] of losses.entries()) expect(made.losses[i]).toBeCloseTo(loss, 6)
  for (const [i, value] of after.entries()) {
    expect(Math.abs((made.projection.parameters[i] as number) - value)).toBeLessThan(1e-6)
  }
})

test('learns a rotation, the same for the same seed, in steps of batches', async () => {
  const random = seededRandom(5)
  const [n, dim] = [600, 8]
  const x = new Float32Array(n * dim)
  const y = new Float32Array(n * dim)
  for (let row = 0; row < n; row++) {
    for (let i = 0; i < dim; i++) {
      const value = random.normal()
      x[row * dim + i] = value
      y[row * dim + ((i + 1) % dim)] = value
    }
  }
  const recipe = { learningRate: 0.01, weightDecay: 0, batch: 256, epochs: 60 }
  const to = { from: dim, to: dim }
  const one = await trainProjection(x, y, to, recipe, 3)
  const two = await trainProjection(x, y, to, recipe, 3)
  const other = await trainProjection(x, y, to, recipe, 4)
  expect(one.steps).toBe(180)
  expect(one.projection.parameters).toEqual(two.projection.parameters)
  expect(other.projection.parameters).not.toEqual(one.projection.parameters)
  const row = projected(one.projection, x.subarray(0, dim))
  expect(cosineOf(row, y.subarray(0, dim))).toBeGreaterThan(0.99)
  expect(one.losses[0] as number).toBeGreaterThan(one.losses.at(-1) as number)
})

test('ends after epochs that are no better, with what was best', async () => {
  const random = seededRandom(9)
  const dim = 6
  const rows = (n: number): Float32Array =>
    Float32Array.from({ length: n * dim }, () => random.normal())
  // Nothing to learn: pairs have nothing to do with each other.
  const look = { x: rows(40), y: rows(40), patience: 4 }
  const recipe = { learningRate: 0.05, weightDecay: 0, batch: 10, epochs: 500 }
  const made = await trainProjection(rows(20), rows(20), { from: dim, to: dim }, recipe, 1, {
    look,
  })
  expect(made.looked).toHaveLength(made.kept + look.patience + 1)
  expect(made.looked[made.kept]).toBe(Math.min(...made.looked))
  let sum = 0
  for (let row = 0; row < 40; row++) {
    const at = [row * dim, (row + 1) * dim] as const
    const given = projected(made.projection, look.x.subarray(...at))
    sum += 1 - cosineOf(given, look.y.subarray(...at))
  }
  expect(sum / 40).toBeCloseTo(made.looked[made.kept] as number, 12)
})
