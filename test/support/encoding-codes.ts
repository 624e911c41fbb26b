/**
 * All codes of all encodings of the Encoding standard, as a browser is asked for them
 * (`tools/encodings`) and as the program is (`unit/extraction/encodings.test.ts`).
 */
export const SINGLE_BYTE = [
  'ibm866',
  ...[2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16].map((part) => `iso-8859-${part}`),
  'iso-8859-8-i',
  'koi8-r',
  'koi8-u',
  'macintosh',
  'windows-874',
  ...[0, 1, 2, 3, 4, 5, 6, 7, 8].map((page) => `windows-125${page}`),
  'x-mac-cyrillic',
  'x-user-defined',
]
export const MULTI_BYTE = ['big5', 'euc-jp', 'euc-kr', 'gb18030', 'gbk', 'iso-2022-jp', 'shift_jis']
export const UNICODE = ['utf-8', 'utf-16le', 'utf-16be']

/**
 * Byte sequences that hold every code: all single bytes, all pairs, for the encodings that have
 * them all of three (EUC-JP) and of four bytes (GB18030), each behind a line feed or two, which end
 * a code that is not whole. ISO-2022-JP in each of its states. Among them every wrong code of that
 * length, too, but for two kinds that Chromium reads otherwise than the standard: in Big5 a lead or
 * a trail that no code has (it is an error of its own there), in ISO-2022-JP an escape in an escape.
 */
export function* codesOf(encoding: string): Generator<Uint8Array> {
  const all = Array.from({ length: 256 }, (_, byte) => byte)
  const joined = (codes: number[][], around: [number[], number[]] = [[], [10, 10]]): Uint8Array =>
    Uint8Array.from(codes.flatMap((code) => [...around[0], ...code, ...around[1]]))
  if (encoding === 'iso-2022-jp') {
    for (const state of [
      [0x28, 0x42],
      [0x28, 0x4a],
      [0x28, 0x49],
      [0x24, 0x42],
      [0x24, 0x40],
    ]) {
      const around: [number[], number[]] = [
        [0x1b, ...state],
        [0x1b, 0x28, 0x42, 10],
      ]
      yield joined(
        all.map((byte) => [byte]),
        around,
      )
      for (const lead of all.filter((byte) => byte !== 0x1b))
        yield joined(
          all.map((trail) => [lead, trail]),
          around,
        )
    }
    return
  }
  yield joined(all.map((byte) => [byte]))
  if (SINGLE_BYTE.includes(encoding)) return
  const trails =
    encoding === 'big5' ? all.filter((byte) => byte < 0x80 || (byte > 0xa0 && byte < 0xff)) : all
  const leads = encoding === 'big5' ? all.filter((byte) => byte < 0x81 || byte > 0x86) : all
  for (const lead of leads) yield joined(trails.map((trail) => [lead, trail]))
  if (encoding === 'euc-jp') {
    for (const lead of all) yield joined(all.map((trail) => [0x8f, lead, trail]))
  }
  if (encoding === 'gb18030' || encoding === 'gbk') {
    const high = all.slice(0x81, 0xff)
    const digits = all.slice(0x30, 0x3a)
    for (const first of high) {
      for (const second of digits) {
        yield joined(
          high.flatMap((third) => digits.map((fourth) => [first, second, third, fourth])),
        )
      }
    }
  }
}

/** Every character of the basic plane and of two planes above it, 64 at a time. */
export function* charactersForQueries(): Generator<string> {
  const ranges = [
    [0x80, 0xd800],
    [0xe000, 0x10000],
    [0x1f300, 0x1f680],
    [0x20000, 0x2a700],
  ] as const
  for (const [from, to] of ranges) {
    for (let at = from; at < to; at += 64) {
      let text = ''
      for (let code = at; code < Math.min(at + 64, to); code++) text += String.fromCodePoint(code)
      yield text
    }
  }
}
