import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createInferenceHost, type InferenceHost } from '../../../src/main/inference/host/client.ts'
import { textEncoder } from '../../../src/main/inference/kinds/text-encoder/kind.ts'
import { sentenceReader } from '../../../src/main/inference/kinds/text-encoder/sentence-tokens.ts'
import {
  pooled,
  poolingOf,
  sentenceDigest,
} from '../../../src/main/inference/kinds/text-encoder/sentences.ts'
import { resolveModel } from '../../../src/main/inference/models/registry.ts'
import { emptyFolders, INFERENCE_HOST, MODELS } from '../../support/models.ts'
import { readNpy } from '../../support/npy.ts'
import { sharedData } from '../../support/shared-data.ts'
import { tokenizers } from '../../support/tokenizers.ts'

let host: InferenceHost
beforeAll(() => {
  host = createInferenceHost(INFERENCE_HOST)
})
afterAll(() => host.close())

const open = (folder: string) => resolveModel(emptyFolders(), textEncoder, folder)
const DEMO = join(import.meta.dirname, '../../../resources/models/gleaner-demo-encoder')

/** The tiny BERT of the fixtures as sentence-transformers lays a model out. */
function laidOut(pooling: object, modules?: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'sentences-'))
  cpSync(join(MODELS, 'tiny-bert'), folder, { recursive: true })
  rmSync(join(folder, 'gleaner.json'), { force: true })
  mkdirSync(join(folder, '1_Pooling'))
  writeFileSync(join(folder, '1_Pooling/config.json'), JSON.stringify(pooling))
  writeFileSync(join(folder, 'sentence_bert_config.json'), '{"max_seq_length": 24}')
  const types = modules ?? ['Transformer', 'Pooling', 'Normalize']
  writeFileSync(
    join(folder, 'modules.json'),
    JSON.stringify(
      types.map((type, idx) => ({ idx, type: `sentence_transformers.models.${type}` })),
    ),
  )
  return folder
}
const MEAN = { word_embedding_dimension: 32, pooling_mode_mean_tokens: true }

interface Reference {
  model: string
  mode: 'mean' | 'cls'
  maxLength: number
  texts: string[]
  ids: number[][]
  /** Unit rows. */
  rows: number[][]
}
/** Made by tools/reference/make_sentence_reference.py with numpy. */
const made = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/inference/sentences.json'), 'utf8'),
) as { cases: Reference[] }

test.each(made.cases)('pools $model by $mode as numpy does', async ({ model: name, ...wanted }) => {
  const folder = name === 'gleaner-demo-encoder' ? DEMO : join(MODELS, name)
  const found = await open(folder)
  const { mode, maxLength } = wanted
  // The digest knows nothing of pooling: two of them would be one model in the host.
  const digest = `${found.digest} ${mode} ${maxLength}`
  const model = { ...found, digest, manifest: { ...found.manifest, pooling: { mode, maxLength } } }
  const loaded = await host.open(model, 'cpu')
  const rows = await loaded.encodeSentences(wanted.texts)
  const { dim } = model.manifest
  let furthest = 0
  for (const [i, row] of wanted.rows.entries()) {
    for (const [k, value] of row.entries()) {
      furthest = Math.max(furthest, Math.abs(value - (rows[i * dim + k] as number)))
    }
  }
  expect(rows).toHaveLength(wanted.texts.length * dim)
  expect(furthest).toBeLessThan(1e-6)
  const tokenizer = await tokenizers.open(join(folder, 'tokenizer.json'))
  const read = await sentenceReader(tokenizer, maxLength)(wanted.texts)
  expect(read.map(({ ids }) => [...ids])).toEqual(wanted.ids)
})

const reference = sharedData('reference/prompts-knn')
describe.skipIf(reference === null)('the reference of a tiny MiniLM', () => {
  test('gives its ids, mean rows, unit rows and cosines', async () => {
    const folder = reference as string
    const expected = JSON.parse(
      readFileSync(join(folder, 'tiny-minilm-expected.json'), 'utf8'),
    ) as { texts: string[]; input_ids: number[][]; attention_mask: number[][]; cosines: number[][] }
    const model = await open(join(folder, 'tiny-minilm'))
    expect(model.manifest.pooling).toEqual({ mode: 'mean', maxLength: 32 })
    const loaded = await host.open(model, 'cpu')
    const { texts } = expected
    const tokenizer = await tokenizers.open(join(folder, 'tiny-minilm/tokenizer.json'))
    const read = await sentenceReader(tokenizer, 32)(texts)
    const masked = expected.input_ids.map((ids, i) =>
      ids.filter((_, k) => expected.attention_mask[i]?.[k] === 1),
    )
    expect(read.map(({ ids }) => [...ids])).toEqual(masked)

    const { dim } = model.manifest
    const rows = await loaded.encodeSentences(texts)
    const unit = readNpy(join(folder, 'tiny-minilm-normalised.npy'))
    expect(unit.shape).toEqual([texts.length, dim])
    expect(furthestOf(rows, unit.data)).toBeLessThan(1e-6)

    const states = await loaded.states(
      read.map(({ ids, typeIds }) => ({
        ids: [...ids],
        types: [...typeIds],
        rows: [...ids.keys()],
      })),
    )
    const means = Float32Array.from(states.flatMap((one) => [...meanOf(one, dim)]))
    expect(furthestOf(means, readNpy(join(folder, 'tiny-minilm-mean.npy')).data)).toBeLessThan(2e-6)

    for (const [i, of] of expected.cosines.entries()) {
      for (const [j, cosine] of of.entries()) {
        let sum = 0
        for (let k = 0; k < dim; k++) sum += (rows[i * dim + k] ?? 0) * (rows[j * dim + k] ?? 0)
        expect(Math.abs(sum - cosine)).toBeLessThan(1e-6)
      }
    }
  })
})

function meanOf(states: Float32Array, dim: number): Float64Array {
  const mean = new Float64Array(dim)
  for (const [i, value] of states.entries()) mean[i % dim] = (mean[i % dim] ?? 0) + value
  return mean.map((value) => value / (states.length / dim))
}
const furthestOf = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] as number))), 0)

test('reads how a folder of sentence-transformers pools, and what it cannot do here it leaves', async () => {
  expect((await open(laidOut(MEAN))).manifest.pooling).toEqual({ mode: 'mean', maxLength: 24 })
  const cls = { pooling_mode_cls_token: true, pooling_mode_mean_tokens: false }
  expect((await open(laidOut(cls))).manifest.pooling).toEqual({ mode: 'cls', maxLength: 24 })
  const max = { pooling_mode_max_tokens: true }
  expect((await open(laidOut(max))).manifest.pooling).toBeNull()
  const both = { ...MEAN, pooling_mode_cls_token: true }
  expect((await open(laidOut(both))).manifest.pooling).toBeNull()
  // A dense layer behind the pooling is not in the graph.
  const dense = laidOut(MEAN, ['Transformer', 'Pooling', 'Dense'])
  expect((await open(dense)).manifest.pooling).toBeNull()
  const broken = laidOut(MEAN)
  writeFileSync(join(broken, '1_Pooling/config.json'), '{')
  await expect(open(broken)).rejects.toThrow(/1_Pooling\/config.json is not JSON/)
})

test('keys sentences by their pooling, and the model itself without it', async () => {
  const [mean, plain] = [await open(laidOut(MEAN)), await open(join(MODELS, 'tiny-bert'))]
  const cls = await open(laidOut({ pooling_mode_cls_token: true }))
  expect(mean.digest).toBe(cls.digest)
  expect(sentenceDigest(mean)).not.toBe(sentenceDigest(cls))
  expect(sentenceDigest(mean)).toMatch(/^[0-9a-f]{64}$/)
  expect(mean.info.pooling).toBe('mean')
  expect(plain.info.pooling).toBeNull()
  expect(poolingOf(plain.manifest).mode).toBe('mean')
})

test('says of a row without a length that there is none', () => {
  expect(pooled(new Float32Array([1, 0, -1, 0]), 2, 'mean')).toBeNull()
  expect([...(pooled(new Float32Array([3, 4, -1, 0]), 2, 'cls') ?? [])]).toEqual([
    Math.fround(0.6),
    Math.fround(0.8),
  ])
})
