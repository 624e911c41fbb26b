import zlib from 'node:zlib'
import { sniffUnknown } from './media-type.ts'

const LF = 10
const CR = 13
const EMPTY = Buffer.alloc(0)

/**
 * Undoes the chunked coding (RFC 9112, 7.1). Notes `chunked`, `chunked (absent)` where the body
 * had been decoded before, `chunked (truncated)`, or `chunked (broken)`: then what follows the
 * last good chunk stays as it is.
 */
export function undoChunked(body: Buffer, decoded: string[]): Buffer {
  const out = new Joined(body)
  let at = 0
  let note = 'chunked (truncated)'
  while (at < body.length) {
    const line = chunkLine(body, at)
    if (!line) {
      if (out.empty) {
        decoded.push('chunked (absent)')
        return body
      }
      note = 'chunked (broken)'
      out.add(at, body.length)
      break
    }
    if (line.size === 0) {
      note = 'chunked'
      break
    }
    const end = line.data + line.size
    // A word that happens to be hexadecimal, alone on a line of text.
    const word = end > body.length && body[line.data - 2] !== CR
    const behind = behindLineEnd(body, end)
    // A size that does not lead to a line end: no chunk, or one that lies.
    const lies = end < body.length && behind === end
    if (out.empty && (word || lies)) {
      decoded.push('chunked (absent)')
      return body
    }
    if (lies) {
      note = 'chunked (broken)'
      out.add(line.data, body.length)
      break
    }
    out.add(line.data, Math.min(end, body.length))
    at = behind
  }
  if (body.length > 0) decoded.push(note)
  return out.take()
}

/** Parts of a body put together; a view of it as long as there is only one. */
class Joined {
  readonly #body: Buffer
  #first: { from: number; to: number } | null = null
  #copy: Buffer | null = null
  #length = 0

  constructor(body: Buffer) {
    this.#body = body
  }

  get empty(): boolean {
    return this.#first === null
  }

  add(from: number, to: number): void {
    if (!this.#first) {
      this.#first = { from, to }
      return
    }
    if (!this.#copy) {
      this.#copy = Buffer.allocUnsafeSlow(this.#body.length)
      this.#length = this.#body.copy(this.#copy, 0, this.#first.from, this.#first.to)
    }
    this.#length += this.#body.copy(this.#copy, this.#length, from, to)
  }

  take(): Buffer {
    if (this.#copy) return this.#copy.subarray(0, this.#length)
    return this.#first ? this.#body.subarray(this.#first.from, this.#first.to) : EMPTY
  }
}

/** A size line: hexadecimal, perhaps with spaces and an extension, and its line end. */
function chunkLine(body: Buffer, at: number): { size: number; data: number } | null {
  const limit = Math.min(body.length, at + 256)
  let stop = at
  while (stop < limit && body[stop] !== LF) stop++
  if (stop === limit) return null
  const text = body.toString('latin1', at, stop)
  const size = /^([0-9a-f]{1,8})[ \t]*(;[^\r\n]*)?\r?$/i.exec(text)?.[1]
  return size === undefined ? null : { size: Number.parseInt(size, 16), data: stop + 1 }
}

function behindLineEnd(body: Buffer, at: number): number {
  if (body[at] === CR && body[at + 1] === LF) return at + 2
  return body[at] === LF ? at + 1 : at
}

interface Coding {
  name: string
  /** false: certainly not coded so. */
  shows(body: Buffer): boolean
  /** Decodes; `lenient` accepts an input that ends early. Throws. */
  decode(body: Buffer, limit: number, lenient: boolean): Buffer
}

const { Z_SYNC_FLUSH, BROTLI_OPERATION_FLUSH, ZSTD_e_flush } = zlib.constants
const flush = (lenient: boolean, how: number): { finishFlush?: number } =>
  lenient ? { finishFlush: how } : {}

const GZIP: Coding = {
  name: 'gzip',
  shows: (body) => body[0] === 0x1f && body[1] === 0x8b,
  decode: (body, limit, lenient) =>
    zlib.gunzipSync(body, { maxOutputLength: limit, ...flush(lenient, Z_SYNC_FLUSH) }),
}
const ZLIB: Coding = {
  name: 'deflate',
  // RFC 1950: method 8 and a header that is a multiple of 31.
  shows: (body) =>
    body.length > 1 && ((body[0] ?? 0) & 15) === 8 && body.readUInt16BE(0) % 31 === 0,
  decode: (body, limit, lenient) =>
    zlib.inflateSync(body, { maxOutputLength: limit, ...flush(lenient, Z_SYNC_FLUSH) }),
}
const RAW: Coding = {
  name: 'deflate',
  shows: (body) => !isPlain(body),
  decode: (body, limit, lenient) =>
    zlib.inflateRawSync(body, { maxOutputLength: limit, ...flush(lenient, Z_SYNC_FLUSH) }),
}
const BROTLI: Coding = {
  name: 'br',
  shows: () => true,
  decode: (body, limit, lenient) =>
    zlib.brotliDecompressSync(body, {
      maxOutputLength: limit,
      ...flush(lenient, BROTLI_OPERATION_FLUSH),
    }),
}
const ZSTD: Coding = {
  name: 'zstd',
  // RFC 8878, 3.1.1.
  shows: (body) => body.length > 3 && body.readUInt32LE(0) === 0xfd2fb528,
  decode: (body, limit, lenient) =>
    zlib.zstdDecompressSync(body, { maxOutputLength: limit, ...flush(lenient, ZSTD_e_flush) }),
}

/**
 * Undoes one coding by its name. Names that mean nothing (`identity`, `none`, ...) are passed
 * over. Notes the name, or the name with `(absent)`, `(truncated)`, `(damaged)`, `(unsupported)`;
 * `cut` when the limit was reached.
 */
export function undoCoding(body: Buffer, name: string, limit: number, decoded: string[]): Buffer {
  if (body.length === 0) return body
  const coding = codingOf(body, name)
  if (coding === null) decoded.push('compress (unsupported)')
  return coding ? undo(body, coding, limit, decoded) : body
}

/** By the name and the first bytes; undefined: the name means none, null: one that is not known. */
function codingOf(body: Buffer, name: string): Coding | null | undefined {
  switch (name) {
    case 'gzip':
    case 'x-gzip':
      return GZIP
    case 'deflate':
      return ZLIB.shows(body) ? ZLIB : GZIP.shows(body) ? GZIP : RAW
    case 'br':
      return GZIP.shows(body) ? GZIP : BROTLI
    case 'zstd':
      return ZSTD
    case 'compress':
    case 'x-compress':
      return null
    default:
      return undefined
  }
}

function undo(body: Buffer, coding: Coding, limit: number, decoded: string[]): Buffer {
  if (!coding.shows(body)) {
    decoded.push(`${coding.name} (absent)`)
    return body
  }
  let tooLong = false
  try {
    const out = coding.decode(body, limit, false)
    decoded.push(coding.name)
    return out
  } catch (error) {
    tooLong = isTooLong(error)
  }
  // What does not decode and shows by its first bytes what it is, never was coded.
  if (!tooLong && sniffUnknown(body) !== null) {
    decoded.push(`${coding.name} (absent)`)
    return body
  }
  if (!tooLong) {
    try {
      const out = coding.decode(body, limit, true)
      if (out.length > 0 || !isPlain(body)) {
        decoded.push(`${coding.name} (truncated)`)
        return out
      }
    } catch (error) {
      tooLong = isTooLong(error)
    }
  }
  const out = longestPart(body, coding, limit, tooLong)
  if (!tooLong && (out.length === 0 || (coding === BROTLI && isPlain(body)))) {
    // Nothing came out and it reads like text: it never was coded.
    if (isPlain(body) || coding === RAW || coding === BROTLI) {
      decoded.push(`${coding.name} (absent)`)
      return body
    }
  }
  decoded.push(tooLong ? coding.name : `${coding.name} (damaged)`)
  if (tooLong) decoded.push('cut')
  return out
}

/**
 * What comes out of the longest beginning of the input that can be decoded within the limit.
 * Found by halving: zlib gives nothing of an output that ends in an error.
 */
function longestPart(body: Buffer, coding: Coding, limit: number, rough: boolean): Buffer {
  let good = 0
  let bad = body.length
  let out: Buffer = EMPTY
  // A body cut at the limit is incomplete anyway; each step there costs a whole decompression.
  const enough = rough ? Math.max(8, body.length >> 6) : 1
  while (bad - good > enough) {
    const middle = (good + bad) >>> 1
    try {
      out = coding.decode(body.subarray(0, middle), limit, true)
      good = middle
    } catch {
      bad = middle
    }
  }
  return out
}

/**
 * The beginning of a body from the beginning of what is stored, as far as its bytes and the coding
 * tell; null where that would cost more than it is worth. For a look, not for reading.
 */
export function peek(part: Buffer, name: string): Buffer | null {
  const coding = codingOf(part, name)
  if (coding === undefined) return part
  if (coding === null) return null
  if (!coding.shows(part)) return part
  try {
    return coding.decode(part, 1 << 20, true)
  } catch {
    return null
  }
}

function isTooLong(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
}

/** Reads like text: no control characters but white space in its beginning. */
function isPlain(body: Buffer): boolean {
  const end = Math.min(body.length, 256)
  for (let at = 0; at < end; at++) {
    const byte = body[at] as number
    if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 12) return false
    if (byte === 127) return false
  }
  return true
}
