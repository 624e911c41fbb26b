import { TABLE_SCHEME } from '#shared/table-address.ts'

/** Digits of the table's fingerprint that stand in an address. */
export const IDENTITY_DIGITS = 16
/** What is longer is no address but something that slipped into the column. */
const MAX_ADDRESS = 16_384

export type CellAddress =
  /** Kept as written where it is an address; what is none fails when the picture is fetched. */
  | { kind: 'address'; url: string }
  /** Parts of the path, cleaned of everything that leads upwards. */
  | { kind: 'file'; parts: string[] }
  /** Rule by which the row makes no pair. */
  | { kind: 'none'; rule: 'no-address' | 'data-uri' }
  | { kind: 'bad'; detail: string }

/**
 * What a cell says about where a picture is: an address as written (white space around it taken
 * off, spaces inside it escaped), or, where a path is expected, a file.
 */
export function readAddress(text: string, expected: 'url' | 'path'): CellAddress {
  const value = text.trim()
  if (value === '') return { kind: 'none', rule: 'no-address' }
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(value.slice(0, 40))?.[1]?.toLowerCase()
  if (scheme === 'data') return { kind: 'none', rule: 'data-uri' }
  if (value.length > MAX_ADDRESS) {
    return { kind: 'bad', detail: `no address: ${value.length} characters` }
  }
  if (scheme === 'table') return { kind: 'bad', detail: 'table: is for use inside a corpus' }
  if (scheme === 'file') return fileParts(decoded(value.replace(/^file:(\/\/[^/]*)?/i, '')))
  if (value.startsWith('//')) return { kind: 'address', url: tidy(`https:${value}`) }
  // `C:\pictures\a.jpg` has no scheme of one letter.
  const isAddress = scheme !== undefined && value[scheme.length + 1] === '/'
  if (isAddress || expected === 'url') return { kind: 'address', url: tidy(value) }
  return fileParts(value)
}

/** As written, as tables are joined by it, unless something in it has to be escaped. */
function tidy(value: string): string {
  const isPlain = /^[!#-;=?-[\]_a-z~\u0080-\uffff]*$/i.test(value) && value.isWellFormed()
  if (isPlain) return value
  return URL.parse(value)?.href ?? value.toWellFormed().replaceAll('\0', '\ufffd')
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

function fileParts(path: string): CellAddress {
  const parts: string[] = []
  for (const part of path.replace(/^[a-z]:/i, '').split(/[\\/]+/)) {
    if (part === '' || part === '.') continue
    // Nothing leads out: `../data/a.jpg` is looked for as `data/a.jpg` and as `a.jpg`.
    if (part === '..') parts.pop()
    else parts.push(part)
  }
  if (parts.length === 0 || path.includes('\0')) {
    return { kind: 'bad', detail: `no file name: ${path.slice(0, 200)}` }
  }
  return { kind: 'file', parts }
}

/** The address under which the corpus keeps a picture that a table names by a file. */
export function tableAddress(fingerprint: string, parts: readonly string[]): string {
  const path = parts.map((part) => encodeURIComponent(part.toWellFormed())).join('/')
  return `${TABLE_SCHEME}//${fingerprint.slice(0, IDENTITY_DIGITS)}/${path}`
}
