import {
  constant,
  get,
  load128,
  moduleBytes,
  plus,
  set,
  simd,
  step,
  store128,
  until,
  vector,
  zero,
} from '#shared/wasm.ts'
import type { Code } from '#shared/wasm.ts'
import { MAX_PAGES } from './dot-kernel.ts'

/**
 * Estimates of cosines from `sketches.ts`, 32 rows at a time: 16 half bytes choose 16 bytes of a table in
 * one instruction. Sums of bytes are integers below 2^16 and so the same on every machine.
 */
export interface SketchKernel {
  /**
   * @param codes address of the sketches of 32 rows after 32 rows
   * @param codesEnd where they end
   * @param table address of the query's table
   * @param tableEnd where its bytes end and its scale and offset (four float32 each) begin
   * @param factors address of the rows' factors (float32)
   * @param out address of the estimates that come out (float32)
   */
  estimate(
    codes: number,
    codesEnd: number,
    table: number,
    tableEnd: number,
    factors: number,
    out: number,
  ): void
}

// Names and numbers as in the WebAssembly specification.
const and = (a: Code, b: Code): Code => [...a, ...b, ...simd(0x4e)] // v128.and
const shiftRight = (a: Code, by: number): Code => [...a, ...constant(by), ...simd(0x8d)] // i16x8.shr_u
const shiftLeft = (a: Code, by: number): Code => [...a, ...constant(by), ...simd(0x8b)] // i16x8.shl
const add16 = (a: Code, b: Code): Code => [...a, ...b, ...simd(0x8e)] // i16x8.add
const less16 = (a: Code, b: Code): Code => [...a, ...b, ...simd(0x91)] // i16x8.sub
// Indices are below 16, where every machine does the same.
const chosen = (table: Code, index: Code): Code => [...table, ...index, ...simd(0x100)] // i8x16.relaxed_swizzle
const widened = (a: Code, half: 'low' | 'high'): Code => [
  ...a,
  ...simd(half === 'low' ? 0xa9 : 0xaa), // i32x4.extend_*_i16x8_u
  ...simd(0xfa), // f32x4.convert_i32x4_s
]
const timesF = (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe6)] // f32x4.mul
const addF = (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe4)] // f32x4.add

/** Turns in one, as the loop's own steps then cost a quarter; dimensions are a multiple of 32. */
const TURNS = 4

function estimateCode(): Code {
  const [codes, codesEnd, table, tableEnd, factors, out] = [0, 1, 2, 3, 4, 5] as const
  const at = 6
  const [packed, low, high, one] = [7, 8, 9, 10] as const
  /** Of rows 0..15 and 16..31: sums of even and odd bytes mixed, and of odd bytes. */
  const [mixed, odd] = [
    [11, 12],
    [13, 14],
  ] as const
  const [scale, offset] = [15, 16] as const
  const mask = vector(...new Array<number>(16).fill(15))
  const taken = (i: 0 | 1, index: number): Code => [
    ...set(one, chosen(get(low), get(index))),
    ...set(mixed[i], add16(get(mixed[i]), get(one))),
    ...set(odd[i], add16(get(odd[i]), shiftRight(get(one), 8))),
  ]
  const turn = [
    ...Array.from({ length: TURNS }, (_, i) => [
      ...set(packed, load128(get(codes), 16 * i)),
      ...set(low, load128(get(at), 16 * i)),
      ...set(high, and(get(packed), mask)),
      ...taken(0, high),
      ...set(high, and(shiftRight(get(packed), 4), mask)),
      ...taken(1, high),
    ]).flat(),
    ...step(codes, constant(16 * TURNS)),
    ...step(at, constant(16 * TURNS)),
  ]
  const stored = (sums: number, half: 'low' | 'high', rows: number): Code =>
    store128(
      plus(get(out), constant(4 * rows)),
      timesF(
        addF(timesF(widened(get(sums), half), get(scale)), get(offset)),
        load128(get(factors), 4 * rows),
      ),
    )
  const ofGroup = [
    ...[...mixed, ...odd].flatMap((sums) => set(sums, zero)),
    ...set(at, get(table)),
    ...until(at, get(tableEnd), turn),
    ...([0, 1] as const).flatMap((i) => [
      ...set(mixed[i], less16(get(mixed[i]), shiftLeft(get(odd[i]), 8))),
      ...stored(mixed[i], 'low', 16 * i),
      ...stored(mixed[i], 'high', 16 * i + 4),
      ...stored(odd[i], 'low', 16 * i + 8),
      ...stored(odd[i], 'high', 16 * i + 12),
    ]),
    ...step(factors, constant(128)),
    ...step(out, constant(128)),
  ]
  return [
    ...set(scale, load128(get(tableEnd), 0)),
    ...set(offset, load128(get(tableEnd), 16)),
    ...until(codes, get(codesEnd), ofGroup),
  ]
}

let compiled: WebAssembly.Module | null = null

export function createSketchKernel(memory: WebAssembly.Memory): SketchKernel {
  compiled ??= new WebAssembly.Module(
    moduleBytes(
      [
        {
          name: 'estimate',
          parameters: 6,
          locals: { i32: 1, v128: 10 },
          code: estimateCode(),
        },
      ],
      { shared: true, pages: 1, maximum: MAX_PAGES },
    ),
  )
  return new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as SketchKernel
}
