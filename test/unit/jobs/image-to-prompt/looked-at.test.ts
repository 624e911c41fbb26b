import { expect, test } from 'vitest'
import { lookedAt } from '../../../../src/main/jobs/image-to-prompt/evaluate-projections.ts'

/** Twenty pictures with one to three pairs each. */
const pictureOf = Int32Array.from(
  Array.from({ length: 20 }, (_, picture) =>
    Array.from({ length: 1 + (picture % 3) }, () => picture),
  ).flat(),
)
const used = Array.from(pictureOf.keys())

test('pairs to stop by are those of whole pictures, as many as the share says, by the seed', () => {
  const looked = lookedAt({ pictureOf }, used, 0.25, 3)
  const pictures = new Set(looked.map((pair) => pictureOf[pair]))
  expect(pictures.size).toBe(5)
  expect(looked).toEqual(used.filter((pair) => pictures.has(pictureOf[pair])))
  expect(lookedAt({ pictureOf }, used, 0.25, 3)).toEqual(looked)
  expect(lookedAt({ pictureOf }, used, 0.25, 4)).not.toEqual(looked)
})

test('something is left to train on, and one picture alone is not parted', () => {
  expect(lookedAt({ pictureOf: Int32Array.of(0, 1) }, [0, 1], 0.5, 0)).toHaveLength(1)
  expect(lookedAt({ pictureOf: Int32Array.of(0, 1) }, [0, 1], 0.01, 0)).toHaveLength(1)
  expect(lookedAt({ pictureOf: Int32Array.of(4, 4) }, [0, 1], 0.5, 0)).toEqual([])
})
