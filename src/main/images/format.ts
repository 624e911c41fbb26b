/** What some bytes are, judged by how they begin and by nothing that was said about them. */
export type Sniffed =
  | { kind: 'picture'; mime: string; format: string }
  /** A picture, of a kind that is not decoded here. */
  | { kind: 'unsupported'; mime: string; format: string }
  | { kind: 'other'; what: string }

const ascii = (bytes: Uint8Array, start: number, end: number): string =>
  String.fromCharCode(...bytes.subarray(start, Math.min(end, bytes.byteLength)))

const begins = (bytes: Uint8Array, ...magic: number[]): boolean =>
  bytes.byteLength >= magic.length && magic.every((value, i) => bytes[i] === value)

/** `format` is the name under which sharp reports what it opened. */
const picture = (mime: string, format: string): Sniffed => ({ kind: 'picture', mime, format })
const unsupported = (mime: string, format: string): Sniffed => ({
  kind: 'unsupported',
  mime,
  format,
})

/**
 * Names a file by its first bytes (magic numbers as in WHATWG MIME Sniffing, plus the formats
 * that it does not list).
 */
export function sniff(bytes: Uint8Array): Sniffed {
  if (bytes.byteLength === 0) return { kind: 'other', what: 'empty' }
  if (begins(bytes, 0xff, 0xd8, 0xff)) return picture('image/jpeg', 'jpeg')
  if (begins(bytes, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a))
    return picture('image/png', 'png')
  const head = ascii(bytes, 0, 16)
  if (head.startsWith('GIF87a') || head.startsWith('GIF89a')) return picture('image/gif', 'gif')
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') return picture('image/webp', 'webp')
  if (
    begins(bytes, 0x49, 0x49, 0x2a, 0) ||
    begins(bytes, 0x4d, 0x4d, 0, 0x2a) ||
    begins(bytes, 0x49, 0x49, 0x2b, 0) ||
    begins(bytes, 0x4d, 0x4d, 0, 0x2b)
  )
    return picture('image/tiff', 'tiff')
  if (head.slice(4, 8) === 'ftyp') return sniffIsoMedia(bytes)
  if (begins(bytes, 0, 0, 1, 0) || begins(bytes, 0, 0, 2, 0))
    return unsupported('image/vnd.microsoft.icon', 'ico')
  if (begins(bytes, 0xff, 0x0a) || ascii(bytes, 4, 12) === 'JXL \r\n\x87\n')
    return unsupported('image/jxl', 'jxl')
  if (ascii(bytes, 4, 8) === 'jP  ' || begins(bytes, 0xff, 0x4f, 0xff, 0x51))
    return unsupported('image/jp2', 'jp2')
  if (head.startsWith('8BPS')) return unsupported('image/vnd.adobe.photoshop', 'psd')
  if (isBmp(bytes)) return unsupported('image/bmp', 'bmp')
  if (head.startsWith('%PDF-')) return { kind: 'other', what: 'pdf' }
  if (head.startsWith('%!PS')) return { kind: 'other', what: 'postscript' }
  if (begins(bytes, 0x1f, 0x8b)) return { kind: 'other', what: 'gzip' }
  if (head.startsWith('PK\x03\x04')) return { kind: 'other', what: 'zip' }
  if (begins(bytes, 0x1a, 0x45, 0xdf, 0xa3)) return { kind: 'other', what: 'video' }
  if (head.startsWith('RIFF')) return { kind: 'other', what: 'riff' }
  return sniffText(bytes)
}

function isBmp(bytes: Uint8Array): boolean {
  if (!begins(bytes, 0x42, 0x4d) || bytes.byteLength < 18) return false
  const headerSize = new DataView(bytes.buffer, bytes.byteOffset).getUint32(14, true)
  return [12, 16, 40, 52, 56, 64, 108, 124].includes(headerSize)
}

/** The brands of an ISO media file say whether AVIF, HEIC or a video lies in it. */
function sniffIsoMedia(bytes: Uint8Array): Sniffed {
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
  const brands: string[] = []
  for (let at = 8; at + 4 <= Math.min(size, bytes.byteLength, 256); at += 4) {
    if (at !== 12) brands.push(ascii(bytes, at, at + 4))
  }
  if (brands.includes('avif') || brands.includes('avis')) return picture('image/avif', 'heif')
  if (brands.some((brand) => /^(he[ivm][cxms]|mif1|msf1)$/.test(brand)))
    return unsupported('image/heic', 'heic')
  return { kind: 'other', what: 'video' }
}

/** SVG by its root element, wherever comments and a DOCTYPE push it; else what kind of text. */
function sniffText(bytes: Uint8Array): Sniffed {
  const utf16 = begins(bytes, 0xff, 0xfe) ? 'utf-16le' : begins(bytes, 0xfe, 0xff) ? 'utf-16be' : ''
  const start = new TextDecoder(utf16 === '' ? 'utf-8' : utf16).decode(bytes.subarray(0, 8192))
  const text = skipProlog(start)
  if (/^<(?:[\w.-]+:)?svg[\s/>]/.test(text)) return picture('image/svg+xml', 'svg')
  if (/^<(!doctype\s+html|html|head|body|script|meta|title|table|div|p|a|br|h1)\b/i.test(text))
    return { kind: 'other', what: 'html' }
  if (start.trimStart().startsWith('<?xml') || /^<[\w:.-]+[\s/>]/.test(text))
    return { kind: 'other', what: 'xml' }
  if (/^\s*[[{]\s*["[{\]}\d]/.test(start)) return { kind: 'other', what: 'json' }
  const textual = bytes.subarray(0, 512).every((b) => b >= 0x20 || (b >= 9 && b <= 13) || b === 27)
  return { kind: 'other', what: textual ? 'text' : 'unknown' }
}

function skipProlog(text: string): string {
  let rest = text.replace(/^\uFEFF/, '')
  for (;;) {
    rest = rest.trimStart()
    let end = -1
    if (rest.startsWith('<?')) end = after(rest, '?>')
    else if (rest.startsWith('<!--')) end = after(rest, '-->')
    else if (/^<!doctype/i.test(rest) && !/^<!doctype\s+html/i.test(rest)) {
      // An internal subset, as Adobe Illustrator writes it, holds `>` of its own.
      const subset = rest.indexOf('[')
      const close = rest.indexOf('>')
      const bracket = subset >= 0 && subset < close ? rest.indexOf(']', subset) : 0
      end = bracket < 0 ? -1 : after(rest, '>', bracket)
    }
    if (end <= 0) return rest
    rest = rest.slice(end)
  }
}

function after(text: string, mark: string, from = 0): number {
  const at = text.indexOf(mark, from)
  return at < 0 ? -1 : at + mark.length
}
