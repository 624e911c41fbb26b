import { closeSync, existsSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import { FileBytes, ONNX_FLOAT, type Field } from './onnx-header.ts'

/**
 * ONNX files as graphs that can be changed and written again. What is not understood here is kept
 * as it stands. Weights stay in their file until they are asked for. Source: onnx.proto.
 */
export interface OnnxFile {
  /** Version of the operator set by domain; '' is ONNX's own. */
  opsets: Map<string, number>
  nodes: OnnxNode[]
  /** Constant tensors by name, in the order of the file. */
  weights: Map<string, OnnxWeight>
  /** Encoded fields of the model and the graph that are kept as they are. */
  modelRest: Uint8Array[]
  graphRest: Uint8Array[]
}

export interface OnnxNode {
  op: string
  domain: string
  name: string
  inputs: string[]
  outputs: string[]
  attributes: Map<string, OnnxAttribute>
}

export type OnnxAttribute =
  | { kind: 'int'; value: number }
  | { kind: 'float'; value: number }
  | { kind: 'ints'; value: number[] }
  | { kind: 'string'; value: string }
  /** An encoded AttributeProto of another kind; `isGraph` = it holds a graph of its own. */
  | { kind: 'other'; encoded: Uint8Array; isGraph: boolean }

export interface OnnxWeight {
  /** TensorProto.DataType, see onnx-header.ts. */
  type: number
  dims: number[]
  byteLength: number
  /** Little-endian values, row by row. */
  read(): Uint8Array
}

export const ONNX_UINT8 = 2
export const ONNX_INT8 = 3

/** protobuf cannot hold more in one message. */
const MAX_FILE = 2 ** 31 - 1

const utf8 = new TextEncoder()

// ── writing

/** Bytes, or a weight whose bytes are fetched when it is its turn. */
type Part = Uint8Array | OnnxWeight

function varint(value: number): number[] {
  const out: number[] = []
  // Negative int64 in two's complement: ten bytes.
  let rest = value < 0 ? BigInt.asUintN(64, BigInt(value)) : BigInt(value)
  while (rest > 127n) {
    out.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  out.push(Number(rest))
  return out
}

/** Fields of a protobuf message, by number. */
export const field = {
  int: (number: number, value: number): Uint8Array =>
    Uint8Array.from([...varint(number * 8), ...varint(value)]),
  float(number: number, value: number): Uint8Array {
    const out = new Uint8Array([...varint(number * 8 + 5), 0, 0, 0, 0])
    new DataView(out.buffer).setFloat32(out.length - 4, value, true)
    return out
  },
  text: (number: number, value: string): Uint8Array => field.bytes(number, utf8.encode(value)),
  bytes: (number: number, value: Uint8Array): Uint8Array =>
    concat([Uint8Array.from([...varint(number * 8 + 2), ...varint(value.length)]), value]),
  message: (number: number, parts: Uint8Array[]): Uint8Array => field.bytes(number, concat(parts)),
}

function concat(parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

function lengthOf(parts: Part[]): number {
  return parts.reduce((sum, part) => sum + part.byteLength, 0)
}

function heading(number: number, parts: Part[]): Uint8Array {
  return Uint8Array.from([...varint(number * 8 + 2), ...varint(lengthOf(parts))])
}

function encodeAttribute(name: string, attribute: OnnxAttribute): Uint8Array {
  if (attribute.kind === 'other') return attribute.encoded
  const start = field.text(1, name)
  switch (attribute.kind) {
    case 'float':
      return concat([start, field.float(2, attribute.value), field.int(20, 1)])
    case 'int':
      return concat([start, field.int(3, attribute.value), field.int(20, 2)])
    case 'string':
      return concat([start, field.text(4, attribute.value), field.int(20, 3)])
    case 'ints':
      return concat([
        start,
        ...attribute.value.map((value) => field.int(8, value)),
        field.int(20, 7),
      ])
  }
}

function encodeNode(node: OnnxNode): Uint8Array {
  return concat([
    ...node.inputs.map((input) => field.text(1, input)),
    ...node.outputs.map((output) => field.text(2, output)),
    field.text(3, node.name),
    field.text(4, node.op),
    ...[...node.attributes].map(([name, attribute]) =>
      field.bytes(5, encodeAttribute(name, attribute)),
    ),
    ...(node.domain === '' ? [] : [field.text(7, node.domain)]),
  ])
}

/** A weight out of numbers in memory. */
export function weightOf(
  type: number,
  dims: number[],
  values: Float32Array | Int8Array | Uint8Array | Int32Array | BigInt64Array,
): OnnxWeight {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  return { type, dims, byteLength: bytes.length, read: () => bytes }
}

/** Writes through a temporary file. Throws `invalid-input` for what does not fit one file. */
export function writeOnnxFile(path: string, file: OnnxFile): void {
  const graph: Part[] = file.nodes.map((node) => field.bytes(1, encodeNode(node)))
  for (const [name, weight] of file.weights) {
    const tensor: Part[] = [
      ...weight.dims.map((dim) => field.int(1, dim)),
      field.int(2, weight.type),
      field.text(8, name),
      heading(9, [weight]),
      weight,
    ]
    graph.push(heading(5, tensor), ...tensor)
  }
  graph.push(...file.graphRest)
  const parts: Part[] = [
    ...file.modelRest,
    ...[...file.opsets].map(([domain, version]) =>
      field.message(8, [field.text(1, domain), field.int(2, version)]),
    ),
    heading(7, graph),
    ...graph,
  ]
  if (lengthOf(parts) > MAX_FILE) {
    throw new AppError('invalid-input', `${path} would be larger than an ONNX file can be, 2 GiB`)
  }
  const temporary = `${path}.${process.pid}.tmp`
  const handle = openSync(temporary, 'w')
  try {
    for (const part of parts) {
      const bytes = part instanceof Uint8Array ? part : part.read()
      if (bytes.length !== part.byteLength) throw new RangeError('a weight changed its length')
      for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at)
    }
    closeSync(handle)
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

// ── reading

/** Reads a graph and where its weights are. Throws `model` for what is no ONNX graph. */
export function readOnnxFile(path: string): OnnxFile {
  const bytes = new FileBytes(path)
  const file: OnnxFile = {
    opsets: new Map(),
    nodes: [],
    weights: new Map(),
    modelRest: [],
    graphRest: [],
  }
  try {
    for (const part of bytes.fields(0, bytes.size)) {
      if (part.number === 7) readGraph(path, bytes, part, file)
      else if (part.number === 8) {
        let domain = ''
        let version = 0
        for (const entry of bytes.fields(part.start, part.end)) {
          if (entry.number === 1) domain = bytes.text(entry.start, entry.end)
          if (entry.number === 2) version = entry.value
        }
        file.opsets.set(domain, version)
      } else file.modelRest.push(bytes.slice(part.from, part.end))
    }
    if (file.nodes.length === 0) throw new RangeError('it holds no graph')
    return file
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new AppError(
      'model',
      `${path} is not an ONNX graph: ${error.message}`,
      'Fetch or export the file again.',
      {
        cause: error,
      },
    )
  } finally {
    bytes.close()
  }
}

function readGraph(path: string, bytes: FileBytes, at: Field, file: OnnxFile): void {
  for (const part of bytes.fields(at.start, at.end)) {
    if (part.number === 1) file.nodes.push(readNode(bytes, part))
    else if (part.number === 5) {
      const { name, weight } = readWeight(path, bytes, part)
      file.weights.set(name, weight)
    } else file.graphRest.push(bytes.slice(part.from, part.end))
  }
}

function readNode(bytes: FileBytes, at: Field): OnnxNode {
  const node: OnnxNode = {
    op: '',
    domain: '',
    name: '',
    inputs: [],
    outputs: [],
    attributes: new Map(),
  }
  for (const { number, start, end } of bytes.fields(at.start, at.end)) {
    if (number === 1) node.inputs.push(bytes.text(start, end))
    else if (number === 2) node.outputs.push(bytes.text(start, end))
    else if (number === 3) node.name = bytes.text(start, end)
    else if (number === 4) node.op = bytes.text(start, end)
    else if (number === 5) {
      const { name, attribute } = readAttribute(bytes, start, end)
      node.attributes.set(name, attribute)
    } else if (number === 7) node.domain = bytes.text(start, end)
  }
  return node
}

function readAttribute(
  bytes: FileBytes,
  start: number,
  end: number,
): { name: string; attribute: OnnxAttribute } {
  let name = ''
  let type = 0
  let value = 0
  let text = ''
  const ints: number[] = []
  let isPlain = true
  for (const part of bytes.fields(start, end)) {
    if (part.number === 1) name = bytes.text(part.start, part.end)
    else if (part.number === 20) type = part.value
    else if (part.number === 2) value = bytes.view(part.start, 4).getFloat32(0, true)
    else if (part.number === 3) value = part.value
    else if (part.number === 4 && part.end - part.start < 1024) {
      text = bytes.text(part.start, part.end)
    } else if (part.number === 8) {
      if (part.start === part.end) ints.push(part.value)
      else ints.push(...bytes.packed(part.start, part.end))
    } else isPlain = false
  }
  const kinds: Record<number, OnnxAttribute> = {
    1: { kind: 'float', value },
    2: { kind: 'int', value },
    3: { kind: 'string', value: text },
    7: { kind: 'ints', value: ints },
  }
  const known = kinds[type]
  // Numbers beyond a double's exact range (such as INT64_MAX as "to the end") stay as they stand.
  const isExact = Number.isSafeInteger(value) || type !== 2
  if (known && isPlain && isExact && ints.every(Number.isSafeInteger)) {
    return { name, attribute: known }
  }
  const encoded = bytes.slice(start, end)
  return { name, attribute: { kind: 'other', encoded, isGraph: type === 5 || type === 10 } }
}

function readWeight(
  path: string,
  bytes: FileBytes,
  at: Field,
): { name: string; weight: OnnxWeight } {
  let name = ''
  let type = 0
  const dims: number[] = []
  let raw: { path: string; start: number; length: number } | null = null
  let values: Uint8Array | null = null
  const external = new Map<string, string>()
  for (const part of bytes.fields(at.start, at.end)) {
    if (part.number === 1) {
      if (part.start === part.end) dims.push(part.value)
      else dims.push(...bytes.packed(part.start, part.end))
    } else if (part.number === 2) type = part.value
    else if (part.number === 8) name = bytes.text(part.start, part.end)
    else if (part.number === 9) raw = { path, start: part.start, length: part.end - part.start }
    else if (part.number === 4 && part.end > part.start) values = bytes.slice(part.start, part.end)
    else if (part.number === 7) {
      const numbers = part.start === part.end ? [part.value] : bytes.packed(part.start, part.end)
      if (!numbers.every(Number.isSafeInteger)) {
        throw new RangeError(`the weight ${name} is kept in a form that is not read here`)
      }
      const longs = BigInt64Array.from(numbers, (value) => BigInt(value))
      values = concat([values ?? new Uint8Array(), new Uint8Array(longs.buffer)])
    } else if (part.number === 5) {
      values = concat([values ?? new Uint8Array(), smallValues(bytes, part, type, name)])
    } else if ([10, 11].includes(part.number)) {
      throw new RangeError(`the weight ${name} is kept in a form that is not read here`)
    } else if (part.number === 13) {
      let key = ''
      let value = ''
      for (const entry of bytes.fields(part.start, part.end)) {
        if (entry.number === 1) key = bytes.text(entry.start, entry.end)
        if (entry.number === 2) value = bytes.text(entry.start, entry.end)
      }
      external.set(key, value)
    }
  }
  const location = external.get('location')
  if (location !== undefined) {
    // That it stays below the model's folder was checked with the model's digest.
    const file = join(dirname(path), location)
    if (!existsSync(file)) throw new RangeError(`${location} is not there`)
    const start = Number(external.get('offset') ?? 0)
    raw = { path: file, start, length: Number(external.get('length')) }
    if (!Number.isSafeInteger(start) || !Number.isSafeInteger(raw.length)) {
      throw new RangeError(`it does not say where in ${location} the weight ${name} is`)
    }
  }
  if (raw === null) {
    const kept = values ?? new Uint8Array()
    return { name, weight: { type, dims, byteLength: kept.length, read: () => kept } }
  }
  const from = raw
  return {
    name,
    weight: {
      type,
      dims,
      byteLength: from.length,
      read: () => readPart(from.path, from.start, from.length),
    },
  }
}

/** Bytes of a value by type, of those that may be written as int32_data one by one. */
const SMALL: Record<number, number> = { 2: 1, 3: 1, 4: 2, 5: 2, 6: 4, 9: 1, 10: 2, 16: 2 }

/** int32_data: each value is a varint of its own, negative ones of ten bytes. */
function smallValues(bytes: FileBytes, at: Field, type: number, name: string): Uint8Array {
  const size = SMALL[type]
  if (size === undefined) {
    throw new RangeError(`the weight ${name} is kept in a form that is not read here`)
  }
  const out: number[] = []
  // Alone, a value comes right behind its tag of one byte.
  const isPacked = bytes.byte(at.from) % 8 === 2
  let low = 0
  let shift = 0
  for (let i = isPacked ? at.start : at.from + 1; i < at.end; i++) {
    const byte = bytes.byte(i)
    if (shift < 32) low |= (byte & 127) << shift
    shift += 7
    if (byte >= 128) continue
    for (let part = 0; part < size; part++) out.push((low >>> (8 * part)) & 255)
    low = 0
    shift = 0
  }
  return Uint8Array.from(out)
}

function readPart(path: string, start: number, length: number): Uint8Array {
  const out = new Uint8Array(length)
  const handle = openSync(path, 'r')
  try {
    for (let at = 0; at < length;) {
      const n = readSync(handle, out, at, length - at, start + at)
      if (n === 0) throw new RangeError(`${path} ends too early`)
      at += n
    }
    return out
  } finally {
    closeSync(handle)
  }
}

/** The values of a float32 weight. Throws RangeError for another type. */
export function floatsOf(weight: OnnxWeight): Float32Array {
  if (weight.type !== ONNX_FLOAT) throw new RangeError('the weight is not float32')
  const bytes = weight.read()
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
}
