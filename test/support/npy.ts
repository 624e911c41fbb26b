import { readFileSync } from 'node:fs'

/** Reads a little-endian float32 `.npy` in C order. */
export function readNpy(path: string): { shape: number[]; data: Float32Array } {
  const bytes = readFileSync(path)
  const isV1 = bytes[6] === 1
  const headerLength = isV1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8)
  const start = (isV1 ? 10 : 12) + headerLength
  const header = bytes.toString('latin1', isV1 ? 10 : 12, start)
  if (!header.includes("'<f4'") || !header.includes("'fortran_order': False")) {
    throw new Error(`not a float32 array in C order: ${header}`)
  }
  const shape = (/'shape': \(([^)]*)\)/.exec(header)?.[1] ?? '')
    .split(',')
    .map((s) => s.trim())
    .filter((s) => s !== '')
    .map(Number)
  const body = bytes.subarray(start)
  const data = new Float32Array(body.length / 4)
  for (let i = 0; i < data.length; i++) data[i] = body.readFloatLE(i * 4)
  return { shape, data }
}
