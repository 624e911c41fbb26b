import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseManifest } from '../../../src/main/inference/kinds/manifest.ts'
import { encoderOutput } from '../../../src/main/inference/kinds/text-encoder/host.ts'
import { TextEncoderManifest } from '../../../src/main/inference/kinds/text-encoder/manifest.ts'
import { loadTextModel, type TextModel } from '../../../src/main/inference/kinds/text/session.ts'
import { contextOf, largestDifference } from '../../support/text-models.ts'
import { tokenizers } from '../../support/tokenizers.ts'

const folder = fileURLToPath(
  new URL('../../../resources/models/gleaner-demo-encoder/', import.meta.url),
)
const json = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'))

/** What torch computed with the weights that the graph was made of; its card says how. */
const reference = json('reference.json') as {
  bound: number
  dim: number
  texts: {
    before: string
    /** null = one text, which has no place of a picture. */
    after: string | null
    ids: number[]
    types: number[]
    /** Places in `ids` of the states. */
    rows: number[]
    /** float32, rows x dim, base64. */
    states: string
  }[]
}

describe('the encoder that comes with the program', () => {
  let model: TextModel
  beforeAll(async () => {
    const path = join(folder, 'gleaner.json')
    const manifest = parseManifest(TextEncoderManifest, readFileSync(path, 'utf8'), path)
    const tools = { tokenizers, signal: new AbortController().signal }
    model = await loadTextModel(folder, manifest, encoderOutput(manifest), 'cpu', 1, tools)
  })
  afterAll(() => model.release())

  const pairs = reference.texts.filter(({ after }) => after !== null)

  test('has pairs and a single text to be compared on, within the bound of its card', () => {
    expect(pairs.length).toBeGreaterThanOrEqual(4)
    expect(reference.texts.length).toBeGreaterThan(pairs.length)
    expect(reference.bound).toBe(1e-4)
  })

  test('reads words, breaks and the place of the picture as its reference does', async () => {
    for (const { before, after, ids, types } of pairs) {
      const [found] = await model.windows([contextOf({ before, after })])
      const windows = found?.windows ?? []
      expect(windows).toHaveLength(1)
      expect([...(windows[0]?.ids ?? [])]).toEqual(ids)
      expect([...(windows[0]?.typeIds ?? [])]).toEqual(types)
    }
  })

  test('gives the states of its reference, each alone and all together', async () => {
    const columns = model.columns
    const windows = reference.texts.map(({ ids, types, rows }) => ({
      ids: Int32Array.from(ids),
      typeIds: Int32Array.from(types),
      positions: Int32Array.from(rows),
      tokenOffset: 0,
    }))
    const check = async (places: number[]): Promise<void> => {
      const outs = places.map(
        (i) => new Float32Array((windows[i]?.positions.length ?? 0) * columns),
      )
      await model.run(
        places.map((i) => windows[i] as (typeof windows)[number]),
        (i) => outs[i] as Float32Array,
      )
      for (const [i, place] of places.entries()) {
        const { rows, states } = reference.texts[place] as (typeof reference.texts)[number]
        const expected = new Float32Array(new Uint8Array(Buffer.from(states, 'base64')).buffer)
        expect(expected).toHaveLength(rows.length * reference.dim)
        for (const row of rows.keys()) {
          const got = outs[i]?.subarray(row * columns, row * columns + reference.dim)
          const wanted = expected.subarray(row * reference.dim, (row + 1) * reference.dim)
          expect(largestDifference(got ?? [], wanted)).toBeLessThan(reference.bound)
        }
      }
    }
    for (const place of windows.keys()) await check([place])
    await check([...windows.keys()])
  })
})
