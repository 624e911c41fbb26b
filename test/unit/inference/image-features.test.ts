/** Models of picture features: listed, verified by a reference of torch and Pillow, and run. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createInferenceHost, type InferenceHost } from '../../../src/main/inference/host/client.ts'
import { imageFeatures } from '../../../src/main/inference/kinds/image-features/kind.ts'
import type { ImageFeaturesManifest } from '../../../src/main/inference/kinds/image-features/manifest.ts'
import { resizeName } from '../../../src/main/inference/pictures/feature-recipe.ts'
import {
  addModelFolder,
  listModels,
  resolveAnyModel,
  resolveFolder,
} from '../../../src/main/inference/models/registry.ts'
import { emptyFolders, INFERENCE_HOST, MODELS } from '../../support/models.ts'

const TINY = join(MODELS, 'tiny-features')

let host: InferenceHost
beforeAll(() => {
  host = createInferenceHost(INFERENCE_HOST)
})
afterAll(() => host.close())

/** A copy of the tiny model whose manifest is changed. */
function changed(change: (manifest: Record<string, unknown>) => void): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'features-')), 'tiny')
  cpSync(TINY, folder, { recursive: true })
  const path = join(folder, 'gleaner.json')
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  change(manifest)
  writeFileSync(path, JSON.stringify(manifest))
  return folder
}

const verifyAt = async (folder: string) => {
  const model = await resolveFolder(emptyFolders(), imageFeatures, folder)
  return imageFeatures.verify(model, 'cpu', host)
}

test('is added, listed and shown with what it measures', async () => {
  const folders = emptyFolders()
  await addModelFolder(folders, TINY)
  const [info] = await listModels(folders, { defaultModel: null })
  expect(info).toMatchObject({
    kind: 'image-features',
    id: 'tiny-features',
    state: 'installed',
    dim: 12,
    imageSize: 24,
    measure: 'FD (tiny random network)',
    isDemonstration: true,
  })
  expect((await resolveAnyModel(folders, 'tiny-features')).digest).toBe(info?.digest)
})

describe('verifying', () => {
  test('features are those of torch and Pillow', async () => {
    const report = await verifyAt(TINY)
    expect(report.ok).toBe(true)
    expect(report.checks.map(({ name }) => name)).toEqual([
      'preprocessing',
      'features against the reference',
      'one by one',
    ])
    const { difference, note } = report.checks[1] ?? {}
    expect(difference).toBeGreaterThan(0)
    expect(difference).toBeLessThan(1e-5)
    expect(note).toContain('pillow')
  })

  test.each([
    ['another resizing', { resize: { mode: 'legacy_pytorch' } }],
    ['another scale', { rescale: 1 / 255 }],
  ])('%s fails by the reference', async (_, part) => {
    const folder = changed((manifest) => Object.assign(manifest['image'] as object, part))
    const report = await verifyAt(folder)
    const failed = report.checks.filter(({ ok }) => !ok).map(({ name }) => name)
    expect(failed).toEqual(['features against the reference'])
  })

  test('a graph that gives rows of another length is named', async () => {
    const report = await verifyAt(changed((manifest) => (manifest['dim'] = 13)))
    expect(report.ok).toBe(false)
    expect(report.checks.map(({ note }) => note).join()).toMatch(/not 13 long/)
    expect(report.checks.map(({ note }) => note).join()).toMatch(/\[3, 12\], \[3, 13\]/)
  })
})

test('what changes the features changes the digest, what is only shown does not', async () => {
  const digest = async (folder: string): Promise<string> =>
    (await resolveFolder(emptyFolders(), imageFeatures, folder)).digest
  const own = await digest(TINY)
  expect(await digest(changed((manifest) => (manifest['measure'] = 'FD (renamed)')))).toBe(own)
  const legacy = changed((manifest) =>
    Object.assign(manifest['image'] as object, { resize: { mode: 'legacy_pytorch' } }),
  )
  expect(await digest(legacy)).not.toBe(own)
})

test('pictures that cannot be read are named and leave the others as they are', async () => {
  const model = await resolveFolder(emptyFolders(), imageFeatures, TINY)
  const loaded = await host.open(model, 'cpu')
  const reference = JSON.parse(readFileSync(join(TINY, 'reference.json'), 'utf8')) as {
    images: { png: string; features: number[] }[]
  }
  const good = reference.images.map(({ png }) => ({ base64: png }))
  const broken = { base64: Buffer.from('no picture').toString('base64') }
  const { vectors, failures } = await loaded.encodeImages([
    good[0] ?? broken,
    broken,
    ...good.slice(1),
  ])
  expect([...failures.keys()]).toEqual([1])
  expect([...vectors.subarray(12, 24)]).toEqual(new Array(12).fill(0))
  for (const [i, at] of [0, 2, 3].entries()) {
    const wanted = reference.images[i]?.features ?? []
    for (const [k, value] of wanted.entries()) expect(vectors[at * 12 + k]).toBeCloseTo(value, 5)
  }
  await loaded.release()
})

test('a folder as exporters write it needs no manifest', async () => {
  const folder = changed(() => undefined)
  rmSync(join(folder, 'gleaner.json'))
  const preprocessor = {
    size: { shortest_edge: 32 },
    crop_size: { height: 24, width: 24 },
    do_center_crop: true,
    image_mean: [0.5, 0.5, 0.5],
    image_std: [0.5, 0.5, 0.5],
    resample: 3,
  }
  writeFileSync(join(folder, 'preprocessor_config.json'), JSON.stringify(preprocessor))
  const model = await resolveAnyModel(emptyFolders(), folder)
  expect(model.kind.kind).toBe('image-features')
  const { image, ...manifest } = model.manifest as ImageFeaturesManifest
  expect(manifest).toMatchObject({ dim: 12, measure: 'FD (tiny)', graph: { features: 'features' } })
  expect(resizeName(image)).toBe('bicubic, shorter side 32')
})

test('a graph without the output that is named is refused when it is added', async () => {
  const folder = changed((manifest) => {
    ;(manifest['graph'] as { features: string }).features = 'pool3'
  })
  await expect(addModelFolder(emptyFolders(), folder)).rejects.toMatchObject({
    kind: 'invalid-input',
    message: expect.stringContaining('no output "pool3" (it has features)') as string,
  })
})
