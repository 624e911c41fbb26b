import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { DEFAULT_SETTINGS } from '#shared/settings.ts'
import { createHashCache, modelDigest } from '../../../src/main/inference/models/digest.ts'
import { parseManifest as parse } from '../../../src/main/inference/kinds/manifest.ts'
import { inferPictureText } from '../../../src/main/inference/kinds/picture-text/infer.ts'
import { pictureText } from '../../../src/main/inference/kinds/picture-text/kind.ts'
import { PictureTextManifest } from '../../../src/main/inference/kinds/picture-text/manifest.ts'
import { readOnnxHeader } from '../../../src/main/inference/onnx/onnx-header.ts'
import {
  addModelFolder,
  defaultOf,
  listModels,
  removeModel,
  resolveModel,
} from '../../../src/main/inference/models/registry.ts'
import { emptyFolders, MODELS } from '../../support/models.ts'
import { tokenizers } from '../../support/tokenizers.ts'

/** A copy of a fixture model that a test may change. */
function copyOf(name: string): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'model-')), name)
  cpSync(join(MODELS, name), folder, { recursive: true })
  return folder
}
const parseManifest = (json: string, where: string): PictureTextManifest =>
  parse(PictureTextManifest, json, where)
const written = (): PictureTextManifest =>
  parseManifest(readFileSync(join(MODELS, 'tiny-clip/gleaner.json'), 'utf8'), 'gleaner.json')
const cache = createHashCache(join(mkdtempSync(join(tmpdir(), 'hashes-')), 'h.json'))

describe('a graph', () => {
  test('is described without being loaded', () => {
    const header = readOnnxHeader(join(MODELS, 'tiny-clip-joint/onnx/model.onnx'))
    expect(header.inputs.map(({ name }) => name)).toEqual([
      'input_ids',
      'pixel_values',
      'attention_mask',
    ])
    const pixels = header.inputs[1]
    expect(pixels?.type).toBe(1)
    expect(pixels?.shape.slice(1)).toEqual([3, 32, 32])
    expect(typeof pixels?.shape[0]).toBe('string')
    expect(header.outputs.map(({ name }) => name)).toEqual(['text_embeds', 'image_embeds'])
    expect(header.operators.has('Softmax')).toBe(true)
  })

  test('that is none is refused with a hint', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'onnx-')), 'a.onnx')
    for (const bytes of [
      'version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 5\n',
      '',
      '\x3a\xff\xff\xff\xff\x0f',
    ]) {
      writeFileSync(path, bytes, 'latin1')
      expect(() => readOnnxHeader(path)).toThrow(/is not an ONNX graph/)
    }
  })
})

describe('a manifest', () => {
  test('that is worked out scores like the written one', async () => {
    const folder = join(MODELS, 'tiny-clip')
    const inferred = await inferPictureText(folder, 'x', 'X', tokenizers)
    const { graphs, image, text, family, embeddingDim, dtype } = written()
    expect(inferred).toMatchObject({ graphs, image, text, family, embeddingDim, dtype })
    expect(await modelDigest(pictureText, folder, inferred, cache)).toBe(
      await modelDigest(pictureText, folder, written(), cache),
    )
  })

  test('of SigLIP says exact squares and full padding', async () => {
    const manifest = await inferPictureText(join(MODELS, 'tiny-siglip'), 'x', 'X', tokenizers)
    expect(manifest.image.resize.mode).toBe('exact')
    expect(manifest.image.mean).toEqual([0.5, 0.5, 0.5])
    expect(manifest.text).toMatchObject({ contextLength: 16, padding: 'full', clean: 'siglip' })
  })

  test('names all that a folder lacks', async () => {
    const folder = copyOf('tiny-siglip')
    rmSync(join(folder, 'onnx/text_model.onnx'))
    rmSync(join(folder, 'tokenizer.json'))
    await expect(inferPictureText(folder, 'x', 'X', tokenizers)).rejects.toThrow(
      /no graphs.*; no tokenizer\.json/,
    )
  })

  test('cannot be worked out for a model of another kind', async () => {
    const folder = copyOf('tiny-siglip')
    writeFileSync(join(folder, 'config.json'), '{"model_type":"bert"}')
    await expect(inferPictureText(folder, 'x', 'X', tokenizers)).rejects.toThrow(
      /model_type "bert"/,
    )
  })

  test('may not point outside its folder', () => {
    const json = JSON.stringify({ ...written(), text: { ...written().text, tokenizer: '../../x' } })
    expect(() => parseManifest(json, 'gleaner.json')).toThrow(/below the model folder/)
  })

  test('names the field that is wrong', () => {
    const json = JSON.stringify({ ...written(), embeddingDim: 'many' })
    expect(() => parseManifest(json, 'gleaner.json')).toThrow(/embeddingDim/)
    expect(() => parseManifest('{', 'gleaner.json')).toThrow(/not JSON/)
  })
})

test('a preference model says its scale', () => {
  const json = (more: object): string => JSON.stringify({ ...written(), ...more })
  const scale = (value: number | null) => ({ logits: { scale: value, bias: null } })
  expect(written().preference).toBe(false)
  expect(() => parseManifest(json({ preference: true, ...scale(null) }), 'gleaner.json')).toThrow(
    /logits\.scale: is needed with preference/,
  )
  const read = parseManifest(json({ preference: true, ...scale(98.25) }), 'gleaner.json')
  expect(read).toMatchObject({ preference: true, logits: { scale: 98.25 } })
})

describe('a digest', () => {
  test('changes with what changes scores and with nothing else', async () => {
    const folder = copyOf('tiny-clip')
    const manifest = written()
    const digest = await modelDigest(pictureText, folder, manifest, cache)
    const described = { ...manifest, description: 'other words', name: 'Another name' }
    expect(await modelDigest(pictureText, folder, described, cache)).toBe(digest)
    const preferring = { ...manifest, preference: true, logits: { scale: 98, bias: null } }
    expect(await modelDigest(pictureText, folder, preferring, cache)).toBe(digest)
    const cropped = { ...manifest, image: { ...manifest.image, crop: 'torchvision' as const } }
    expect(await modelDigest(pictureText, folder, cropped, cache)).not.toBe(digest)
    const tokenizer = join(folder, 'tokenizer.json')
    writeFileSync(tokenizer, readFileSync(tokenizer, 'utf8') + ' ')
    expect(await modelDigest(pictureText, folder, manifest, cache)).not.toBe(digest)
  })
})

describe('the list of models', () => {
  const { defaultModel } = DEFAULT_SETTINGS

  test('shows what can be fetched where nothing is installed', async () => {
    const infos = await listModels(emptyFolders(), { defaultModel })
    expect(infos.every(({ state }) => state === 'available')).toBe(true)
    const vitB32 = infos.find(({ name }) => name === 'CLIP ViT-B/32')
    expect(vitB32).toMatchObject({ cutoffs: [{ cosine: 0.28 }, { cosine: 0.3 }] })
    for (const info of infos) {
      if (info.kind !== 'picture-text') continue
      for (const cutoff of info.cutoffs) expect(cutoff.source).not.toBe('')
    }
    await expect(resolveModel(emptyFolders(), pictureText)).rejects.toMatchObject({
      kind: 'not-found',
    })
  })

  test('a folder of one’s own is registered by its path and forgotten without being touched', async () => {
    const folders = emptyFolders()
    const folder = copyOf('tiny-clip')
    const { info } = await addModelFolder(folders, folder)
    expect(info).toMatchObject({ id: 'tiny-clip', state: 'installed', isDemonstration: true })
    expect((await listModels(folders, { defaultModel }))[0]?.id).toBe('tiny-clip')
    expect(await resolveModel(folders, pictureText, info.digest?.slice(0, 10))).toMatchObject({
      id: 'tiny-clip',
    })
    await removeModel(folders, 'tiny-clip')
    expect((await listModels(folders, { defaultModel })).some(({ id }) => id === 'tiny-clip')).toBe(
      false,
    )
    expect(readFileSync(join(folder, 'gleaner.json'), 'utf8')).toContain('tiny-clip')
  })

  test('a real model comes before the demonstration, the chosen one before all', async () => {
    const folders = emptyFolders()
    mkdirSync(folders.bundled, { recursive: true })
    cpSync(join(MODELS, 'tiny-clip'), join(folders.bundled, 'tiny-clip'), { recursive: true })
    const infos = await listModels(folders, { defaultModel })
    expect(defaultOf(infos, { defaultModel }, 'picture-text')?.id).toBe('tiny-clip')
    await addModelFolder(folders, copyOf('tiny-siglip'))
    const more = await listModels(folders, { defaultModel })
    expect(defaultOf(more, { defaultModel }, 'picture-text')?.id).toBe('tiny-siglip')
    expect(defaultOf(more, { defaultModel: 'tiny-clip' }, 'picture-text')?.id).toBe('tiny-clip')
    await expect(removeModel(folders, 'tiny-clip')).rejects.toMatchObject({ kind: 'refused' })
    // So that the window need not offer it.
    const bundled = more.filter(({ isBundled }) => isBundled).map(({ id }) => id)
    expect(bundled).toEqual(['tiny-clip'])
  })

  test('a folder that broke or is gone is listed with the reason', async () => {
    const folders = emptyFolders()
    const folder = copyOf('tiny-clip')
    await addModelFolder(folders, folder)
    rmSync(join(folder, 'onnx'), { recursive: true })
    const [broken] = await listModels(folders, { defaultModel })
    expect(broken).toMatchObject({ id: 'tiny-clip', state: 'broken' })
    expect(broken?.problem).toContain('onnx/text_model.onnx')
    rmSync(folder, { recursive: true })
    const infos = await listModels(folders, { defaultModel })
    expect(infos.find(({ state }) => state === 'broken')?.problem).toContain('is gone')
  })

  test('two folders with one id are a conflict', async () => {
    const folders = emptyFolders()
    await addModelFolder(folders, copyOf('tiny-clip'))
    await expect(addModelFolder(folders, copyOf('tiny-clip'))).rejects.toMatchObject({
      kind: 'conflict',
    })
  })
})
