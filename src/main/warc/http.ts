import { undoChunked, undoCoding } from './codings.ts'
import { headerText, parseFieldsJoined } from './fields.ts'
import type { HttpMessage } from './types.ts'

export interface HttpOptions {
  /** A decoded body longer than this is cut (`cut` in `decoded`). Default 64 MB. */
  maxBodyBytes?: number
}

const DEFAULT_MAX_BODY_BYTES = 64 << 20
/** More codings on top of each other are an attack or nonsense. */
const MAX_CODINGS = 5
/** Fields beyond this are passed over. */
const MAX_HEAD = 1 << 20
const LF = 10
const CR = 13
/** `HTTP/1.1 200 OK`, `HTTP/2 200`, `HTTP/1.0 404` without a reason, `HTTP 200` without a version. */
export const STATUS_LINE = /^HTTP(?:\/\d*(?:\.\d+)?)?[ \t]+(\d{3})(?!\d)/i

/**
 * Takes an HTTP response apart and undoes its transfer and content codings. Never throws: a
 * header that lies is believed by the bytes, damage gives what could be read, and `decoded` says
 * so. A block without a status line (a resource record) comes back as body with status 0.
 */
export function parseHttpResponse(block: Uint8Array, options: HttpOptions = {}): HttpMessage {
  const limit = options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES
  const { status, headers, body: stored } = splitHead(asBuffer(block))
  const decoded: string[] = []
  let body = undoTransferTo(stored, headers, decoded, limit)
  let undone = 0
  for (const name of names(headers.get('content-encoding')).reverse()) {
    if (undone++ >= MAX_CODINGS) break
    body = undoCoding(body, name, limit, decoded)
  }
  // Compressed twice, or nobody said so: a page never begins with these bytes.
  const type = headers.get('content-type') ?? ''
  if (body[0] === 0x1f && body[1] === 0x8b && body[2] === 8 && /html|text|xml/i.test(type)) {
    const note: string[] = []
    const plain = undoCoding(body, 'gzip', limit, note)
    if (plain.length > 0) {
      body = plain
      decoded.push(...note.map((name) => (name === 'gzip' ? 'gzip (undeclared)' : name)))
    }
  }
  if (body.length > limit) {
    body = body.subarray(0, limit)
    decoded.push('cut')
  }
  return { status, headers, body, decoded }
}

/**
 * The body that `WARC-Payload-Digest` is about: without its transfer coding, with its content
 * coding.
 */
export function storedPayload(block: Uint8Array): Uint8Array {
  const { headers, body } = splitHead(asBuffer(block))
  return undoTransferTo(body, headers, [], Infinity)
}

function undoTransferTo(
  stored: Buffer,
  headers: Map<string, string>,
  decoded: string[],
  limit: number,
): Buffer {
  let body = stored
  let undone = 0
  for (const name of names(headers.get('transfer-encoding')).reverse()) {
    if (undone++ >= MAX_CODINGS) break
    body = name === 'chunked' ? undoChunked(body, decoded) : undoCoding(body, name, limit, decoded)
  }
  return body
}

function names(field: string | undefined): string[] {
  if (!field) return []
  return field.split(',').map((name) => name.trim().toLowerCase())
}

function splitHead(block: Buffer): { status: number; headers: Map<string, string>; body: Buffer } {
  let start = 0
  for (let heads = 0; ; heads++) {
    const line = STATUS_LINE.exec(
      block.toString('latin1', start, Math.min(start + 64, block.length)),
    )
    if (!line) return { status: 0, headers: new Map(), body: block.subarray(start) }
    const end = headEnd(block, start)
    const status = Number(line[1])
    // Interim answers (100 Continue, 103 Early Hints) stand before the real one.
    const next = block.toString('latin1', end, end + 5)
    if (status >= 100 && status < 200 && /^HTTP[/ \t]/i.test(next) && heads < 8) {
      start = end
      continue
    }
    return {
      status,
      headers: parseFieldsJoined(headerText(block, start, Math.min(end, start + MAX_HEAD))),
      body: block.subarray(end),
    }
  }
}

/** Behind the first empty line; the end of the block when there is none. */
function headEnd(block: Buffer, start: number): number {
  let line = start
  for (;;) {
    const stop = block.indexOf(LF, line)
    if (stop < 0) return block.length
    if (stop === line || (stop === line + 1 && block[line] === CR)) return stop + 1
    line = stop + 1
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
