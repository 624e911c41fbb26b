import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { AppError } from '#shared/errors.ts'

/**
 * Reads what an ONNX file says about itself without loading it: names, types and shapes of inputs
 * and outputs, the types of its weights, and the files that hold external data. Weights are
 * skipped, so a graph of a gigabyte takes milliseconds. Source: onnx.proto.
 */
export interface OnnxHeader {
  inputs: OnnxValue[]
  outputs: OnnxValue[]
  /** Bytes of weights by element type, external data included where its length is stated. */
  weights: Map<number, number>
  operators: Set<string>
  /** As written in the file: relative to its folder. */
  externalFiles: string[]
}

export interface OnnxValue {
  name: string
  /** TensorProto.DataType: 1 float32, 6 int32, 7 int64, 10 float16. */
  type: number
  /** A number, or the name of a dynamic dimension. */
  shape: (number | string)[]
}

export const ONNX_FLOAT = 1
export const ONNX_INT64 = 7
export const ONNX_FLOAT16 = 10

export interface Field {
  number: number
  /** Of a varint. */
  value: number
  /** Where the whole field begins, its tag included. */
  from: number
  /** Of what it holds, where that has a length; both the end of the field for a varint. */
  start: number
  end: number
}

const WINDOW = 1 << 16
const MAX_TEXT = 1 << 16

export class FileBytes {
  private readonly window = Buffer.allocUnsafe(WINDOW)
  private at = 0
  private length = 0
  private readonly handle: number
  readonly size: number

  constructor(path: string) {
    this.handle = openSync(path, 'r')
    this.size = fstatSync(this.handle).size
  }

  close(): void {
    closeSync(this.handle)
  }

  byte(position: number): number {
    if (position < this.at || position >= this.at + this.length) {
      this.at = position
      this.length = readSync(this.handle, this.window, 0, WINDOW, position)
      if (this.length === 0) throw new RangeError('the file ends too early')
    }
    return this.window[position - this.at] as number
  }

  text(start: number, end: number): string {
    if (end - start > MAX_TEXT) throw new RangeError('a name is too long')
    const out = Buffer.allocUnsafe(end - start)
    for (let i = start; i < end; i++) out[i - start] = this.byte(i)
    return out.toString('utf8')
  }

  slice(start: number, end: number): Uint8Array {
    const out = new Uint8Array(end - start)
    for (let at = 0; at < out.length;) {
      const n = readSync(this.handle, out, at, out.length - at, start + at)
      if (n === 0) throw new RangeError('the file ends too early')
      at += n
    }
    return out
  }

  view(start: number, length: number): DataView {
    return new DataView(this.slice(start, start + length).buffer)
  }

  /** Varints without tags between them. */
  packed(start: number, end: number): number[] {
    const out: number[] = []
    let value = 0
    let shift = 1
    for (let at = start; at < end; at++) {
      const byte = this.byte(at)
      value += (byte & 127) * shift
      shift *= 128
      if (byte >= 128) continue
      // Ten bytes are a negative int64; as a double it is lost, and refused by whoever looks.
      out.push(value)
      value = 0
      shift = 1
    }
    return out
  }

  *fields(start: number, end: number): Generator<Field> {
    let at = start
    const varint = (): number => {
      let value = 0
      for (let shift = 1; ; shift *= 128) {
        if (at >= end) throw new RangeError('a number is cut off')
        const byte = this.byte(at++)
        value += (byte & 127) * shift
        if (byte < 128) return value
        if (shift > 2 ** 63) throw new RangeError('a number is too long')
      }
    }
    while (at < end) {
      const from = at
      const tag = varint()
      const number = Math.floor(tag / 8)
      const field: Field = { number, value: 0, from, start: 0, end: 0 }
      switch (tag % 8) {
        case 0:
          field.value = varint()
          field.start = field.end = at
          break
        case 1:
          field.start = at
          field.end = at += 8
          break
        case 2: {
          const length = varint()
          field.start = at
          field.end = at += length
          break
        }
        case 5:
          field.start = at
          field.end = at += 4
          break
        default:
          throw new RangeError('an unknown kind of field')
      }
      if (at > end) throw new RangeError('a field is longer than what holds it')
      yield field
    }
  }
}

/** Throws `model` for a file that is no ONNX graph. */
export function readOnnxHeader(path: string): OnnxHeader {
  const file = new FileBytes(path)
  try {
    const header: OnnxHeader = {
      inputs: [],
      outputs: [],
      weights: new Map(),
      operators: new Set(),
      externalFiles: [],
    }
    const external = new Set<string>()
    const initializers = new Set<string>()
    let hasGraph = false
    for (const field of file.fields(0, file.size)) {
      if (field.number !== 7) continue
      hasGraph = true
      for (const part of file.fields(field.start, field.end)) {
        if (part.number === 1) readOperator(file, part, header)
        else if (part.number === 5) initializers.add(readTensor(file, part, header, external))
        else if (part.number === 11) header.inputs.push(readValue(file, part))
        else if (part.number === 12) header.outputs.push(readValue(file, part))
      }
    }
    if (!hasGraph || header.outputs.length === 0) throw new RangeError('it holds no graph')
    // Old exporters list the weights among the inputs.
    header.inputs = header.inputs.filter((input) => !initializers.has(input.name))
    header.externalFiles = [...external].sort()
    return header
  } catch (error) {
    if (error instanceof RangeError) {
      throw new AppError(
        'model',
        `${path} is not an ONNX graph: ${error.message}`,
        'Fetch or export the file again; files of Git LFS must be fetched, not their pointers.',
        { cause: error },
      )
    }
    throw error
  } finally {
    file.close()
  }
}

function readOperator(file: FileBytes, at: Field, header: OnnxHeader): void {
  for (const field of file.fields(at.start, at.end)) {
    if (field.number === 4) header.operators.add(file.text(field.start, field.end))
  }
}

function readTensor(file: FileBytes, at: Field, header: OnnxHeader, external: Set<string>): string {
  let type = 0
  let bytes = 0
  let name = ''
  for (const field of file.fields(at.start, at.end)) {
    if (field.number === 2) type = field.value
    else if (field.number === 8) name = file.text(field.start, field.end)
    // raw_data, or the typed arrays that hold the values one by one.
    else if ([4, 5, 7, 9, 10, 11].includes(field.number)) bytes += field.end - field.start
    else if (field.number === 13) {
      let key = ''
      let value = ''
      for (const entry of file.fields(field.start, field.end)) {
        if (entry.number === 1) key = file.text(entry.start, entry.end)
        if (entry.number === 2) value = file.text(entry.start, entry.end)
      }
      if (key === 'location') external.add(value)
      if (key === 'length') bytes += Number(value) || 0
    }
  }
  header.weights.set(type, (header.weights.get(type) ?? 0) + bytes)
  return name
}

function readValue(file: FileBytes, at: Field): OnnxValue {
  const value: OnnxValue = { name: '', type: 0, shape: [] }
  for (const field of file.fields(at.start, at.end)) {
    if (field.number === 1) value.name = file.text(field.start, field.end)
    if (field.number !== 2) continue
    for (const kind of file.fields(field.start, field.end)) {
      if (kind.number !== 1) continue
      for (const part of file.fields(kind.start, kind.end)) {
        if (part.number === 1) value.type = part.value
        if (part.number !== 2) continue
        for (const dimension of file.fields(part.start, part.end)) {
          let size: number | string = '?'
          for (const entry of file.fields(dimension.start, dimension.end)) {
            if (entry.number === 1) size = entry.value
            if (entry.number === 2) size = file.text(entry.start, entry.end) || '?'
          }
          value.shape.push(size)
        }
      }
    }
  }
  return value
}

/** `fp32`, `fp16`, `int8` by what most of the weights are. */
export function weightsDtype(header: OnnxHeader): 'fp32' | 'fp16' | 'int8' | 'mixed' {
  const of = (...types: number[]): number =>
    types.reduce((sum, type) => sum + (header.weights.get(type) ?? 0), 0)
  // Eight-bit weights are counted in bytes, and the rest of such a graph stays float32.
  const eight = of(2, 3)
  const half = of(ONNX_FLOAT16)
  const full = of(ONNX_FLOAT)
  if (eight > full / 2 && eight > half) return 'int8'
  if (full > 10 * (half + eight)) return 'fp32'
  if (half > 10 * full) return 'fp16'
  return half + eight === 0 ? 'fp32' : 'mixed'
}
