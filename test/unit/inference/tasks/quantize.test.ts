import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import ort from 'onnxruntime-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  createInferenceHost,
  type InferenceHost,
} from '../../../../src/main/inference/host/client.ts'
import { pictureText } from '../../../../src/main/inference/kinds/picture-text/kind.ts'
import { comparePictureText } from '../../../../src/main/inference/kinds/picture-text/compare.ts'
import {
  field,
  floatsOf,
  readOnnxFile,
  weightOf,
  writeOnnxFile,
  type OnnxFile,
  type OnnxNode,
} from '../../../../src/main/inference/onnx/onnx-file.ts'
import { ONNX_FLOAT } from '../../../../src/main/inference/onnx/onnx-header.ts'
import { quantizeGraph, writeQuantized } from '../../../../src/main/inference/tasks/quantize.ts'
import { resolveFolder } from '../../../../src/main/inference/models/registry.ts'
import { quantizeModel } from '../../../../src/main/jobs/models/quantize.ts'
import {
  emptyFolders,
  INFERENCE_HOST,
  MODELS,
  PICTURES,
  tinyModel,
} from '../../../support/models.ts'
import { numbers } from '../../../support/numbers.ts'

let host: InferenceHost
beforeAll(() => {
  host = createInferenceHost(INFERENCE_HOST)
})
afterAll(() => host.close())

const pictures = ['landscape.png', 'portrait.png', 'baseline.jpg', 'palette.png'].map((name) => ({
  path: join(PICTURES, name),
}))
const texts = ['a photo of a cat', 'two dogs', 'map']
const outFolder = (): string => join(mkdtempSync(join(tmpdir(), 'quantize-')), 'out')

test.each(['tiny-clip', 'tiny-clip-joint', 'tiny-siglip'] as const)(
  '%s read and written again gives the very same cosines',
  async (name) => {
    const model = await tinyModel(name)
    const out = outFolder()
    const graphs = 'joint' in model.manifest.graphs ? ['model'] : ['vision_model', 'text_model']
    mkdirSync(join(out, 'onnx'), { recursive: true })
    for (const graph of graphs) {
      const path = join('onnx', `${graph}.onnx`)
      writeOnnxFile(join(out, path), readOnnxFile(join(model.folder, path)))
    }
    writeFileSync(join(out, 'gleaner.json'), JSON.stringify(model.manifest))
    writeFileSync(join(out, 'tokenizer.json'), readFileSync(join(model.folder, 'tokenizer.json')))
    const again = await resolveFolder(emptyFolders(), pictureText, out)
    const { largest } = await comparePictureText(host, model, again, { pictures, texts })
    expect(largest).toBe(0)
  },
)

describe.each(['tiny-clip', 'tiny-clip-joint', 'tiny-siglip'] as const)('%s in int8', (name) => {
  test('stays near the fp32 model, and says what it comes from', async () => {
    const model = await tinyModel(name)
    const out = outFolder()
    const { manifest, matrices } = await writeQuantized(model, out)
    expect(matrices).toBeGreaterThan(0)
    expect(manifest.derivedFrom?.digest).toBe(model.digest)
    const made = await resolveFolder(emptyFolders(), pictureText, out)
    expect(made.manifest.dtype).toBe('int8')
    expect(made.digest).not.toBe(model.digest)
    const { largest, pictures: n } = await comparePictureText(host, model, made, {
      pictures,
      texts,
    })
    expect(n).toBe(pictures.length)
    // A net this narrow loses more than a real one; docs/fidelity.md has the real shapes.
    expect(largest).toBeGreaterThan(0)
    expect(largest).toBeLessThan(3e-2)
  })

  test('a score does not depend on its neighbours in a batch', async () => {
    const out = outFolder()
    await writeQuantized(await tinyModel(name), out)
    const loaded = await host.open(await resolveFolder(emptyFolders(), pictureText, out), 'cpu')
    const together = (await loaded.encodeImages(pictures)).vectors
    const dim = loaded.model.manifest.embeddingDim
    for (const [i, picture] of pictures.entries()) {
      const { vectors } = await loaded.encodeImages([picture])
      expect(vectors).toEqual(together.slice(i * dim, (i + 1) * dim))
    }
    await loaded.release()
  })
})

test('of the text tower only the two matrices around each activation are in eight bits', async () => {
  const out = outFolder()
  await writeQuantized(await tinyModel('tiny-clip'), out)
  const { nodes } = readOnnxFile(join(out, 'onnx/text_model.onnx'))
  const layers = nodes.filter(({ op }) => op === 'Softmax').length
  const names = nodes
    .filter(({ op }) => op === 'MatMulIntegerToFloat')
    .map(({ inputs }) => inputs[1])
  expect(layers).toBeGreaterThan(0)
  expect(names).toHaveLength(2 * layers)
})

/** x [rows, 5, 64] through a matrix with a bias, an activation, and a last matrix. */
function littleGraph(opset: number, activation = 'Relu'): OnnxFile {
  const { next } = numbers(5)
  const values = (n: number): Float32Array =>
    Float32Array.from({ length: n }, () => next() / 2 ** 23 - 1)
  const node = (op: string, inputs: string[], output: string): OnnxNode => ({
    op,
    domain: '',
    name: output,
    inputs,
    outputs: [output],
    attributes: new Map(),
  })
  const tensor = (name: string, last: number): Uint8Array[] => {
    const dims = [field.text(2, 'rows'), field.int(1, 5), field.int(1, last)]
    const shape = field.message(
      2,
      dims.map((dim) => field.message(1, [dim])),
    )
    const type = field.message(1, [field.int(1, ONNX_FLOAT), shape])
    return [field.text(1, name), field.message(2, [type])]
  }
  return {
    opsets: new Map([['', opset]]),
    nodes: [
      node('MatMul', ['x', 'a'], 'wide'),
      node('Add', ['wide', 'bias'], 'moved'),
      node(activation, ['moved'], 'active'),
      node('MatMul', ['active', 'b'], 'narrow'),
      node('Add', ['narrow', 'x'], 'added'),
      node('MatMul', ['added', 'c'], 'y'),
    ],
    weights: new Map([
      ['a', weightOf(ONNX_FLOAT, [64, 96], values(64 * 96))],
      ['bias', weightOf(ONNX_FLOAT, [96], values(96))],
      ['b', weightOf(ONNX_FLOAT, [96, 64], values(96 * 64))],
      ['c', weightOf(ONNX_FLOAT, [64, 32], values(64 * 32))],
    ]),
    modelRest: [field.int(1, 6)],
    graphRest: [
      field.text(2, 'graph'),
      field.message(11, tensor('x', 64)),
      field.message(12, tensor('y', 32)),
    ],
  }
}

test.each([11, 13, 18])('a graph of operator set %d runs in int8, row by row', async (opset) => {
  const folder = mkdtempSync(join(tmpdir(), 'opset-'))
  writeOnnxFile(join(folder, 'fp32.onnx'), littleGraph(opset))
  const file = littleGraph(opset)
  expect(await quantizeGraph(file, 'x')).toBe(2)
  writeOnnxFile(join(folder, 'int8.onnx'), file)
  const x = Float32Array.from({ length: 3 * 5 * 64 }, (_, i) => Math.sin(i) * (i < 320 ? 100 : 1))
  const run = async (name: string, from: Float32Array): Promise<Float32Array> => {
    const session = await ort.InferenceSession.create(join(folder, name), { logSeverityLevel: 3 })
    const { y } = await session.run({
      x: new ort.Tensor('float32', from, [from.length / 320, 5, 64]),
    })
    return Float32Array.from(y?.data as Float32Array)
  }
  const exact = await run('fp32.onnx', x)
  const eight = await run('int8.onnx', x)
  // Rows a hundred times as large beside them cost the small ones nothing.
  for (const rows of [exact.subarray(0, 160), exact.subarray(160)]) {
    const most = Math.max(...rows.map(Math.abs))
    const own = eight.subarray(rows.byteOffset / 4, rows.byteOffset / 4 + rows.length)
    for (const [i, value] of rows.entries()) {
      expect(Math.abs(value - (own[i] as number))).toBeLessThan(0.02 * most)
    }
  }
  expect(await run('int8.onnx', x.slice(320, 640))).toEqual(eight.slice(160, 320))
})

test('values below zero behind an activation are not cut off', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'below-'))
  writeOnnxFile(join(folder, 'fp32.onnx'), littleGraph(13, 'Tanh'))
  const file = littleGraph(13, 'Tanh')
  expect(await quantizeGraph(file, 'x')).toBe(2)
  writeOnnxFile(join(folder, 'int8.onnx'), file)
  const x = Float32Array.from({ length: 5 * 64 }, (_, i) => Math.sin(i))
  const run = async (name: string): Promise<Float32Array> => {
    const session = await ort.InferenceSession.create(join(folder, name), { logSeverityLevel: 3 })
    const { y } = await session.run({ x: new ort.Tensor('float32', x, [1, 5, 64]) })
    return Float32Array.from(y?.data as Float32Array)
  }
  const exact = await run('fp32.onnx')
  const eight = await run('int8.onnx')
  const rms = (values: Float32Array): number =>
    Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)
  const error = rms(exact.map((value, i) => value - (eight[i] as number))) / rms(exact)
  expect(error).toBeLessThan(0.05)
})

test('a weight that cannot be held in eight bits per column is still only off by its step', async () => {
  const model = await tinyModel('tiny-clip')
  const out = outFolder()
  await writeQuantized(model, out)
  const before = readOnnxFile(join(model.folder, 'onnx/vision_model.onnx'))
  const after = readOnnxFile(join(out, 'onnx/vision_model.onnx'))
  const name = [...after.weights.keys()].find((key) => key.endsWith('.int8')) ?? ''
  const original = name.replace(/( turned)?\.int8$/, '')
  const isTurned = name.includes(' turned')
  const scales = floatsOf(
    after.weights.get(name.replace('.int8', '.scale')) ?? weightOf(1, [0], new Float32Array()),
  )
  const values = new Int8Array(new Uint8Array(after.weights.get(name)?.read() ?? []).buffer)
  const floats = floatsOf(
    before.weights.get(original) ?? weightOf(ONNX_FLOAT, [0], new Float32Array()),
  )
  const columns = scales.length
  const rows = values.length / columns
  expect(values.length).toBe(floats.length)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const was = floats[isTurned ? column * rows + row : row * columns + column] as number
      const is = (values[row * columns + column] as number) * (scales[column] as number)
      expect(Math.abs(was - is)).toBeLessThanOrEqual(((scales[column] as number) / 2) * 1.0001)
    }
  }
})

test('an int8 twin that is off by more than its bound is refused and nothing of it is kept', async () => {
  const folders = emptyFolders()
  const out = outFolder()
  const options = { check: PICTURES, out, bound: 1e-9 }
  const run = quantizeModel(folders, await tinyModel('tiny-clip'), options, host)
  await expect(run).rejects.toMatchObject({ kind: 'refused' })
  await expect(run).rejects.toThrow(/off by up to .* in cosine/)
  expect(existsSync(out)).toBe(false)
})

test('one within its bound is kept, added to the models, and reports what it was checked on', async () => {
  const folders = emptyFolders()
  const made = await quantizeModel(
    folders,
    await tinyModel('tiny-clip'),
    { check: PICTURES, bound: 5e-2 },
    host,
  )
  expect(made.comparison.pictures).toBeGreaterThan(30)
  expect(made.comparison.largest).toBeLessThanOrEqual(5e-2)
  expect(made.model.info.dtype).toBe('int8')
  expect(made.bytesAfter).toBeLessThan(made.bytesBefore)
  const twice = quantizeModel(folders, await tinyModel('tiny-clip'), { check: PICTURES }, host)
  await expect(twice).rejects.toMatchObject({ kind: 'conflict' })
  // A run that was killed after its twin was whole goes on.
  const goesOn = { check: PICTURES, bound: 5e-2, goesOn: true }
  const again = await quantizeModel(folders, await tinyModel('tiny-clip'), goesOn, host)
  expect(again.model.digest).toBe(made.model.digest)
  expect(readdirSync(dirname(again.model.folder))).toEqual([basename(again.model.folder)])
})

test('an int8 model is not quantised again, and a folder without pictures checks nothing', async () => {
  const out = outFolder()
  const model = await tinyModel('tiny-clip')
  await writeQuantized(model, out)
  const int8 = await resolveFolder(emptyFolders(), pictureText, out)
  await expect(writeQuantized(int8, outFolder())).rejects.toThrow(/only an fp32 model/)
  const empty = mkdtempSync(join(tmpdir(), 'empty-'))
  const run = quantizeModel(emptyFolders(), model, { check: empty, out: outFolder() }, host)
  await expect(run).rejects.toThrow(/no pictures/)
})

test('a file that is no graph is refused by name', () => {
  expect(() => readOnnxFile(join(MODELS, 'tiny-clip/gleaner.json'))).toThrow(/is not an ONNX graph/)
})
