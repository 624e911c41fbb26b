/** None, CCITT, LZW, JPEG, Deflate, PackBits. */
const PACKINGS = [1, 2, 3, 4, 5, 7, 8, 32773, 32946]

const TAGS = {
  bits: 258,
  packing: 259,
  colours: 262,
  samples: 277,
  planes: 284,
  kind: 339,
} as const

/** Why Pillow may refuse a TIFF: what common programs write is told, the rest is not trusted. */
export function whyNotTiff(file: Buffer): string | null {
  const little = file[0] === 0x49
  const u16 = (at: number): number => (little ? file.readUInt16LE(at) : file.readUInt16BE(at))
  const u32 = (at: number): number => (little ? file.readUInt32LE(at) : file.readUInt32BE(at))
  if (u16(2) !== 42) return 'it is a BigTIFF'
  const directory = u32(4)
  const entries = u16(directory)
  const values = new Map<number, number[]>()
  for (let i = 0; i < entries; i++) {
    const at = directory + 2 + i * 12
    const [type, count] = [u16(at + 2), u32(at + 4)]
    const size = type === 3 ? 2 : type === 4 ? 4 : 0
    if (size === 0 || count > 16) continue
    const start = size * count <= 4 ? at + 8 : u32(at + 8)
    const read = size === 2 ? u16 : u32
    values.set(
      u16(at),
      Array.from({ length: count }, (_, k) => read(start + k * size)),
    )
  }
  const list = (tag: number, otherwise: number): number[] => values.get(tag) ?? [otherwise]
  const one = (tag: number, otherwise: number): number => list(tag, otherwise)[0] ?? otherwise
  const bits = list(TAGS.bits, 1)
  const samples = one(TAGS.samples, 1)
  const colours = one(TAGS.colours, 0)
  const packing = one(TAGS.packing, 1)
  if (!PACKINGS.includes(packing)) return 'it is packed in a way that few programs read'
  if (new Set(bits).size > 1) return 'its channels differ in depth'
  if (list(TAGS.kind, 1).some((kind) => kind !== 1)) return 'its samples are no plain numbers'
  if (one(TAGS.planes, 1) !== 1) return 'its channels lie apart'
  const depth = bits[0] as number
  const fits =
    colours <= 1
      ? samples === 1 && [1, 8, 16].includes(depth)
      : colours === 2
        ? (samples === 3 || samples === 4) && [8, 16].includes(depth)
        : colours === 3
          ? samples === 1 && [1, 2, 4, 8].includes(depth)
          : colours === 5
            ? samples === 4 && depth === 8
            : colours === 6
              ? samples === 3 && depth === 8 && packing === 7
              : false
  return fits ? null : `it has ${samples} channels of ${depth} bits in an unusual space of colours`
}
