import { Buffer } from 'node:buffer'

/** A source of whole numbers that is the same for the same seed: mulberry32. */
export interface Chance {
  below(n: number): number
  of<T>(list: readonly T[]): T
}

export function chance(seed: number): Chance {
  let state = seed >>> 0
  const below = (n: number): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * n)
  }
  return { below, of: (list) => list[below(list.length)] as (typeof list)[number] }
}

/** No input grows beyond this, so that a slow one is slow for another reason than its size. */
export const MOST_BYTES = 128 << 10

/** What readers trip over: ends of ranges, counts that promise much, text that is none. */
const SPIKES: readonly Buffer[] = [
  ...['', '0', '-1', '4294967295', '9007199254740993', '1e309', 'NaN', 'null', '[]', '{}'],
  ...['"', "'", '\\', '\0', '\r\n', '\r\n\r\n', '\u2028', '\ufeff', '\u202e', '%00', '%', '../'],
  ...['<', '>', '&#x110000;', '&amp', '<!--', ']]>', '<![CDATA[', '<svg>', '<table>', '<template>'],
  ...['__proto__', 'constructor', 'file:///etc/passwd', 'http://127.0.0.1/', 'data:,'],
  ...['[['.repeat(200), '(a+)+$', '{"a":'.repeat(200), ','.repeat(500), '<font>'.repeat(50)],
]
  .map((text) => Buffer.from(text))
  .concat(
    [
      'ff',
      '00000000',
      'ffffffff',
      '7fffffff',
      '80000000',
      'ffffffffffffffff',
      'eda080',
      'c0af',
    ].map((hex) => Buffer.from(hex, 'hex')),
  )

type Change = (bytes: Buffer, of: Chance, seeds: readonly Buffer[]) => Buffer

const within = (bytes: Buffer, of: Chance): number => of.below(bytes.length + 1)
/** Short pieces are likelier than long ones. */
const lengthOf = (bytes: Buffer, of: Chance): number =>
  of.below(Math.max(1, bytes.length >> of.below(12)) + 1)
const splice = (bytes: Buffer, at: number, drop: number, put: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + drop)])

const CHANGES: readonly Change[] = [
  // A bit.
  (bytes, of) => {
    const out = Buffer.from(bytes)
    const at = of.below(out.length)
    if (out.length > 0) out[at] = (out[at] as number) ^ (1 << of.below(8))
    return out
  },
  // A byte.
  (bytes, of) => splice(bytes, within(bytes, of), 1, Buffer.from([of.below(256)])),
  // A number of four bytes, a little off.
  (bytes, of) => {
    if (bytes.length < 4) return bytes
    const out = Buffer.from(bytes)
    const at = of.below(out.length - 3)
    out.writeUInt32LE((out.readUInt32LE(at) + of.below(65) - 32) >>> 0, at)
    return out
  },
  // A written number.
  (bytes, of) => {
    const text = bytes.toString('latin1')
    const numbers = [...text.matchAll(/\d+/g)]
    if (numbers.length === 0) return bytes
    const { 0: number, index } = of.of(numbers)
    const put = of.of([`${number}0`, '0', `-${number}`, String(Number(number) + 1), '1'.repeat(30)])
    return splice(bytes, index, number.length, Buffer.from(put))
  },
  // Something dropped, doubled, moved, cut off.
  (bytes, of) => splice(bytes, within(bytes, of), lengthOf(bytes, of), Buffer.alloc(0)),
  (bytes, of) => {
    const at = within(bytes, of)
    const piece = bytes.subarray(at, at + lengthOf(bytes, of))
    return splice(bytes, at, 0, Buffer.concat(Array<Buffer>(1 + of.below(20)).fill(piece)))
  },
  (bytes, of) => {
    const at = within(bytes, of)
    const piece = Buffer.from(bytes.subarray(at, at + lengthOf(bytes, of)))
    const rest = splice(bytes, at, piece.length, Buffer.alloc(0))
    return splice(rest, within(rest, of), 0, piece)
  },
  (bytes, of) => bytes.subarray(0, within(bytes, of)),
  // What readers trip over, put in or written over.
  (bytes, of) => splice(bytes, within(bytes, of), 0, of.of(SPIKES)),
  (bytes, of) => {
    const spike = of.of(SPIKES)
    return splice(bytes, within(bytes, of), spike.length, spike)
  },
  // A piece of another input of the same kind.
  (bytes, of, seeds) => {
    const other = of.of(seeds)
    const from = within(other, of)
    return splice(
      bytes,
      within(bytes, of),
      lengthOf(bytes, of),
      other.subarray(from, from + lengthOf(other, of)),
    )
  },
]

/** Input number `n` of a run: one of the seeds, changed one to a dozen times. */
export function mutated(seeds: readonly Buffer[], seed: number, n: number): Buffer {
  const of = chance(Math.imul(seed ^ 0x9e3779b9, 2654435761) + Math.imul(n, 0x85ebca6b))
  let bytes = of.of(seeds)
  for (let left = 1 + of.below(1 << of.below(5)); left > 0; left--) {
    bytes = of.of(CHANGES)(bytes, of, seeds)
    if (bytes.length > MOST_BYTES) bytes = bytes.subarray(0, MOST_BYTES)
  }
  return bytes
}
