import { inflateSync } from 'node:zlib'
import type { PictureText } from '#shared/picture-metadata.ts'
import { decodeLoose } from './text-encoding.ts'

/** The most that the texts of one picture may hold, bytes, inflated; workflows take a few MB. */
export const MAX_TEXT = 8 << 20
const MAX_TEXTS = 16 << 20
const MAX_CHUNKS = 10_000
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

export interface PngTexts {
  texts: PictureText[]
  /** The box of Content Credentials (`caBX`). */
  credentials: Uint8Array | null
  problems: string[]
}

/**
 * The tEXt, zTXt and iTXt chunks of a PNG (PNG 3, 11.3.3), wherever they stand. Read here because
 * libvips hands their bytes on without saying in which encoding they are, and knows no limit for one.
 * tEXt and zTXt are Latin-1 by the standard and UTF-8 in many files: what is valid UTF-8 is read so.
 */
export function readPngTexts(bytes: Uint8Array): PngTexts {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found: PngTexts = { texts: [], credentials: null, problems: [] }
  if (!file.subarray(0, 8).equals(SIGNATURE)) return found
  let room = MAX_TEXTS
  let at = 8
  for (let n = 0; at + 12 <= file.length; n++) {
    if (n === MAX_CHUNKS) {
      found.problems.push(`Only its first ${MAX_CHUNKS} chunks were looked at.`)
      break
    }
    const length = file.readUInt32BE(at)
    const type = file.toString('latin1', at + 4, at + 8)
    const end = at + 8 + length
    if (end + 4 > file.length) {
      found.problems.push(`The chunk ${printable(type)} is cut off.`)
      break
    }
    const data = file.subarray(at + 8, end)
    if (type === 'caBX') found.credentials = data
    else if (type === 'tEXt' || type === 'zTXt' || type === 'iTXt') {
      try {
        const text = readText(type, data, Math.min(room, MAX_TEXT))
        room -= text.bytes
        found.texts.push({ keyword: text.keyword, text: text.text })
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        found.problems.push(`A text was left out (${type}): ${why}`)
      }
    } else if (type === 'IEND') break
    at = end + 4
  }
  return found
}

function readText(
  type: 'tEXt' | 'zTXt' | 'iTXt',
  data: Buffer,
  most: number,
): { keyword: string; text: string; bytes: number } {
  const nul = data.indexOf(0)
  if (nul < 1 || nul > 79) throw new Error('it has no keyword of 1 to 79 characters')
  const keyword = data.toString('latin1', 0, nul)
  let at = nul + 1
  let isDeflated = type === 'zTXt'
  if (type === 'iTXt') {
    isDeflated = data[at] === 1
    if (data[at + 1] !== 0) throw new Error('its compression is unknown')
    // The language and the translated keyword end with a zero each.
    const language = data.indexOf(0, at + 2)
    const translated = language < 0 ? -1 : data.indexOf(0, language + 1)
    if (translated < 0) throw new Error('it ends before its text')
    at = translated + 1
  } else if (isDeflated && data[at++] !== 0) throw new Error('its compression is unknown')
  const body = data.subarray(at)
  if (!isDeflated && body.length > most) throw tooLong(most)
  const plain = isDeflated ? inflate(body, most) : body
  const text = type === 'iTXt' ? plain.toString('utf8') : decodeLoose(plain)
  return { keyword, text, bytes: plain.length }
}

function inflate(body: Buffer, most: number): Buffer {
  if (most <= 0) throw tooLong(0)
  try {
    return inflateSync(body, { maxOutputLength: most })
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLong(most)
    throw error
  }
}

function tooLong(most: number): Error {
  return new Error(`it is longer than the ${most} bytes that are left for texts`)
}

function printable(type: string): string {
  return JSON.stringify(type.replace(/[^\x20-\x7e]/g, '?'))
}
