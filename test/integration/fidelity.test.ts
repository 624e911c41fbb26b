/**
 * What `npm run fidelity` measures, as far as it is cheap: the preprocessing of every picture, and
 * a ViT-B/32 of random weights on some of them. docs/fidelity.md has the whole table.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createInferenceHost, type InferenceHost } from '../../src/main/inference/host/client.ts'
import {
  endToEnd,
  expectedOf,
  ODD_PICTURES,
  pixelDigest,
  RECIPES,
  type Expected,
} from '../fidelity/checks.ts'
import { merges, shapeModel } from '../fidelity/models.ts'
import { refusalWith } from '../fidelity/refusal.ts'
import { weightValues } from '../fidelity/weights.ts'
import { INFERENCE_HOST } from '../support/models.ts'

/** tools/reference/weights.py, the same seed, name and shape. */
const WEIGHTS = [
  1.208756685256958, -0.20297470688819885, 1.7207127809524536, 1.0085304975509644, 2.1373131275177,
  -0.36638519167900085, 1.735539436340332, -0.89139723777771, 0.022464647889137268,
  -0.7687931060791016, -0.09836872667074203, -0.2092912346124649,
]

let host: InferenceHost
beforeAll(() => {
  host = createInferenceHost(INFERENCE_HOST)
})
afterAll(() => host.close())

describe.each(['clip', 'siglip'] as const)("%s's preprocessing", (family) => {
  const kinds = [...new Set(ODD_PICTURES.map(({ kind }) => kind))]

  test.each(kinds)('%s: every float is the one that Pillow and transformers give', async (kind) => {
    const those = ODD_PICTURES.filter((picture) => picture.kind === kind)
    expect(those.length).toBeGreaterThan(0)
    for (const { file, [family]: wanted } of those) {
      expect(await pixelDigest(file, RECIPES[family]), file).toBe(wanted)
    }
  })
})

test('there are more than 200 pictures', () => {
  expect(ODD_PICTURES.length).toBeGreaterThan(200)
})

test('random weights are those that numpy works out', () => {
  const values = weightValues(32, 'text_model.embeddings.token_embedding.weight', [3, 4])
  expect([...values]).toEqual(WEIGHTS)
})

describe('a ViT-B/32 of random weights', () => {
  const expected = expectedOf('clip-vit-b-32') as Expected

  test('gives the cosines of transformers from file bytes, within 1e-4', async () => {
    const loaded = await host.open(await shapeModel('clip-vit-b-32'), 'cpu')
    const hasVocabulary = merges() !== null
    if (!hasVocabulary) console.log("captions are the reference's: CLIP's vocabulary is not here")
    const result = await endToEnd(loaded, expected, 16, hasVocabulary)
    await loaded.release()
    expect(result.pictures).toBeGreaterThanOrEqual(13)
    expect(result.wrongIds).toBe(0)
    expect(result.largest).toBeLessThan(1e-4)
  })
})

test.each([NaN, Infinity])('a graph with a weight of %d is refused', async (value) => {
  expect(await refusalWith(host, value)).toMatch(/not finite/)
})
