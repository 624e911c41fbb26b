import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import type { AnyManifest, ResolvedModel } from '../kinds/define.ts'
import { MANIFEST_FILE } from '../kinds/manifest.ts'
import { REFERENCE_FILE } from '../kinds/verify.ts'
import {
  floatsOf,
  ONNX_INT8,
  ONNX_UINT8,
  readOnnxFile,
  weightOf,
  writeOnnxFile,
  type OnnxAttribute,
  type OnnxFile,
  type OnnxNode,
  type OnnxWeight,
} from '../onnx/onnx-file.ts'
import { ONNX_FLOAT, ONNX_INT64 } from '../onnx/onnx-header.ts'

/** Below this a matrix costs no time worth an error. */
const LEAST_VALUES = 16 * 16
/** Of the 256 levels, those below zero: for values on both sides of it, and behind a GELU. */
const ZERO = { centred: 128, oneSided: 24 } as const

const int = (value: number): OnnxAttribute => ({ kind: 'int', value })

/** Called after each matrix: reports, lets others run, and throws where the work is canceled. */
export type BetweenMatrices = (done: number, total: number) => Promise<void>

/**
 * Turns matrices of float32 towers into 8-bit ones: each column of weights gets a scale of its own
 * (symmetric, -127..127), each row of activations one as it runs, that of its own largest value, so
 * that nothing is cut off and what becomes of a picture does not depend on its neighbours in a
 * batch. Products are summed in integers (MatMulIntegerToFloat of onnxruntime). Biases,
 * normalisation, attention and the last projection stay float32. Returns how many matrices were
 * changed.
 *
 * Of the text tower only the two matrices around each activation are changed, two thirds of its
 * work: its error comes on top of the picture's (measured on a ViT-B/32 with random weights: unit
 * vectors of pictures are off by 0.020, of texts by 0.013 so, by 0.021 with all matrices).
 *
 * @param pixels name of the graph's input for pictures; null = it has none
 */
export async function quantizeGraph(
  file: OnnxFile,
  pixels: string | null,
  between: BetweenMatrices = () => Promise.resolve(),
): Promise<number> {
  const producers = new Map<string, OnnxNode>()
  for (const node of file.nodes) for (const output of node.outputs) producers.set(output, node)
  const last = lastProjections(file, producers)
  const seesPixels = pixels === null ? new Set<string>() : downstream(file, pixels)
  const intoActivations = beforeActivations(file)
  const wanted = new Map<OnnxNode, Matrix>()
  for (const node of file.nodes) {
    const [x = ''] = node.inputs
    const [output = ''] = node.outputs
    const isWanted = seesPixels.has(x)
      ? !last.has(node)
      : intoActivations.has(output) || isOneSided(producers, x)
    const matrix = isWanted ? matrixOf(file, producers, node) : null
    if (matrix) wanted.set(node, matrix)
  }

  const g = createWriter(file)
  /** One quantisation for all that read the same tensor, such as queries, keys and values. */
  const quantised = new Map<string, QuantisedRows>()
  /** Weights that became 8-bit, by name, whether turned or not. */
  const matrices = new Map<
    string,
    { values: string; scales: string; rows: number; columns: number }
  >()
  const freed = new Set<string>()
  let changed = 0

  for (const node of file.nodes) {
    const [x = '', , bias = ''] = node.inputs
    const [output = ''] = node.outputs
    const matrix = wanted.get(node)
    if (!matrix) {
      g.nodes.push(node)
      continue
    }
    const key = `${matrix.name}${matrix.isTurned ? ' turned' : ''}`
    let weights = matrices.get(key)
    if (!weights) {
      const { values, scales, rows, columns } = quantizeMatrix(matrix.weight, matrix.isTurned)
      weights = { values: `${key}.int8`, scales: `${key}.scale`, rows, columns }
      file.weights.set(weights.values, weightOf(ONNX_INT8, [rows, columns], values))
      file.weights.set(weights.scales, weightOf(ONNX_FLOAT, [columns], scales))
      matrices.set(key, weights)
    }
    let rows = quantised.get(x)
    if (!rows) {
      rows = quantizeRows(g, x, weights.rows, isOneSided(producers, x))
      quantised.set(x, rows)
    }
    const { columns } = weights
    const product = g.add('MatMulIntegerToFloat', `${output}.columns`, [
      rows.values,
      weights.values,
      g.float(1),
      weights.scales,
      rows.zero,
    ])
    const scaled = g.add('Mul', `${output}.rows`, [product, rows.scales])
    const shape = g.add('Concat', `${output}.shape`, [rows.leading, g.longs(columns)], {
      axis: int(0),
    })
    const hasBias = bias !== ''
    const whole = hasBias ? `${output}.product` : output
    g.add('Reshape', whole, [scaled, shape])
    if (hasBias) g.add('Add', output, [whole, bias])
    freed.add(node.inputs[1] ?? '')
    await between(++changed, wanted.size)
  }
  if (changed > 0 && !file.opsets.has(CONTRIB)) file.opsets.set(CONTRIB, 1)
  file.nodes = g.nodes
  dropUnused(file, freed)
  return changed
}

/** onnxruntime's own operators. */
const CONTRIB = 'com.microsoft'
const OF_CONTRIB = new Set(['MatMulIntegerToFloat'])

interface Writer {
  nodes: OnnxNode[]
  /** Version of the operator set that the graph is written in. */
  opset: number
  /** Adds a node and returns its one output, which the node is named after. */
  add(
    op: string,
    output: string,
    inputs: string[],
    attributes?: Record<string, OnnxAttribute>,
    domain?: string,
  ): string
  float(value: number): string
  byte(value: number): string
  longs(...values: number[]): string
}

function createWriter(file: OnnxFile): Writer {
  const nodes: OnnxNode[] = []
  const constant = (name: string, weight: () => OnnxWeight): string => {
    if (!file.weights.has(name)) file.weights.set(name, weight())
    return name
  }
  return {
    nodes,
    opset: file.opsets.get('') ?? file.opsets.get('ai.onnx') ?? 1,
    add(op, output, inputs, attributes = {}, domain = OF_CONTRIB.has(op) ? CONTRIB : '') {
      const name = `${output}.${op}`
      nodes.push({
        op,
        domain,
        name,
        inputs,
        outputs: [output],
        attributes: new Map(Object.entries(attributes)),
      })
      return output
    },
    float: (value) =>
      constant(`gleaner.float.${value}`, () => weightOf(ONNX_FLOAT, [], Float32Array.of(value))),
    byte: (value) =>
      constant(`gleaner.byte.${value}`, () => weightOf(ONNX_UINT8, [], Uint8Array.of(value))),
    longs: (...values) =>
      constant(`gleaner.longs.${values.join('_')}`, () =>
        weightOf(ONNX_INT64, [values.length], BigInt64Array.from(values, BigInt)),
      ),
  }
}

interface QuantisedRows {
  /** uint8 [rows, width] */
  values: string
  /** [rows, 1] */
  scales: string
  /** One for all of them. */
  zero: string
  /** All dimensions of the tensor but the last. */
  leading: string
}

/**
 * Quantises `x` [..., width] row by row. The scale is the smallest that holds both ends of the row:
 * with a zero at `z`, max(largest / (255 - z), -smallest / z).
 */
function quantizeRows(g: Writer, x: string, width: number, isOneSided: boolean): QuantisedRows {
  const flat = g.add('Reshape', `${x}.flat`, [x, g.longs(-1, width)])
  const reduce = (op: string, output: string, of: string): string =>
    g.opset < 18
      ? g.add(op, output, [of], { axes: { kind: 'ints', value: [1] }, keepdims: int(0) })
      : g.add(op, output, [of, g.longs(1)], { keepdims: int(0) })
  const z = isOneSided ? ZERO.oneSided : ZERO.centred
  const ends: string[] = [g.float(1e-20)]
  if (isOneSided) {
    const largest = reduce('ReduceMax', `${x}.largest`, flat)
    const smallest = reduce('ReduceMin', `${x}.smallest`, flat)
    ends.push(g.add('Mul', `${x}.above`, [largest, g.float(1 / (255 - z))]))
    ends.push(g.add('Mul', `${x}.below`, [smallest, g.float(-1 / z)]))
  } else {
    const sizes = g.add('Abs', `${x}.sizes`, [flat])
    const largest = reduce('ReduceMax', `${x}.largest`, sizes)
    ends.push(g.add('Mul', `${x}.above`, [largest, g.float(1 / 127)]))
  }
  const scales = g.add('Max', `${x}.scale`, ends)
  const count = g.add('Shape', `${x}.count`, [scales])
  // Spread as floats: webgpu takes an Expand of bytes and fails at it.
  const spread = g.add('Expand', `${x}.spread`, [g.float(z), count])
  const zeros = g.add('Cast', `${x}.zeros`, [spread], { to: int(ONNX_UINT8) })
  const axis = { axis: int(0) }
  // Before operator set 13 only onnxruntime's own knows an axis.
  const domain = g.opset < 13 ? CONTRIB : ''
  const shape = g.add('Shape', `${x}.dims`, [x])
  return {
    values: g.add('QuantizeLinear', `${x}.uint8`, [flat, scales, zeros], axis, domain),
    scales: g.add('Reshape', `${x}.scales`, [scales, g.longs(-1, 1)]),
    zero: g.byte(z),
    leading: g.add('Slice', `${x}.leading`, [shape, g.longs(0), g.longs(-1)]),
  }
}

const ACTIVATION = /^(Gelu|FastGelu|BiasGelu|QuickGelu|Relu|Sigmoid|Erf|Tanh)$/
/** What activations and biases are written out in; a product of matrices is not among it. */
const BETWEEN = /^(Mul|Add|Div|Pow|Cast|Reshape|Identity)$/

/** Whether a tensor comes out of an activation such as GELU, whose values hardly go below zero. */
function isOneSided(producers: Map<string, OnnxNode>, x: string): boolean {
  const seen = new Set<OnnxNode>()
  const visit = (name: string): boolean => {
    const node = producers.get(name)
    if (!node || seen.has(node)) return false
    seen.add(node)
    return ACTIVATION.test(node.op) || (BETWEEN.test(node.op) && node.inputs.some(visit))
  }
  return visit(x)
}

/** Every tensor that goes into an activation, but for a bias or a factor. */
function beforeActivations(file: OnnxFile): Set<string> {
  const found = new Set<string>()
  for (const { op, inputs, outputs } of file.nodes.toReversed()) {
    if (ACTIVATION.test(op) || (BETWEEN.test(op) && outputs.some((name) => found.has(name)))) {
      for (const name of inputs) found.add(name)
    }
  }
  return found
}

/** Every tensor that depends on an input. */
function downstream(file: OnnxFile, input: string): Set<string> {
  const found = new Set([input])
  // Nodes of an ONNX graph are sorted: what a node reads was made before it.
  for (const { inputs, outputs } of file.nodes) {
    if (inputs.some((name) => found.has(name))) for (const name of outputs) found.add(name)
  }
  return found
}

interface Matrix {
  name: string
  weight: OnnxWeight
  /** [columns, rows] in the file. */
  isTurned: boolean
}

/** The constant matrix that a node multiplies with, or null where there is none to quantise. */
function matrixOf(file: OnnxFile, producers: Map<string, OnnxNode>, node: OnnxNode): Matrix | null {
  if (node.domain !== '' || (node.op !== 'MatMul' && node.op !== 'Gemm')) return null
  let isTurned = false
  if (node.op === 'Gemm') {
    const of = (name: string, otherwise: number): number => {
      const attribute = node.attributes.get(name)
      return attribute?.kind === 'int' || attribute?.kind === 'float' ? attribute.value : otherwise
    }
    if (of('alpha', 1) !== 1 || of('beta', 1) !== 1 || of('transA', 0) !== 0) return null
    isTurned = of('transB', 0) === 1
  }
  let name = node.inputs[1] ?? ''
  const producer = producers.get(name)
  if (producer?.op === 'Transpose') {
    const perm = producer.attributes.get('perm')
    if (perm?.kind === 'ints' && perm.value.join() !== '1,0') return null
    name = producer.inputs[0] ?? ''
    isTurned = !isTurned
  }
  const weight = file.weights.get(name)
  if (!weight || weight.type !== ONNX_FLOAT || weight.dims.length !== 2) return null
  if (weight.byteLength / 4 < LEAST_VALUES) return null
  return { name, weight, isTurned }
}

/**
 * Matrices whose products are what the graph gives, but for a bias: an error there goes into the
 * embedding undiluted, and they cost next to nothing, as one row a picture passes them.
 */
function lastProjections(file: OnnxFile, producers: Map<string, OnnxNode>): Set<OnnxNode> {
  const used = new Set(file.nodes.flatMap((node) => node.inputs))
  const found = new Set<OnnxNode>()
  const visit = (name: string): void => {
    const node = producers.get(name)
    if (!node) return
    if (node.op === 'MatMul' || node.op === 'Gemm') found.add(node)
    else if (/^(Identity|Add|Reshape|Flatten|Squeeze|Cast|Div|Mul)$/.test(node.op)) {
      node.inputs.forEach(visit)
    }
  }
  for (const name of producers.keys()) if (!used.has(name)) visit(name)
  return found
}

function quantizeMatrix(
  weight: OnnxWeight,
  isTurned: boolean,
): { values: Int8Array; scales: Float32Array; rows: number; columns: number } {
  const [first = 0, second = 0] = weight.dims
  const rows = isTurned ? second : first
  const columns = isTurned ? first : second
  const from = floatsOf(weight)
  const rowStep = isTurned ? 1 : columns
  const columnStep = isTurned ? rows : 1
  const scales = new Float32Array(columns)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const size = Math.abs(from[row * rowStep + column * columnStep] as number)
      if (size > (scales[column] as number)) scales[column] = size
    }
  }
  for (let column = 0; column < columns; column++) {
    // A column of zeros keeps a scale that divides.
    scales[column] = (scales[column] as number) / 127 || 1
  }
  const values = new Int8Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = from[row * rowStep + column * columnStep] as number
      values[row * columns + column] = Math.round(value / (scales[column] as number))
    }
  }
  return { values, scales, rows, columns }
}

/** Drops weights that nothing reads any more, and the turning of them. `freed` = what was read. */
function dropUnused(file: OnnxFile, freed: Set<string>): void {
  // A graph inside a node can use any weight of this one.
  const hasInner = file.nodes.some((node) =>
    [...node.attributes.values()].some((each) => each.kind === 'other' && each.isGraph),
  )
  if (hasInner) return
  const used = new Set(file.nodes.flatMap((node) => node.inputs))
  file.nodes = file.nodes.filter(
    ({ op, outputs: [output = ''] }) =>
      op !== 'Transpose' || used.has(output) || !freed.has(output),
  )
  const needed = new Set(file.nodes.flatMap((node) => node.inputs))
  for (const name of [...file.weights.keys()]) if (!needed.has(name)) file.weights.delete(name)
}

/**
 * Writes an 8-bit twin of a float32 model into `out`, a folder that must not exist yet: graphs,
 * what its kind names besides, and a manifest that names the model it comes from. It is not checked
 * here. Throws `unsupported` for a kind without a twin, `invalid-input` for a model that is not
 * float32, `conflict` where `out` exists.
 *
 * @param between counts the matrices of one graph after the other
 */
export async function writeQuantized<M extends AnyManifest, L>(
  model: ResolvedModel<M, L>,
  out: string,
  between?: BetweenMatrices,
): Promise<{ manifest: M; matrices: number }> {
  const { manifest, folder, kind } = model
  const { quantisation } = kind
  if (quantisation === null) {
    throw new AppError(
      'unsupported',
      `${manifest.name} is ${kind.title}; nothing is defined that would judge an int8 twin of one`,
    )
  }
  const dtype = quantisation.dtypeOf(folder, manifest)
  if (dtype !== 'fp32') {
    throw new AppError(
      'invalid-input',
      `${manifest.name} is ${dtype}; only an fp32 model can be quantised`,
      'Quantise the model that it was made from.',
    )
  }
  if (existsSync(out)) {
    throw new AppError('conflict', `${out} exists already`, {
      window: 'Remove it.',
      command: 'Choose another folder with --out.',
    })
  }
  const quantised = quantisation.twinOf(manifest, {
    id: `${manifest.id}-int8`,
    name: `${manifest.name}, int8`,
    derivedFrom: {
      id: model.id,
      digest: model.digest,
      how: `gleaner models quantize: ${quantisation.how}`,
    },
  })
  const { graphs, others } = kind.files(manifest)
  const pixels = quantisation.pixels(manifest)
  try {
    let matrices = 0
    for (const graph of graphs) {
      const file = readOnnxFile(join(folder, graph))
      matrices += await quantizeGraph(file, pixels, between)
      mkdirSync(dirname(join(out, graph)), { recursive: true })
      writeOnnxFile(join(out, graph), file)
    }
    if (matrices === 0) {
      throw new AppError(
        'invalid-input',
        `${manifest.name} has no float32 matrices that can be quantised`,
        'Models exported by torch or optimum have them as weights of MatMul or Gemm.',
      )
    }
    for (const name of [...others, REFERENCE_FILE]) {
      if (!existsSync(join(folder, name))) continue
      mkdirSync(dirname(join(out, name)), { recursive: true })
      copyFileSync(join(folder, name), join(out, name))
    }
    writeFileSync(join(out, MANIFEST_FILE), `${JSON.stringify(quantised, null, 2)}\n`)
    return { manifest: quantised, matrices }
  } catch (error) {
    rmSync(out, { recursive: true, force: true })
    throw error
  }
}
