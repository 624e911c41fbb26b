import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  createInferenceHost,
  type InferenceHost,
} from '../../../../src/main/inference/host/client.ts'
import type { PictureTextModel } from '../../../../src/main/inference/kinds/picture-text/types.ts'
import { pictureText } from '../../../../src/main/inference/kinds/picture-text/kind.ts'
import { resolveFolder } from '../../../../src/main/inference/models/registry.ts'
import { cosine, normaliseRows } from '../../../../src/main/inference/kinds/vectors.ts'
import { verifyPictureText } from '../../../../src/main/inference/kinds/picture-text/verify.ts'
import {
  emptyFolders,
  expectedOf,
  INFERENCE_HOST,
  MODELS,
  PICTURES,
  tinyModel,
} from '../../../support/models.ts'

let host: InferenceHost
beforeAll(() => {
  host = createInferenceHost(INFERENCE_HOST)
})
afterAll(() => host.close())

describe.each(['tiny-clip', 'tiny-clip-joint', 'tiny-siglip'] as const)('%s', (name) => {
  const expected = expectedOf(name)

  test('token ids are those of the reference', async () => {
    const model = await host.open(await tinyModel(name), 'cpu')
    const ids = await model.ids(expected.texts.map(({ text }) => text))
    expect(ids).toEqual(expected.texts.map((text) => text.ids))
  })

  test('vectors from picture files are those of transformers, alone and in a batch', async () => {
    const model = await host.open(await tinyModel(name), 'cpu')
    const sources = expected.images.map(({ file }) => ({ path: join(PICTURES, file) }))
    const { vectors, failures } = await model.encodeImages(sources)
    expect(failures.size).toBe(0)
    const dim = model.model.manifest.embeddingDim
    for (const [i, { file, embedding }] of expected.images.entries()) {
      const own = vectors.subarray(i * dim, (i + 1) * dim)
      expect(1 - cosine(own, embedding), file).toBeLessThan(1e-5)
    }
    const [first] = sources
    const alone = await model.encodeImages(first ? [first] : [])
    expect(1 - cosine(alone.vectors, vectors.subarray(0, dim))).toBeLessThan(1e-6)
  })

  test('vectors of texts are those of transformers, cut or padded', async () => {
    const model = await host.open(await tinyModel(name), 'cpu')
    const texts = expected.texts.map(({ text }) => text)
    const dim = model.model.manifest.embeddingDim
    for (const full of [false, true]) {
      const vectors = await model.encodeTexts(texts, full)
      for (const [i, { text, embedding }] of expected.texts.entries()) {
        const own = vectors.subarray(i * dim, (i + 1) * dim)
        expect(1 - cosine(own, embedding), text).toBeLessThan(1e-5)
      }
    }
  })

  test('is verified on this machine', async () => {
    const report = await verifyPictureText(await tinyModel(name), 'cpu', host)
    expect(report).toMatchObject({ ok: true, device: 'cpu' })
    const names = report.checks.map((check) => check.name)
    expect(names).toContain('one by one')
    if (name === 'tiny-clip') {
      expect(names).toEqual([
        'preprocessing',
        'tokenizer',
        'token ids',
        'pictures against the reference',
        'texts against the reference',
        'one by one',
        'cut texts',
      ])
    }
  })
})

/** tiny-clip with its files changed. */
async function spoiled(change: (folder: string) => void): Promise<PictureTextModel> {
  const folder = join(mkdtempSync(join(tmpdir(), 'spoiled-')), 'tiny-clip')
  cpSync(join(MODELS, 'tiny-clip'), folder, { recursive: true })
  change(folder)
  return resolveFolder(emptyFolders(), pictureText, folder)
}
function rewrite(folder: string, from: string | RegExp, to: string): void {
  const path = join(folder, 'gleaner.json')
  writeFileSync(path, readFileSync(path, 'utf8').replace(from, to))
}

describe('verification', () => {
  test('fails with the largest difference when the preprocessing is another', async () => {
    const model = await spoiled((folder) => rewrite(folder, '"bicubic"', '"bilinear"'))
    const report = await verifyPictureText(model, 'cpu', host)
    expect(report.ok).toBe(false)
    const failed = report.checks.filter((check) => !check.ok)
    expect(failed.map(({ name }) => name)).toEqual(['pictures against the reference'])
    expect(failed[0]?.difference).toBeGreaterThan(failed[0]?.bound ?? 1)
  })

  test('fails with the reason when the manifest names an output that is not there', async () => {
    const model = await spoiled((folder) => rewrite(folder, '"text_embeds"', '"no_such_output"'))
    const report = await verifyPictureText(model, 'cpu', host)
    expect(report.ok).toBe(false)
    expect(report.checks.at(-1)?.note).toContain('no output "no_such_output"')
  })

  test('fails when texts are cut that must not be', async () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'spoiled-')), 'tiny-siglip')
    cpSync(join(MODELS, 'tiny-siglip'), folder, { recursive: true })
    const model = await resolveFolder(emptyFolders(), pictureText, folder)
    const { manifest } = model
    const cut = {
      ...model,
      digest: 'cut',
      manifest: { ...manifest, text: { ...manifest.text, padding: 'longest' as const } },
    }
    const report = await verifyPictureText(cut, 'cpu', host)
    expect(report.checks.filter((check) => !check.ok).map(({ name }) => name)).toContain(
      'cut texts',
    )
  })

  test('a device that is not there is refused by name, and passed over by auto', async () => {
    const model = await tinyModel('tiny-clip')
    await expect(host.open(model, 'dml')).rejects.toMatchObject({
      kind: 'unsupported',
      commandHint: expect.stringContaining('--device auto') as string,
    })
    const loaded = await host.open(model, 'auto')
    const devices = await host.devices()
    if (loaded.device === 'cpu' && devices.includes('webgpu')) {
      expect(loaded.passedOver.join()).toContain('webgpu')
    }
  })
})

describe('the host', () => {
  test('pictures that cannot be decoded are named and the others come through', async () => {
    const model = await host.open(await tinyModel('tiny-clip'), 'cpu')
    const { vectors, failures } = await model.encodeImages([
      { path: join(PICTURES, 'landscape.png') },
      { path: join(PICTURES, 'no-such-file.png') },
      { base64: Buffer.from('no picture').toString('base64') },
      { path: join(PICTURES, 'portrait.png') },
    ])
    expect([...failures.keys()]).toEqual([1, 2])
    expect(vectors.subarray(64, 192).every((value) => value === 0)).toBe(true)
    expect(vectors.subarray(192).some((value) => value !== 0)).toBe(true)
  })

  test('a model that gives no finite values is an error, never a score', async () => {
    const model = await spoiled((folder) => {
      // A weight that overflows float32 on its way through the layers.
      rewrite(folder, /"std": \[[^\]]*\]/, '"std": [1e-38, 1e-38, 1e-38]')
    })
    const loaded = await host.open(model, 'cpu')
    const run = loaded.encodeImages([{ path: join(PICTURES, 'landscape.png') }])
    await expect(run).rejects.toMatchObject({ kind: 'model', hint: expect.any(String) as string })
  })

  test('killed in the middle of many calls it is started again and answers them all', async () => {
    const mortal = createInferenceHost(INFERENCE_HOST)
    const model = await mortal.open(await tinyModel('tiny-clip'), 'cpu')
    const before = await model.encodeTexts(['a cat'])
    const calls = Array.from({ length: 6 }, () => model.encodeTexts(['a cat']))
    if (mortal.pid !== null) process.kill(mortal.pid, 'SIGKILL')
    for (const vectors of await Promise.all(calls)) expect(vectors).toEqual(before)
    expect(mortal.restarts).toBe(1)
    await mortal.close()
    await expect(model.encodeTexts(['a'])).rejects.toMatchObject({ kind: 'canceled' })
  })

  test('it ends with the one who started it', async () => {
    const short = createInferenceHost(INFERENCE_HOST)
    await short.devices()
    const { pid } = short
    expect(pid).not.toBeNull()
    await short.close()
    expect(() => process.kill(pid as number, 0)).toThrow()
  })
})

test('a cosine is summed in float64 and kept as float32 within -1 and 1', () => {
  const a = Float32Array.from([3, 4, 0, 0, 0, 0])
  expect(normaliseRows(a.subarray(0, 3), 3)).toBe(true)
  expect(normaliseRows(a, 3)).toBe(false)
  const unit = a.subarray(0, 3)
  expect(cosine(unit, unit)).toBe(1)
  expect(cosine(unit, Float32Array.from([-0.8, 0.6, 0]))).toBeCloseTo(0, 7)
  expect(normaliseRows(Float32Array.from([NaN, 1]), 2)).toBe(false)
})

describe.each([
  // Eight bits cost a net of 32 numbers a layer more than one of 768: over its bound, and said so.
  ['fp16', '_fp16', 5e-3],
  ['int8', '_quantized', 3e-2],
] as const)('a model in %s', (dtype, suffix, most) => {
  test('is worked out and held to the fp32 reference', async () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'variant-')), 'tiny-clip')
    cpSync(join(MODELS, 'tiny-clip'), folder, {
      recursive: true,
      filter: (path) =>
        !path.endsWith('gleaner.json') && (!path.endsWith('.onnx') || path.includes(suffix)),
    })
    const model = await resolveFolder(emptyFolders(), pictureText, folder)
    expect(model.manifest.dtype).toBe(dtype)
    const { checks } = await verifyPictureText(model, 'cpu', host)
    for (const { name, ok, difference, bound } of checks) {
      if (difference === null || bound === null) continue
      expect(difference, name).toBeLessThan(most)
      expect(ok, name).toBe(difference <= bound)
    }
    const pictures = checks.find(({ name }) => name === 'pictures against the reference')
    expect(pictures?.bound).toBe(5e-3)
    expect(pictures?.difference).toBeGreaterThan(0)
  })
})

test('onnxruntime reports nothing to its makers: it leaves no file of its reports behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'silent-'))
  const silent = createInferenceHost(INFERENCE_HOST, {
    env: { ...process.env, TMPDIR: folder, TMP: folder, TEMP: folder },
  })
  try {
    const model = await silent.open(await tinyModel('tiny-clip'), 'cpu')
    expect(await model.ids(['a red boat'])).toHaveLength(1)
  } finally {
    await silent.close()
  }
  expect(readdirSync(folder).filter((name) => /^mat-debug|\.ses$/.test(name))).toEqual([])
})
