/** BMP files of every kind that Pillow reads, 13 x 7 pixels each, the same at every run. */
const WIDTH = 13
const HEIGHT = 7

export interface BmpShape {
  /** Bytes of the second header. */
  header?: number
  bits: number
  width?: number
  height?: number
  compression?: number
  colours?: number
  masks?: readonly number[]
  palette?: Uint8Array
  pixels: Uint8Array
}

/** Bytes that look random. */
export function noise(length: number, seed: number): Uint8Array {
  let state = seed
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state >>> 24
  })
}

export function bmpOf(shape: BmpShape): Buffer {
  const { header = 40, bits, width = WIDTH, height = HEIGHT, masks = [] } = shape
  const palette = shape.palette ?? new Uint8Array()
  const inHeader = header >= 52
  const size = 14 + header + (inHeader ? 0 : masks.length * 4)
  const file = Buffer.alloc(size + palette.length + shape.pixels.length)
  file.write('BM', 'latin1')
  file.writeUInt32LE(file.length, 2)
  file.writeUInt32LE(size + palette.length, 10)
  file.writeUInt32LE(header, 14)
  if (header === 12) {
    file.writeUInt16LE(width, 18)
    file.writeUInt16LE(height, 20)
    file.writeUInt16LE(1, 22)
    file.writeUInt16LE(bits, 24)
  } else {
    file.writeInt32LE(width, 18)
    file.writeInt32LE(height, 22)
    file.writeUInt16LE(1, 26)
    file.writeUInt16LE(bits, 28)
    if (header >= 40) {
      file.writeUInt32LE(shape.compression ?? 0, 30)
      file.writeUInt32LE(shape.colours ?? 0, 46)
    }
    masks.forEach((mask, i) => file.writeUInt32LE(mask, 54 + i * 4))
  }
  file.set(palette, size)
  file.set(shape.pixels, size + palette.length)
  return file
}

const rows = (bits: number, seed: number): Uint8Array =>
  noise(Math.ceil((WIDTH * bits) / 32) * 4 * HEIGHT, seed)

/** Runs, a stretch of an odd length with its fill byte, ends of rows and of the picture. */
const RLE8 = Uint8Array.from([
  ...[13, 7, 0, 0],
  ...[0, 5, 1, 2, 3, 4, 5, 0, 8, 200, 0, 0],
  ...[0, 13, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 11, 12, 13, 0, 0, 0],
  ...[1, 1, 1, 2, 11, 3, 0, 0, 13, 4, 0, 0, 13, 255, 0, 0, 6, 9, 7, 10, 0, 1],
])
const RLE4 = Uint8Array.from([
  ...[13, 0x12, 0, 0],
  ...[0, 4, 0x12, 0x34, 9, 0x5a, 0, 0],
  ...[0, 8, 0x01, 0x23, 0x45, 0x67, 5, 0xff, 0, 0],
  ...[13, 0x33, 0, 0, 13, 0x9a, 0, 0, 13, 0xa9, 0, 0, 6, 0x44, 7, 0x55, 0, 1],
])
const grey = Uint8Array.from({ length: 1024 }, (_, i) => (i % 4 === 3 ? 0 : i >> 2))

/** Read by Pillow, too. */
export const SAMPLES: Record<string, Buffer> = {
  '1 bit': bmpOf({ bits: 1, palette: noise(8, 1), pixels: rows(1, 2) }),
  '4 bits': bmpOf({ bits: 4, palette: noise(64, 3), pixels: rows(4, 4) }),
  '8 bits': bmpOf({ bits: 8, palette: noise(1024, 5), pixels: rows(8, 6) }),
  '8 bits of 5 colours': bmpOf({
    bits: 8,
    colours: 5,
    palette: noise(20, 7),
    pixels: rows(8, 8).map((value) => value % 5),
  }),
  '8 bits of grey': bmpOf({ bits: 8, palette: grey, pixels: rows(8, 9) }),
  '8 bits from the top': bmpOf({
    bits: 8,
    height: -7,
    palette: noise(1024, 10),
    pixels: rows(8, 11),
  }),
  '16 bits': bmpOf({ bits: 16, pixels: rows(16, 12) }),
  '16 bits, 5-6-5': bmpOf({
    bits: 16,
    compression: 3,
    masks: [0xf800, 0x7e0, 0x1f],
    pixels: rows(16, 13),
  }),
  '24 bits': bmpOf({ bits: 24, pixels: rows(24, 14) }),
  '24 bits from the top': bmpOf({ bits: 24, height: -7, pixels: rows(24, 15) }),
  '32 bits': bmpOf({ bits: 32, pixels: rows(32, 16) }),
  '32 bits with masks': bmpOf({
    bits: 32,
    compression: 3,
    masks: [0xff0000, 0xff00, 0xff],
    pixels: rows(32, 17),
  }),
  '32 bits, other order': bmpOf({
    bits: 32,
    header: 108,
    compression: 3,
    masks: [0xff000000, 0xff0000, 0xff00, 0xff],
    pixels: rows(32, 18),
  }),
  'header 4 with alpha': bmpOf({
    bits: 32,
    header: 108,
    compression: 3,
    masks: [0xff0000, 0xff00, 0xff, 0xff000000],
    pixels: rows(32, 19),
  }),
  'header 5 with alpha': bmpOf({
    bits: 32,
    header: 124,
    compression: 3,
    masks: [0xff, 0xff00, 0xff0000, 0xff000000],
    pixels: rows(32, 20),
  }),
  'OS/2, 1 bit': bmpOf({ header: 12, bits: 1, palette: noise(6, 21), pixels: rows(1, 22) }),
  'OS/2, 4 bits': bmpOf({ header: 12, bits: 4, palette: noise(48, 23), pixels: rows(4, 24) }),
  'OS/2, 8 bits': bmpOf({ header: 12, bits: 8, palette: noise(768, 25), pixels: rows(8, 26) }),
  'OS/2, 24 bits': bmpOf({ header: 12, bits: 24, pixels: rows(24, 27) }),
  'OS/2 2': bmpOf({ header: 64, bits: 8, palette: noise(1024, 28), pixels: rows(8, 29) }),
  'RLE 8': bmpOf({ bits: 8, compression: 1, palette: noise(1024, 30), pixels: RLE8 }),
  'RLE 4': bmpOf({ bits: 4, compression: 2, palette: noise(64, 31), pixels: RLE4 }),
}

/**
 * Channels, and the beginning of the SHA-256 of the pixels, by Pillow 9.4: `Image.open(...)`, then
 * `convert('RGB')` unless it is RGBA, `tobytes()`.
 */
export const BY_PILLOW: Record<string, [channels: number, digest: string]> = {
  '1 bit': [3, 'ed2ead3a26b3e4d8d54f34024abf1c0a'],
  '4 bits': [3, '56f99dbf999ce16ae72da0fe8d1a7055'],
  '8 bits': [3, '3d3da6eeec11919871bbcbe110bf4ed9'],
  '8 bits of 5 colours': [3, 'ec0da6a158f6d7474164943bd4659d37'],
  '8 bits of grey': [3, '05eef8030ef123a828dda7b276571de4'],
  '8 bits from the top': [3, 'f86cae5c68c8ff6b469ef33067236b2f'],
  '16 bits': [3, '5c2ec7121316745d926698f9c844de18'],
  '16 bits, 5-6-5': [3, '06a1a206749310fe7963eefbc6bac491'],
  '24 bits': [3, '9e29fb2ded9e2935e2a95e57d4a6e72c'],
  '24 bits from the top': [3, 'bed32900779801689aa57ba5a9e0983f'],
  '32 bits': [3, 'e46a214d9927def4542b83bb44d3ffd7'],
  '32 bits with masks': [3, '7dc01e276c50817563b6de8dd94ab78b'],
  '32 bits, other order': [4, '048f702703d9efbf409ba051d86b40da'],
  'header 4 with alpha': [4, '79c4e9c5ec0585dde25f637b954cd31b'],
  'header 5 with alpha': [4, '61eadee017cada9320e6acddcdc78915'],
  'OS/2, 1 bit': [3, 'f8e8b47e77dc4bdf392dbaa48b6a9c53'],
  'OS/2, 4 bits': [3, '6d4fceacec63600ccaa927e33ecc11c6'],
  'OS/2, 8 bits': [3, '65d959b02e3d399cbd48a19dcc58fae2'],
  'OS/2, 24 bits': [3, '8b376348f913244998cd3e82f270e527'],
  'OS/2 2': [3, 'f1b2ad1c4ebcfe63cc217555e3b8aa01'],
  'RLE 8': [3, 'd6f721af8b20f0697f53433a6022fd2a'],
  'RLE 4': [3, '0569ab68dc911582e08593909c4b051a'],
}
