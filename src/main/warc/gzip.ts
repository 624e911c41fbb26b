import { promisify } from 'node:util'
import zlib from 'node:zlib'
import type { ByteReader } from './bytes.ts'
import type { ArchiveFailure } from './types.ts'

/** A stretch of uncompressed bytes with what is known about where it came from. */
export interface Segment {
  bytes: Buffer
  /** Members that begin in it: `at` a position in `bytes`, `offset` in the compressed file. */
  marks: { at: number; offset: number }[]
  /** It ends where a member ends; `end` is then the offset of what follows. */
  closed: boolean
  /** Compressed bytes consumed up to its end. */
  end: number
  /** The bytes that should follow are lost; `failures` says why. */
  broken: boolean
  failures: ArchiveFailure[]
}

/** Uncompressed bytes to aim at in one call of zlib: the result stays in the cache while parsed. */
const BATCH = 2 << 20
/** A member that says it is larger is decompressed in pieces. */
const BIG_MEMBER = 16 << 20
/** A member whose end is not seen within so many compressed bytes is decompressed in pieces. */
const LOOK_AHEAD = 4 << 20
/** Compressed bytes that should be in memory before a batch is planned. */
const LOW = 1 << 20
/** Compressed bytes given to zlib at a time when in pieces; a bomb makes 1032 times that of it. */
const PIECE = 64 << 10
/** Shortest member: header 10, empty deflate stream 2, trailer 8; the next begins behind it. */
const MIN_MEMBER = 20
/** Places tried as the beginning of a member behind damage before the rest is given up. */
const MAX_TRIED = 20_000
const MAGIC = Buffer.from([0x1f, 0x8b, 0x08])

const gunzip = promisify(zlib.gunzip) as (
  data: Buffer,
  options: zlib.ZlibOptions,
) => Promise<Buffer>

/**
 * Decompresses gzip members in order and keeps track of where each begins.
 *
 * zlib in node goes through all members of its input in one call and does not tell where they
 * end. So the borders are guessed first (the magic bytes of the next header) and many members
 * are decompressed by one call into a buffer of exactly the size that their trailers promise.
 * A guess is proven by the outcome: the sizes in the trailers at the guessed borders add up to
 * what came out, which a chance match breaks. Whatever does not work out (damage, a chance match,
 * a member of any size) is decompressed member by member with a raw inflater, whose consumed
 * bytes are exact.
 *
 * @param offset of the first byte of `reader` in the compressed file; a member begins there.
 * @param recordMembers members begin with a record: used to find the next one behind damage.
 * @param ahead batches to decompress ahead of time on zlib's threads; 1 for a single record.
 */
export async function* gzipSegments(
  reader: ByteReader,
  offset: number,
  recordMembers: () => boolean,
  ahead = 2,
): AsyncGenerator<Segment> {
  const input = new Window(reader, offset)
  /** Batches given to zlib ahead of time, in order. */
  const running: Batch[] = []
  /** Where the next batch begins; runs ahead of `at`. */
  let next = offset
  let at = offset
  const damage: Damage = { members: 0, tried: 0 }
  try {
    for (;;) {
      while (running.length < ahead) {
        const batch = await planBatch(input, next, at, ahead === 1)
        if (!batch) break
        running.push(batch)
        next = batch.end
      }
      const batch = running.shift()
      const bytes = batch ? await batch.result : null
      if (batch && bytes) {
        at = batch.end
        input.forget(at)
        yield {
          bytes,
          marks: batch.marks,
          closed: true,
          end: at,
          broken: false,
          failures: [],
        }
        continue
      }
      // Member by member as far as the failed batch went; then in large steps again.
      const until = batch ? batch.end : at + 1
      await settle(running)
      while (at < until) {
        const end = yield* oneMember(input, at, recordMembers(), damage)
        if (end === null) return
        at = end
        input.forget(at)
      }
      next = at
    }
  } finally {
    await settle(running)
  }
}

/** What went wrong so far: hostile files must not make the search for members endless. */
interface Damage {
  members: number
  tried: number
}

interface Batch {
  end: number
  marks: { at: number; offset: number }[]
  /** null when the bytes are not what the borders promised. */
  result: Promise<Buffer | null>
}

async function settle(batches: Batch[]): Promise<void> {
  for (const batch of batches) await batch.result
  batches.length = 0
}

/** Finds members whose end is in sight and starts to decompress them; null if there are none. */
async function planBatch(
  input: Window,
  from: number,
  keep: number,
  single: boolean,
): Promise<Batch | null> {
  for (let wanted = single ? PIECE : LOW; ; wanted = Math.min(wanted * 4, LOOK_AHEAD)) {
    // Filled in large steps: each one moves what is still needed.
    if (input.end < from + wanted) await input.fill(from + (single ? wanted : LOOK_AHEAD), keep)
    const { bytes } = input
    const start = from - input.offset
    if (!isMember(bytes, start)) return null
    const members = borders(bytes, start, input.ended, single ? 1 : BATCH)
    if (members.size < 0) return null
    if (members.end === start) {
      if (input.ended || wanted >= LOOK_AHEAD) return null
      continue
    }
    const result = gunzip(bytes.subarray(start, members.end), {
      // One byte more than promised: zlib then ends in the first call, nothing is joined.
      chunkSize: Math.max(64, members.size + 1),
      maxOutputLength: Math.max(1, members.size),
    }).then(
      (out) => (out.length === members.size ? out : null),
      () => null,
    )
    const marks = members.marks.map(({ at, start }) => ({ at, offset: input.offset + start }))
    return { end: input.offset + members.end, marks, result }
  }
}

interface Borders {
  /** Of the members together, as their trailers promise; -1: the first one is too big. */
  size: number
  end: number
  marks: { at: number; start: number }[]
}

/** Members from `start` on, until they promise `enough` bytes. */
function borders(bytes: Buffer, start: number, ended: boolean, enough: number): Borders {
  const marks: Borders['marks'] = []
  let size = 0
  let end = start
  while (size < enough && end < bytes.length) {
    let border = nextMember(bytes, end + MIN_MEMBER)
    if (border < 0) {
      if (!ended) break
      border = bytes.length
    }
    if (border - end < MIN_MEMBER) break
    const length = bytes.readUInt32LE(border - 4)
    if (length > BIG_MEMBER) {
      if (marks.length === 0) size = -1
      break
    }
    marks.push({ at: size, start: end })
    size += length
    end = border
  }
  return { size, end, marks }
}

function isMember(bytes: Buffer, at: number): boolean {
  return (
    bytes[at] === 0x1f &&
    bytes[at + 1] === 0x8b &&
    bytes[at + 2] === 0x08 &&
    ((bytes[at + 3] ?? 0xff) & 0xe0) === 0
  )
}

/** Position of the next bytes that look like a member's header, or -1. */
function nextMember(bytes: Buffer, from: number): number {
  for (let at = from; ; at++) {
    at = bytes.indexOf(MAGIC, at)
    if (at < 0 || isMember(bytes, at)) return at
  }
}

/** Decompresses the member at `at` in pieces. Returns where the next one begins, null at the end. */
async function* oneMember(
  input: Window,
  at: number,
  recordMembers: boolean,
  damage: Damage,
): AsyncGenerator<Segment, number | null> {
  await input.fill(at + MIN_MEMBER, at)
  const head = input.from(at)
  if (head.length === 0) return null
  if (!isMember(head, 0)) {
    const zeros = await skipZeros(input, at)
    if (zeros === null) return null
    if (zeros > at && isMember(input.from(zeros), 0)) return zeros
    const next = await findMember(input, at + 1, recordMembers, damage)
    yield lost(next ?? input.end, {
      reason: next === null && head.length < MIN_MEMBER ? 'truncated-gzip' : 'corrupt-gzip',
      offset: at,
      detail: `${(next ?? input.end) - at} bytes that are no gzip member.`,
      lost: true,
    })
    return next
  }

  const body = await memberBody(input, at)
  if (body === null) {
    yield lost(input.end, truncated(at))
    return null
  }
  const member = new MemberInflater(64 << 10)
  try {
    return yield* inflate(input, at, body, member, recordMembers, damage)
  } finally {
    member.close()
  }
}

async function* inflate(
  input: Window,
  at: number,
  body: number,
  member: MemberInflater,
  recordMembers: boolean,
  damage: Damage,
): AsyncGenerator<Segment, number | null> {
  let made = 0
  let crc = 0
  let marks = [{ at: 0, offset: at }]
  let given = body
  let finished = false
  while (!finished) {
    await input.fill(given + PIECE, given)
    const head = input.from(given).subarray(0, PIECE)
    const step = await member.push(head)
    given += head.length
    for (const piece of step.out) crc = zlib.crc32(piece, crc)
    const bytes = step.out.length === 1 ? (step.out[0] as Buffer) : Buffer.concat(step.out)
    if (step.state === 'failed') {
      // zlib keeps back what it had made since its last full buffer: fetch that with a small one.
      const rest = await salvage(input, body, given, made + bytes.length)
      damage.members++
      const sure = body + member.consumed
      const from = Math.max(at + MIN_MEMBER, damage.members > 1000 ? sure : sure - (64 << 10))
      const next = await findMember(input, from, recordMembers, damage)
      yield {
        bytes: Buffer.concat([bytes, rest]),
        marks,
        closed: false,
        end: next ?? input.end,
        broken: true,
        failures: [
          {
            reason: 'corrupt-gzip',
            offset: at,
            detail: `The gzip member cannot be decompressed beyond ${made + bytes.length + rest.length} bytes (${step.message}).`,
            lost: true,
          },
        ],
      }
      return next
    }
    made += bytes.length
    finished = step.state === 'ended'
    const atEnd = head.length === 0
    if (finished || atEnd) {
      const trailer = body + member.consumed
      await input.fill(trailer + 8, trailer)
      const check = input.from(trailer)
      if (!finished || check.length < 8) {
        yield {
          bytes,
          marks,
          closed: false,
          end: input.end,
          broken: true,
          failures: [truncated(at)],
        }
        return null
      }
      const failures: ArchiveFailure[] = []
      if (check.readUInt32LE(0) !== crc || check.readUInt32LE(4) !== made % 2 ** 32) {
        failures.push({
          reason: 'corrupt-gzip',
          offset: at,
          detail: 'The checksum of the gzip member does not fit its content.',
          lost: true,
        })
      }
      yield { bytes, marks, closed: true, end: trailer + 8, broken: false, failures }
      return trailer + 8
    }
    if (bytes.length > 0) {
      yield { bytes, marks, closed: false, end: given, broken: false, failures: [] }
      marks = []
    }
  }
  return null
}

function lost(end: number, failure: ArchiveFailure): Segment {
  return {
    bytes: Buffer.alloc(0),
    marks: [],
    closed: true,
    end,
    broken: true,
    failures: [failure],
  }
}

function truncated(offset: number): ArchiveFailure {
  return {
    reason: 'truncated-gzip',
    offset,
    detail: 'The file ends inside this gzip member.',
    lost: true,
  }
}

/** Padding behind the last member is no damage. null = nothing but zeros to the end. */
async function skipZeros(input: Window, from: number): Promise<number | null> {
  let at = from
  for (;;) {
    await input.fill(at + PIECE, at)
    const bytes = input.from(at)
    if (bytes.length === 0) return null
    const other = bytes.findIndex((byte) => byte !== 0)
    if (other >= 0) {
      await input.fill(at + other + MIN_MEMBER, at + other)
      return at + other
    }
    at += bytes.length
  }
}

/** The next place from `from` on where a member can really be decompressed; null = none. */
async function findMember(
  input: Window,
  from: number,
  recordMembers: boolean,
  damage: Damage,
): Promise<number | null> {
  let at = from
  for (;;) {
    await input.fill(at + PIECE, at)
    const bytes = input.from(at)
    const found = nextMember(bytes, 0)
    if (found < 0) {
      if (input.ended) return null
      at += Math.max(0, bytes.length - 3)
      continue
    }
    await input.fill(at + found + 1024, at + found)
    if (damage.tried++ > MAX_TRIED) return null
    if (startsMember(input.from(at + found), recordMembers)) return at + found
    at += found + 1
  }
}

/** Whether a member begins here: its first bytes can be decompressed (and begin a record). */
export function startsMember(bytes: Buffer, recordMember: boolean): boolean {
  if (!isMember(bytes, 0)) return false
  // Without name and comment the deflate stream follows: block type 3 does not exist.
  if (bytes[3] === 0 && ((bytes[10] ?? 6) & 6) === 6) return false
  try {
    const out = zlib.gunzipSync(bytes.subarray(0, 1024), {
      finishFlush: zlib.constants.Z_SYNC_FLUSH,
    })
    return recordMember ? out.toString('latin1', 0, 5) === 'WARC/' : out.length > 0
  } catch {
    return false
  }
}

/** Where the deflate stream of the member at `at` begins (RFC 1952, 2.3); null if the file ends. */
async function memberBody(input: Window, at: number): Promise<number | null> {
  await input.fill(at + PIECE, at)
  const bytes = input.from(at)
  const flags = bytes[3] ?? 0
  let here = 10
  if (flags & 4) {
    if (here + 2 > bytes.length) return null
    here += 2 + bytes.readUInt16LE(here)
  }
  // Name and comment, each ended by a zero.
  for (const flag of [8, 16]) {
    if (!(flags & flag)) continue
    const end = bytes.indexOf(0, here)
    if (end < 0) return null
    here = end + 1
  }
  if (flags & 2) here += 2
  return here < bytes.length ? at + here : null
}

/** What a member gives beyond the first `known` bytes before it fails. */
async function salvage(input: Window, body: number, until: number, known: number): Promise<Buffer> {
  // Going through it again costs time; for a large member a lost piece of a buffer does not matter.
  if (known > 4 << 20 || body < input.offset) return Buffer.alloc(0)
  const member = new MemberInflater(256)
  const step = await member.push(input.from(body).subarray(0, until - body))
  member.close()
  const all = Buffer.concat(step.out)
  return all.subarray(Math.min(known, all.length))
}

interface Step {
  out: Buffer[]
  state: 'more' | 'ended' | 'failed'
  message: string
}

/** A raw inflater for one member: knows exactly how many bytes the deflate stream took. */
class MemberInflater {
  readonly #engine: zlib.InflateRaw
  #out: Buffer[] = []
  #done: ((step: Step) => void) | null = null
  #state: Step['state'] = 'more'
  #message = ''

  constructor(chunkSize: number) {
    this.#engine = zlib.createInflateRaw({
      chunkSize,
      finishFlush: zlib.constants.Z_SYNC_FLUSH,
    })
    this.#engine.on('data', (piece: Buffer) => this.#out.push(piece))
    this.#engine.on('end', () => {
      if (this.#state === 'more') this.#state = 'ended'
      this.#answer()
    })
    this.#engine.on('error', (error) => {
      this.#state = 'failed'
      this.#message = error.message
      this.#answer()
    })
  }

  /** Bytes of the deflate stream that were taken. */
  get consumed(): number {
    return this.#engine.bytesWritten
  }

  /** Gives the next bytes; an empty piece says that there are none. */
  push(piece: Buffer): Promise<Step> {
    return new Promise((resolve) => {
      if (this.#state !== 'more') {
        resolve({ out: [], state: this.#state, message: this.#message })
        return
      }
      this.#done = resolve
      if (piece.length === 0) {
        // Announced by `end`, complete or not: the bytes taken tell which.
        this.#engine.end()
        return
      }
      this.#engine.write(piece, () => {
        // The end of the stream is announced a tick after the piece that holds it is taken.
        setImmediate(() => this.#answer())
      })
    })
  }

  close(): void {
    this.#engine.destroy()
  }

  #answer(): void {
    const done = this.#done
    if (!done) return
    this.#done = null
    const out = this.#out
    this.#out = []
    done({ out, state: this.#state, message: this.#message })
  }
}

/** The part of the compressed file that is in memory, contiguous. */
class Window {
  bytes: Buffer = Buffer.alloc(0)
  offset: number
  ended = false
  readonly #reader: ByteReader

  constructor(reader: ByteReader, offset: number) {
    this.#reader = reader
    this.offset = offset
  }

  /** Offset behind the last byte in memory. */
  get end(): number {
    return this.offset + this.bytes.length
  }

  /** Reads until `upTo` (an offset) is in memory or the file ends; drops what lies before `keep`. */
  async fill(upTo: number, keep: number): Promise<void> {
    if (this.end >= upTo || this.ended) return
    const pieces: Buffer[] = [this.bytes.subarray(Math.max(0, keep - this.offset))]
    let end = this.end
    while (end < upTo) {
      const piece = await this.#reader.next()
      if (!piece) {
        this.ended = true
        break
      }
      pieces.push(piece)
      end += piece.length
    }
    this.offset = Math.max(this.offset, Math.min(keep, this.end))
    this.bytes = Buffer.concat(pieces)
  }

  /** The bytes in memory from an offset on. */
  from(offset: number): Buffer {
    return this.bytes.subarray(Math.max(0, offset - this.offset))
  }

  /** Bytes before this offset are not needed again. */
  forget(offset: number): void {
    if (offset - this.offset < LOOK_AHEAD * 2) return
    const from = Math.min(offset, this.end)
    this.bytes = this.bytes.subarray(from - this.offset)
    this.offset = from
  }
}
