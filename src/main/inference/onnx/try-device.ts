import { execFile } from 'node:child_process'
import { cpus } from 'node:os'
import { promisify } from 'node:util'
import ort from 'onnxruntime-node'
import { AppError } from '#shared/errors.ts'
import type { RealDevice } from './device.ts'
import { ONNX_FLOAT } from './onnx-header.ts'
import { field } from './onnx-file.ts'
import { firstLine, sessionOptions } from './onnx-runtime.ts'

/** Side of the matrices, and how many products follow each other: 0.54 GFLOP a run. */
const SIDE = 512
const PRODUCTS = 2
/** Runs are repeated for about this long. */
const MEASURE_MS = 300
/** Sums of 512 products of numbers of at most 1 in fp32 or TF32 stay within this of each other. */
const TOLERANCE = 0.05

export interface DeviceTrial {
  /** Of the chip; null where the runtime does not tell. */
  name: string | null
  /** Billions of floating point operations a second in products of 512 x 512 matrices, fp32. */
  gflops: number
}

/**
 * Runs a small graph on a device, holds what comes out against a calculation by hand and measures
 * how fast it is. A driver may crash or hang: for a process that can be lost.
 *
 * @throws AppError `unsupported` where the device cannot be used, `model` where it is wrong
 */
export async function tryDevice(device: RealDevice, threads: number): Promise<DeviceTrial> {
  const left = Float32Array.from({ length: SIDE * SIDE }, (_, i) => ((i * 7) % 13) / 13 - 0.5)
  const right = Float32Array.from({ length: SIDE * SIDE }, (_, i) => ((i * 5) % 11) / 11 - 0.5)
  const run = await open(device, threads, right)
  const input = { x: new ort.Tensor('float32', left, [SIDE, SIDE]) }
  let result: ort.Tensor
  try {
    result = (await run(input))['y'] as ort.Tensor
  } catch (error) {
    throw new AppError('unsupported', `A small graph fails on ${device}.`, undefined, {
      details: firstLine(error),
    })
  }
  check(device, left, right, (await result.getData()) as Float32Array)

  const start = performance.now()
  let runs = 0
  while (performance.now() - start < MEASURE_MS || runs < 2) {
    const made = (await run(input))['y'] as ort.Tensor
    // The result is fetched, so that work which a device only queued is waited for.
    await made.getData()
    runs++
  }
  const seconds = (performance.now() - start) / 1000
  const gflops = (runs * PRODUCTS * 2 * SIDE ** 3) / seconds / 1e9
  return { name: await nameOf(device), gflops }
}

async function open(device: RealDevice, threads: number, weights: Float32Array) {
  try {
    const session = await ort.InferenceSession.create(
      graph(weights),
      sessionOptions(device, threads),
    )
    return (input: Record<string, ort.Tensor>) => session.run(input)
  } catch (error) {
    throw new AppError('unsupported', `onnxruntime cannot use ${device} here.`, undefined, {
      details: firstLine(error),
    })
  }
}

/** A row and a column of the product are worked out again, in 64 bits. */
function check(
  device: RealDevice,
  left: Float32Array,
  right: Float32Array,
  got: Float32Array,
): void {
  const times = (row: Float64Array): Float64Array =>
    Float64Array.from({ length: SIDE }, (_, column) => {
      let sum = 0
      for (let k = 0; k < SIDE; k++) sum += (row[k] ?? 0) * (right[k * SIDE + column] ?? 0)
      return sum
    })
  for (const row of [0, SIDE - 1]) {
    let expected: Float64Array = Float64Array.from(left.subarray(row * SIDE, (row + 1) * SIDE))
    for (let i = 0; i < PRODUCTS; i++) expected = times(expected)
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
    for (let column = 0; column < SIDE; column++) {
      const difference = Math.abs((got[row * SIDE + column] ?? NaN) - (expected[column] ?? 0))
      if (!(difference <= TOLERANCE * largest)) {
        throw new AppError('model', `${device} computes wrong values.`, undefined, {
          details: `a product of matrices is off by ${difference.toPrecision(2)}`,
        })
      }
    }
  }
}

/** `y = x W W`, as an ONNX file. */
function graph(weights: Float32Array): Uint8Array {
  const shape = field.message(2, [
    field.message(1, [field.int(1, SIDE)]),
    field.message(1, [field.int(1, SIDE)]),
  ])
  const value = (number: number, name: string): Uint8Array =>
    field.message(number, [
      field.text(1, name),
      field.message(2, [field.message(1, [field.int(1, ONNX_FLOAT), shape])]),
    ])
  const names = Array.from({ length: PRODUCTS + 1 }, (_, i) =>
    i === 0 ? 'x' : i === PRODUCTS ? 'y' : `x${i}`,
  )
  const product = (i: number): Uint8Array =>
    field.message(1, [
      field.text(1, names[i] as string),
      field.text(1, 'w'),
      field.text(2, names[i + 1] as string),
      field.text(3, `product${i}`),
      field.text(4, 'MatMul'),
    ])
  const bytes = new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength)
  const parts = [
    field.int(1, 8),
    field.message(7, [
      ...Array.from({ length: PRODUCTS }, (_, i) => product(i)),
      field.text(2, 'trial'),
      field.message(5, [
        field.int(1, SIDE),
        field.int(1, SIDE),
        field.int(2, ONNX_FLOAT),
        field.text(8, 'w'),
        field.bytes(9, bytes),
      ]),
      value(11, 'x'),
      value(12, 'y'),
    ]),
    field.message(8, [field.text(1, ''), field.int(2, 13)]),
  ]
  return new Uint8Array(Buffer.concat(parts))
}

/** The runtime names no chips: the processor is the system's to name, an NVIDIA card its driver's. */
async function nameOf(device: RealDevice): Promise<string | null> {
  if (device === 'cpu') return cpus()[0]?.model.trim() ?? null
  if (device !== 'cuda') return null
  try {
    const { stdout } = await promisify(execFile)(
      'nvidia-smi',
      ['--query-gpu=name', '--format=csv,noheader'],
      { timeout: 5000, windowsHide: true },
    )
    return stdout.split('\n')[0]?.trim() || null
  } catch {
    return null
  }
}
