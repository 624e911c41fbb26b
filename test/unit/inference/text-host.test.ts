import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createInferenceHost, type InferenceHost } from '../../../src/main/inference/host/client.ts'
import { HEAD_FEATURES } from '../../../src/main/inference/kinds/text/head-features.ts'
import { composeSpanGraph } from '../../../src/main/inference/tasks/head-graph.ts'
import {
  field,
  readOnnxFile,
  weightOf,
  writeOnnxFile,
  type OnnxFile,
} from '../../../src/main/inference/onnx/onnx-file.ts'
import { readOnnxHeader } from '../../../src/main/inference/onnx/onnx-header.ts'
import { span } from '../../../src/main/inference/kinds/span/kind.ts'
import type { LoadedSpanModel } from '../../../src/main/inference/kinds/span/types.ts'
import { textEncoder } from '../../../src/main/inference/kinds/text-encoder/kind.ts'
import type { TextEncoderManifest } from '../../../src/main/inference/kinds/text-encoder/manifest.ts'
import type { TextEncoderModel } from '../../../src/main/inference/kinds/text-encoder/types.ts'
import { resolveModel } from '../../../src/main/inference/models/registry.ts'
import { emptyFolders, INFERENCE_HOST, MODELS } from '../../support/models.ts'
import {
  contextOf,
  contextOfBlocks,
  largestDifference,
  qaExpected,
  type TextCase,
  textExpectedOf,
} from '../../support/text-models.ts'

let host: InferenceHost
beforeAll(() => {
  host = createInferenceHost(INFERENCE_HOST)
})
afterAll(() => host.close())

type Encoder = TextEncoderModel

const encoder = (name: string): Promise<Encoder> =>
  resolveModel(emptyFolders(), textEncoder, join(MODELS, name))

/** Another recipe is another model. */
function withText(model: Encoder, text: Partial<TextEncoderManifest['text']>): Encoder {
  return {
    ...model,
    digest: `${model.digest} ${JSON.stringify(text)}`,
    manifest: { ...model.manifest, text: { ...model.manifest.text, ...text } },
  }
}

const places = ({ text }: Pick<TextCase, 'text'>): number[] =>
  text.flatMap((is, place) => (is === 1 ? [place] : []))

/** Rows of [hidden states, head features]. */
function featuresOf(one: TextCase, dim: number): Float32Array {
  const width = dim + HEAD_FEATURES
  const out = new Float32Array(places(one).length * width)
  for (const [row, place] of places(one).entries()) {
    out.set(one.hidden.subarray(place * dim, (place + 1) * dim), row * width)
    const at = place * HEAD_FEATURES
    out.set(one.features.subarray(at, at + HEAD_FEATURES), row * width + dim)
  }
  return out
}

describe.each(['tiny-bert', 'tiny-roberta'] as const)('%s', (name) => {
  const expected = textExpectedOf(name)

  test.each([true, false])(
    'hidden states are those of transformers, in one batch, breaks %s',
    async (breaks) => {
      const model = withText(await encoder(name), { breaks: breaks ? 'pad' : 'none' })
      const loaded = await host.open(model, 'cpu')
      expect(loaded.featureDim).toBe(expected.dim + HEAD_FEATURES)
      const cases = expected.cases.filter((one) => one.breaks === breaks)
      const encoded = await loaded.encodeContexts(cases.map(contextOfBlocks))
      expect(encoded).toHaveLength(cases.length)
      for (const [i, one] of cases.entries()) {
        const [window] = encoded[i]?.windows ?? []
        const wanted = featuresOf(one, expected.dim)
        expect(largestDifference(window?.features ?? [], wanted)).toBeLessThan(1e-5)
      }
    },
  )
})

/** The encoder's graph with a head of the reference on top, as a span model. */
async function composed(
  name: 'tiny-bert' | 'tiny-roberta',
  head: number,
  breaks: boolean,
  file = 'onnx/model.onnx',
): Promise<LoadedSpanModel> {
  const { manifest, folder } = await encoder(name)
  const { heads } = textExpectedOf(name)
  const out = mkdtempSync(join(tmpdir(), 'composed-'))
  const [sepId, padId] = name === 'tiny-bert' ? [3, 0] : [2, 1]
  const graph = { ...manifest.graph, file }
  const marks = { sepId, breakId: breaks ? padId : null }
  composeSpanGraph(
    folder,
    { ...manifest, graph },
    marks,
    heads[head] ?? [],
    join(out, 'model.onnx'),
  )
  cpSync(join(folder, 'tokenizer.json'), join(out, 'tokenizer.json'))
  const { ids, mask, types } = graph
  writeFileSync(
    join(out, 'gleaner.json'),
    JSON.stringify({
      format: 1,
      kind: 'span',
      id: 'composed',
      name: 'Composed',
      graph: { file: 'model.onnx', ids, mask, types, start: 'start_logits', end: 'end_logits' },
      text: { ...manifest.text, breaks: breaks ? 'pad' : 'none' },
    }),
  )
  return host.open(await resolveModel(emptyFolders(), span, out), 'cpu')
}

async function worstLogit(
  model: LoadedSpanModel,
  cases: readonly TextCase[],
  head: number,
): Promise<number> {
  const all = await model.spanLogits(cases.map(contextOfBlocks))
  let worst = 0
  for (const [i, one] of cases.entries()) {
    const [window] = all[i]?.windows ?? []
    const logits = one.logits[head] as Float32Array
    const own = places(one)
    const wanted = [...own, ...own.map((place) => place + one.ids.length)].map((at) => logits[at])
    const got = [...(window?.start ?? []), ...(window?.end ?? [])]
    worst = Math.max(worst, largestDifference(got, wanted as number[]))
  }
  return worst
}

describe('one graph out of an encoder and a head', () => {
  test.each([
    ['tiny-bert', 'linear', 0, true],
    ['tiny-bert', 'linear', 0, false],
    ['tiny-bert', 'with a hidden layer', 1, true],
    ['tiny-bert', 'with a hidden layer', 1, false],
    ['tiny-roberta', 'with a hidden layer', 1, true],
    ['tiny-roberta', 'linear', 0, false],
  ] as const)(
    '%s, %s (%i), breaks %s: logits are those of torch',
    async (name, _, head, breaks) => {
      const cases = textExpectedOf(name).cases.filter((one) => one.breaks === breaks)
      expect(await worstLogit(await composed(name, head, breaks), cases, head)).toBeLessThan(1e-5)
    },
  )

  test.each([
    ['_fp16', 2e-2],
    ['_quantized', 0.3],
  ])('an encoder in %s works, too', async (suffix, most) => {
    const cases = textExpectedOf('tiny-bert').cases.filter((one) => one.breaks)
    const model = await composed('tiny-bert', 1, true, `onnx/model${suffix}.onnx`)
    const worst = await worstLogit(model, cases, 1)
    expect(worst).toBeLessThan(most)
    expect(worst).toBeGreaterThan(1e-6)
  })

  test('what only other outputs need is left out, and the graph says what it gives', async () => {
    const { model } = await composed('tiny-bert', 1, true)
    const header = readOnnxHeader(join(model.folder, 'model.onnx'))
    expect(header.outputs.map(({ name, type, shape }) => [name, type, shape.length])).toEqual([
      ['start_logits', 1, 2],
      ['end_logits', 1, 2],
    ])
    expect(header.inputs.map(({ name }) => name)).toEqual([
      'input_ids',
      'attention_mask',
      'token_type_ids',
    ])
  })

  test('separators, breaks and padding can be no part of a span, whatever the batch', async () => {
    const ort = (await import('onnxruntime-node')).default
    const { model } = await composed('tiny-bert', 0, true)
    const session = await ort.InferenceSession.create(join(model.folder, 'model.onnx'))
    const [CLS, SEP, PAD] = [2, 3, 0]
    const rows = [
      [CLS, PAD, 20, 21, SEP, 22, PAD, 23, PAD, SEP],
      [CLS, 20, SEP, PAD, PAD, PAD, PAD, PAD, PAD, PAD],
    ]
    const mask = [rows[0]?.map(() => 1) ?? [], [1, 1, 1, 0, 0, 0, 0, 0, 0, 0]]
    const types = rows.map((row) => row.map(() => 0))
    const tensor = (values: number[][]): InstanceType<typeof ort.Tensor> =>
      new ort.Tensor('int64', BigInt64Array.from(values.flat(), BigInt), [2, 10])
    const out = await session.run({
      input_ids: tensor(rows),
      attention_mask: tensor(mask),
      token_type_ids: tensor(types),
    })
    for (const name of ['start_logits', 'end_logits']) {
      const { data, dims } = out[name] as unknown as { data: Float32Array; dims: number[] }
      expect(dims).toEqual([2, 10])
      const open = [...data].map((value) => value > -1000)
      expect(open.slice(0, 10).flatMap((is, i) => (is ? [i] : []))).toEqual([0, 2, 3, 5, 7])
      expect(open.slice(10).flatMap((is, i) => (is ? [i] : []))).toEqual([0, 1])
    }
    await session.release()
  })

  test('weights in a file beside the encoder come into the graph', async () => {
    const { manifest, folder } = await encoder('tiny-bert')
    const { heads } = textExpectedOf('tiny-bert')
    const out = mkdtempSync(join(tmpdir(), 'external-'))
    moveWeightsOut(join(folder, 'onnx/model.onnx'), join(out, 'moved.onnx'), 'weights.data')
    expect(readOnnxHeader(join(out, 'moved.onnx')).externalFiles).toEqual(['weights.data'])
    const graph = { ...manifest.graph, file: 'moved.onnx' }
    const marks = { sepId: 3, breakId: 0 }
    composeSpanGraph(out, { ...manifest, graph }, marks, heads[1] ?? [], join(out, 'span.onnx'))
    rmSync(join(out, 'weights.data'))
    const same = await composed('tiny-bert', 1, true)
    const target = join(same.model.folder, 'model.onnx')
    const before = readFileSync(target)
    renameSync(join(out, 'span.onnx'), target)
    expect(readOnnxHeader(target).externalFiles).toEqual([])
    const model = await resolveModel(emptyFolders(), span, same.model.folder)
    const loaded = await host.open(model, 'cpu')
    const cases = textExpectedOf('tiny-bert').cases.filter((one) => one.breaks)
    expect(await worstLogit(loaded, cases, 1)).toBeLessThan(1e-5)
    expect(before.length).toBeGreaterThan(0)
  })

  test('weights that an old exporter lists among the inputs do not become inputs', async () => {
    const { manifest, folder } = await encoder('tiny-bert')
    const { heads } = textExpectedOf('tiny-bert')
    const out = mkdtempSync(join(tmpdir(), 'old-'))
    const file = readOnnxFile(join(folder, 'onnx/model.onnx'))
    file.weights.set('pooler.weight', weightOf(1, [2], Float32Array.of(1, 2)))
    file.graphRest.push(field.message(11, [field.text(1, 'pooler.weight')]))
    writeOnnxFile(join(out, 'old.onnx'), file)
    const graph = { ...manifest.graph, file: 'old.onnx' }
    const marks = { sepId: 3, breakId: 0 }
    composeSpanGraph(out, { ...manifest, graph }, marks, heads[0] ?? [], join(out, 'span.onnx'))
    expect(readOnnxHeader(join(out, 'span.onnx')).inputs).toHaveLength(3)
    expect(readOnnxFile(join(out, 'span.onnx')).weights.has('pooler.weight')).toBe(false)
  })

  test('weights that are written value by value are read, negative ones, too', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'values-')), 'values.onnx')
    // A negative int32 is a varint of ten bytes.
    const minus = (low: number): number[] => [low, 255, 255, 255, 255, 255, 255, 255, 255, 1]
    const packed = Uint8Array.from([5, ...minus(0x80 | 126), 127])
    const alone = [Uint8Array.from([40, 7]), Uint8Array.from([40, ...minus(0x80 | 125)])]
    const tensor = (name: string, type: number, values: Uint8Array[]): Uint8Array =>
      field.message(5, [field.int(1, 3), field.int(2, type), ...values, field.text(8, name)])
    writeFileSync(
      path,
      field.message(7, [
        field.message(1, [field.text(1, 'a'), field.text(2, 'b'), field.text(4, 'Identity')]),
        tensor('packed', 3, [field.bytes(5, packed)]),
        tensor('alone', 6, alone),
        tensor('none', 3, [field.bytes(5, new Uint8Array())]),
        field.message(12, [field.text(1, 'b')]),
      ]),
    )
    const { weights } = readOnnxFile(path)
    const bytes = (name: string): Uint8Array => weights.get(name)?.read() ?? new Uint8Array()
    expect([...new Int8Array(bytes('packed').slice().buffer)]).toEqual([5, -2, 127])
    expect([...new Int32Array(bytes('alone').slice().buffer)]).toEqual([7, -3])
    expect(bytes('none')).toHaveLength(0)
  })

  test('a head of another encoder is refused', async () => {
    const { manifest, folder } = await encoder('tiny-roberta')
    const { heads } = textExpectedOf('tiny-bert')
    const out = join(mkdtempSync(join(tmpdir(), 'refused-')), 'model.onnx')
    const marks = { sepId: 2, breakId: 1 }
    expect(() => composeSpanGraph(folder, manifest, marks, heads[1] ?? [], out)).toThrow(
      /hidden\.weight of the head is \[8, 42\], for this encoder it must be \[8, 26\]/,
    )
  })

  test('a head that is no number anywhere is refused, and nothing is written', async () => {
    const { manifest, folder } = await encoder('tiny-bert')
    const [good = []] = textExpectedOf('tiny-bert').heads
    const out = join(mkdtempSync(join(tmpdir(), 'refused-')), 'model.onnx')
    const marks = { sepId: 3, breakId: 0 }
    for (const value of [NaN, Infinity]) {
      const head = good.map((one) => {
        if (one.name !== 'span.bias') return one
        return { ...one, data: Float32Array.of(0, value) }
      })
      expect(() => composeSpanGraph(folder, manifest, marks, head, out)).toThrow(
        /span\.bias of the head has values that are not finite/,
      )
    }
    expect(existsSync(out)).toBe(false)
  })

  test('an encoder that cannot carry a head is refused with the reason', async () => {
    const { manifest, folder } = await encoder('tiny-bert')
    const [head = []] = textExpectedOf('tiny-bert').heads
    const out = mkdtempSync(join(tmpdir(), 'refused-'))
    const compose = (change: (file: OnnxFile) => void, breakId: number | null) => {
      const file = readOnnxFile(join(folder, 'onnx/model.onnx'))
      change(file)
      writeOnnxFile(join(out, 'changed.onnx'), file)
      const graph = { ...manifest.graph, file: 'changed.onnx' }
      composeSpanGraph(
        out,
        { ...manifest, graph },
        { sepId: 3, breakId },
        head,
        join(out, 'o.onnx'),
      )
    }
    const old = (file: OnnxFile): void => void file.opsets.set('', 10)
    expect(() => compose(old, 0)).toThrow(/in operator set 10, a head needs 11 or later/)
    // A graph inside a node may read the mask by its name.
    const nested = (file: OnnxFile): void => {
      const graph = field.message(6, [field.text(2, 'inner')])
      const encoded = new Uint8Array(
        Buffer.concat([field.text(1, 'body'), graph, field.int(20, 5)]),
      )
      file.nodes[0]?.attributes.set('body', { kind: 'other', encoded, isGraph: true })
    }
    expect(() => compose(nested, 0)).toThrow(/graphs inside of nodes, whose mask cannot be changed/)
    expect(() => compose(nested, null)).not.toThrow()
  })
})

describe('a fine-tuned model as transformers exports it', () => {
  test('gives the logits of transformers', async () => {
    const model = await resolveModel(emptyFolders(), span, join(MODELS, 'tiny-bert-qa'))
    expect(model.manifest).toMatchObject({ kind: 'span', text: { breaks: 'none' } })
    const loaded = await host.open(model, 'cpu')
    const cases = qaExpected()
    const all = await loaded.spanLogits(cases.map(contextOfBlocks))
    for (const [i, one] of cases.entries()) {
      const [window] = all[i]?.windows ?? []
      const own = places(one)
      const wanted = [...own, ...own.map((place) => place + one.ids.length)]
      expect(
        largestDifference(
          [...(window?.start ?? []), ...(window?.end ?? [])],
          wanted.map((at) => one.logits[at] as number),
        ),
      ).toBeLessThan(1e-5)
    }
  })
})

describe('the host', () => {
  test('a text gives the same in a batch of others, and long ones come in windows', async () => {
    const loaded = await host.open(await encoder('tiny-bert'), 'cpu')
    const long = contextOf({
      before: Array.from({ length: 120 }, (_, i) => `cat ${i % 10}`).join(' '),
      after: Array.from({ length: 60 }, () => 'a red circle\nbeside').join(' '),
    })
    const short = contextOf({ caption: 'map of the harbour' })
    const [alone] = await loaded.encodeContexts([short])
    const [first, second, third] = await loaded.encodeContexts([long, short, long])
    expect(alone?.windows).toHaveLength(1)
    expect(
      largestDifference(alone?.windows[0]?.features ?? [], second?.windows[0]?.features ?? []),
    ).toBeLessThan(1e-5)
    expect(first?.windows.length).toBeGreaterThan(4)
    const seen = new Set<number>()
    for (const { tokenOffset, rows } of first?.windows ?? []) {
      for (let i = 1; i < rows; i++) seen.add(tokenOffset + i - 1)
    }
    expect(seen.size).toBe((first?.offsets.length ?? 0) / 2)
    expect(third?.windows.map(({ rows }) => rows)).toEqual(first?.windows.map(({ rows }) => rows))
  })

  test('more texts than one call holds come back in their order', async () => {
    const loaded = await host.open(await encoder('tiny-bert'), 'cpu')
    const contexts = Array.from({ length: 150 }, (_, i) =>
      contextOf({ caption: 'cat '.repeat(1 + (i % 40)) }),
    )
    // More text than a call holds, too.
    contexts.push(contextOf({ before: 'map '.repeat(13_000), caption: 'a cat' }))
    contexts.push(contextOf({ caption: 'two dogs' }))
    const encoded = await loaded.encodeContexts(contexts)
    const counts = encoded.slice(0, 150).map(({ offsets }) => offsets.length / 2)
    const each = counts[0] as number
    expect(counts).toEqual(contexts.slice(0, 150).map((_, i) => each * (1 + (i % 40))))
    expect(encoded[150]?.windows.length).toBeGreaterThan(200)
    const [alone] = await loaded.encodeContexts([contextOf({ caption: 'two dogs' })])
    const last = encoded[151]?.windows[0]?.features ?? []
    expect(largestDifference(last, alone?.windows[0]?.features ?? [])).toBeLessThan(1e-5)
  })

  test('killed in the middle of many calls it is started again and answers them all', async () => {
    const mortal = createInferenceHost(INFERENCE_HOST)
    const loaded = await mortal.open(await encoder('tiny-bert'), 'cpu')
    const context = contextOf({ before: 'two dogs', caption: 'a cat' })
    const [before] = await loaded.encodeContexts([context])
    const calls = Array.from({ length: 6 }, () => loaded.encodeContexts([context]))
    if (mortal.pid !== null) process.kill(mortal.pid, 'SIGKILL')
    for (const [after] of await Promise.all(calls)) expect(after).toEqual(before)
    expect(mortal.restarts).toBe(1)
    await mortal.close()
    await expect(loaded.encodeContexts([context])).rejects.toMatchObject({ kind: 'canceled' })
  })

  test('a model that names an output that is not there is refused when it is opened', async () => {
    const model = await encoder('tiny-bert')
    const wrong = {
      ...model,
      digest: 'wrong',
      manifest: { ...model.manifest, graph: { ...model.manifest.graph, hidden: 'no_such' } },
    }
    await expect(host.open(wrong, 'cpu')).rejects.toMatchObject({
      kind: 'model',
      message: expect.stringContaining('no output "no_such"') as string,
    })
  })

  test('a device that is not there is refused by name, and passed over by auto', async () => {
    const model = await encoder('tiny-bert')
    await expect(host.open(model, 'dml')).rejects.toMatchObject({ kind: 'unsupported' })
    const loaded = await host.open(model, 'auto')
    const [one] = await loaded.encodeContexts([contextOf({ caption: 'a cat' })])
    expect(one?.windows).toHaveLength(1)
  })
})

/** Rewrites an ONNX file so that its larger raw weights lie in a file beside it. */
function moveWeightsOut(from: string, to: string, location: string): void {
  const bytes = readFileSync(from)
  const data: Buffer[] = []
  let dataAt = 0
  const varint = (value: number): Buffer => {
    const out: number[] = []
    for (; value > 127; value = Math.floor(value / 128)) out.push((value % 128) | 128)
    return Buffer.from([...out, value])
  }
  const block = (number: number, content: Buffer): Buffer =>
    Buffer.concat([varint(number * 8 + 2), varint(content.length), content])
  const entry = (key: string, value: string): Buffer =>
    block(13, Buffer.concat([block(1, Buffer.from(key)), block(2, Buffer.from(value))]))
  const walk = (
    part: Buffer,
    visit: (number: number, content: Buffer | null, raw: Buffer) => Buffer,
  ): Buffer => {
    const out: Buffer[] = []
    for (let at = 0; at < part.length;) {
      const start = at
      const read = (): number => {
        let value = 0
        for (let shift = 1; ; shift *= 128) {
          const byte = part[at++] ?? 0
          value += (byte & 127) * shift
          if (byte < 128) return value
        }
      }
      const tag = read()
      let content: Buffer | null = null
      if (tag % 8 === 2) {
        const length = read()
        content = part.subarray(at, at + length)
        at += length
      } else if (tag % 8 === 0) read()
      else at += tag % 8 === 1 ? 8 : 4
      out.push(visit(Math.floor(tag / 8), content, part.subarray(start, at)))
    }
    return Buffer.concat(out)
  }
  const tensor = (part: Buffer): Buffer => {
    let isMoved = false
    const kept = walk(part, (number, content, raw) => {
      if (number !== 9 || !content || content.length < 64) return raw
      isMoved = true
      data.push(content)
      const where = [
        entry('location', location),
        entry('offset', String(dataAt)),
        entry('length', String(content.length)),
      ]
      dataAt += content.length
      return Buffer.concat(where)
    })
    return isMoved ? Buffer.concat([kept, Buffer.from([14 * 8, 1])]) : kept
  }
  const model = walk(bytes, (number, content, raw) =>
    number === 7 && content
      ? block(
          7,
          walk(content, (n, c, r) => (n === 5 && c ? block(5, tensor(c)) : r)),
        )
      : raw,
  )
  mkdirSync(join(to, '..'), { recursive: true })
  writeFileSync(to, model)
  writeFileSync(join(to, '..', location), Buffer.concat(data))
}
