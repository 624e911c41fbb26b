import type { TextSource } from '../domain.ts'
import { TEXT_SOURCES } from '../domain.ts'

/** One pair of a version: what it is, wherever it lies. */
export interface VersionPair {
  /** Address of its page; '' where it has none. */
  page: string
  /** When the page was captured, as its archive writes it. */
  date: string | null
  /** Place of the picture on the page, from 0; of a table's row its number. */
  place: number
  /** Address of the picture, or the file that a table named. */
  image: string
  /** Of the picture's bytes; null where the corpus holds none. */
  sha256: string | null
  source: TextSource
  /** Well-formed Unicode. */
  text: string
  /** Raw cosine of the recipe's model for the text; null = not scored. */
  cosine: number | null
}

const bits = new DataView(new ArrayBuffer(8))
const HEX = /^[0-9a-f]{16}$/

/** IEEE 754 binary64, big-endian, in lower-case hex. */
export function cosineHex(cosine: number): string {
  bits.setFloat64(0, cosine + 0)
  return bits.getBigUint64(0).toString(16).padStart(16, '0')
}

function cosineOfHex(hex: string): number {
  bits.setUint32(0, parseInt(hex.slice(0, 8), 16))
  bits.setUint32(4, parseInt(hex.slice(8), 16))
  return bits.getFloat64(0)
}

/**
 * A pair as one line of text, without its line break: what the content hash of a version is over.
 * JSON without white space; docs/versions.md says it for other programs.
 */
export function pairLine(pair: VersionPair): string {
  const { page, date, place, image, sha256, source, text, cosine } = pair
  return JSON.stringify([
    page,
    date,
    place,
    image,
    sha256,
    source,
    text,
    cosine === null ? null : cosineHex(cosine),
  ])
}

/** @returns null for what is no such line */
export function readPairLine(line: string): VersionPair | null {
  let row: unknown
  try {
    row = JSON.parse(line)
  } catch {
    return null
  }
  if (!Array.isArray(row) || row.length !== 8) return null
  const [page, date, place, image, sha256, source, text, cosine] = row as unknown[]
  const isText = (value: unknown): value is string => typeof value === 'string'
  const isTextOrNull = (value: unknown): value is string | null => value === null || isText(value)
  if (!isText(page) || !isTextOrNull(date) || !Number.isInteger(place) || !isText(image))
    return null
  if (!isTextOrNull(sha256) || !isText(text) || !isTextOrNull(cosine)) return null
  if (!TEXT_SOURCES.includes(source as TextSource)) return null
  if (cosine !== null && !HEX.test(cosine)) return null
  return {
    page,
    date,
    place: place as number,
    image,
    sha256,
    source: source as TextSource,
    text,
    cosine: cosine === null ? null : cosineOfHex(cosine),
  }
}

/** The cosine of a line without reading the rest of it; null = not scored. */
export function cosineOfLine(line: string): number | null {
  return line.endsWith('null]') ? null : cosineOfHex(line.slice(-18, -2))
}

/** Where a pair stands, whatever was found out about it: the same on every machine. */
export function pairKey({ page, date, place, image }: VersionPair): string {
  return JSON.stringify([page, date, place, image])
}
