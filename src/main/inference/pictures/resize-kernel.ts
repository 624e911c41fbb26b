import {
  constant,
  get,
  load32,
  moduleBytes,
  plus,
  set,
  shuffle,
  simd,
  step,
  sum,
  times,
  until,
  vector,
  zero,
} from '#shared/wasm.ts'
import type { Code } from '#shared/wasm.ts'

/**
 * The two passes of resize.ts for WebAssembly's 128-bit vectors, put together by
 * `#shared/wasm.ts`. All sums are those of Pillow's
 * integers: a 22-bit weight is cut into its low 15 bits and the rest, each half is multiplied by
 * `i32x4.dot_i16x8_s`, and halves are joined modulo 2^32, which loses nothing.
 *
 * A table holds for each output pixel (or line) a record of `stride` bytes: where its taps begin, in
 * bytes from the line's beginning (or the first line); how many pairs of taps there are, at least
 * one; and eight bytes a pair: the low halves of both weights, then the high halves, int16 each.
 */
export interface ResizeKernel {
  memory: WebAssembly.Memory
  /** Narrows `rows` lines of `rowBytes` at `source` to `n` RGB pixels each, packed at `target`. */
  horizontal(
    source: number,
    rowBytes: number,
    rows: number,
    target: number,
    n: number,
    table: number,
    stride: number,
  ): void
  /** Makes `n` lines of `line` bytes at `target` out of lines of that length at `source`. */
  vertical(
    source: number,
    line: number,
    target: number,
    n: number,
    table: number,
    stride: number,
  ): void
}

/** Bytes that the passes may read or write beyond what they work on. */
export const SLACK = 16
/** Bits of a weight in its low half. */
export const LOW_BITS = 15
/** Fraction bits of a weight. Pillow, Resample.c: PRECISION_BITS. */
export const PRECISION_BITS = 32 - 8 - 2

// Names and numbers as in the WebAssembly specification.
const load64 = (at: Code): Code => [...at, ...simd(0x5d, 0, 0)] // v128.load64_zero
const splat32 = (at: Code, offset: number): Code => [...at, ...simd(0x09, 2, offset)] // v128.load32_splat
const store32 = (at: Code, value: Code): Code => [...at, ...value, ...simd(0x5a, 0, 0, 0)] // v128.store32_lane
const store64 = (at: Code, value: Code): Code => [...at, ...value, ...simd(0x5b, 0, 0, 0)] // v128.store64_lane
const swizzle = (a: Code, order: Code): Code => [...a, ...order, ...simd(0x0e)] // i8x16.swizzle
const widenLow = (a: Code): Code => [...a, ...simd(0x89)] // i16x8.extend_low_i8x16_u
const widenHigh = (a: Code): Code => [...a, ...simd(0x8a)] // i16x8.extend_high_i8x16_u
const dot = (a: Code, b: Code): Code => [...a, ...b, ...simd(0xba)] // i32x4.dot_i16x8_s
const shiftLeft = (a: Code, by: number): Code => [...a, ...constant(by), ...simd(0xab)] // i32x4.shl
const shiftRight = (a: Code, by: number): Code => [...a, ...constant(by), ...simd(0xac)] // i32x4.shr_s
const splat = (value: number): Code => [...constant(value), ...simd(0x11)] // i32x4.splat
const toShort = (a: Code, b: Code): Code => [...a, ...b, ...simd(0x85)] // i16x8.narrow_i32x4_s
const toByte = (a: Code, b: Code): Code => [...a, ...b, ...simd(0x66)] // i8x16.narrow_i16x8_u

/** Joins the halves, adds a half, shifts the fraction out. Leaves int32 that may exceed a byte. */
const finished = (low: Code, high: Code): Code =>
  shiftRight(
    sum(sum(low, shiftLeft(high, LOW_BITS)), splat(1 << (PRECISION_BITS - 1))),
    PRECISION_BITS,
  )
/** Two vectors of int32 to eight bytes, each held to 0..255. */
const clipped = (a: Code, b: Code): Code => toByte(toShort(a, b), zero)

// Locals: the parameters first, then those of the body.

function horizontalCode(): Code {
  const [source, rowBytes, rows, target, n, table, stride] = [0, 1, 2, 3, 4, 5, 6]
  const [record, tableEnd, lastRow, from, pair, pairEnd, low, high, pixels] = [
    7, 8, 9, 10, 11, 12, 13, 14, 15,
  ]
  const none = 0x80
  // Red, green and blue of two pixels, paired and widened: r0 r1 g0 g1 b0 b1 0 0.
  const order = [0, 3, 1, 4, 2, 5].flatMap((byte) => [byte, none])
  const mask = vector(...order, none, none, none, none)
  const ofPair = [
    ...set(pixels, swizzle(load64(get(from)), mask)),
    ...set(low, sum(get(low), dot(get(pixels), splat32(get(pair), 0)))),
    ...set(high, sum(get(high), dot(get(pixels), splat32(get(pair), 4)))),
    ...step(from, constant(6)),
    ...step(pair, constant(8)),
  ]
  const ofPixel = [
    ...set(from, plus(get(source), load32(get(record), 0))),
    ...set(pair, plus(get(record), constant(8))),
    ...set(pairEnd, plus(get(pair), times(load32(get(record), 4), constant(8)))),
    ...set(low, zero),
    ...set(high, zero),
    ...until(pair, get(pairEnd), ofPair),
    // Four bytes, of which the next pixel overwrites the last.
    ...store32(get(target), clipped(finished(get(low), get(high)), zero)),
    ...step(target, constant(3)),
    ...step(record, get(stride)),
  ]
  return [
    ...set(tableEnd, plus(get(table), times(get(n), get(stride)))),
    ...set(lastRow, plus(get(source), times(get(rows), get(rowBytes)))),
    ...until(source, get(lastRow), [
      ...set(record, get(table)),
      ...until(record, get(tableEnd), ofPixel),
      ...step(source, get(rowBytes)),
    ]),
  ]
}

function verticalCode(): Code {
  const [source, line, target, n, table, stride] = [0, 1, 2, 3, 4, 5]
  const [tableEnd, lineEnd, x, from, pair, pairEnd] = [6, 7, 8, 9, 10, 11]
  const [low0, low1, high0, high1, even, odd] = [12, 13, 14, 15, 16, 17]
  // Eight bytes of two lines, byte by byte in turn.
  const order = Array.from({ length: 16 }, (_, i) => (i >> 1) + (i & 1) * 16)
  const ofPair = [
    ...set(even, shuffle(load64(get(from)), load64(plus(get(from), get(line))), order)),
    ...set(odd, widenHigh(get(even))),
    ...set(even, widenLow(get(even))),
    ...set(low0, sum(get(low0), dot(get(even), splat32(get(pair), 0)))),
    ...set(low1, sum(get(low1), dot(get(odd), splat32(get(pair), 0)))),
    ...set(high0, sum(get(high0), dot(get(even), splat32(get(pair), 4)))),
    ...set(high1, sum(get(high1), dot(get(odd), splat32(get(pair), 4)))),
    ...step(from, times(get(line), constant(2))),
    ...step(pair, constant(8)),
  ]
  const ofEight = [
    ...set(from, plus(plus(get(source), load32(get(table), 0)), get(x))),
    ...set(pair, plus(get(table), constant(8))),
    ...set(low0, zero),
    ...set(low1, zero),
    ...set(high0, zero),
    ...set(high1, zero),
    ...until(pair, get(pairEnd), ofPair),
    // What goes over the line's end is overwritten by the next line.
    ...store64(
      plus(get(target), get(x)),
      clipped(finished(get(low0), get(high0)), finished(get(low1), get(high1))),
    ),
    ...step(x, constant(8)),
  ]
  return [
    ...set(tableEnd, plus(get(table), times(get(n), get(stride)))),
    ...set(lineEnd, get(line)),
    ...until(table, get(tableEnd), [
      ...set(
        pairEnd,
        plus(plus(get(table), constant(8)), times(load32(get(table), 4), constant(8))),
      ),
      ...set(x, constant(0)),
      ...until(x, get(lineEnd), ofEight),
      ...step(target, get(line)),
      ...step(table, get(stride)),
    ]),
  ]
}

let compiled: WebAssembly.Module | null = null

/** A kernel with a memory of its own, one page at first. */
export function createResizeKernel(): ResizeKernel {
  compiled ??= new WebAssembly.Module(
    moduleBytes(
      [
        {
          name: 'horizontal',
          parameters: 7,
          locals: { i32: 6, v128: 3 },
          code: horizontalCode(),
        },
        { name: 'vertical', parameters: 6, locals: { i32: 6, v128: 6 }, code: verticalCode() },
      ],
      { own: 1 },
    ),
  )
  return new WebAssembly.Instance(compiled).exports as unknown as ResizeKernel
}
