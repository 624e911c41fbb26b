import { headerText, parseFields } from './fields.ts'
import type { Segment } from './gzip.ts'
import type {
  ArchiveBatch,
  ArchiveFailure,
  ArchiveLayout,
  RecordHead,
  WarcRecord,
} from './types.ts'

/** Where the parser gets its bytes. */
export interface SegmentSource {
  next(): Promise<Segment | null>
  /**
   * Starts again at a place of the file; only for plain files. Needed when a length was a lie
   * that led over other records.
   */
  reopen?(offset: number): Promise<void>
}

export interface ParseOptions {
  layout: ArchiveLayout
  /** Place of the first byte: in the file (plain) or the uncompressed stream. */
  from: number
  /** Records to pass over before the first one to give (see `ArchiveLayout`, `gzip-records`). */
  drop: number
  maxBlockBytes: number
  keep: ((head: RecordHead) => boolean) | undefined
  /** Records come with their header as it stands. */
  heads?: boolean
  signal: AbortSignal | undefined
}

const LF = 10
const CR = 13
/** A header that goes on longer than this is none. Real ones have less than 2 kB. */
const MAX_HEADER = 256 << 10
/** How far behind a declared end the real one is looked for. */
const MAX_EXTENSION = 1 << 20
/** An unwanted block of up to this size is passed over in memory. */
const SMALL = 1 << 20
const MAX_REOPEN = 100
const WARC = Buffer.from('WARC/')
/** Kept of searched bytes: a version line across two pieces is found, and a sample can be shown. */
const TAIL = 512

interface Mark {
  /** Place in the uncompressed stream. */
  at: number
  offset: number
}

/** A header that has been read while its block is still incomplete in memory. */
interface Pending {
  /** Place of the block. */
  block: number
  head: RecordHead
  wanted: boolean
  /** The header as it stands, if it is asked for. */
  raw: Uint8Array | null
  /** The header's lines end in LF alone. */
  bareLines: boolean
}

/** What a step of the parser asks for: go on, bytes up to a place, a large block to go by, nothing more. */
type Step = 'next' | 'pass' | 'end' | { upTo: number }

/**
 * Takes records out of a stream of segments, one batch for each piece of input.
 *
 * Rules where an archive is not as it should be:
 * - Where members are records, one that begins with a record is a border that no block crosses.
 * - Behind a block stand two CRLF; other line ends or none are noted. Anything else there means
 *   that the length is wrong: a record inside the block ends it, otherwise the next record does.
 * - Between records only a line with a version followed by a field is taken for a record.
 * Every step moves forward and looks at a byte a bounded number of times.
 */
export function parseRecords(
  source: SegmentSource,
  options: ParseOptions,
): AsyncGenerator<ArchiveBatch> {
  return new RecordParser(source, options).run()
}

class RecordParser {
  readonly #source: SegmentSource
  readonly #options: ParseOptions
  #buffer: Buffer = Buffer.alloc(0)
  #pos = 0
  /** Place of the buffer's first byte. */
  #base: number
  /** Members that begin at or behind the current place, from `#nextMark` on. */
  #marks: Mark[] = []
  #nextMark = 0
  /** Offset of the member that holds the current place, and the records that began in it. */
  #member: number
  #inMember = 0
  /** A member ends where the buffer ends; what follows has this offset. */
  #closedAt: number | null = null
  /** Nothing follows the buffer that belongs to it: lost bytes, or the end. */
  #barrier: 'none' | 'broken' | 'end' = 'none'
  #pending: Pending | null = null
  /** Bytes that are no record: the place where they began; null sample = reported already. */
  #garbage: { at: number; sample: string | null } | null = null
  /** A record may begin at the buffer's first byte although no line end precedes it. */
  #fresh = true
  #records: WarcRecord[] = []
  #failures: ArchiveFailure[] = []
  #failed = 0
  #seen = 0
  #dropped = 0
  #reopened = 0
  #position = 0
  #nextOffset: number

  constructor(source: SegmentSource, options: ParseOptions) {
    this.#source = source
    this.#options = options
    this.#base = options.from
    this.#member = options.from
    this.#nextOffset = options.from
  }

  async *run(): AsyncGenerator<ArchiveBatch> {
    for (;;) {
      const step = this.#parse()
      if (this.#records.length > 0 || this.#failures.length > 0) yield this.#takeBatch()
      this.#options.signal?.throwIfAborted()
      if (step === 'pass') await this.#pass()
      else if (typeof step === 'object') {
        await this.#gather(step.upTo)
        this.#options.signal?.throwIfAborted()
      } else if (this.#barrier === 'broken') {
        // Behind lost bytes everything starts afresh.
        this.#closeGarbage(this.#end)
        this.#barrier = 'none'
        this.#fresh = true
      } else {
        this.#finish()
        if (this.#records.length > 0 || this.#failures.length > 0) yield this.#takeBatch()
        return
      }
    }
  }

  #takeBatch(): ArchiveBatch {
    const batch: ArchiveBatch = {
      records: this.#records,
      failures: this.#failures,
      nextOffset: this.#nextOffset,
      position: this.#position,
    }
    this.#records = []
    this.#failures = []
    return batch
  }

  get #end(): number {
    return this.#base + this.#buffer.length
  }

  /** Reads until `upTo` is in memory, a member begins with a record, or the bytes end. */
  async #gather(upTo: number): Promise<void> {
    const rest = this.#buffer.subarray(this.#pos)
    const pieces: Buffer[] = rest.length > 0 ? [rest] : []
    if (this.#pos > 0) this.#fresh = false
    this.#base += this.#pos
    this.#pos = 0
    this.#marks.splice(0, this.#nextMark)
    this.#nextMark = 0
    let end = this.#base + rest.length
    let border = false
    do {
      const segment = await this.#source.next()
      if (!segment) {
        this.#barrier = 'end'
        break
      }
      for (const { at, offset } of segment.marks) {
        this.#marks.push({ at: end + at, offset })
        border ||= this.#options.layout === 'gzip-records' && beginsRecord(segment.bytes, at)
      }
      if (segment.bytes.length > 0) pieces.push(segment.bytes)
      end += segment.bytes.length
      this.#closedAt = segment.closed ? segment.end : null
      this.#position = segment.end
      for (const failure of segment.failures) this.#fail(failure)
      if (segment.broken) this.#barrier = 'broken'
    } while (end < upTo && !border && this.#barrier === 'none')
    this.#buffer = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)
  }

  /** Takes what is complete out of the buffer. */
  #parse(): Exclude<Step, 'next'> {
    for (;;) {
      if (!this.#pending && !this.#garbage) {
        this.#skipLineEnds()
        if (this.#pos >= this.#buffer.length) return this.#more(this.#end + 1)
      }
      const step = this.#pending
        ? this.#takeBlock(this.#pending)
        : this.#garbage
          ? this.#findRecord()
          : this.#takeHeader()
      if (step !== 'next') return step
    }
  }

  /** Asks for bytes up to a place, if there are any. */
  #more(upTo: number): { upTo: number } | 'end' {
    return this.#barrier === 'none' ? { upTo: Math.max(upTo, this.#end + 1) } : 'end'
  }

  #skipLineEnds(): void {
    this.#pos = behindLineEnds(this.#buffer, this.#pos)
  }

  // --- headers

  #takeHeader(): Step {
    const buffer = this.#buffer
    const start = this.#pos
    if (buffer.length - start < WARC.length && this.#barrier === 'none') {
      return this.#more(this.#base + start + WARC.length)
    }
    if (!beginsRecord(buffer, start)) {
      this.#garbage = { at: this.#base + start, sample: '' }
      return 'next'
    }
    const border = this.#border(start + 1, buffer.length)
    const limit = border ?? buffer.length
    let line = start
    let bareLines = false
    for (;;) {
      const stop = buffer.indexOf(LF, line)
      if (stop < 0 || stop >= limit) {
        if (border === null && this.#barrier === 'none' && buffer.length - start < MAX_HEADER) {
          return this.#more(this.#end + 1)
        }
        return this.#badHeader(border ?? start + WARC.length, 'It has no end.')
      }
      const bare = stop === line || buffer[stop - 1] !== CR
      if (line === start) bareLines = bare
      if (stop === line || (stop === line + 1 && !bare)) {
        line = stop + 1
        break
      }
      if (line > start && isStart(buffer, line)) {
        return this.#badHeader(line, 'The next record begins before it ends.')
      }
      if (stop - start > MAX_HEADER) {
        return this.#badHeader(stop, `It is longer than ${MAX_HEADER} bytes.`)
      }
      line = stop + 1
    }
    const text = headerText(buffer, start, line)
    if (!/^WARC\/\d/.test(text)) return this.#badHeader(start + WARC.length, 'It has no version.')
    const headers = parseFields(text)
    const length = headers.get('content-length')
    const head: RecordHead = {
      type: headers.get('warc-type')?.toLowerCase() || 'unknown',
      offset: this.#startRecord(this.#base + start),
      headers,
      contentLength: length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : null,
    }
    this.#pending = {
      block: this.#base + line,
      head,
      wanted: this.#options.keep ? this.#options.keep(head) : true,
      raw: this.#options.heads ? Buffer.from(buffer.subarray(start, line)) : null,
      bareLines,
    }
    return 'next'
  }

  #badHeader(next: number, why: string): 'next' {
    this.#fail({
      reason: 'bad-record-header',
      offset: this.#startRecord(this.#base + this.#pos),
      detail: `A record header cannot be read. ${why}`,
      lost: true,
    })
    this.#pos = Math.min(next, this.#buffer.length)
    // What follows is passed over without another report.
    this.#garbage = { at: this.#base + this.#pos, sample: null }
    return 'next'
  }

  // --- blocks

  /** The block of a header that has been read. */
  #takeBlock(pending: Pending): Step {
    const { head, wanted } = pending
    const length = head.contentLength
    if (length === null) return this.#takeUnmeasured(pending)
    const buffer = this.#buffer
    const from = pending.block - this.#base
    const to = from + length
    const border = this.#border(from, Math.min(to, buffer.length))
    if (border !== null) {
      this.#emit(pending, trimmed(buffer, from, border), true)
      this.#wrongLength(
        head,
        'too long',
        'a gzip member with the next record begins before its end',
      )
      return this.#goOn(border)
    }
    const large = length > this.#options.maxBlockBytes
    if (to > buffer.length && this.#barrier !== 'none') {
      const inner = this.#barrier === 'end' ? this.#startIn(from, buffer.length) : -1
      if (inner >= 0) {
        this.#emit(pending, this.#limited(from, inner), false)
        this.#wrongLength(head, 'too long', 'the next record begins before its end', false)
        return this.#goOn(inner)
      }
      this.#emit(pending, this.#limited(from, buffer.length), true)
      if (this.#barrier === 'end') this.#cutOff(head, buffer.length - from)
      return this.#goOn(buffer.length)
    }
    if (large || (to > buffer.length && !wanted && length > SMALL)) {
      const limit = wanted ? from + this.#options.maxBlockBytes : from
      return limit <= buffer.length ? 'pass' : this.#more(this.#base + limit)
    }
    if (to > buffer.length) return this.#more(this.#base + to + 4 + WARC.length)

    const verdict = this.#separator(to)
    if (verdict === 'more') return this.#more(this.#base + to + 4 + WARC.length)
    if (verdict === 'good') {
      this.#emit(pending, buffer.subarray(from, to), false)
      return this.#endBlock(pending, to)
    }
    const inner = this.#startIn(from, to)
    if (inner >= 0) {
      this.#emit(pending, trimmed(buffer, from, inner), false)
      this.#wrongLength(head, 'too long', 'the next record begins before its end', false)
      return this.#goOn(inner)
    }
    const limit = Math.min(buffer.length, to + MAX_EXTENSION)
    const found = this.#nextRecord(to, limit)
    if (found < 0 && buffer.length < to + MAX_EXTENSION) {
      // In a member that is complete there is nothing more to look for.
      if (this.#barrier === 'none' && this.#closedAt === null) {
        return this.#more(this.#base + to + MAX_EXTENSION)
      }
      this.#emit(pending, this.#limited(from, buffer.length), false)
      this.#wrongLength(head, 'too short', `${buffer.length - to} more bytes follow`, false)
      return this.#goOn(buffer.length)
    }
    if (found < 0) {
      this.#emit(pending, buffer.subarray(from, to), false)
      this.#wrongLength(head, 'wrong', 'neither a separator nor a record follows')
      return this.#goOn(to)
    }
    this.#emit(pending, this.#limited(from, found), false)
    this.#wrongLength(head, 'too short', `${found - to} bytes follow before the next record`, false)
    return this.#goOn(found)
  }

  /** A block without a usable length reaches to the next record. */
  #takeUnmeasured(pending: Pending): Step {
    const buffer = this.#buffer
    const from = pending.block - this.#base
    const found = this.#nextRecord(from, buffer.length)
    if (
      found < 0 &&
      this.#barrier === 'none' &&
      this.#closedAt === null &&
      buffer.length - from < this.#options.maxBlockBytes
    ) {
      // Doubled, so that a long block is not searched again and again.
      return this.#more(this.#end + Math.max(SMALL, buffer.length - from))
    }
    const stop = found < 0 ? buffer.length : found
    const block = this.#limited(from, stop)
    const stated = pending.head.headers.get('content-length')
    this.#emit(pending, block, stop - from > this.#options.maxBlockBytes)
    this.#fail({
      reason: 'wrong-content-length',
      offset: pending.head.offset,
      detail: `${
        stated === undefined
          ? 'There is no Content-Length'
          : `Content-Length is "${stated.slice(0, 40)}"`
      }; the block was taken up to the next record.`,
      lost: false,
    })
    return this.#goOn(stop)
  }

  /** The block up to a place that is not the declared one: without separator, not over the limit. */
  #limited(from: number, to: number): Buffer {
    const block = trimmed(this.#buffer, from, to)
    return block.subarray(0, this.#options.maxBlockBytes)
  }

  /** What stands behind a block that ends at `to`. */
  #separator(to: number): 'good' | 'more' | 'wrong' {
    const buffer = this.#buffer
    const pos = behindLineEnds(buffer, to)
    if (pos === buffer.length) {
      // Any number of line ends may follow; they are not gathered.
      const enough = this.#closedAt !== null || this.#barrier !== 'none' || pos - to > 16
      return enough ? 'good' : 'more'
    }
    if (this.#markFrom(this.#base + pos)?.at === this.#base + pos) return 'good'
    if (beginsRecord(buffer, pos)) return 'good'
    if (buffer.length - pos < WARC.length && this.#barrier === 'none') return 'more'
    // A proper separator proves the length; what follows is garbage of its own.
    return pos - to === 4 && buffer.toString('latin1', to, pos) === '\r\n\r\n' ? 'good' : 'wrong'
  }

  /** Behind a block that ends where it should. */
  #endBlock(pending: Pending, to: number): 'next' {
    const buffer = this.#buffer
    const pos = behindLineEnds(buffer, to)
    const length = pos - to
    const expected = length === 4 || (pending.bareLines && length === 2)
    if (!expected && this.#barrier !== 'broken') {
      const text = JSON.stringify(buffer.toString('latin1', to, Math.min(pos, to + 8)))
      this.#fail({
        reason: 'wrong-separator',
        offset: pending.head.offset,
        detail: `Two CRLF should follow the record, found ${text}.`,
        lost: false,
      })
    }
    return this.#goOn(pos)
  }

  /** Lets a large block go by without holding more of it than is wanted. */
  async #pass(): Promise<void> {
    const pending = this.#pending as Pending
    const { head, wanted, block } = pending
    const length = head.contentLength as number
    const end = block + length
    const from = block - this.#base
    const limit = wanted ? Math.min(length, this.#options.maxBlockBytes) : 0
    // A copy: the view would hold the whole buffer, which is larger.
    const kept = Buffer.from(this.#buffer.subarray(from, from + limit))
    let inner: number | null = null
    let border: number | null
    this.#pos = from
    for (;;) {
      const stop = Math.min(this.#buffer.length, end - this.#base)
      border = this.#border(this.#pos, stop)
      if (border !== null) break
      if (inner === null && this.#source.reopen) {
        const found = this.#startIn(this.#pos, stop)
        if (found >= 0) inner = this.#base + found
      }
      if (end <= this.#end) {
        this.#pos = end - this.#base
        if (this.#separator(this.#pos) !== 'more') break
        await this.#gather(end + 4 + WARC.length)
        break
      }
      if (this.#barrier !== 'none') break
      this.#pos = Math.max(this.#pos, stop - TAIL)
      this.#options.signal?.throwIfAborted()
      await this.#gather(this.#end + 1)
    }
    const whole = border === null && end <= this.#end
    const to = end - this.#base
    const good = whole && this.#separator(to) !== 'wrong'
    this.#emit(pending, kept, kept.length < length || !good)
    if (good) {
      if (wanted && kept.length < length) {
        this.#fail({
          reason: 'cut-block',
          offset: head.offset,
          detail: `The block has ${length} bytes; the first ${kept.length} were kept.`,
          lost: true,
        })
      }
      this.#endBlock(pending, to)
    } else if (border !== null) {
      this.#wrongLength(
        head,
        'too long',
        'a gzip member with the next record begins before its end',
      )
      this.#goOn(border)
    } else if (inner !== null && this.#source.reopen && this.#reopened < MAX_REOPEN) {
      this.#wrongLength(head, 'too long', 'the next record begins before its end')
      this.#reopened++
      await this.#source.reopen(inner)
      this.#buffer = Buffer.alloc(0)
      this.#base = inner
      this.#barrier = 'none'
      this.#fresh = true
      this.#goOn(0)
    } else if (whole) {
      this.#wrongLength(head, 'wrong', 'neither a separator nor a record follows')
      this.#goOn(to)
    } else {
      if (this.#barrier === 'end') this.#cutOff(head, this.#end - block)
      this.#goOn(this.#buffer.length)
    }
  }

  // --- bytes that are no record

  #findRecord(): Step {
    const found = this.#nextRecord(this.#pos, this.#buffer.length)
    const garbage = this.#garbage
    if (garbage && garbage.sample !== null && garbage.at >= this.#base) {
      const at = garbage.at - this.#base
      const end = Math.min(at + 400, found < 0 ? this.#buffer.length : found)
      garbage.sample = this.#buffer.toString('latin1', at, end)
    }
    if (found < 0) {
      this.#pos = Math.max(this.#pos, this.#buffer.length - TAIL)
      return this.#more(this.#end + 1)
    }
    this.#closeGarbage(this.#base + found)
    return this.#goOn(found)
  }

  #closeGarbage(end: number): void {
    const garbage = this.#garbage
    this.#garbage = null
    if (!garbage || garbage.sample === null) return
    // Zeros between records are padding.
    if (/^\0*$/.test(garbage.sample) && end - garbage.at <= 400) return
    this.#fail({
      reason: 'garbage',
      offset: this.#offsetOf(garbage.at),
      detail: `${end - garbage.at} bytes that are no record: ${printable(garbage.sample)}`,
      lost: true,
    })
  }

  #finish(): void {
    const nothing = this.#seen === 0 && this.#failed === 0 && this.#options.from === 0
    if (nothing && this.#end === 0 && this.#position === 0) {
      this.#fail({ reason: 'empty-file', offset: 0, detail: 'The file is empty.', lost: true })
    } else if (nothing) {
      const sample = this.#garbage?.sample ?? ''
      this.#garbage = null
      this.#fail({
        reason: 'not-an-archive',
        offset: 0,
        detail: `There is no WARC record in ${this.#end} bytes. ${describe(sample)}`,
        lost: true,
      })
    }
    this.#closeGarbage(this.#end)
    this.#nextOffset =
      this.#options.layout === 'gzip-records'
        ? Math.max(this.#nextOffset, this.#position)
        : Math.max(this.#nextOffset, this.#end)
  }

  // --- results

  #emit(pending: Pending, block: Uint8Array, truncated: boolean): void {
    const { head, wanted } = pending
    this.#pending = null
    this.#seen++
    if (this.#dropped < this.#options.drop) {
      this.#dropped++
      return
    }
    this.#records.push({
      type: head.type,
      offset: head.offset,
      // Set as soon as the next record's place is known.
      nextOffset: -1,
      headers: head.headers,
      block: wanted ? block : block.subarray(0, 0),
      truncated: wanted && truncated,
      skipped: !wanted,
      head: pending.raw,
    })
  }

  /** Moves to where the next record may begin; a resume can start there. */
  #goOn(pos: number): 'next' {
    this.#pos = behindLineEnds(this.#buffer, pos)
    this.#nextOffset = Math.max(this.#nextOffset, this.#offsetOf(this.#base + this.#pos))
    const last = this.#records.at(-1)
    if (last && last.nextOffset < 0) last.nextOffset = this.#nextOffset
    return 'next'
  }

  #fail(failure: ArchiveFailure): void {
    this.#failed++
    this.#failures.push(failure)
  }

  #wrongLength(head: RecordHead, how: string, why: string, lost = true): void {
    this.#fail({
      reason: 'wrong-content-length',
      offset: head.offset,
      detail: `Content-Length ${head.contentLength ?? 0} is ${how}: ${why}.`,
      lost,
    })
  }

  #cutOff(head: RecordHead, got: number): void {
    this.#fail({
      reason: 'truncated-record',
      offset: head.offset,
      detail: `The file ends inside the record: ${got} of ${head.contentLength ?? 0} bytes are there.`,
      lost: true,
    })
  }

  // --- places and offsets

  /** The offset of a record that begins at a place; counts it. */
  #startRecord(at: number): number {
    if (this.#options.layout !== 'gzip-records') return at
    for (let mark = this.#marks[this.#nextMark]; mark && mark.at <= at;) {
      this.#member = mark.offset
      this.#inMember = 0
      mark = this.#marks[++this.#nextMark]
    }
    return this.#member + this.#inMember++
  }

  /** The offset that a record would have that begins at a place. */
  #offsetOf(at: number): number {
    if (this.#options.layout !== 'gzip-records') return at
    if (at === this.#end && this.#closedAt !== null && this.#markFrom(at) === null) {
      return this.#closedAt
    }
    let offset: number | null = null
    for (let i = this.#nextMark; i < this.#marks.length; i++) {
      const mark = this.#marks[i] as Mark
      if (mark.at > at) break
      offset = mark.offset
    }
    return offset ?? this.#member + this.#inMember
  }

  /** The first member that begins at or behind a place. */
  #markFrom(at: number): Mark | null {
    for (let i = this.#nextMark; i < this.#marks.length; i++) {
      const mark = this.#marks[i] as Mark
      if (mark.at >= at) return mark
    }
    return null
  }

  /** The first position in [from, to) where a member begins with a record. */
  #border(from: number, to: number): number | null {
    if (this.#options.layout !== 'gzip-records') return null
    for (let i = this.#nextMark; i < this.#marks.length; i++) {
      const at = (this.#marks[i] as Mark).at - this.#base
      if (at >= to) return null
      if (at >= from && beginsRecord(this.#buffer, at)) return at
    }
    return null
  }

  /** Position of the next record in [from, to), or -1. */
  #nextRecord(from: number, to: number): number {
    const border = this.#border(from, to)
    const start = this.#startIn(from, border ?? to)
    return start >= 0 ? start : (border ?? -1)
  }

  #startIn(from: number, to: number): number {
    const buffer = this.#buffer
    for (let at = from; ; at++) {
      at = buffer.indexOf(WARC, at)
      if (at < 0 || at >= to) return -1
      const lineStart = at === 0 ? this.#fresh : buffer[at - 1] === LF
      if (lineStart && isStart(buffer, at)) return at
    }
  }
}

function behindLineEnds(buffer: Buffer, from: number): number {
  let pos = from
  while (pos < buffer.length && (buffer[pos] === CR || buffer[pos] === LF)) pos++
  return pos
}

/** `WARC/` stands here. */
function beginsRecord(buffer: Buffer, at: number): boolean {
  return (
    buffer[at] === 0x57 &&
    buffer[at + 1] === 0x41 &&
    buffer[at + 2] === 0x52 &&
    buffer[at + 3] === 0x43 &&
    buffer[at + 4] === 0x2f
  )
}

/** A version line and the beginning of a field: what a record has and text about WARC has not. */
function isStart(buffer: Buffer, at: number): boolean {
  return (
    beginsRecord(buffer, at) &&
    /^WARC\/\d+\.\d+\r?\n[A-Za-z]/.test(buffer.toString('latin1', at, at + 24))
  )
}

/** Without the separator that belongs to no block: at most two line ends. */
function trimmed(buffer: Buffer, from: number, to: number): Buffer {
  let end = to
  for (let ends = 0; ends < 2 && end > from && buffer[end - 1] === LF; ends++) {
    end -= end - 1 > from && buffer[end - 2] === CR ? 2 : 1
  }
  return buffer.subarray(from, end)
}

function printable(sample: string): string {
  return JSON.stringify(sample.slice(0, 60).replace(/[^\x20-\x7e\n]/g, '.'))
}

/** What a file that is no archive looks like. */
function describe(sample: string): string {
  const text = sample.trimStart()
  const code = /<Code>([^<]{1,60})<\/Code>/.exec(text)?.[1]
  if (/^(<\?xml|<Error)/i.test(text)) {
    return `It is an XML document${code ? ` with the error code ${code}` : ''}: perhaps an error page saved in place of the archive.`
  }
  if (/^<(!doctype\s+html|html)/i.test(text)) {
    return 'It is an HTML page, perhaps an error page saved in place of the archive.'
  }
  if (text.startsWith('PK\x03\x04')) return 'It is a ZIP file; a WACZ must have the ending .wacz.'
  if (sample.startsWith('\x28\xb5\x2f\xfd'))
    return 'It is compressed with Zstandard; decompress it first.'
  if (text.startsWith('filedesc://'))
    return 'It is an ARC file, the format before WARC: convert it with warcio recompress or arc2warc.'
  if (text.startsWith(' CDX ')) return 'It is a CDX index of an archive, not the archive.'
  if (sample.startsWith('BZh')) return 'It is compressed with bzip2; decompress it first.'
  return sample ? `It begins ${printable(sample)}.` : 'It holds nothing but line ends.'
}
