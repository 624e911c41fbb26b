import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { AppError } from '#shared/errors.ts'
import { readError } from '../files/read-error.ts'

export type NpyType = 'float16' | 'float32' | 'float64'

/** A two-dimensional array of floats in a `.npy` file; reads rows as they are asked for. */
export interface NpyFile {
  path: string
  bytes: number
  type: NpyType
  rows: number
  dims: number
  /** Rows as float32, row by row; float64 is rounded. */
  read(from: number, rows: number): Promise<Float32Array>
  close(): Promise<void>
}

const SIZE: Record<NpyType, number> = { float16: 2, float32: 4, float64: 8 }
const TYPES: Record<string, NpyType> = { '<f2': 'float16', '<f4': 'float32', '<f8': 'float64' }
/** No header of an array of floats is longer; the patterns that read it take time by its square. */
const MAX_HEADER = 1 << 14

/**
 * Opens a `.npy` file (format versions 1 to 3 of `numpy.lib.format`): little-endian float16,
 * float32 or float64, C order, two dimensions.
 * @throws AppError `damaged` (no such file format, cut short), `unsupported` (another type, order
 *   or shape), `not-found`, `io`
 */
export async function openNpy(path: string): Promise<NpyFile> {
  const { file, size, data, type, shape } = await openArray(path)
  try {
    const { rows, dims } = rowsIn(path, shape)
    const rowBytes = dims * SIZE[type]
    if (size - data < rows * rowBytes) {
      const there = Math.floor((size - data) / rowBytes)
      throw new AppError(
        'damaged',
        `${path} is cut short: its header says ${rows} rows of ${dims}, the file holds ${there}`,
        'Get the file again.',
      )
    }
    return {
      path,
      bytes: size,
      type,
      rows,
      dims,
      async read(from, count) {
        const n = Math.max(0, Math.min(count, rows - from))
        const bytes = await readAt(file, data + from * rowBytes, n * rowBytes)
        if (bytes.length < n * rowBytes)
          throw new AppError(
            'io',
            `${path} became shorter while it was read.`,
            'Wait until it is written, then try again.',
          )
        return toFloat32(bytes, type)
      },
      close: () => file.close(),
    }
  } catch (error) {
    await file.close()
    throw readError(path, error)
  }
}

/** What an array that is read whole may hold, values. */
const MOST_VALUES = 1 << 28

/**
 * Reads an array of floats of any shape whole, as float32 in C order.
 * @throws AppError as `openNpy`; `unsupported` for more than 2^28 values
 */
export async function readNpyArray(
  path: string,
): Promise<{ shape: number[]; values: Float32Array }> {
  const { file, size, data, type, shape } = await openArray(path)
  try {
    const count = shape.reduce((product, length) => product * length, 1)
    if (!Number.isSafeInteger(count) || count > MOST_VALUES) {
      throw new AppError(
        'unsupported',
        `${path} holds ${count} values; ${MOST_VALUES} are read at most`,
        'Write fewer rows.',
      )
    }
    if (size - data < count * SIZE[type]) {
      throw new AppError(
        'damaged',
        `${path} is cut short: its header says (${shape.join(', ')})`,
        'Get the file again.',
      )
    }
    return { shape, values: toFloat32(await readAt(file, data, count * SIZE[type]), type) }
  } catch (error) {
    throw readError(path, error)
  } finally {
    await file.close()
  }
}

/** A file whose header was read: where its values begin. */
async function openArray(path: string): Promise<{
  file: FileHandle
  size: number
  data: number
  type: NpyType
  shape: number[]
}> {
  let file: FileHandle
  try {
    file = await open(path, 'r')
  } catch (error) {
    throw readError(path, error)
  }
  try {
    const { size } = await file.stat()
    const head = await readAt(file, 0, 12)
    if (head.length < 10 || head.toString('latin1', 0, 6) !== '\x93NUMPY') {
      throw new AppError(
        'damaged',
        `${path} is no .npy file: it does not begin with \\x93NUMPY.`,
        'Get the file again.',
      )
    }
    const version = head[6] as number
    if (version < 1 || version > 3) {
      throw new AppError(
        'unsupported',
        `${path} is a .npy file of the unknown version ${version}.`,
        'Write it again with a current NumPy.',
      )
    }
    const start = version === 1 ? 10 : 12
    const length = version === 1 ? head.readUInt16LE(8) : head.readUInt32LE(8)
    if (length > MAX_HEADER || start + length > size) {
      throw new AppError(
        'damaged',
        `${path} is cut short: its header says ${length} bytes.`,
        'Get the file again.',
      )
    }
    const header = (await readAt(file, start, length)).toString('latin1')
    return { file, size, data: start + length, ...readHeader(path, header) }
  } catch (error) {
    await file.close()
    throw readError(path, error)
  }
}

function readHeader(path: string, header: string): { type: NpyType; shape: number[] } {
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1]
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1]
  const shape = /'shape'\s*:\s*\(([^)]*)\)/
    .exec(header)?.[1]
    ?.split(',')
    .map((part) => part.trim().replace(/L$/, ''))
    .filter((part) => part !== '')
    .map(Number)
  if (fortran === undefined || shape === undefined) {
    throw new AppError(
      'damaged',
      `The header of ${path} cannot be read as .npy.`,
      'Get the file again.',
    )
  }
  const type = TYPES[descr ?? '']
  if (!type) {
    throw new AppError(
      'unsupported',
      `${path} holds ${descr ? `the type ${descr}` : 'a structured type'}; embeddings are little-endian float16, float32 or float64`,
      'In Python: numpy.save(path, array.astype("<f4")).',
    )
  }
  if (fortran === 'True') {
    throw new AppError(
      'unsupported',
      `${path} is in Fortran order (column by column); embeddings are read row by row`,
      'In Python: numpy.save(path, numpy.ascontiguousarray(array)).',
    )
  }
  return { type, shape }
}

function rowsIn(path: string, shape: readonly number[]): { rows: number; dims: number } {
  const [rows, dims] = shape
  if (shape.length !== 2 || !Number.isSafeInteger(rows) || !Number.isSafeInteger(dims)) {
    throw new AppError(
      'unsupported',
      `${path} has the shape (${shape.join(', ')}); embeddings have two dimensions: rows and values.`,
      'In Python: numpy.save(path, array.reshape(len(array), -1)).',
    )
  }
  if ((dims as number) < 1 || (dims as number) > 65_536) {
    throw new AppError(
      'unsupported',
      `The rows of ${path} are no embeddings: each has ${dims} values.`,
      'Embeddings have 1 to 65,536 values.',
    )
  }
  return { rows: rows as number, dims: dims as number }
}

async function readAt(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  let done = 0
  while (done < length) {
    const { bytesRead } = await file.read(buffer, done, length - done, at + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return buffer.subarray(0, done)
}

function toFloat32(bytes: Buffer, type: NpyType): Float32Array {
  const n = bytes.length / SIZE[type]
  // The pool of small buffers may start anywhere.
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : Buffer.from(new Uint8Array(bytes).buffer)
  switch (type) {
    case 'float32':
      return new Float32Array(aligned.buffer, aligned.byteOffset, n).slice()
    case 'float64':
      return Float32Array.from(new Float64Array(aligned.buffer, aligned.byteOffset, n))
    case 'float16': {
      const halves = new Uint16Array(aligned.buffer, aligned.byteOffset, n)
      const floats = (halfFloats ??= makeHalfFloats())
      const out = new Float32Array(n)
      for (let i = 0; i < n; i++) out[i] = floats[halves[i] as number] as number
      return out
    }
  }
}

/** Every float16 as a float32, by its bits. */
let halfFloats: Float32Array | null = null

function makeHalfFloats(): Float32Array {
  const table = new Float32Array(65_536)
  for (let bits = 0; bits < 65_536; bits++) {
    const sign = bits & 0x8000 ? -1 : 1
    const exponent = (bits >> 10) & 31
    const fraction = bits & 1023
    table[bits] =
      exponent === 0
        ? sign * fraction * 2 ** -24
        : exponent === 31
          ? fraction === 0
            ? sign * Infinity
            : NaN
          : sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
  }
  return table
}
