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
  vector,
  zero,
} from '#shared/wasm.ts'
import type { Code } from '#shared/wasm.ts'

/**
 * Dot products of one query with many rows of small integers, four rows at a time. A query is int8
 * (-127..127), a row 0..127 in a byte (`fine`) or 0..15 in half a byte (`coarse`), so that
 * `i32x4.relaxed_dot_i8x16_i7x16_add_s`, the fastest instruction there is for it, gives the same
 * integers on every machine (its second operand never has the high bit). Sums stay below 2^31.
 *
 * Half bytes stand in groups of 32 dimensions: of byte j, the low half is dimension j of the group,
 * the high half dimension 16 + j.
 */
export interface DotKernel {
  /**
   * @param query address of `dimensions` int8
   * @param dimensions a multiple of 32
   * @param list address of the addresses of rows (uint32), as many as a multiple of four
   * @param listEnd where that list ends
   * @param out address of the int32 that come out, one for each row of the list
   */
  fine(query: number, dimensions: number, list: number, listEnd: number, out: number): void
  coarse(query: number, dimensions: number, list: number, listEnd: number, out: number): void
}

/** Dimensions are filled up to a multiple of this. */
export const GROUP = 32
export const PAGE = 65_536
/** Pages of a memory at most: 4 GiB. */
export const MAX_PAGES = 65_536

// Names and numbers as in the WebAssembly specification.
const and = (a: Code, b: Code): Code => [...a, ...b, ...simd(0x4e)] // v128.and
const highHalf = (a: Code): Code => [...a, ...constant(4), ...simd(0x6d)] // i8x16.shr_u
const dotAdd = (query: Code, row: Code, to: Code): Code => [...query, ...row, ...to, ...simd(0x113)]
/** An order of the four int32 of two vectors, as bytes. */
const lanes = (...order: number[]): Code =>
  order.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte))

/** Bytes of a row that one turn of the loop reads. */
const TURN = 16

function dotsCode(kind: 'fine' | 'coarse'): Code {
  const [query, dimensions, list, listEnd, out] = [0, 1, 2, 3, 4] as const
  const [rows, at, end] = [[5, 6, 7, 8], 9, 10] as const
  const [sums, one, other, packed] = [[11, 12, 13, 14], 15, 16, 17] as const
  const four = [0, 1, 2, 3] as const
  // Two turns in one, as the loop's own steps then cost half.
  const turns = kind === 'fine' ? [0, TURN] : [0]
  const fine = turns.flatMap((offset) => [
    ...set(one, load128(get(at), offset)),
    ...four.flatMap((i) =>
      set(sums[i], dotAdd(get(one), load128(get(rows[i]), offset), get(sums[i]))),
    ),
  ])
  const mask = vector(...new Array<number>(16).fill(15))
  const coarse = [
    ...set(one, load128(get(at), 0)),
    ...set(other, load128(get(at), TURN)),
    ...four.flatMap((i) => [
      ...set(packed, load128(get(rows[i]), 0)),
      ...set(
        sums[i],
        dotAdd(
          get(other),
          highHalf(get(packed)),
          dotAdd(get(one), and(get(packed), mask), get(sums[i])),
        ),
      ),
    ]),
  ]
  const turn = [
    ...(kind === 'fine' ? fine : coarse),
    ...four.flatMap((i) => step(rows[i], constant(kind === 'fine' ? GROUP : GROUP / 2))),
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
  const shape = { parameters: 5, locals: { i32: 6, v128: 7 } }
  compiled ??= new WebAssembly.Module(
    moduleBytes(
      [
        { name: 'fine', ...shape, code: dotsCode('fine') },
        { name: 'coarse', ...shape, code: dotsCode('coarse') },
      ],
      { shared: true, pages: 1, maximum: MAX_PAGES },
    ),
  )
  return compiled
}

export function createDotKernel(memory: WebAssembly.Memory): DotKernel {
  return new WebAssembly.Instance(dotModule(), { env: { memory } }).exports as unknown as DotKernel
}
