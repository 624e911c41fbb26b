import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AppError } from '#shared/errors.ts'
import type { TrainingRun } from '#shared/contract/training.ts'
import {
  createInferenceHost,
  type InferenceHost,
} from '../../../../src/main/inference/host/client.ts'
import { behaviourDigest, parseManifest } from '../../../../src/main/inference/kinds/manifest.ts'
import { pictureText } from '../../../../src/main/inference/kinds/picture-text/kind.ts'
import { span } from '../../../../src/main/inference/kinds/span/kind.ts'
import { SpanManifest } from '../../../../src/main/inference/kinds/span/manifest.ts'
import { textEncoder } from '../../../../src/main/inference/kinds/text-encoder/kind.ts'
import { TextEncoderManifest } from '../../../../src/main/inference/kinds/text-encoder/manifest.ts'
import {
  addModelFolder,
  listModels,
  newModelFolder,
  removeModel,
  resolveModel,
} from '../../../../src/main/inference/models/registry.ts'
import { addTextModelFolder } from '../../../../src/main/inference/models/text-models.ts'
import type { ModelsFolders } from '../../../../src/main/inference/models/types.ts'
import {
  describeSpanModel,
  writeSpanModel,
} from '../../../../src/main/inference/tasks/write-span-model.ts'
import { exportHead, newHead, runHead } from '../../../../src/main/labeling/span-head.ts'
import { isTextModel, type TextModelInfo } from '../../../../src/shared/contract/training.ts'
import { emptyFolders, INFERENCE_HOST, MODELS } from '../../../support/models.ts'
import { contextOf, largestDifference } from '../../../support/text-models.ts'

type Json = Record<string, unknown>

const listTextModels = async (folders: ModelsFolders): Promise<TextModelInfo[]> =>
  (await listModels(folders, { defaultModel: null }))
    .filter(isTextModel)
    .filter(({ state }) => state !== 'available')

/** Gives vectors of texts, no states. */
const TEXT_GRAPH = 'tiny-clip/onnx/text_model.onnx'

/** A copy of a model folder with files changed: null = deleted. */
function changed(
  name: string,
  files: Record<string, ((json: Json) => Json) | string | null> = {},
): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'text-model-')), name)
  cpSync(join(MODELS, name), folder, { recursive: true })
  for (const [file, change] of Object.entries(files)) {
    const path = join(folder, file)
    if (change === null) rmSync(path)
    else if (typeof change === 'string') writeFileSync(path, change, 'latin1')
    else {
      const json = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Json) : {}
      writeFileSync(path, JSON.stringify(change(json)))
    }
  }
  return folder
}

const MANIFEST = {
  format: 1,
  kind: 'text-encoder',
  id: 'tiny',
  name: 'Tiny',
  license: 'MIT',
  graph: {
    file: 'onnx/model.onnx',
    ids: 'input_ids',
    mask: 'attention_mask',
    types: 'token_type_ids',
    hidden: 'last_hidden_state',
  },
  dim: 32,
  text: { tokenizer: 'tokenizer.json', maxLength: 64 },
}
const withManifest = (change: Json = {}): string =>
  changed('tiny-bert', { 'gleaner.json': () => ({ ...MANIFEST, ...change }) })

describe('a folder as transformers and optimum export it', () => {
  test('is an encoder by its output', async () => {
    const folders = emptyFolders()
    const info = await addTextModelFolder(folders, changed('tiny-bert'))
    expect(info).toMatchObject({
      id: 'tiny-bert',
      kind: 'text-encoder',
      state: 'installed',
      dim: 32,
      maxLength: 64,
      isBundled: false,
      isDemonstration: false,
    })
    expect(await listTextModels(folders)).toEqual([info])
  })

  test('is a span model by its outputs, and its ids are not those of an encoder', async () => {
    const folders = emptyFolders()
    const info = await addTextModelFolder(folders, changed('tiny-bert-qa'))
    expect(info).toMatchObject({ kind: 'span', maxLength: 64 })
    const model = await resolveModel(folders, span, 'tiny-bert-qa')
    expect(model.manifest.decode).toEqual({ maxSpanTokens: 64, temperature: 1, nullThreshold: 0 })
    await expect(resolveModel(folders, textEncoder, 'tiny-bert-qa')).rejects.toMatchObject({
      kind: 'invalid-input',
      message: '"tiny-bert-qa" is a span model, a text encoder is needed',
    })
  })

  test("RoBERTa's positions begin behind the padding's, and the tokenizer's limit counts", async () => {
    const lengthOf = async (folder: string): Promise<number | null> =>
      (await addTextModelFolder(emptyFolders(), folder)).maxLength
    expect(await lengthOf(changed('tiny-roberta'))).toBe(64)
    const limited = { 'tokenizer_config.json': () => ({ model_max_length: 40 }) }
    expect(await lengthOf(changed('tiny-bert', limited))).toBe(40)
    expect(await lengthOf(changed('tiny-bert', { 'tokenizer_config.json': null }))).toBe(64)
    const long = { 'config.json': (json: Json) => ({ ...json, max_position_embeddings: 8192 }) }
    expect(await lengthOf(changed('tiny-bert', long))).toBe(512)
  })

  test('breaks are not marked where padding has no token of its own', async () => {
    const bare = (json: Json): Json => ({ ...json, padding: null, added_tokens: [] })
    for (const pad_token_id of [null, 3]) {
      const folder = changed('tiny-bert', {
        'tokenizer.json': bare,
        'config.json': (json: Json) => ({ ...json, pad_token_id }),
      })
      const model = await resolveModel(emptyFolders(), textEncoder, folder)
      expect(model.manifest.text.breaks).toBe('none')
    }
  })

  test('a graph beside config.json is found, too', async () => {
    const folder = changed('tiny-bert')
    cpSync(join(folder, 'onnx/model.onnx'), join(folder, 'model.onnx'))
    rmSync(join(folder, 'onnx'), { recursive: true })
    const { folder: added } = await addTextModelFolder(emptyFolders(), folder)
    const model = await resolveModel(emptyFolders(), textEncoder, added ?? '')
    expect(model.manifest.graph.file).toBe('model.onnx')
  })

  test.each([
    ['no tokenizer', { 'tokenizer.json': null }, /no tokenizer\.json/],
    ['no config', { 'config.json': null }, /no config\.json/],
    ['a config that is no JSON', { 'config.json': '{' }, /config\.json is not JSON/],
    [
      'no length',
      {
        'config.json': (json: Json) => ({ ...json, max_position_embeddings: null }),
        'tokenizer_config.json': null,
      },
      /max_position_embeddings\) nor tokenizer_config\.json/,
    ],
    [
      'a graph that is none',
      { 'onnx/model.onnx': 'version https://git-lfs' },
      /is not an ONNX graph/,
    ],
    [
      'a tokenizer without template',
      { 'tokenizer.json': (json: Json) => ({ ...json, post_processor: null }) },
      /no template of the form/,
    ],
  ])('is refused with %s, naming what is missing', async (_, files, message) => {
    await expect(addTextModelFolder(emptyFolders(), changed('tiny-bert', files))).rejects.toThrow(
      message,
    )
  })

  test('is refused when it is no model of text', async () => {
    await expect(
      addTextModelFolder(emptyFolders(), changed('tiny-clip', { 'gleaner.json': null })),
    ).rejects.toThrow(/no graph|pictures and texts/)
    await expect(addTextModelFolder(emptyFolders(), '/no/such/folder')).rejects.toMatchObject({
      kind: 'not-found',
    })
    const empty = mkdtempSync(join(tmpdir(), 'empty-'))
    await expect(addTextModelFolder(emptyFolders(), empty)).rejects.toThrow(
      /no graph .*; no config\.json; no tokenizer\.json/,
    )
  })
})

describe('gleaner.json', () => {
  test('says what the files do not', async () => {
    const model = await resolveModel(emptyFolders(), textEncoder, withManifest())
    expect(model).toMatchObject({ id: 'tiny', info: { license: 'MIT' } })
    expect(model.manifest.text).toEqual({
      tokenizer: 'tokenizer.json',
      maxLength: 64,
      stride: null,
      padId: null,
      breaks: 'pad',
    })
  })

  test('changes the digest where it changes what comes out, and not where it only describes', async () => {
    const digest = async (change: Json): Promise<string> =>
      (await resolveModel(emptyFolders(), textEncoder, withManifest(change))).digest
    const own = await digest({})
    expect(await digest({ description: 'Other words' })).toBe(own)
    expect(await digest({ text: { ...MANIFEST.text, breaks: 'none' } })).not.toBe(own)
    expect(await digest({ text: { ...MANIFEST.text, maxLength: 32 } })).not.toBe(own)
    const { hidden, ...graph } = MANIFEST.graph
    expect(hidden).not.toBe('')
    const withDecode = (decode: Json): SpanManifest =>
      parseManifest(
        SpanManifest,
        JSON.stringify({
          ...MANIFEST,
          kind: 'span',
          graph: { ...graph, start: 'start_logits', end: 'end_logits' },
          decode,
        }),
        'gleaner.json',
      )
    const decoding = (decode: Json): string => behaviourDigest(span.behaviour(withDecode(decode)))
    expect(decoding({ temperature: 2 })).not.toBe(decoding({}))
  })

  test.each([
    [
      'a file outside of the folder',
      { graph: { ...MANIFEST.graph, file: '../model.onnx' } },
      /graph\.file/,
    ],
    [
      'an absolute path',
      { text: { ...MANIFEST.text, tokenizer: '/etc/passwd' } },
      /text\.tokenizer/,
    ],
    ['an id that is a path', { id: '../../x' }, /id/],
    ['a window without room', { text: { maxLength: 3 } }, /text\.maxLength/],
    ['windows that share too much', { text: { maxLength: 64, stride: 17 } }, /text\.stride/],
    ['another format', { format: 2 }, /format/],
    ['another kind', { kind: 'clip' }, /kind/],
    ['no output', { graph: { file: 'onnx/model.onnx', ids: 'input_ids' } }, /graph\.hidden/],
  ])('is refused with %s', (_, change, message) => {
    expect(() =>
      parseManifest(
        TextEncoderManifest,
        JSON.stringify({ ...MANIFEST, ...change }),
        'gleaner.json',
      ),
    ).toThrow(message)
  })
})

describe('the models of a machine', () => {
  function machine(): ModelsFolders {
    const folders = emptyFolders()
    mkdirSync(folders.bundled, { recursive: true })
    cpSync(withManifest({ id: 'demo', demonstration: true }), join(folders.bundled, 'demo'), {
      recursive: true,
    })
    return folders
  }

  test('without a wish it is the first that is not for demonstration', async () => {
    const folders = machine()
    expect((await resolveModel(folders, textEncoder, undefined)).id).toBe('demo')
    await addTextModelFolder(folders, changed('tiny-roberta'))
    expect((await resolveModel(folders, textEncoder, undefined)).id).toBe('tiny-roberta')
    const { digest } = await resolveModel(folders, textEncoder, 'demo')
    expect((await resolveModel(folders, textEncoder, digest.slice(0, 12))).id).toBe('demo')
    // So few digits name anything.
    await expect(resolveModel(folders, textEncoder, digest.slice(0, 7))).rejects.toMatchObject({
      kind: 'not-found',
    })
    const real = machine()
    cpSync(withManifest({ id: 'real' }), join(real.bundled, 'real'), { recursive: true })
    expect((await listTextModels(real)).map(({ id }) => id)).toEqual(['demo', 'real'])
    expect((await resolveModel(real, textEncoder, undefined)).id).toBe('real')
  })

  test('one that is not there is not found, with those that are', async () => {
    await expect(resolveModel(machine(), textEncoder, 'other')).rejects.toMatchObject({
      kind: 'not-found',
      hint: expect.stringContaining('demo') as string,
    })
    await expect(resolveModel(machine(), span, undefined)).rejects.toMatchObject({
      kind: 'not-found',
    })
  })

  test('one that comes with the program stays, one of the same id is refused', async () => {
    const folders = machine()
    await expect(removeModel(folders, 'demo')).rejects.toMatchObject({ kind: 'refused' })
    await expect(addTextModelFolder(folders, withManifest({ id: 'demo' }))).rejects.toMatchObject({
      kind: 'conflict',
    })
    await expect(removeModel(folders, 'other')).rejects.toMatchObject({ kind: 'not-found' })
  })

  test('one whose names or tokenizer do not fit is refused when it is added', async () => {
    const wrong = { ...MANIFEST.graph, hidden: 'hidden_states' }
    await expect(
      addTextModelFolder(emptyFolders(), withManifest({ graph: wrong })),
    ).rejects.toMatchObject({
      message: expect.stringContaining('has no output "hidden_states"') as string,
      hint: expect.stringContaining('last_hidden_state') as string,
    })
    const unmasked = { ...MANIFEST.graph, mask: null }
    await expect(
      addTextModelFolder(emptyFolders(), withManifest({ graph: unmasked })),
    ).rejects.toThrow(/breaks between blocks that .* marks need a graph with an attention mask/)
    const unpadded = changed('tiny-bert', {
      'gleaner.json': () => MANIFEST,
      'tokenizer.json': (json: Json) => ({ ...json, padding: null, added_tokens: [] }),
    })
    await expect(addTextModelFolder(emptyFolders(), unpadded)).rejects.toThrow(
      /breaks between blocks that .* marks need a padding token of their own/,
    )
    const folder = withManifest()
    writeFileSync(join(folder, 'tokenizer.json'), '{}')
    await expect(addTextModelFolder(emptyFolders(), folder)).rejects.toThrow(AppError)
  })

  test('a folder of one’s own is forgotten and stays where it is', async () => {
    const folders = machine()
    const folder = changed('tiny-roberta')
    await addTextModelFolder(folders, folder)
    await addTextModelFolder(folders, folder)
    expect((await listTextModels(folders)).map(({ id }) => id)).toEqual(['tiny-roberta', 'demo'])
    await removeModel(folders, 'tiny-roberta')
    expect((await listTextModels(folders)).map(({ id }) => id)).toEqual(['demo'])
    expect(existsSync(join(folder, 'config.json'))).toBe(true)
  })

  test('a folder that is gone is broken, with the reason', async () => {
    const folders = machine()
    const folder = changed('tiny-roberta')
    await addTextModelFolder(folders, folder)
    rmSync(folder, { recursive: true })
    const [info] = await listTextModels(folders)
    expect(info).toMatchObject({ id: 'tiny-roberta', state: 'broken' })
    expect(info?.problem).toContain('the folder is gone')
    await expect(resolveModel(folders, textEncoder, 'tiny-roberta')).rejects.toMatchObject({
      kind: 'model',
    })
    expect((await resolveModel(folders, textEncoder, undefined)).id).toBe('demo')
  })

  test('models of every kind stand in one list, and each is taken for its own work alone', async () => {
    const folders = machine()
    cpSync(join(MODELS, 'tiny-clip'), join(folders.bundled, 'tiny-clip'), { recursive: true })
    await addModelFolder(folders, changed('tiny-bert-qa'))
    const infos = await listModels(folders, { defaultModel: null })
    const here = infos.filter(({ state }) => state !== 'available')
    expect(here.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
      'picture-text tiny-clip',
      'span tiny-bert-qa',
      'text-encoder demo',
    ])
    expect((await listTextModels(folders)).map(({ id }) => id)).toEqual(['tiny-bert-qa', 'demo'])
    await expect(resolveModel(folders, pictureText, 'demo')).rejects.toMatchObject({
      kind: 'invalid-input',
      message: '"demo" is a text encoder, a model of pictures and texts is needed',
    })
    await expect(addTextModelFolder(folders, join(MODELS, 'tiny-clip'))).rejects.toMatchObject({
      kind: 'invalid-input',
    })
    await expect(addModelFolder(folders, withManifest({ id: 'tiny-clip' }))).rejects.toMatchObject({
      kind: 'conflict',
    })
  })

  test('a folder that was added stays of its kind when it is gone', async () => {
    const folders = machine()
    const folder = changed('tiny-bert-qa')
    await addModelFolder(folders, folder)
    rmSync(folder, { recursive: true })
    const [info] = await listTextModels(folders)
    expect(info).toMatchObject({ id: 'tiny-bert-qa', kind: 'span', state: 'broken' })
  })

  test('a kind that this version does not know is named', async () => {
    await expect(addModelFolder(machine(), withManifest({ kind: 'video' }))).rejects.toMatchObject({
      kind: 'unsupported',
      message: expect.stringContaining('the kind "video"') as string,
    })
  })

  test('what is no model says of every kind what it lacks', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'empty-'))
    await expect(addModelFolder(machine(), empty)).rejects.toThrow(
      /As a model of pictures and texts: no graphs.* As a span model or a text encoder: no graph /,
    )
  })

  test("encoders and span models of the hub's cache are found, what others left there is not", async () => {
    const folders = machine()
    const cached = (repository: string, folder: string): string => {
      const root = join(folders.hubCache, `models--${repository.replace('/', '--')}`)
      const commit = 'c'.repeat(40)
      cpSync(folder, join(root, 'snapshots', commit), { recursive: true })
      mkdirSync(join(root, 'refs'), { recursive: true })
      writeFileSync(join(root, 'refs/main'), commit)
      return root
    }
    cached('org/bert', changed('tiny-bert'))
    const qa = cached('org/qa', changed('tiny-bert-qa'))
    // A graph that gives neither states nor logits of a span, as a language model does.
    cached(
      'org/other',
      changed('tiny-bert', { 'onnx/model.onnx': readFileSync(join(MODELS, TEXT_GRAPH), 'latin1') }),
    )
    const hub = (await listModels(folders, { defaultModel: null })).filter(({ id }) =>
      id.startsWith('org/'),
    )
    expect(hub.map(({ id, kind, state }) => `${id} ${kind} ${state}`)).toEqual([
      'org/bert text-encoder installed',
      'org/qa span installed',
    ])
    expect((await resolveModel(folders, span, 'org/qa')).folder).toContain(qa)
    await removeModel(folders, 'org/qa')
    expect(existsSync(qa)).toBe(false)
  })
})

describe('a span model that was trained here', () => {
  let host: InferenceHost
  beforeAll(() => {
    host = createInferenceHost(INFERENCE_HOST)
  })
  afterAll(() => host.close())

  const DECODE = { maxSpanTokens: 30, temperature: 1.5, nullThreshold: 0 }
  const RUN: TrainingRun = {
    id: 'run-1',
    kind: 'head',
    title: 'My model',
    state: 'done',
    createdAt: '2026-01-01T00:00:00.000Z',
    finishedAt: null,
    encoder: 'tiny',
    config: { corpus: '/home/somebody/secret.gleaner', seed: 7, hidden: 8 },
    splits: [
      { split: 'train', texts: 1200, answers: 800, sites: 40 },
      { split: 'test', texts: 100, answers: 60, sites: 9 },
    ],
    history: [
      {
        epoch: 3,
        trainLoss: 1,
        trainCrossEntropy: 1,
        trainSoftIou: 1,
        validationLoss: 1.25,
        validationCrossEntropy: 1,
        validationSoftIou: 1,
        exactMatch: 0.5,
        iou: 0.625,
        f1: 0.7,
        seconds: 1,
      },
    ],
    bestEpoch: 3,
    test: [
      { name: 'My model', n: 60, exactMatch: 0.45, iou: 0.61, f1: 0.66 },
      { name: 'nearest block', n: 60, exactMatch: 0.21, iou: 0.33, f1: 0.4 },
    ],
    temperature: 1.5,
    calibrationError: 0.04,
    model: null,
    warnings: ['The loss rises.'],
    error: null,
  }

  test.each([0, 8])(
    'gives the logits of its head (%i hidden units), in windows, too',
    async (hidden) => {
      const folders = emptyFolders()
      const encoder = await resolveModel(folders, textEncoder, withManifest())
      const loaded = await host.open(encoder, 'cpu')
      const head = newHead(loaded.featureDim, hidden, 3)
      const model = await writeSpanModel(folders, encoder, exportHead(head), {
        name: 'My model',
        description: '',
        decode: DECODE,
      })
      const loadedSpan = await host.open(model, 'cpu')
      const contexts = [
        contextOf({
          before: 'the old bridge\na cat on a mat',
          caption: 'map of the city',
          after: 'x',
        }),
        contextOf({ before: 'two dogs '.repeat(70), after: 'a red circle\nbeside '.repeat(30) }),
        contextOf({}),
      ]
      const encoded = await loaded.encodeContexts(contexts)
      const logits = await loadedSpan.spanLogits(contexts)
      expect(encoded[1]?.windows.length).toBeGreaterThan(3)
      for (const [i, { windows, offsets }] of encoded.entries()) {
        expect(logits[i]?.offsets).toEqual(offsets)
        for (const [w, { features, tokenOffset }] of windows.entries()) {
          const wanted = runHead(head, features)
          const got = logits[i]?.windows[w]
          expect(got?.tokenOffset).toBe(tokenOffset)
          expect(largestDifference(got?.start ?? [], wanted.start)).toBeLessThan(1e-4)
          expect(largestDifference(got?.end ?? [], wanted.end)).toBeLessThan(1e-4)
        }
      }
      await loaded.release()
      await loadedSpan.release()
    },
  )

  test('is a folder with a card that says where it comes from, listed first and deleted', async () => {
    const folders = emptyFolders()
    const encoder = await resolveModel(folders, textEncoder, withManifest())
    const head = exportHead(newHead(42, 0, 1))
    const about = { name: 'My <b>model</b> | 1', description: 'For a test.', decode: DECODE }
    const model = await writeSpanModel(folders, encoder, head, about)
    const again = await writeSpanModel(folders, encoder, head, about, RUN)
    expect(model.id).toBe('my-b-model-b-1')
    expect(again.id).toBe('my-b-model-b-1-2')
    expect(again.digest).toBe(model.digest)
    expect(model.manifest).toMatchObject({
      license: 'MIT',
      decode: DECODE,
      encoder: { id: 'tiny', digest: encoder.digest },
    })
    describeSpanModel(model, encoder, RUN)
    const card = readFileSync(join(model.folder, 'MODEL_CARD.md'), 'utf8')
    for (const part of [
      '| train | 1,200 | 800 | 40 |',
      '| nearest block | 60 | 0.210 | 0.330 | 0.400 |',
      '| seed | 7 |',
      encoder.digest,
      'MIT',
      'What it cannot do',
      'calibration error on validation 0.040',
      'The loss rises.',
    ]) {
      expect(card).toContain(part)
    }
    expect(card).not.toContain('<b>')
    expect(card).not.toContain('secret')
    const history = JSON.parse(readFileSync(join(model.folder, 'history.json'), 'utf8')) as Json
    expect(history).toMatchObject({ bestEpoch: 3, encoder: { id: 'tiny' } })
    const after = await resolveModel(folders, span, model.id)
    expect(after.digest).toBe(model.digest)

    const madeAt = (folder: string, seconds: number): void =>
      utimesSync(join(folder, 'gleaner.json'), seconds, seconds)
    for (const newest of [model, again]) {
      for (const { folder } of [model, again]) madeAt(folder, 1e9)
      madeAt(newest.folder, 2e9)
      expect((await listTextModels(folders))[0]?.id).toBe(newest.id)
    }
    await removeModel(folders, model.id)
    expect(existsSync(model.folder)).toBe(false)
    expect((await listTextModels(folders)).map(({ id }) => id)).toEqual([again.id])
  })

  test('has an id that no other model of the machine has, whatever its case', async () => {
    const folders = emptyFolders()
    await addTextModelFolder(folders, withManifest({ id: 'My-Model' }))
    expect(newModelFolder(folders, 'my model', 'span-model').id).toBe('my-model-2')
    expect(newModelFolder(folders, 'Größe ✓', 'span-model').id).toBe('gro-e')
    expect(newModelFolder(folders, '///', 'span-model').id).toBe('span-model')
  })

  test('is not there at all when it cannot be written', async () => {
    const folders = emptyFolders()
    const encoder = await resolveModel(folders, textEncoder, withManifest())
    const { folder } = newModelFolder(folders, 'Broken', 'span-model')
    const head = exportHead(newHead(7, 0, 1))
    await expect(
      writeSpanModel(folders, encoder, head, { name: 'Broken', description: '', decode: DECODE }),
    ).rejects.toMatchObject({ kind: 'invalid-input' })
    expect(existsSync(folder)).toBe(false)
    expect(readdirSync(join(folder, '..'))).toEqual([])
  })
})
