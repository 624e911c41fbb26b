import { pictureType } from '#shared/picture-type.ts'

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

/** By media type: the name under which sharp reports what it opened; it opens no BMP. */
const DECODED: Readonly<Record<string, string>> = {
  'image/bmp': 'bmp',
  'image/jpeg': 'jpeg',
  'image/png': 'png',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/tiff': 'tiff',
  'image/avif': 'heif',
}
const NOT_DECODED: Readonly<Record<string, string>> = {
  'image/heic': 'heic',
  'image/vnd.microsoft.icon': 'ico',
  'image/jxl': 'jxl',
  'image/jp2': 'jp2',
  'image/vnd.adobe.photoshop': 'psd',
}

/** Names a file by its first bytes. */
export function sniff(bytes: Uint8Array): Sniffed {
  if (bytes.byteLength === 0) return { kind: 'other', what: 'empty' }
  const mime = pictureType(bytes)
  if (mime !== null) {
    const format = DECODED[mime]
    return format === undefined
      ? { kind: 'unsupported', mime, format: NOT_DECODED[mime] ?? mime }
      : { kind: 'picture', mime, format }
  }
  const head = ascii(bytes, 0, 16)
  if (head.startsWith('%PDF-')) return { kind: 'other', what: 'pdf' }
  if (head.startsWith('%!PS')) return { kind: 'other', what: 'postscript' }
  if (begins(bytes, 0x1f, 0x8b)) return { kind: 'other', what: 'gzip' }
  if (head.startsWith('PK\x03\x04')) return { kind: 'other', what: 'zip' }
  if (head.slice(4, 8) === 'ftyp' || begins(bytes, 0x1a, 0x45, 0xdf, 0xa3)) {
    return { kind: 'other', what: 'video' }
  }
  if (head.startsWith('RIFF')) return { kind: 'other', what: 'riff' }
  return sniffText(bytes)
}

/** SVG by its root element, wherever comments and a DOCTYPE push it; else what kind of text. */
function sniffText(bytes: Uint8Array): Sniffed {
  const utf16 = begins(bytes, 0xff, 0xfe) ? 'utf-16le' : begins(bytes, 0xfe, 0xff) ? 'utf-16be' : ''
  const start = new TextDecoder(utf16 === '' ? 'utf-8' : utf16).decode(bytes.subarray(0, 8192))
  const text = skipProlog(start)
  if (/^<(?:[\w.-]+:)?svg[\s/>]/.test(text)) {
    return { kind: 'picture', mime: 'image/svg+xml', format: 'svg' }
  }
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
