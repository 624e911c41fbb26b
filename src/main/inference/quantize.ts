import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import { graphFiles, MANIFEST_FILE, type Manifest } from './manifest.ts'
import {
  floatsOf,
  ONNX_INT8,
  readOnnxFile,
  weightOf,
  writeOnnxFile,
  type OnnxAttribute,
  type OnnxFile,
  type OnnxNode,
  type OnnxWeight,
} from './onnx-file.ts'
import { ONNX_FLOAT } from './onnx-header.ts'
import type { ResolvedModel } from './types.ts'
import { REFERENCE_FILE } from './verify.ts'

/** Below this a matrix costs no time worth an error. */
const LEAST_VALUES = 16 * 16

const int = (value: number): OnnxAttribute => ({ kind: 'int', value })

/**
 * Turns the matrices of a float32 picture tower into 8-bit ones: each column of weights gets a scale
 * of its own (symmetric, -127..127), activations are quantised as they come (DynamicQuantizeLinear,
 * one scale per tensor), products are summed in integers (MatMulInteger). Biases, normalisation,
 * attention and the last projection stay float32. The pattern of nodes is the one that onnxruntime
 * fuses into one operator. Returns how many matrices were changed.
 *
 * The text tower stays as it is: a cut text costs about a seventh of a picture, and its error would
 * come on top (measured on a ViT-B/32 with random weights: cosines off by up to 7.4e-3 with both
 * towers in 8 bits, 3.6e-3 with this one).
 *
 * @param pixels name of the graph's input for pictures
 */
export function quantizeGraph(file: OnnxFile, pixels: string): number {
  const producers = new Map<string, OnnxNode>()
  for (const node of file.nodes) for (const output of node.outputs) producers.set(output, node)
  const last = lastProjections(file, producers)
  const seesPixels = downstream(file, pixels)
  const nodes: OnnxNode[] = []
  /** One quantisation for all that read the same tensor, such as queries, keys and values. */
  const quantised = new Map<string, { values: string; scale: string; zero: string }>()
  /** Weights that became 8-bit, by name, whether turned or not. */
  const matrices = new Map<string, { values: string; scale: string }>()
  const freed = new Set<string>()
  let changed = 0

  const add = (
    op: string,
    name: string,
    inputs: string[],
    outputs: string[],
    attributes: [string, OnnxAttribute][] = [],
  ): void => {
    nodes.push({ op, domain: '', name, inputs, outputs, attributes: new Map(attributes) })
  }

  for (const node of file.nodes) {
    const isOfPictures = seesPixels.has(node.inputs[0] ?? '') && !last.has(node)
    const matrix = isOfPictures ? matrixOf(file, producers, node) : null
    const [x = '', , bias = ''] = node.inputs
    const [output = ''] = node.outputs
    if (matrix === null) {
      nodes.push(node)
      continue
    }
    const key = `${matrix.name}${matrix.isTurned ? ' turned' : ''}`
    let weights = matrices.get(key)
    if (!weights) {
      const { values, scales, rows, columns } = quantizeMatrix(matrix.weight, matrix.isTurned)
      weights = { values: `${key}.int8`, scale: `${key}.scale` }
      file.weights.set(weights.values, weightOf(ONNX_INT8, [rows, columns], values))
      file.weights.set(weights.scale, weightOf(ONNX_FLOAT, [columns], scales))
      file.weights.set(`${key}.zero`, weightOf(ONNX_INT8, [columns], new Int8Array(columns)))
      matrices.set(key, weights)
    }
    let input = quantised.get(x)
    if (!input) {
      input = { values: `${x}.uint8`, scale: `${x}.scale`, zero: `${x}.zero` }
      quantised.set(x, input)
      add('DynamicQuantizeLinear', `${x}.quantize`, [x], [input.values, input.scale, input.zero])
    }
    const hasBias = bias !== ''
    const product = hasBias ? `${output}.product` : output
    add(
      'MatMulInteger',
      `${output}.integer`,
      [input.values, weights.values, input.zero, `${key}.zero`],
      [`${output}.int32`],
    )
    add('Cast', `${output}.cast`, [`${output}.int32`], [`${output}.float`], [['to', int(1)]])
    add('Mul', `${output}.scales`, [input.scale, weights.scale], [`${output}.scale`])
    add('Mul', `${output}.rescale`, [`${output}.float`, `${output}.scale`], [product])
    if (hasBias) add('Add', `${output}.bias`, [product, bias], [output])
    freed.add(node.inputs[1] ?? '')
    changed++
  }
  file.nodes = nodes
  dropUnused(file, freed)
  return changed
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
 * tokenizer and a manifest that names the model it comes from. It is not checked here.
 * Throws `invalid-input` for a model that is not float32, `conflict` where `out` exists.
 */
export function writeQuantized(
  model: ResolvedModel,
  out: string,
): { manifest: Manifest; matrices: number } {
  const { manifest, folder } = model
  if (manifest.dtype !== 'fp32') {
    throw new AppError(
      'invalid-input',
      `${manifest.name} is ${manifest.dtype}; only an fp32 model can be quantised`,
      'Quantise the model that it was made from.',
    )
  }
  if (existsSync(out)) {
    throw new AppError('conflict', `${out} exists already`, 'Choose another folder with --out.')
  }
  const quantised: Manifest = {
    ...manifest,
    id: `${manifest.id}-int8`,
    name: `${manifest.name}, int8`,
    dtype: 'int8',
    derivedFrom: {
      id: model.id,
      digest: model.digest,
      how: 'gleaner models quantize: matrices of the picture tower in int8 with a scale per column, activations as they run',
    },
  }
  const { graphs } = manifest
  const { pixels } = 'joint' in graphs ? graphs.joint : graphs.image
  try {
    let matrices = 0
    for (const graph of graphFiles(manifest)) {
      const file = readOnnxFile(join(folder, graph))
      matrices += quantizeGraph(file, pixels)
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
    for (const name of [manifest.text.tokenizer, REFERENCE_FILE]) {
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
