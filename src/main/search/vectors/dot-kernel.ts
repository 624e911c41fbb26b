import {
  constant,
  get,
  load128,
  load32,
  moduleBytes,
  plus,
  set,
  shuffle,
  simd,
  step,
  store128,
  sum,
  until,
  zero,
} from '#shared/wasm.ts'
import type { Code } from '#shared/wasm.ts'

/**
 * Dot products of one query with many rows of small integers, four rows at a time. A query is int8
 * (-127..127), a row 0..127 in a byte, so that `i32x4.relaxed_dot_i8x16_i7x16_add_s`, the fastest
 * instruction there is for it, gives the same integers on every machine (its second operand never has
 * the high bit). Sums stay below 2^31.
 */
export interface DotKernel {
  /**
   * @param query address of `dimensions` int8
   * @param dimensions a multiple of 32
   * @param list address of the addresses of rows (uint32), as many as a multiple of four
   * @param listEnd where that list ends
   * @param out address of the int32 that come out, one for each row of the list
   */
  dots(query: number, dimensions: number, list: number, listEnd: number, out: number): void
}

/** Dimensions are filled up to a multiple of this. */
export const GROUP = 32
export const PAGE = 65_536
/** Pages of a memory at most: 4 GiB. */
export const MAX_PAGES = 65_536

// Names and numbers as in the WebAssembly specification.
const dotAdd = (query: Code, row: Code, to: Code): Code => [...query, ...row, ...to, ...simd(0x113)]
/** An order of the four int32 of two vectors, as bytes. */
const lanes = (...order: number[]): Code =>
  order.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte))

/** Bytes of a row that one turn of the loop reads. */
const TURN = 16

function dotsCode(): Code {
  const [query, dimensions, list, listEnd, out] = [0, 1, 2, 3, 4] as const
  const [rows, at, end] = [[5, 6, 7, 8], 9, 10] as const
  const [sums, one, other] = [[11, 12, 13, 14], 15, 16] as const
  const four = [0, 1, 2, 3] as const
  // Two turns in one, as the loop's own steps then cost half.
  const turn = [
    ...[0, TURN].flatMap((offset) => [
      ...set(one, load128(get(at), offset)),
      ...four.flatMap((i) =>
        set(sums[i], dotAdd(get(one), load128(get(rows[i]), offset), get(sums[i]))),
      ),
    ]),
    ...four.flatMap((i) => step(rows[i], constant(GROUP))),
    ...step(at, constant(GROUP)),
  ]
  const folded = (a: number, b: number): Code =>
    sum(shuffle(get(a), get(b), lanes(0, 4, 1, 5)), shuffle(get(a), get(b), lanes(2, 6, 3, 7)))
  const ofFour = [
    ...four.flatMap((i) => [...set(rows[i], load32(get(list), 4 * i)), ...set(sums[i], zero)]),
    ...set(at, get(query)),
    ...until(at, get(end), turn),
    ...set(one, folded(sums[0], sums[1])),
    ...set(other, folded(sums[2], sums[3])),
    ...store128(
      get(out),
      sum(
        shuffle(get(one), get(other), lanes(0, 1, 4, 5)),
        shuffle(get(one), get(other), lanes(2, 3, 6, 7)),
      ),
    ),
    ...step(out, constant(16)),
    ...step(list, constant(16)),
  ]
  return [...set(end, plus(get(query), get(dimensions))), ...until(list, get(listEnd), ofFour)]
}

let compiled: WebAssembly.Module | null = null

/** The kernel as a module that imports a shared memory; threads are given it. */
export function dotModule(): WebAssembly.Module {
  const shape = { parameters: 5, locals: { i32: 6, v128: 6 } }
  compiled ??= new WebAssembly.Module(
    moduleBytes([{ name: 'dots', ...shape, code: dotsCode() }], {
      shared: true,
      pages: 1,
      maximum: MAX_PAGES,
    }),
  )
  return compiled
}

export function createDotKernel(memory: WebAssembly.Memory): DotKernel {
  return new WebAssembly.Instance(dotModule(), { env: { memory } }).exports as unknown as DotKernel
}
