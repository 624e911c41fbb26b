import { AppError } from '#shared/errors.ts'
import { SPAN_LOSS_DEFAULTS, spanLoss } from './losses.ts'
import type { GoldSpan, SpanLoss, SpanLossOptions } from './losses.ts'
import { seededRandom } from '#shared/random.ts'

/**
 * A start/end head over frozen token embeddings.
 *
 * Input: n rows of `dim` numbers; row 0 stands for the whole window (BERT's [CLS]) and gives the
 * "no answer" logits, rows 1..n-1 are the tokens of the context. With x_i a row and h_i = x_i where
 * `hidden` is 0, else h_i = tanh(A x_i + a):
 *
 *     start_i = W_0 h_i + b_0     end_i = W_1 h_i + b_1        i = 1..n-1
 *     start_0 = V_0 x_0 + c_0     end_0 = V_1 x_0 + c_1        no answer, weights of its own
 *
 * Parameters are one array: A (hidden x dim), a (hidden), W (2 x width), b (2), V (2 x dim), c (2),
 * row-major, width = hidden or dim.
 */
export interface SpanHead {
  readonly dim: number
  readonly hidden: number
  readonly parameters: Float64Array
}

/** Where each tensor lies in `parameters`, with its shape: what an ONNX export needs. */
export interface HeadTensor {
  name: 'hidden.weight' | 'hidden.bias' | 'span.weight' | 'span.bias' | 'null.weight' | 'null.bias'
  shape: number[]
  offset: number
  length: number
}

export function headTensors(dim: number, hidden: number): HeadTensor[] {
  const width = hidden === 0 ? dim : hidden
  const shapes: [HeadTensor['name'], number[]][] = [
    ['hidden.weight', [hidden, dim]],
    ['hidden.bias', [hidden]],
    ['span.weight', [2, width]],
    ['span.bias', [2]],
    ['null.weight', [2, dim]],
    ['null.bias', [2]],
  ]
  let offset = 0
  return shapes.map(([name, shape]) => {
    const length = shape.reduce((a, b) => a * b, 1)
    const tensor = { name, shape, offset, length }
    offset += length
    return tensor
  })
}

/** The tensors as float32 copies, by name; without the hidden layer where there is none. */
export function exportHead(
  head: SpanHead,
): { name: string; shape: number[]; data: Float32Array }[] {
  return headTensors(head.dim, head.hidden)
    .filter((tensor) => tensor.length > 0)
    .map(({ name, shape, offset, length }) => ({
      name,
      shape,
      data: Float32Array.from(head.parameters.subarray(offset, offset + length)),
    }))
}

/** A fresh head: small normal weights (Glorot and Bengio 2010), no bias. */
export function newHead(dim: number, hidden: number, seed: number): SpanHead {
  if (!Number.isInteger(dim) || dim < 1 || !Number.isInteger(hidden) || hidden < 0) {
    throw new AppError('invalid-input', `A head of ${dim} inputs and ${hidden} hidden units.`)
  }
  const tensors = headTensors(dim, hidden)
  const last = tensors.at(-1) as HeadTensor
  const parameters = new Float64Array(last.offset + last.length)
  const random = seededRandom(seed)
  for (const { name, shape, offset, length } of tensors) {
    if (!name.endsWith('weight') || length === 0) continue
    const scale = Math.sqrt(2 / ((shape[0] as number) + (shape[1] as number)))
    for (let i = 0; i < length; i++) parameters[offset + i] = scale * random.normal()
  }
  return { dim, hidden, parameters }
}

/** One window of one text with its embeddings. */
export interface SpanExample {
  /** The text that the window is cut from. */
  document: string
  /** Place of row 1 among the tokens of the text. */
  tokenOffset: number
  /** n x dim, row-major; n = length / dim, at least 1. */
  features: Float32Array
  /** Rows, inclusive, 1..n-1; null = no answer in this window. */
  gold: GoldSpan | null
  /** Counts this many times; 1 where it is left out. */
  weight?: number
}

interface Offsets {
  hiddenWeight: number
  hiddenBias: number
  spanWeight: number
  spanBias: number
  nullWeight: number
  nullBias: number
}

function offsetsOf(dim: number, hidden: number): Offsets {
  const [hiddenWeight, hiddenBias, spanWeight, spanBias, nullWeight, nullBias] = headTensors(
    dim,
    hidden,
  ).map((tensor) => tensor.offset) as [number, number, number, number, number, number]
  return { hiddenWeight, hiddenBias, spanWeight, spanBias, nullWeight, nullBias }
}

export interface HeadOutput {
  /** n logits each, position 0 = no answer. */
  start: Float64Array
  end: Float64Array
}

interface Forward extends HeadOutput {
  /** n x hidden activations; row 0 unused. Empty where there is no hidden layer. */
  activations: Float64Array
}

/**
 * Logits of one window.
 * @param features n x dim, row-major
 * @throws AppError `invalid-input` when the length is no multiple of `dim`.
 */
export function runHead(head: SpanHead, features: Float32Array): HeadOutput {
  const { start, end } = forward(head, features)
  return { start, end }
}

function forward(head: SpanHead, features: Float32Array): Forward {
  const { dim, hidden, parameters } = head
  const n = features.length / dim
  if (!Number.isInteger(n) || n < 1) {
    throw new AppError('invalid-input', `${features.length} numbers are no rows of ${dim}.`)
  }
  const at = offsetsOf(dim, hidden)
  const start = new Float64Array(n)
  const end = new Float64Array(n)
  start[0] = dot(parameters, at.nullWeight, features, 0, dim) + (parameters[at.nullBias] as number)
  end[0] =
    dot(parameters, at.nullWeight + dim, features, 0, dim) + (parameters[at.nullBias + 1] as number)
  const startBias = parameters[at.spanBias] as number
  const endBias = parameters[at.spanBias + 1] as number
  const activations = new Float64Array(n * hidden)
  if (hidden === 0) {
    for (let i = 1; i < n; i++) {
      start[i] = dot(parameters, at.spanWeight, features, i * dim, dim) + startBias
      end[i] = dot(parameters, at.spanWeight + dim, features, i * dim, dim) + endBias
    }
  } else {
    for (let i = 1; i < n; i++) {
      activate(head, at, features, i * dim, activations, i * hidden)
      let s = startBias
      let e = endBias
      for (let k = 0; k < hidden; k++) {
        const value = activations[i * hidden + k] as number
        s += (parameters[at.spanWeight + k] as number) * value
        e += (parameters[at.spanWeight + hidden + k] as number) * value
      }
      start[i] = s
      end[i] = e
    }
  }
  return { start, end, activations }
}

/** tanh(A x + a) of one row, four units at a time: each number of the row is then read once for four. */
function activate(
  head: SpanHead,
  at: Offsets,
  features: Float32Array,
  rowAt: number,
  out: Float64Array,
  outAt: number,
): void {
  const { dim, hidden, parameters } = head
  let k = 0
  for (; k + 3 < hidden; k += 4) {
    const w0 = at.hiddenWeight + k * dim
    const w1 = w0 + dim
    const w2 = w1 + dim
    const w3 = w2 + dim
    let a = parameters[at.hiddenBias + k] as number
    let b = parameters[at.hiddenBias + k + 1] as number
    let c = parameters[at.hiddenBias + k + 2] as number
    let d = parameters[at.hiddenBias + k + 3] as number
    for (let j = 0; j < dim; j++) {
      const x = features[rowAt + j] as number
      a += (parameters[w0 + j] as number) * x
      b += (parameters[w1 + j] as number) * x
      c += (parameters[w2 + j] as number) * x
      d += (parameters[w3 + j] as number) * x
    }
    out[outAt + k] = Math.tanh(a)
    out[outAt + k + 1] = Math.tanh(b)
    out[outAt + k + 2] = Math.tanh(c)
    out[outAt + k + 3] = Math.tanh(d)
  }
  for (; k < hidden; k++) {
    const sum = dot(parameters, at.hiddenWeight + k * dim, features, rowAt, dim)
    out[outAt + k] = Math.tanh(sum + (parameters[at.hiddenBias + k] as number))
  }
}

function dot(
  weights: Float64Array,
  weightAt: number,
  values: Float32Array,
  valueAt: number,
  length: number,
): number {
  // Four sums side by side: one alone waits for each addition to end.
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  let i = 0
  for (; i + 3 < length; i += 4) {
    a += (weights[weightAt + i] as number) * (values[valueAt + i] as number)
    b += (weights[weightAt + i + 1] as number) * (values[valueAt + i + 1] as number)
    c += (weights[weightAt + i + 2] as number) * (values[valueAt + i + 2] as number)
    d += (weights[weightAt + i + 3] as number) * (values[valueAt + i + 3] as number)
  }
  for (; i < length; i++) a += (weights[weightAt + i] as number) * (values[valueAt + i] as number)
  return a + b + (c + d)
}

/** sums += factor * values */
function accumulate(
  sums: Float64Array,
  sumAt: number,
  values: Float32Array,
  valueAt: number,
  length: number,
  factor: number,
): void {
  for (let i = 0; i < length; i++) {
    sums[sumAt + i] = (sums[sumAt + i] as number) + factor * (values[valueAt + i] as number)
  }
}

/** sums += sum over rows of factors[row] * row, four rows at a time: the sums are then kept once for four. */
function accumulateRows(
  sums: Float64Array,
  sumAt: number,
  values: Float32Array,
  dim: number,
  factors: Float64Array,
): void {
  // Tokens far from any mass have no gradient to speak of: most of them, late in training.
  const rows: number[] = []
  for (let row = 0; row < factors.length; row++) {
    if (Math.abs(factors[row] as number) >= 1e-14) rows.push(row)
  }
  let at = 0
  for (; at + 3 < rows.length; at += 4) {
    const [r0, r1, r2, r3] = rows.slice(at, at + 4) as [number, number, number, number]
    const f0 = factors[r0] as number
    const f1 = factors[r1] as number
    const f2 = factors[r2] as number
    const f3 = factors[r3] as number
    const v0 = r0 * dim
    const v1 = r1 * dim
    const v2 = r2 * dim
    const v3 = r3 * dim
    for (let j = 0; j < dim; j++) {
      sums[sumAt + j] =
        (sums[sumAt + j] as number) +
        f0 * (values[v0 + j] as number) +
        f1 * (values[v1 + j] as number) +
        f2 * (values[v2 + j] as number) +
        f3 * (values[v3 + j] as number)
    }
  }
  for (; at < rows.length; at++) {
    const row = rows[at] as number
    accumulate(sums, sumAt, values, row * dim, dim, factors[row] as number)
  }
}

/**
 * Loss of one window; adds scale * its gradient by the parameters to `gradient`.
 * @param gradient as long as `head.parameters`, or null for the loss alone
 */
export function headLoss(
  head: SpanHead,
  example: Pick<SpanExample, 'features' | 'gold'>,
  options: SpanLossOptions = SPAN_LOSS_DEFAULTS,
  gradient: Float64Array | null = null,
  scale = 1,
): SpanLoss & HeadOutput {
  const { dim, hidden, parameters } = head
  const { features, gold } = example
  const { start, end, activations } = forward(head, features)
  const n = start.length
  if (gold !== null && !(gold.first >= 1 && gold.first <= gold.last && gold.last < n)) {
    throw new AppError('invalid-input', `Gold ${gold.first}-${gold.last} is outside 1-${n - 1}.`)
  }
  const loss = spanLoss(start, end, gold, options)
  if (gradient) {
    const at = offsetsOf(dim, hidden)
    const byNullStart = scale * (loss.startGradient[0] as number)
    const byNullEnd = scale * (loss.endGradient[0] as number)
    accumulate(gradient, at.nullWeight, features, 0, dim, byNullStart)
    accumulate(gradient, at.nullWeight + dim, features, 0, dim, byNullEnd)
    add(gradient, at.nullBias, byNullStart)
    add(gradient, at.nullBias + 1, byNullEnd)
    for (let i = 1; i < n; i++) {
      const byStart = scale * (loss.startGradient[i] as number)
      const byEnd = scale * (loss.endGradient[i] as number)
      add(gradient, at.spanBias, byStart)
      add(gradient, at.spanBias + 1, byEnd)
      if (hidden === 0) {
        accumulate(gradient, at.spanWeight, features, i * dim, dim, byStart)
        accumulate(gradient, at.spanWeight + dim, features, i * dim, dim, byEnd)
      }
    }
    const back = new Float64Array(hidden === 0 ? 0 : n)
    for (let k = 0; k < hidden; k++) {
      const startWeight = parameters[at.spanWeight + k] as number
      const endWeight = parameters[at.spanWeight + hidden + k] as number
      let byStartWeight = 0
      let byEndWeight = 0
      let byBias = 0
      for (let i = 1; i < n; i++) {
        const value = activations[i * hidden + k] as number
        const byStart = scale * (loss.startGradient[i] as number)
        const byEnd = scale * (loss.endGradient[i] as number)
        byStartWeight += byStart * value
        byEndWeight += byEnd * value
        const through = (byStart * startWeight + byEnd * endWeight) * (1 - value * value)
        back[i] = through
        byBias += through
      }
      add(gradient, at.spanWeight + k, byStartWeight)
      add(gradient, at.spanWeight + hidden + k, byEndWeight)
      add(gradient, at.hiddenBias + k, byBias)
      accumulateRows(gradient, at.hiddenWeight + k * dim, features, dim, back)
    }
  }
  return { ...loss, start, end }
}

function add(values: Float64Array, at: number, value: number): void {
  values[at] = (values[at] as number) + value
}
