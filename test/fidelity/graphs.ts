/**
 * CLIP and SigLIP as ONNX graphs, written out operator by operator after transformers'
 * modeling_clip.py and modeling_siglip.py, with weights from a seed. The length of a text and the
 * size of a batch are dynamic.
 */
import {
  field,
  weightOf,
  type OnnxAttribute,
  type OnnxFile,
  type OnnxWeight,
} from '../../src/main/inference/onnx/onnx-file.ts'
import { ONNX_FLOAT, ONNX_FLOAT16, ONNX_INT64 } from '../../src/main/inference/onnx/onnx-header.ts'
import type { Shape, Tower } from './shapes.ts'
import { transposed, weightValues } from './weights.ts'

export type Precision = 'fp32' | 'fp16'

const int = (value: number): OnnxAttribute => ({ kind: 'int', value })
const ints = (value: number[]): OnnxAttribute => ({ kind: 'ints', value })
const real = (value: number): OnnxAttribute => ({ kind: 'float', value })
const text = (value: string): OnnxAttribute => ({ kind: 'string', value })

type HalfConstructor = new (source: ArrayLike<number>) => { readonly buffer: ArrayBuffer }
const Half = (globalThis as unknown as { Float16Array: HalfConstructor }).Float16Array

interface Graph {
  file: OnnxFile
  /** Adds a node of one output and returns the output's name. */
  node(op: string, inputs: string[], attributes?: Record<string, OnnxAttribute>): string
  /** A weight of the model by its name in transformers; `turned` for MatMul. */
  weight(name: string, dims: number[], turned?: boolean): string
  float(value: number): string
  longs(...values: number[]): string
}

function createGraph(seed: number, precision: Precision): Graph {
  const file: OnnxFile = {
    opsets: new Map([['', 20]]),
    nodes: [],
    weights: new Map(),
    modelRest: [field.int(1, 9), field.text(2, 'gleaner-fidelity')],
    graphRest: [field.text(2, 'graph')],
  }
  const type = precision === 'fp16' ? ONNX_FLOAT16 : ONNX_FLOAT
  const store = (values: Float32Array, dims: number[]): OnnxWeight =>
    precision === 'fp16'
      ? weightOf(type, dims, new Uint8Array(new Half(values).buffer))
      : weightOf(type, dims, values)
  let n = 0
  return {
    file,
    node(op, inputs, attributes = {}) {
      const output = `${op.toLowerCase()}_${n++}`
      file.nodes.push({
        op,
        domain: '',
        name: output,
        inputs,
        outputs: [output],
        attributes: new Map(Object.entries(attributes)),
      })
      return output
    },
    weight(name, dims, turned = false) {
      const [rows, columns] = dims as [number, number]
      const stored = turned ? [columns, rows] : dims
      const count = dims.reduce((a, b) => a * b, 1)
      // Made when it is written, so that a graph of a gigabyte is never held whole.
      file.weights.set(name, {
        type,
        dims: stored,
        byteLength: count * (precision === 'fp16' ? 2 : 4),
        read() {
          const values = weightValues(seed, name, dims)
          return store(turned ? transposed(values, rows, columns) : values, stored).read()
        },
      })
      return name
    },
    float(value) {
      const name = `float_${value}`
      file.weights.set(name, store(Float32Array.of(value), []))
      return name
    },
    longs(...values) {
      const name = `longs_${values.join('_')}`
      file.weights.set(
        name,
        weightOf(ONNX_INT64, [values.length], BigInt64Array.from(values.map(BigInt))),
      )
      return name
    },
  }
}

/** A ValueInfoProto: strings are dynamic dimensions. */
function value(name: string, type: number, dims: (number | string)[]): Uint8Array[] {
  const shape = dims.map((dim) =>
    field.message(1, [typeof dim === 'number' ? field.int(1, dim) : field.text(2, dim)]),
  )
  const tensor = field.message(1, [field.int(1, type), field.message(2, shape)])
  return [field.text(1, name), field.message(2, [tensor])]
}

function linear(g: Graph, x: string, name: string, to: number, from: number): string {
  const product = g.node('MatMul', [x, g.weight(`${name}.weight`, [to, from], true)])
  return g.node('Add', [product, g.weight(`${name}.bias`, [to])])
}

function norm(g: Graph, x: string, name: string, width: number, epsilon: number): string {
  const inputs = [x, g.weight(`${name}.weight`, [width]), g.weight(`${name}.bias`, [width])]
  return g.node('LayerNormalization', inputs, { axis: int(-1), epsilon: real(epsilon) })
}

function activation(g: Graph, x: string, family: Shape['family']): string {
  if (family === 'siglip') return g.node('Gelu', [x], { approximate: text('tanh') })
  // CLIP's quick_gelu.
  return g.node('Mul', [x, g.node('Sigmoid', [g.node('Mul', [x, g.float(1.702)])])])
}

/** softmax(q k' / sqrt(d) + mask) v; q, k, v as [batch, length, width]. */
function attention(
  g: Graph,
  [q, k, v]: [string, string, string],
  tower: Tower,
  mask: string | null,
): string {
  const each = tower.width / tower.heads
  const heads = (x: string, perm: number[]): string => {
    const split = g.node('Reshape', [x, g.longs(0, -1, tower.heads, each)])
    return g.node('Transpose', [split], { perm: ints(perm) })
  }
  const products = g.node('MatMul', [heads(q, [0, 2, 1, 3]), heads(k, [0, 2, 3, 1])])
  const scaled = g.node('Mul', [products, g.float(each ** -0.5)])
  const seen = mask === null ? scaled : g.node('Add', [scaled, mask])
  const weights = g.node('Softmax', [seen], { axis: int(-1) })
  const mixed = g.node('MatMul', [weights, heads(v, [0, 2, 1, 3])])
  const back = g.node('Transpose', [mixed], { perm: ints([0, 2, 1, 3]) })
  return g.node('Reshape', [back, g.longs(0, -1, tower.width)])
}

function layers(
  g: Graph,
  start: string,
  prefix: string,
  tower: Tower,
  family: Shape['family'],
  mask: string | null,
): string {
  const { width, hidden } = tower
  const epsilon = family === 'clip' ? 1e-5 : 1e-6
  let x = start
  for (let i = 0; i < tower.layers; i++) {
    const at = `${prefix}.encoder.layers.${i}`
    const normed = norm(g, x, `${at}.layer_norm1`, width, epsilon)
    const project = (name: string): string =>
      linear(g, normed, `${at}.self_attn.${name}_proj`, width, width)
    const mixed = attention(g, [project('q'), project('k'), project('v')], tower, mask)
    x = g.node('Add', [x, linear(g, mixed, `${at}.self_attn.out_proj`, width, width)])
    const inner = norm(g, x, `${at}.layer_norm2`, width, epsilon)
    const wide = activation(g, linear(g, inner, `${at}.mlp.fc1`, hidden, width), family)
    x = g.node('Add', [x, linear(g, wide, `${at}.mlp.fc2`, width, hidden)])
  }
  return x
}

function finish(
  g: Graph,
  precision: Precision,
  input: Uint8Array[],
  output: string,
  name: string,
  dim: number,
): OnnxFile {
  const type = precision === 'fp16' ? ONNX_FLOAT16 : ONNX_FLOAT
  g.file.nodes.push({
    op: 'Identity',
    domain: '',
    name,
    inputs: [output],
    outputs: [name],
    attributes: new Map(),
  })
  g.file.graphRest.push(
    field.message(11, input),
    field.message(12, value(name, type, ['batch', dim])),
  )
  return g.file
}

/** pixel_values [batch, 3, size, size] to image_embeds [batch, dim]. */
export function imageGraph(shape: Shape, precision: Precision = 'fp32'): OnnxFile {
  const g = createGraph(shape.seed, precision)
  const { family, vision, patch, imageSize } = shape
  const { width } = vision
  const grid = imageSize / patch
  const at = 'vision_model.embeddings'
  const kernel = [g.weight(`${at}.patch_embedding.weight`, [width, 3, patch, patch])]
  if (family === 'siglip') kernel.push(g.weight(`${at}.patch_embedding.bias`, [width]))
  const patches = g.node('Conv', ['pixel_values', ...kernel], {
    kernel_shape: ints([patch, patch]),
    strides: ints([patch, patch]),
  })
  const flat = g.node('Reshape', [patches, g.longs(0, width, -1)])
  let x = g.node('Transpose', [flat], { perm: ints([0, 2, 1]) })
  const batch = g.node('Shape', ['pixel_values'], { start: int(0), end: int(1) })
  if (family === 'clip') {
    const shapeOfFirst = g.node('Concat', [batch, g.longs(1, width)], { axis: int(0) })
    const first = g.node('Expand', [g.weight(`${at}.class_embedding`, [width]), shapeOfFirst])
    x = g.node('Concat', [first, x], { axis: int(1) })
  }
  const places = grid * grid + (family === 'clip' ? 1 : 0)
  x = g.node('Add', [x, g.weight(`${at}.position_embedding.weight`, [places, width])])
  if (family === 'clip') x = norm(g, x, 'vision_model.pre_layrnorm', width, 1e-5)
  x = layers(g, x, 'vision_model', vision, family, null)

  let output: string
  if (family === 'clip') {
    const first = g.node('Gather', [x, g.longs(0)], { axis: int(1) })
    const flatFirst = g.node('Squeeze', [first, g.longs(1)])
    const normed = norm(g, flatFirst, 'vision_model.post_layernorm', width, 1e-5)
    const projection = g.weight('visual_projection.weight', [shape.dim, width], true)
    output = g.node('MatMul', [normed, projection])
  } else {
    x = norm(g, x, 'vision_model.post_layernorm', width, 1e-6)
    const head = 'vision_model.head'
    const shapeOfProbe = g.node('Concat', [batch, g.longs(1, width)], { axis: int(0) })
    const probe = g.node('Expand', [g.weight(`${head}.probe`, [1, 1, width]), shapeOfProbe])
    // torch's MultiheadAttention keeps the three projections in one matrix.
    const matrix = g.weight(`${head}.attention.in_proj_weight`, [3 * width, width], true)
    const bias = g.weight(`${head}.attention.in_proj_bias`, [3 * width])
    const part = (input: string, i: number): string => {
      const range = [g.longs(i * width), g.longs((i + 1) * width)]
      const w = g.node('Slice', [matrix, ...range, g.longs(1)])
      const b = g.node('Slice', [bias, ...range, g.longs(0)])
      return g.node('Add', [g.node('MatMul', [input, w]), b])
    }
    const mixed = attention(g, [part(probe, 0), part(x, 1), part(x, 2)], vision, null)
    const pooled = linear(g, mixed, `${head}.attention.out_proj`, width, width)
    const normed = norm(g, pooled, `${head}.layernorm`, width, 1e-6)
    const wide = activation(g, linear(g, normed, `${head}.mlp.fc1`, vision.hidden, width), family)
    const sum = g.node('Add', [pooled, linear(g, wide, `${head}.mlp.fc2`, width, vision.hidden)])
    output = g.node('Squeeze', [sum, g.longs(1)])
  }
  const type = precision === 'fp16' ? ONNX_FLOAT16 : ONNX_FLOAT
  const input = value('pixel_values', type, ['batch', 3, imageSize, imageSize])
  return finish(g, precision, input, output, 'image_embeds', shape.dim)
}

/** input_ids [batch, length] to text_embeds [batch, dim]. */
export function textGraph(shape: Shape, precision: Precision = 'fp32'): OnnxFile {
  const g = createGraph(shape.seed, precision)
  const { family, text: tower, context } = shape
  const { width } = tower
  const at = 'text_model.embeddings'
  const words = g.node('Gather', [
    g.weight(`${at}.token_embedding.weight`, [shape.vocabulary, width]),
    'input_ids',
  ])
  const length = g.node('Shape', ['input_ids'], { start: int(1), end: int(2) })
  const places = g.node('Slice', [
    g.weight(`${at}.position_embedding.weight`, [context, width]),
    g.longs(0),
    length,
    g.longs(0),
  ])
  const x = g.node('Add', [words, places])
  let mask: string | null = null
  if (family === 'clip') {
    g.file.weights.set('long_0', weightOf(ONNX_INT64, [], BigInt64Array.of(0n)))
    g.file.weights.set('long_1', weightOf(ONNX_INT64, [], BigInt64Array.of(1n)))
    const end = g.node('Squeeze', [length, g.longs(0)])
    const range = g.node('Range', ['long_0', end, 'long_1'])
    const later = g.node('Greater', [
      g.node('Unsqueeze', [range, g.longs(0)]),
      g.node('Unsqueeze', [range, g.longs(1)]),
    ])
    const never = g.float(precision === 'fp16' ? -65504 : -3e38)
    mask = g.node('Where', [later, never, g.float(0)])
  }
  const out = layers(g, x, 'text_model', tower, family, mask)
  const normed = norm(g, out, 'text_model.final_layer_norm', width, family === 'clip' ? 1e-5 : 1e-6)
  let output: string
  if (family === 'clip') {
    g.file.weights.set('end_id', weightOf(ONNX_INT64, [], BigInt64Array.of(BigInt(shape.endId))))
    const isEnd = g.node('Cast', [g.node('Equal', ['input_ids', 'end_id'])], { to: int(6) })
    const first = g.node('ArgMax', [isEnd], { axis: int(1), keepdims: int(1) })
    const last = g.node('GatherND', [normed, first], { batch_dims: int(1) })
    const projection = g.weight('text_projection.weight', [shape.dim, width], true)
    output = g.node('MatMul', [last, projection])
  } else {
    const last = g.node('Gather', [normed, g.longs(context - 1)], { axis: int(1) })
    const flat = g.node('Squeeze', [last, g.longs(1)])
    output = linear(g, flat, 'text_model.head', shape.dim, width)
  }
  const input = value('input_ids', ONNX_INT64, ['batch', 'length'])
  return finish(g, precision, input, output, 'text_embeds', shape.dim)
}
