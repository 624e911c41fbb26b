import type { ExifText } from '#shared/picture-metadata.ts'
import { decodeLoose, decodeUserComment, utf16 } from './text-encoding.ts'

/** Bytes of one value; a WebP may carry a workflow of MBs. */
const MAX_VALUE = 8 << 20
const MAX_ENTRIES = 4096
const EXIF_IFD = 0x8769
const TAGS: ReadonlyMap<number, ExifText> = new Map([
  [0x010e, 'imageDescription'],
  [0x010f, 'make'],
  [0x0110, 'model'],
  [0x0131, 'software'],
  [0x013b, 'artist'],
  [0x927c, 'makerNote'],
  [0x9286, 'userComment'],
  [0x9c9b, 'xpTitle'],
  [0x9c9c, 'xpComment'],
])
/** Bytes of one value by type (TIFF 6, section 2); what holds no text is passed over. */
const BYTE_TYPES = new Set([1, 2, 6, 7])

/**
 * The fields of EXIF that hold words (TIFF 6; Exif 3.0), from IFD0 and the Exif IFD; a UserComment
 * is taken from either. `exif-reader` reads every field into arrays of any length and words of ASCII
 * alone; here nothing but a few fields is looked at, so that no file makes it slow.
 * @param bytes with or without `Exif\0\0` in front
 * @returns null where it is no EXIF
 */
export function readExifTexts(bytes: Uint8Array): Partial<Record<ExifText, string>> | null {
  let file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (file.toString('latin1', 0, 4) === 'Exif') file = file.subarray(6)
  const order = file.toString('latin1', 0, 4)
  if (file.length < 8 || (order !== 'II*\0' && order !== 'MM\0*')) return null
  const bigEndian = order.startsWith('M')
  const u16 = (at: number): number => (bigEndian ? file.readUInt16BE(at) : file.readUInt16LE(at))
  const u32 = (at: number): number => (bigEndian ? file.readUInt32BE(at) : file.readUInt32LE(at))

  const found: Partial<Record<ExifText, string>> = {}
  const open = [u32(4)]
  const seen = new Set<number>()
  for (let ifd = open.shift(); ifd !== undefined; ifd = open.shift()) {
    if (seen.has(ifd) || seen.size > 4 || ifd + 2 > file.length) continue
    seen.add(ifd)
    const entries = Math.min(u16(ifd), MAX_ENTRIES)
    for (let i = 0; i < entries; i++) {
      const at = ifd + 2 + i * 12
      if (at + 12 > file.length) break
      const tag = u16(at)
      if (tag === EXIF_IFD) open.push(u32(at + 8))
      const name = TAGS.get(tag)
      if (name === undefined || !BYTE_TYPES.has(u16(at + 2)) || found[name] !== undefined) continue
      const length = u32(at + 4)
      if (length > MAX_VALUE) continue
      const start = length <= 4 ? at + 8 : u32(at + 8)
      const text = decode(name, file.subarray(start, start + length), bigEndian)
      if (text !== '') found[name] = text
    }
  }
  return found
}

function decode(name: ExifText, value: Buffer, bigEndian: boolean): string {
  if (name === 'userComment') return decodeUserComment(value, bigEndian)
  // Windows writes its XP fields in UTF-16LE always.
  if (name === 'xpTitle' || name === 'xpComment') return utf16(value, false)
  return decodeLoose(value)
}
