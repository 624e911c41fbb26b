const ascii = (bytes: Uint8Array, start: number, end: number): string =>
  String.fromCharCode(...bytes.subarray(start, Math.min(end, bytes.byteLength)))

/** What a picture may begin with; the ISO and JPEG boxes have their names behind a length. */
const FIRST_BYTES = new Uint8Array(256)
for (const char of '\xff\x89GRIM\x008B') FIRST_BYTES[char.charCodeAt(0)] = 1
const BOX_BYTES = new Uint8Array(256)
for (const char of 'fJj') BOX_BYTES[char.charCodeAt(0)] = 1

/**
 * The media type of a picture by its first bytes (magic numbers as in WHATWG MIME Sniffing, plus the
 * formats that it does not list): a server's Content-Type and an address's extension are often
 * wrong. null = no picture with a magic number; SVG has none.
 */
export function pictureType(bytes: Uint8Array): string | null {
  // Most that is asked about is text.
  if (FIRST_BYTES[bytes[0] ?? 1] === 0 && BOX_BYTES[bytes[4] ?? 0] === 0) return null
  const head = ascii(bytes, 0, 16)
  const begins = (...magics: string[]): boolean => magics.some((magic) => head.startsWith(magic))
  if (begins('\xff\xd8\xff')) return 'image/jpeg'
  if (begins('\x89PNG\r\n\x1a\n')) return 'image/png'
  if (begins('GIF87a', 'GIF89a')) return 'image/gif'
  if (begins('RIFF') && head.slice(8, 12) === 'WEBP') return 'image/webp'
  // The last two are BigTIFF.
  if (begins('II*\0', 'MM\0*', 'II+\0', 'MM\0+')) return 'image/tiff'
  if (head.slice(4, 8) === 'ftyp') return isoMediaType(bytes)
  if (begins('\0\0\x01\0', '\0\0\x02\0')) return 'image/vnd.microsoft.icon'
  if (begins('\xff\x0a') || head.slice(4, 12) === 'JXL \r\n\x87\n') return 'image/jxl'
  if (head.slice(4, 8) === 'jP  ' || begins('\xff\x4f\xff\x51')) return 'image/jp2'
  if (begins('8BPS')) return 'image/vnd.adobe.photoshop'
  return isBmp(bytes) ? 'image/bmp' : null
}

function isBmp(bytes: Uint8Array): boolean {
  if (ascii(bytes, 0, 2) !== 'BM' || bytes.byteLength < 18) return false
  const headerSize = new DataView(bytes.buffer, bytes.byteOffset).getUint32(14, true)
  return [12, 16, 40, 52, 56, 64, 108, 124].includes(headerSize)
}

/** The brands of an ISO media file say whether AVIF, HEIC or a video lies in it. */
function isoMediaType(bytes: Uint8Array): string | null {
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
  const brands: string[] = []
  for (let at = 8; at + 4 <= Math.min(size, bytes.byteLength, 256); at += 4) {
    if (at !== 12) brands.push(ascii(bytes, at, at + 4))
  }
  if (brands.includes('avif') || brands.includes('avis')) return 'image/avif'
  return brands.some((brand) => /^(he[ivm][cxms]|mif1|msf1)$/.test(brand)) ? 'image/heic' : null
}
