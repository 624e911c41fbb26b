import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import { request, type Dispatcher } from 'undici'
import type { HttpExchange } from '#shared/http-exchange.ts'
import { AddressError } from './address.ts'
import { watchSent } from './sent-requests.ts'
import type { Sent } from './sent-requests.ts'

/** What one request, with no redirect followed, came to. */
export type Hop =
  | { kind: 'body'; status: number; headers: HeaderReader; bytes: Uint8Array }
  | { kind: 'redirect'; status: number; location: string }
  | FailedHop
export interface FailedHop {
  kind: 'failed'
  status: number | null
  /** Short and stable, for counting; see FetchFailure. */
  reason: string
  detail: string
  /** Another try may go better. */
  retriable: boolean
  /** The server asks for this much patience. */
  retryAfterMs: number | null
  /** It was the host that could not be reached, not this one address on it. */
  hostDown: boolean
}

export interface HeaderReader {
  first(name: string): string | null
  all(name: string): string[]
}

export interface GetOptions {
  dispatcher: Dispatcher
  signal: AbortSignal
  userAgent: string
  accept: string
  maxBytes: number
  /** For the first byte, and for each silence after it. */
  timeoutMs: number
  /** Read no more than `maxBytes` and take that, instead of failing. */
  cut?: boolean
  /** Told what was asked and answered, also where that is no picture or not whole. */
  seen?: (exchange: HttpExchange) => void
}

/** A picture that drips in must end some time: this many times the silence that is allowed. */
const TOTAL_TIMES = 3
/** Kept of the body of a redirect or of an answer that says no. */
const ASIDE_BYTES = 64 << 10

/** One GET. Never throws, but for an abort of `signal`. */
export function getOnce(url: URL, options: GetOptions): Promise<Hop> {
  return watchSent(url, (sent) => ask(url, options, sent))
}

async function ask(url: URL, options: GetOptions, sent: Sent): Promise<Hop> {
  const deadline = AbortSignal.timeout(options.timeoutMs * TOTAL_TIMES)
  let status: number | null = null
  let head: string | null = null
  let parts: Buffer[] = []
  /** Hands on what came, once. */
  const tell = (truncated: HttpExchange['truncated']): void => {
    if (head === null || status === null) return
    const body = Buffer.concat(parts)
    parts = [body]
    const { date, ip, head: request } = sent
    options.seen?.({ url: url.href, date, ip, request, status, head, body, truncated })
    head = null
  }
  try {
    const response = await request(url, {
      dispatcher: options.dispatcher,
      method: 'GET',
      signal: AbortSignal.any([options.signal, deadline]),
      headersTimeout: options.timeoutMs,
      bodyTimeout: options.timeoutMs,
      responseHeaders: 'raw',
      headers: {
        'user-agent': options.userAgent,
        accept: options.accept,
        // A picture is compressed already; this leaves nothing to unpack that could be a bomb.
        'accept-encoding': 'identity',
      },
    })
    status = response.statusCode
    // With `raw` they are names and values in turn, which undici's types do not know.
    const raw = response.headers as unknown as string[]
    head = headOf(status, response.statusText, raw)
    const { body } = response
    const headers = readHeaders(raw)
    const location = headers.first('location')
    const redirect = status >= 300 && status < 400 && status !== 304 && location !== null
    if (redirect || status !== 200) {
      // What it says beside its status is worth little: a short one is kept.
      const cut = await readUpTo(body, parts, ASIDE_BYTES).catch(truncatedBy)
      options.signal.throwIfAborted()
      tell(cut)
      return redirect ? { kind: 'redirect', status, location } : failedStatus(status, headers)
    }
    const declared = Number(headers.first('content-length') ?? 0)
    if (declared > options.maxBytes && !options.cut) {
      drop(body)
      tell('length')
      return failed('too-large', `${declared} bytes, at most ${options.maxBytes}`, { status })
    }
    const cut = await readUpTo(body, parts, options.maxBytes)
    tell(cut)
    if (cut !== null && !options.cut) {
      return failed('too-large', `more than ${options.maxBytes} bytes`, { status })
    }
    const bytes = parts[0] as Buffer
    const coding = headers.first('content-encoding')
    if (coding === null || /^\s*(identity)?\s*$/i.test(coding))
      return { kind: 'body', status, headers, bytes }
    return await unpack(bytes, coding, options.maxBytes, headers, status)
  } catch (error) {
    options.signal.throwIfAborted()
    tell(deadline.aborted ? 'time' : truncatedBy(error))
    if (deadline.aborted) {
      const detail = `not complete after ${(options.timeoutMs * TOTAL_TIMES) / 1000} s`
      return failed('timeout', detail, { status, retriable: true })
    }
    return failedBy(error, status)
  }
}

/** @returns `length` where there is more than `limit`; the last piece is kept whole */
async function readUpTo(
  body: Dispatcher.ResponseData['body'],
  parts: Buffer[],
  limit: number,
): Promise<'length' | null> {
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    parts.push(chunk)
    size += chunk.byteLength
    if (size <= limit) continue
    drop(body)
    return 'length'
  }
  return null
}

function truncatedBy(error: unknown): 'time' | 'disconnect' {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const late = code === 'UND_ERR_BODY_TIMEOUT' || (error as Error | null)?.name === 'TimeoutError'
  return late ? 'time' : 'disconnect'
}

function headOf(status: number, reason: string, raw: readonly string[]): string {
  const lines = [`HTTP/1.1 ${status} ${reason}`]
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] as string
    // The body that is kept is not chunked any more; its length would be read wrongly.
    const kept = /^transfer-encoding$/i.test(name) ? `X-Orig-${name}` : name
    lines.push(`${kept}: ${raw[i + 1] as string}`)
  }
  return `${lines.join('\r\n')}\r\n\r\n`
}

/** Asked for plain, sent packed all the same. */
async function unpack(
  bytes: Buffer,
  coding: string,
  maxBytes: number,
  headers: HeaderReader,
  status: number,
): Promise<Hop> {
  const name = coding.trim().toLowerCase()
  const run = { gzip: gunzip, 'x-gzip': gunzip, deflate: inflate, br: brotliDecompress }[name]
  if (!run) return failed('unsupported-encoding', name, { status })
  try {
    const unpacked = (await promisify<Buffer, { maxOutputLength: number }, Buffer>(run)(bytes, {
      maxOutputLength: maxBytes,
    })) as Buffer
    return { kind: 'body', status, headers, bytes: unpacked }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ERR_BUFFER_TOO_LARGE')
      return failed('too-large', `more than ${maxBytes} bytes unpacked`, { status })
    // The header lies and the body is plain: what it is shows when it is looked at.
    return { kind: 'body', status, headers, bytes }
  }
}

function failed(reason: string, detail: string, more: Partial<FailedHop> = {}): FailedHop {
  return {
    kind: 'failed',
    status: null,
    reason,
    detail,
    retriable: false,
    retryAfterMs: null,
    hostDown: false,
    ...more,
  }
}

function failedStatus(status: number, headers: HeaderReader): FailedHop {
  const retriable = status === 429 || status === 408 || status === 425 || status >= 500
  return failed(`http-${status}`, `the server answered ${status}`, {
    status,
    // 501 and 505 say that it will never work.
    retriable: retriable && status !== 501 && status !== 505,
    retryAfterMs: retriable ? retryAfter(headers.first('retry-after')) : null,
  })
}

/** `Retry-After` in seconds or as a date, in milliseconds from now. */
function retryAfter(value: string | null, now = Date.now()): number | null {
  if (value === null) return null
  if (/^\s*\d+\s*$/.test(value)) return Number(value) * 1000
  const date = Date.parse(value)
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}

const BY_CODE: Record<string, { reason: string; retriable: boolean; hostDown: boolean }> = {
  ENOTFOUND: { reason: 'dns-not-found', retriable: true, hostDown: true },
  ENODATA: { reason: 'dns-not-found', retriable: true, hostDown: true },
  EAI_AGAIN: { reason: 'dns-failed', retriable: true, hostDown: true },
  EAI_FAIL: { reason: 'dns-failed', retriable: true, hostDown: true },
  ESERVFAIL: { reason: 'dns-failed', retriable: true, hostDown: true },
  ETIMEOUT: { reason: 'dns-failed', retriable: true, hostDown: true },
  ECONNREFUSED: { reason: 'connection-refused', retriable: true, hostDown: true },
  EHOSTUNREACH: { reason: 'host-unreachable', retriable: true, hostDown: true },
  ENETUNREACH: { reason: 'network-unreachable', retriable: true, hostDown: true },
  EADDRNOTAVAIL: { reason: 'network-unreachable', retriable: true, hostDown: true },
  ETIMEDOUT: { reason: 'connect-timeout', retriable: true, hostDown: true },
  UND_ERR_CONNECT_TIMEOUT: { reason: 'connect-timeout', retriable: true, hostDown: true },
  UND_ERR_HEADERS_TIMEOUT: { reason: 'timeout', retriable: true, hostDown: false },
  UND_ERR_BODY_TIMEOUT: { reason: 'timeout', retriable: true, hostDown: false },
  ECONNRESET: { reason: 'connection-reset', retriable: true, hostDown: false },
  EPIPE: { reason: 'connection-reset', retriable: true, hostDown: false },
  UND_ERR_SOCKET: { reason: 'connection-reset', retriable: true, hostDown: false },
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: {
    reason: 'body-incomplete',
    retriable: true,
    hostDown: false,
  },
  UND_ERR_HEADERS_OVERFLOW: { reason: 'bad-response', retriable: false, hostDown: false },
}

function failedBy(error: unknown, status: number | null): FailedHop {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at instanceof AddressError) return failed(at.reason, at.message)
    const inner: unknown = at instanceof AggregateError ? at.errors[0] : null
    const code = (at as NodeJS.ErrnoException).code ?? (inner as NodeJS.ErrnoException | null)?.code
    if (code === undefined) continue
    const known = BY_CODE[code]
    if (known) return failed(known.reason, at.message || code, { ...known, status })
    if (code.startsWith('HPE_')) return failed('bad-response', `${at.message} (${code})`)
    if (/CERT|TLS|SSL|SELF_SIGNED|ISSUER|EPROTO/.test(code))
      return failed('tls', `${at.message} (${code})`)
  }
  const detail = error instanceof Error ? error.message : String(error)
  return failed('fetch-failed', detail, { status, retriable: true })
}

/** @param raw names and values in turn */
function readHeaders(raw: readonly string[]): HeaderReader {
  const all = (name: string): string[] =>
    raw.filter((_, i) => i % 2 === 1 && raw[i - 1]?.toLowerCase() === name)
  return { all, first: (name) => all(name)[0] ?? null }
}

/** Ends a response whose body is not wanted. */
function drop(body: Dispatcher.ResponseData['body']): void {
  body.on('error', () => {})
  body.destroy()
}
