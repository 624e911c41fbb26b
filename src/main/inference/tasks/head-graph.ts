import { join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import { DECAYS, HEAD_FEATURES, type HeadMarks } from '../kinds/text/head-features.ts'
import {
  field,
  type OnnxAttribute,
  type OnnxFile,
  type OnnxNode,
  readOnnxFile,
  weightOf,
  writeOnnxFile,
} from '../onnx/onnx-file.ts'
import { ONNX_FLOAT, ONNX_INT64, readOnnxHeader } from '../onnx/onnx-header.ts'
import type { TextEncoderManifest } from '../kinds/text-encoder/manifest.ts'

/** Logits of places that no span can begin or end at. Finite in 16 bits, too. */
const NO_LOGIT = -10_000

/**
 * Tensors of a start/end head as `exportHead` of src/main/labeling gives them, row-major, for n
 * inputs: hidden.weight [h, n], hidden.bias [h] (both left out for a linear head), span.weight
 * [2, h or n], span.bias [2], null.weight [2, n], null.bias [2].
 */
export type HeadTensors = readonly {
  name: string
  shape: readonly number[]
  data: Float32Array
}[]

/** Names of the graph's outputs. */
export const SPAN_OUTPUTS = { start: 'start_logits', end: 'end_logits' } as const

const OUTPUTS: readonly string[] = Object.values(SPAN_OUTPUTS)

const PREFIX = 'gleaner.head.'
/** Of GraphProto. */
const FIELD = { input: 11, output: 12, valueInfo: 13 } as const
const ONNX_OWN = new Set(['', 'ai.onnx'])

const int = (value: number): OnnxAttribute => ({ kind: 'int', value })
const ints = (...value: number[]): OnnxAttribute => ({ kind: 'ints', value })

/**
 * Writes one graph out of a frozen encoder and a head: ids, mask and segments in, start and end
 * logits [batch, length] out, float32. A row of the head's input is a hidden state followed by
 * `headFeatures` of its place. Position 0 has the logits of "no answer"; separators, breaks and
 * padding have NO_LOGIT. Breaks are hidden from the encoder, as when the head was trained. Weights
 * of the encoder that lie in files beside it come into the graph; what only other outputs need is
 * left out.
 *
 * @param folder of the encoder
 * @param out path of the graph that is written
 * @throws AppError `invalid-input` where head and encoder do not fit each other, `unsupported` for
 *   an encoder that cannot be extended, `model` for one that cannot be read.
 */
export function composeSpanGraph(
  folder: string,
  encoder: Pick<TextEncoderManifest, 'graph' | 'dim'>,
  marks: HeadMarks,
  head: HeadTensors,
  out: string,
): void {
  const path = join(folder, encoder.graph.file)
  const header = readOnnxHeader(path)
  const file = readOnnxFile(path)
  const { hidden } = encoder.graph
  const output = header.outputs.find(({ name }) => name === hidden)
  if (!output) throw new AppError('model', `${path} has no output "${hidden}"`)
  const opset = Math.max(0, ...[...file.opsets].map(([d, v]) => (ONNX_OWN.has(d) ? v : 0)))
  if (opset < 11) {
    throw new AppError(
      'unsupported',
      `${path} is written in operator set ${opset}, a head needs 11 or later`,
      'Export the encoder again with a later opset.',
    )
  }
  if (output.shape.length !== 3) {
    throw new AppError('model', `"${hidden}" of ${path} is not [batch, length, dim]`)
  }
  const shape = output.shape.slice(0, 2)
  const maskType = header.inputs.find(({ name }) => name === encoder.graph.mask)?.type
  const checked = checkHead(head, encoder.dim + HEAD_FEATURES)
  appendHead(file, encoder.graph, { ...marks, maskType: maskType ?? ONNX_INT64 }, checked, opset)
  file.graphRest = file.graphRest.filter((part) => fieldOf(part).number !== FIELD.output)
  dropDead(file)
  file.graphRest.push(...OUTPUTS.map((name) => floatOutput(name, shape)))
  writeOnnxFile(out, file)
}

interface Head {
  /** 0 = linear. */
  hidden: number
  inputs: number
  tensor(name: string): Float32Array
}

function checkHead(head: HeadTensors, inputs: number): Head {
  const tensor = (name: string): HeadTensors[number] => {
    const found = head.find((one) => one.name === name)
    if (!found) throw new AppError('invalid-input', `The head has no ${name}`)
    return found
  }
  const hidden = head.find(({ name }) => name === 'hidden.bias')?.data.length ?? 0
  const width = hidden === 0 ? inputs : hidden
  const wanted: [string, number[]][] = [
    ...(hidden > 0
      ? ([
          ['hidden.weight', [hidden, inputs]],
          ['hidden.bias', [hidden]],
        ] as [string, number[]][])
      : []),
    ['span.weight', [2, width]],
    ['span.bias', [2]],
    ['null.weight', [2, inputs]],
    ['null.bias', [2]],
  ]
  for (const [name, shape] of wanted) {
    const { data, shape: own } = tensor(name)
    const size = shape.reduce((a, b) => a * b, 1)
    if (own.join() !== shape.join() || data.length !== size) {
      throw new AppError(
        'invalid-input',
        `${name} of the head is [${own.join(', ')}], for this encoder it must be [${shape.join(', ')}]`,
      )
    }
    if (!data.every(Number.isFinite)) {
      throw new AppError('invalid-input', `${name} of the head has values that are not finite`)
    }
  }
  return { hidden, inputs, tensor: (name) => tensor(name).data }
}

function appendHead(
  file: OnnxFile,
  graph: TextEncoderManifest['graph'],
  { sepId, breakId, maskType }: HeadMarks & { maskType: number },
  head: Head,
  opset: number,
): void {
  const nodes: OnnxNode[] = []
  const add = (
    op: string,
    name: string,
    inputs: string[],
    attributes: Record<string, OnnxAttribute> = {},
  ): string => {
    const output = OUTPUTS.includes(name) ? name : `${PREFIX}${name}`
    nodes.push({
      op,
      domain: '',
      name: `${output}.${op}`,
      inputs,
      outputs: [output],
      attributes: new Map(Object.entries(attributes)),
    })
    return output
  }
  const floats = (name: string, dims: number[], values: ArrayLike<number>): string => {
    file.weights.set(`${PREFIX}${name}`, weightOf(ONNX_FLOAT, dims, Float32Array.from(values)))
    return `${PREFIX}${name}`
  }
  const longs = (name: string, dims: number[], values: number[]): string => {
    file.weights.set(
      `${PREFIX}${name}`,
      weightOf(ONNX_INT64, dims, BigInt64Array.from(values, BigInt)),
    )
    return `${PREFIX}${name}`
  }
  const toFloat = (name: string, from: string): string => add('Cast', name, [from], { to: int(1) })
  const zero = floats('zero', [], [0])
  const one = floats('one', [], [1])
  const axes1 = longs('axis1', [1], [1])
  const axes2 = longs('axis2', [1], [2])
  const from0 = longs('from0', [1], [0])
  const to1 = longs('to1', [1], [1])
  const minus1 = longs('minus1', [1], [-1])
  const forever = longs('forever', [1], [2 ** 31 - 1])
  const unsqueeze = (name: string, from: string): string =>
    opset < 13
      ? add('Unsqueeze', name, [from], { axes: ints(2) })
      : add('Unsqueeze', name, [from, axes2])

  // Marks, as float 0 or 1 [batch, length].
  const ids = add('Cast', 'ids', [graph.ids], { to: int(ONNX_INT64) })
  const isId = (name: string, id: number): string =>
    toFloat(name, add('Equal', `${name}.is`, [ids, longs(`${name}.id`, [], [id])]))
  const real =
    graph.mask === null
      ? add('Add', 'real', [add('Mul', 'none', [toFloat('ids.float', ids), zero]), one])
      : toFloat('real', graph.mask)
  const sep = add('Mul', 'sep', [isId('separator', sepId), real])
  let seen = real
  let breaks = add('Mul', 'no.breaks', [real, zero])
  if (breakId !== null) {
    breaks = add('Mul', 'breaks', [isId('break', breakId), real])
    seen = add('Sub', 'seen', [real, breaks])
    hideBreaks(file, graph, nodes, add, longs, breakId, maskType)
  }

  // The picture's place: the first of two separators or more.
  const sum =
    opset < 13
      ? add('ReduceSum', 'separators', [sep], { axes: ints(1), keepdims: int(1) })
      : add('ReduceSum', 'separators', [sep, axes1], { keepdims: int(1) })
  const first = toFloat(
    'first',
    add('ArgMax', 'first.at', [sep], { axis: int(1), keepdims: int(1) }),
  )
  const pair = toFloat('pair', add('Greater', 'pair.is', [sum, floats('few', [], [1.5])]))
  const lastMiddle = add('Add', 'last', [
    first,
    add('Sub', 'between', [sum, floats('two', [], [2])]),
  ])
  const ones = add('Add', 'ones', [add('Mul', 'zeros', [real, zero]), one])
  const place = add('CumSum', 'place', [ones, longs('axis', [], [1])], { exclusive: int(1) })
  const ahead = add('Relu', 'ahead', [add('Sub', 'ahead.by', [first, place])])
  const behind = add('Relu', 'behind', [add('Sub', 'behind.by', [place, lastMiddle])])
  const rates = floats(
    'rates',
    [DECAYS.length],
    DECAYS.map((decay) => -1 / decay),
  )
  const side = (name: string, distance: string): string => {
    const is = add('Mul', `${name}.of.pair`, [
      toFloat(`${name}.side`, add('Greater', `${name}.is`, [distance, zero])),
      pair,
    ])
    const decayed = add('Exp', `${name}.decayed`, [
      add('Mul', `${name}.scaled`, [unsqueeze(`${name}.distance`, distance), rates]),
    ])
    return add('Mul', `${name}.features`, [decayed, unsqueeze(`${name}.which`, is)])
  }
  const before = side('before', ahead)
  const after = side('after', behind)

  // Beside a break or a middle separator.
  const isMiddle = add('Mul', 'middle', [
    pair,
    toFloat(
      'middle.both',
      add('And', 'middle.is', [
        add('Not', 'not.ahead', [add('Greater', 'is.ahead', [ahead, zero])]),
        add('Not', 'not.behind', [add('Greater', 'is.behind', [behind, zero])]),
      ]),
    ),
  ])
  const bound = add('Add', 'bound', [breaks, isMiddle])
  const nothing = add('Mul', 'nothing', [first, zero])
  const shifted = (name: string, start: string, end: string, isLater: boolean): string => {
    const part = add('Slice', `${name}.part`, [bound, start, end, axes1])
    const whole = add('Concat', `${name}.shifted`, isLater ? [nothing, part] : [part, nothing], {
      axis: int(1),
    })
    return unsqueeze(name, whole)
  }
  const begins = shifted('begins', from0, minus1, true)
  const ends = shifted('ends', to1, forever, false)

  // The head.
  const rows = add(
    'Concat',
    'rows',
    [toFloat('states', graph.hidden), before, after, begins, ends],
    {
      axis: int(2),
    },
  )
  let width = rows
  if (head.hidden > 0) {
    width = add('Tanh', 'hidden', [
      add('Add', 'hidden.sum', [
        add('MatMul', 'hidden.product', [
          rows,
          floats(
            'hidden.weight',
            [head.inputs, head.hidden],
            turned(head.tensor('hidden.weight'), head.hidden, head.inputs),
          ),
        ]),
        floats('hidden.bias', [head.hidden], head.tensor('hidden.bias')),
      ]),
    ])
  }
  const columns = head.hidden === 0 ? head.inputs : head.hidden
  const two = (name: string, input: string, inputs: number): string =>
    add('Add', `${name}.logits`, [
      add('MatMul', `${name}.product`, [
        input,
        floats(`${name}.weight`, [inputs, 2], turned(head.tensor(`${name}.weight`), 2, inputs)),
      ]),
      floats(`${name}.bias`, [2], head.tensor(`${name}.bias`)),
    ])
  const span = two('span', width, columns)
  const none = two('null', add('Slice', 'null.row', [rows, from0, to1, axes1]), head.inputs)

  const text = add('Mul', 'text', [seen, add('Sub', 'not.sep', [one, sep])])
  const isText = unsqueeze('is.text', add('Greater', 'text.is', [text, zero]))
  const isFirst = unsqueeze('is.first', add('Less', 'first.is', [place, floats('half', [], [0.5])]))
  const masked = add('Where', 'masked', [isText, span, floats('no.logit', [], [NO_LOGIT])])
  const logits = add('Where', 'all', [isFirst, none, masked])
  for (const [i, name] of [SPAN_OUTPUTS.start, SPAN_OUTPUTS.end].entries()) {
    add('Gather', name, [logits, longs(`side${i}`, [], [i])], { axis: int(2) })
  }
  file.nodes.push(...nodes)
}

/**
 * What the encoder attends to: all that the mask says, without breaks. These nodes come before
 * those of the encoder, which then reads this mask.
 */
function hideBreaks(
  file: OnnxFile,
  graph: TextEncoderManifest['graph'],
  nodes: OnnxNode[],
  add: (op: string, name: string, inputs: string[], a?: Record<string, OnnxAttribute>) => string,
  longs: (name: string, dims: number[], values: number[]) => string,
  breakId: number,
  maskType: number,
): void {
  const { mask } = graph
  if (mask === null) {
    throw new AppError(
      'unsupported',
      'Breaks between blocks need an encoder with an attention mask',
      'Write "breaks": "none" into its gleaner.json.',
    )
  }
  if (hasInnerGraphs(file)) {
    throw new AppError(
      'unsupported',
      'The encoder holds graphs inside of nodes, whose mask cannot be changed',
      'Write "breaks": "none" into its gleaner.json, or export it without control flow.',
    )
  }
  const from = nodes.length
  const wide = add('Cast', 'mask.wide', [graph.ids], { to: int(ONNX_INT64) })
  const isBreak = add('Equal', 'mask.break', [wide, longs('mask.break.id', [], [breakId])])
  const isOther = add('Not', 'mask.other', [isBreak])
  const other = add('Cast', 'mask.others', [isOther], { to: int(ONNX_INT64) })
  const long = add('Cast', 'mask.long', [mask], { to: int(ONNX_INT64) })
  const both = add('Mul', 'mask.both', [long, other])
  const seen = add('Cast', 'mask', [both], { to: int(maskType) })
  const own = nodes.splice(from)
  for (const node of file.nodes) {
    node.inputs = node.inputs.map((name) => (name === mask ? seen : name))
  }
  file.nodes = [...own, ...file.nodes]
}

function hasInnerGraphs(file: OnnxFile): boolean {
  return file.nodes.some((node) =>
    [...node.attributes.values()].some((each) => each.kind === 'other' && each.isGraph),
  )
}

/** Drops what the graph's outputs do not need, such as a pooler and its weights. */
function dropDead(file: OnnxFile): void {
  // A graph inside a node can use any tensor of this one.
  if (hasInnerGraphs(file)) return
  const needed = new Set(OUTPUTS)
  const live: OnnxNode[] = []
  for (const node of file.nodes.toReversed()) {
    if (!node.outputs.some((name) => needed.has(name))) continue
    live.push(node)
    for (const name of node.inputs) needed.add(name)
  }
  file.nodes = live.reverse()
  const dead = new Set([...file.weights.keys()].filter((name) => !needed.has(name)))
  for (const name of dead) file.weights.delete(name)
  const known = new Set(file.nodes.flatMap(({ outputs }) => outputs))
  file.graphRest = file.graphRest.filter((part) => {
    const { number, name } = fieldOf(part)
    // Old exporters list the weights among the inputs.
    if (number === FIELD.input) return !dead.has(name)
    return number !== FIELD.valueInfo || known.has(name)
  })
}

/** Number of an encoded field of the graph, and the name in it where it is a ValueInfoProto. */
function fieldOf(part: Uint8Array): { number: number; name: string } {
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let shift = 1; ; shift *= 128) {
      const byte = part[at++] ?? 0
      value += (byte & 127) * shift
      if (byte < 128) return value
    }
  }
  const number = Math.floor(varint() / 8)
  let name = ''
  if (number === FIELD.input || number === FIELD.valueInfo) {
    varint()
    while (at < part.length) {
      const tag = varint()
      if (tag % 8 !== 2) break
      const length = varint()
      if (tag === 10) name = new TextDecoder().decode(part.subarray(at, at + length))
      at += length
    }
  }
  return { number, name }
}

/** A ValueInfoProto of float32 as an output of the graph. */
function floatOutput(name: string, shape: readonly (number | string)[]): Uint8Array {
  const dims = shape.map((size) =>
    field.message(1, [typeof size === 'number' ? field.int(1, size) : field.text(2, size)]),
  )
  const tensor = [field.int(1, ONNX_FLOAT), field.message(2, dims)]
  return field.message(FIELD.output, [
    field.text(1, name),
    field.message(2, [field.message(1, tensor)]),
  ])
}

/** [rows, columns] -> [columns, rows] */
function turned(values: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length)
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c] as number
  }
  return out
}
