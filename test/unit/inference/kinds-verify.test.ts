/** `models verify` and `models quantize` of encoders and span models. */
import { cpSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createInferenceHost, type InferenceHost } from '../../../src/main/inference/host/client.ts'
import type { ResolvedModel, VerifyReport } from '../../../src/main/inference/kinds/define.ts'
import { textEncoder } from '../../../src/main/inference/kinds/text-encoder/kind.ts'
import { resolveAnyModel, resolveModel } from '../../../src/main/inference/models/registry.ts'
import { quantizeModel } from '../../../src/main/jobs/models/quantize.ts'
import { emptyFolders, INFERENCE_HOST, MODELS, PICTURES } from '../../support/models.ts'

const ENCODER = fileURLToPath(
  new URL('../../../resources/models/gleaner-demo-encoder/', import.meta.url),
)

let host: InferenceHost
beforeAll(() => {
  host = createInferenceHost(INFERENCE_HOST)
})
afterAll(() => host.close())

const verify = (model: ResolvedModel): Promise<VerifyReport> =>
  model.kind.verify(model, 'cpu', host)
const names = ({ checks }: VerifyReport): string[] => checks.map(({ name }) => name)

describe('an encoder', () => {
  test('that comes with the program is verified by its reference', async () => {
    const report = await verify(await resolveAnyModel(emptyFolders(), ENCODER))
    expect(names(report)).toEqual([
      'tokenizer',
      'token ids',
      'states against the reference',
      'one by one',
    ])
    expect(report).toMatchObject({ ok: true, device: 'cpu' })
    const states = report.checks.find(({ name }) => name === 'states against the reference')
    expect(states?.difference).toBeGreaterThan(0)
    expect(states?.difference).toBeLessThan(1e-4)
  })

  test('whose reference is of another model fails by it', async () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'encoder-')), 'changed')
    cpSync(ENCODER, folder, { recursive: true })
    const path = join(folder, 'reference.json')
    const reference = JSON.parse(readFileSync(path, 'utf8')) as {
      texts: { ids: number[]; states: string }[]
    }
    const [first, second] = reference.texts
    if (first && second) [first.states, second.states] = [second.states, first.states]
    writeFileSync(path, JSON.stringify(reference))
    const report = await verify(await resolveAnyModel(emptyFolders(), folder))
    expect(report.ok).toBe(false)
    const failed = report.checks.filter(({ ok }) => !ok)
    expect(failed.map(({ name }) => name)).toEqual(['states against the reference'])
  })

  test('becomes an int8 twin where its states stay near, and none where they do not', async () => {
    const folders = emptyFolders()
    const model = await resolveModel(folders, textEncoder, join(MODELS, 'tiny-bert'))
    const refused = quantizeModel(folders, model, { check: PICTURES, bound: 1e-9 }, host)
    await expect(refused).rejects.toMatchObject({ kind: 'refused' })
    const made = await quantizeModel(folders, model, { check: PICTURES, bound: 0.1 }, host)
    expect(made.comparison).toMatchObject({ pictures: 0 })
    expect(made.comparison.texts).toBeGreaterThan(0)
    expect(made.comparison.largest).toBeGreaterThan(0)
    expect(made.model).toMatchObject({ id: 'tiny-bert-int8', kind: { kind: 'text-encoder' } })
    expect(made.model.manifest).toMatchObject({ derivedFrom: { digest: model.digest } })
    expect((await resolveModel(folders, textEncoder, 'tiny-bert-int8')).digest).not.toBe(
      model.digest,
    )
  })
})

describe('a span model', () => {
  test('without a reference is held to itself', async () => {
    const report = await verify(await resolveAnyModel(emptyFolders(), join(MODELS, 'tiny-bert-qa')))
    expect(names(report)).toEqual(['tokenizer', 'reference', 'one by one'])
    expect(report.ok).toBe(true)
  })
})

test('a kind for which nothing is defined that would judge a twin makes none', async () => {
  const folders = emptyFolders()
  const model = await resolveModel(folders, textEncoder, join(MODELS, 'tiny-bert'))
  const unjudged = { ...model, kind: { ...model.kind, quantisation: null } }
  const run = quantizeModel(folders, unjudged, { check: PICTURES }, host)
  await expect(run).rejects.toMatchObject({
    kind: 'unsupported',
    message: expect.stringContaining('is a text encoder') as string,
  })
  expect(existsSync(join(folders.user, 'quantised'))).toBe(false)
})
