import {
  constant,
  get,
  load128,
  moduleBytes,
  plus,
  set,
  shuffle,
  simd,
  step,
  store128,
  times,
  until,
  zero,
} from '#shared/wasm.ts'
import type { Code } from '#shared/wasm.ts'
import type { Rows } from './vectors.ts'

/** Products of one row with many, in float32 and always in the same order. */
export interface Dots {
  /** Dimensions with those that fill up. */
  padded: number
  /**
   * @param query `dim` numbers from `from` on
   * @param first a multiple of four; so is what is given back: whole groups of four rows
   * @returns the products with the rows first .. first + count - 1; good until the next call
   */
  with(query: Float32Array, from: number, first: number, count: number): Float32Array
}

type Kernel = (query: number, bytes: number, rows: number, rowsEnd: number, out: number) => void

const PAGE = 65_536
const mul = (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe6)] // f32x4.mul
const add = (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe4)] // f32x4.add
const lanes = (...order: number[]): Code =>
  order.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte))

/** Four rows at a time: an accumulator each, whose lanes are summed up at the end. */
function kernelCode(): Code {
  const [QUERY, BYTES, ROWS, ROWS_END, OUT, ROW, AT, SUM, Q] = [0, 1, 2, 3, 4, 5, 9, 10, 14]
  const four = [0, 1, 2, 3]
  const pair = (a: number, b: number): Code =>
    add(shuffle(get(a), get(b), lanes(0, 4, 1, 5)), shuffle(get(a), get(b), lanes(2, 6, 3, 7)))
  return until(ROWS, get(ROWS_END), [
    ...four.flatMap((i) => [
      ...set(ROW + i, i === 0 ? get(ROWS) : plus(get(ROW + i - 1), get(BYTES))),
      ...set(SUM + i, zero),
    ]),
    ...set(AT, get(QUERY)),
    ...until(AT, plus(get(QUERY), get(BYTES)), [
      ...set(Q, load128(get(AT), 0)),
      ...four.flatMap((i) => [
        ...set(SUM + i, add(get(SUM + i), mul(get(Q), load128(get(ROW + i), 0)))),
        ...step(ROW + i, constant(16)),
      ]),
      ...step(AT, constant(16)),
    ]),
    ...set(Q, pair(SUM, SUM + 1)),
    ...set(SUM, pair(SUM + 2, SUM + 3)),
    ...store128(
      get(OUT),
      add(
        shuffle(get(Q), get(SUM), lanes(0, 1, 4, 5)),
        shuffle(get(Q), get(SUM), lanes(2, 3, 6, 7)),
      ),
    ),
    ...step(OUT, constant(16)),
    ...step(ROWS, times(get(BYTES), constant(4))),
  ])
}

/** Holds rows for products with others; they are copied. */
export function createDots({ values, dim }: Rows): Dots {
  const n = values.length / dim
  const padded = Math.ceil(dim / 4) * 4
  const groups = Math.ceil(n / 4) * 4
  const rowsAt = padded * 4
  const outAt = rowsAt + groups * padded * 4
  const pages = Math.ceil((outAt + groups * 4) / PAGE)
  const bytes = moduleBytes(
    [{ name: 'dots', parameters: 5, locals: { i32: 5, v128: 5 }, code: kernelCode() }],
    { shared: false, pages, maximum: pages },
  )
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  const { buffer } = memory
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } })
  const dots = instance.exports['dots'] as Kernel
  const query = new Float32Array(buffer, 0, padded)
  const rows = new Float32Array(buffer, rowsAt, groups * padded)
  for (let i = 0; i < n; i++) rows.set(values.subarray(i * dim, (i + 1) * dim), i * padded)
  const out = new Float32Array(buffer, outAt, groups)
  return {
    padded,
    with(values, from, first, count) {
      const whole = Math.ceil(count / 4) * 4
      if (whole === 0) return out.subarray(0, 0)
      for (let i = 0; i < dim; i++) query[i] = values[from + i]!
      const begin = rowsAt + first * padded * 4
      dots(0, padded * 4, begin, begin + whole * padded * 4, outAt)
      return out.subarray(0, count)
    },
  }
}
