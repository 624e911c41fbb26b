/**
 * Just enough of an assembler for kernels in WebAssembly that are put together instruction by
 * instruction, as they are too small to bring a compiler along. Names and numbers are those of the
 * WebAssembly specification (core 3.0, with relaxed vectors).
 */
export type Code = number[]

export const I32 = 0x7f
export const V128 = 0x7b

function unsigned(value: number): Code {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)]
}

function signed(value: number): Code {
  const isLast = value >= -64 && value < 64
  return isLast ? [value & 127] : [(value & 127) | 128, ...signed(value >> 7)]
}

// What leaves an int32 on the stack.
export const get = (local: number): Code => [0x20, local]
export const constant = (value: number): Code => [0x41, ...signed(value)]
export const plus = (a: Code, b: Code): Code => [...a, ...b, 0x6a]
export const times = (a: Code, b: Code): Code => [...a, ...b, 0x6c]
export const load32 = (at: Code, offset: number): Code => [...at, 0x28, 2, ...unsigned(offset)]

// Statements.
export const set = (local: number, value: Code): Code => [...value, 0x21, local]
export const step = (local: number, by: Code): Code => set(local, plus(get(local), by))
/** Runs `body` at least once, and again while `local` is below `end`. */
export const until = (local: number, end: Code, body: Code): Code => [
  ...[0x03, 0x40],
  ...body,
  ...get(local),
  ...end,
  ...[0x49, 0x0d, 0, 0x0b],
]

/** An instruction of 128-bit vectors. */
export const simd = (op: number, ...immediate: Code): Code => [0xfd, ...unsigned(op), ...immediate]
export const vector = (...bytes: Code): Code => simd(0x0c, ...bytes) // v128.const
export const zero = vector(...new Array<number>(16).fill(0))
export const load128 = (at: Code, offset: number): Code => [
  ...at,
  ...simd(0x00, 0, ...unsigned(offset)),
]
export const store128 = (at: Code, value: Code): Code => [...at, ...value, ...simd(0x0b, 0, 0)]
export const shuffle = (a: Code, b: Code, order: Code): Code => [
  ...a,
  ...b,
  ...simd(0x0d, ...order),
] // i8x16.shuffle
export const sum = (a: Code, b: Code): Code => [...a, ...b, ...simd(0xae)] // i32x4.add

export interface WasmFunction {
  name: string
  /** Its parameters, all int32; it gives nothing back. */
  parameters: number
  /** The locals of its body beyond the parameters: first those of int32, then of 128 bits. */
  locals: { i32: number; v128: number }
  code: Code
}

/** Pages of 64 KiB; `own`: a memory of the module's own, otherwise imported as `env.memory`. */
export type WasmMemory = { own: number } | { shared: boolean; pages: number; maximum: number }

/** A module of these functions and one memory, exported as `memory` where it is its own. */
export function moduleBytes(
  functions: readonly WasmFunction[],
  memory: WasmMemory,
): Uint8Array<ArrayBuffer> {
  const list = (items: Code[]): Code => [...unsigned(items.length), ...items.flat()]
  const section = (id: number, items: Code[]): Code => {
    const body = list(items)
    return [id, ...unsigned(body.length), ...body]
  }
  const name = (text: string): Code => list([...text].map((c) => [c.charCodeAt(0)]))
  const type = ({ parameters }: WasmFunction): Code => [
    0x60,
    ...list(new Array<Code>(parameters).fill([I32])),
    0,
  ]
  const body = ({ locals, code }: WasmFunction): Code => {
    const all = [...[2, locals.i32, I32, locals.v128, V128], ...code, 0x0b]
    return [...unsigned(all.length), ...all]
  }
  const isOwn = 'own' in memory
  const imported = isOwn
    ? []
    : section(2, [
        [
          ...[...name('env'), ...name('memory'), 2, memory.shared ? 3 : 1],
          ...[...unsigned(memory.pages), ...unsigned(memory.maximum)],
        ],
      ])
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, functions.map(type)),
    ...imported,
    ...section(
      3,
      functions.map((_, i) => [i]),
    ),
    ...(isOwn ? section(5, [[0, memory.own]]) : []),
    ...section(7, [
      ...(isOwn ? [[...name('memory'), 2, 0]] : []),
      ...functions.map((one, i) => [...name(one.name), 0, i]),
    ]),
    ...section(10, functions.map(body)),
  ])
}
