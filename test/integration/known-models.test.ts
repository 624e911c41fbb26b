import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { DEFAULT_SETTINGS } from '#shared/settings.ts'
import { openHub } from '../../src/main/inference/hub/hub.ts'
import type { KnownModel } from '../../src/main/inference/kinds/define.ts'
import { KINDS } from '../../src/main/inference/kinds/index.ts'
import { listModels } from '../../src/main/inference/models/registry.ts'
import { runModelFetch } from '../../src/main/jobs/models/model-fetch.ts'
import { fakeHub, type FakeHub } from '../support/hub.ts'
import { emptyFolders, MODELS } from '../support/models.ts'
import { scoreContext } from './score-support.ts'

const KNOWN: readonly KnownModel[] = KINDS.flatMap(({ known }) => known)
/** Endings of graphs as these repositories have them. */
const SUFFIX = { fp32: '', fp16: '_fp16', int8: '_quantized' } as const

interface Layout {
  /** A small model of the same form, whose graphs stand for the large ones. */
  like: string
  /** `text_model` and `vision_model`, or `model`: names of graphs, and which small one each is. */
  graphs: Record<string, string>
  files: readonly string[]
  modelType?: string
}

const TOWERS = {
  'onnx/text_model': 'onnx/text_model.onnx',
  'onnx/vision_model': 'onnx/vision_model.onnx',
}
const WHOLE = { 'onnx/model': 'onnx/model.onnx' }
const CLIP = ['config.json', 'preprocessor_config.json', 'tokenizer.json']
/** What each repository holds, as its public list of files says. */
const LAYOUTS: Record<string, Layout> = {
  'Xenova/mobileclip_s0': { like: 'tiny-clip', graphs: TOWERS, files: CLIP },
  'onnx-community/siglip2-base-patch16-224-ONNX': {
    ...{ like: 'tiny-siglip', graphs: TOWERS, files: CLIP },
  },
  'Xenova/chinese-clip-vit-base-patch16': {
    ...{ like: 'tiny-clip-joint', graphs: WHOLE, files: CLIP, modelType: 'chinese_clip' },
  },
  'Xenova/dinov2-small': {
    like: 'tiny-clip',
    graphs: { 'onnx/model': 'onnx/vision_model.onnx' },
    files: ['config.json', 'preprocessor_config.json'],
    modelType: 'dinov2',
  },
  'Xenova/all-MiniLM-L6-v2': {
    ...{ like: 'tiny-bert', graphs: WHOLE, files: ['config.json', 'tokenizer.json'] },
  },
  'Xenova/paraphrase-multilingual-MiniLM-L12-v2': {
    ...{ like: 'tiny-bert', graphs: WHOLE, files: ['config.json', 'tokenizer.json'] },
  },
}

/** A folder with the names of a repository and small files behind them. */
function repositoryLike({ variants }: KnownModel, layout: Layout): string {
  const { like, graphs, files, modelType } = layout
  const folder = mkdtempSync(join(tmpdir(), 'known-'))
  mkdirSync(join(folder, 'onnx'))
  for (const name of files) cpSync(join(MODELS, like, name), join(folder, name))
  for (const [name, small] of Object.entries(graphs)) {
    for (const { variant } of variants) {
      copyFileSync(join(MODELS, like, small), join(folder, `${name}${SUFFIX[variant]}.onnx`))
    }
  }
  if (modelType !== undefined) {
    const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as object
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, model_type: modelType }))
  }
  return folder
}

let server: FakeHub | null = null
afterEach(() => server?.close())

test('every known model says its licence, where it is named, and what each variant takes', () => {
  expect(KNOWN.length).toBeGreaterThan(10)
  for (const { repository, license, source, variants, bytes, description } of KNOWN) {
    expect(license.length, repository).toBeGreaterThan(2)
    expect(description.length, repository).toBeGreaterThan(30)
    expect(source, repository).toMatch(/[\w-]+\/[\w-]+/)
    // No address of a hub stands in the program.
    expect(source, repository).not.toMatch(/https?:|\.(co|com|org)\b/)
    expect(variants[0], repository).toEqual({ variant: 'fp32', bytes })
    const sizes = variants.map((one) => one.bytes)
    expect(sizes, repository).toEqual([...sizes].sort((a, b) => b - a))
  }
})

describe.each(Object.entries(LAYOUTS))('%s', (repository, layout) => {
  const known = KNOWN.find((one) => one.repository === repository) as KnownModel
  test.each(known.variants.map(({ variant }) => variant))(
    'is fetched as %s and is of its kind then, with what is known of it',
    async (variant) => {
      server = await fakeHub(repositoryLike(known, layout), repository)
      const folders = emptyFolders()
      const hub = {
        ...openHub(DEFAULT_SETTINGS, { HF_ENDPOINT: server.endpoint }),
        retryDelayMs: 5,
      }
      const before = await listModels(folders, DEFAULT_SETTINGS)
      expect(before.find(({ id }) => id === repository)).toMatchObject({
        ...{ state: 'available', kind: known.facts.kind, variants: known.variants },
      })
      const source = variant === 'fp32' ? repository : `${repository}#${variant}`
      const model = await runModelFetch(folders, { source }, scoreContext(), hub)
      expect(model?.kind.kind).toBe(known.facts.kind)
      expect(model?.manifest.name).toBe(known.name)
      // The graphs of this variant, and no other.
      const graphs = server.requests
        .filter(({ line, on }) => on === 'cdn' && line.endsWith('.onnx'))
        .map(({ line }) => decodeURIComponent(line).replace(/^GET \/files\//, ''))
      const wanted = Object.keys(layout.graphs).map((name) => `${name}${SUFFIX[variant]}.onnx`)
      expect([...graphs].sort()).toEqual(wanted.sort())
      const after = await listModels(folders, DEFAULT_SETTINGS)
      expect(after.find(({ id }) => id === repository)).toMatchObject({
        ...{ state: 'installed', license: known.license, description: known.description },
      })
      if (repository === 'Xenova/mobileclip_s0') {
        expect(model?.manifest).toMatchObject({ text: { padding: 'full', contextLength: 77 } })
      }
      if (repository === 'Xenova/chinese-clip-vit-base-patch16') {
        expect(model?.manifest).toMatchObject({ text: { contextLength: 52 }, family: 'clip' })
      }
      if (repository === 'Xenova/all-MiniLM-L6-v2') {
        expect(model?.manifest).toMatchObject({ pooling: { mode: 'mean', maxLength: 256 } })
      }
    },
  )
})
