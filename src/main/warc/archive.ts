import { createHash } from 'node:crypto'
import { AppError } from '#shared/errors.ts'
import { openBytes } from './bytes.ts'
import type { ByteReader } from './bytes.ts'
import { gzipSegments, startsMember } from './gzip.ts'
import type { Segment } from './gzip.ts'
import { parseRecords } from './records.ts'
import type { SegmentSource } from './records.ts'
import type {
  Archive,
  ArchiveBatch,
  ArchiveLayout,
  ArchiveSource,
  ReadOptions,
  WarcRecord,
} from './types.ts'

/** Longer blocks are cut unless told otherwise. */
const DEFAULT_MAX_BLOCK_BYTES = 64 << 20
/** How much of an archive is decompressed to tell its layout. */
const PROBE = 8 << 20
/** How far before an offset the member is looked for that holds it. */
const MEMBER_SEARCH = 1 << 16
/** Read at a time where a single record is wanted. */
const SMALL_PIECE = 1 << 16

/**
 * Opens an archive. Its format shows in its bytes, not in its name. What is wrong inside it comes
 * as failures while iterating, never as an error.
 * @throws AppError `not-found`, `io`, `invalid-input` (a stream read twice, a resume of a stream);
 *   while iterating `io`, and `canceled` when the signal says so.
 */
export async function openArchive(
  source: ArchiveSource,
  options: ReadOptions = {},
): Promise<Archive> {
  const from = options.from ?? 0
  const { signal } = options
  if (!Number.isSafeInteger(from) || from < 0) {
    throw new AppError('invalid-input', `${from} is no offset in ${source.name}.`)
  }
  if (from > 0 && source.kind === 'stream') {
    throw new AppError('invalid-input', `${source.name} is a stream: reading begins at its start.`)
  }
  const hash = options.digest === true && from === 0 ? createHash('sha256') : null
  let digest: string | null = null
  const opened = await openHead(source, 0, signal)
  const reader = opened.reader
  if (hash) {
    opened.tap = (piece) => {
      if (piece) hash.update(piece)
      else digest ??= hash.digest('hex')
    }
  }
  try {
    const start = opened.gzip
      ? await openGzip(source, opened, from)
      : await openPlain(source, opened, from)
    const { layout } = start
    return {
      source,
      layout,
      sha256: () => digest,
      close: () => start.close(),
      async *[Symbol.asyncIterator](): AsyncGenerator<ArchiveBatch> {
        try {
          yield* parseRecords(start.segments, {
            layout,
            from,
            drop: start.drop,
            maxBlockBytes: options.maxBlockBytes ?? DEFAULT_MAX_BLOCK_BYTES,
            keep: options.keep,
            signal,
          })
        } catch (error) {
          if (signal?.aborted) throw canceled(source)
          throw error
        } finally {
          await start.close()
        }
      },
    }
  } catch (error) {
    await reader.close()
    throw signal?.aborted ? canceled(source) : error
  }
}

/**
 * The record at an offset that an earlier reading gave. For many of them see `openRecords`.
 * @throws AppError as `openRecords` and its `recordAt`.
 */
export async function readRecordAt(
  source: ArchiveSource,
  offset: number,
  maxBlockBytes = DEFAULT_MAX_BLOCK_BYTES,
): Promise<WarcRecord> {
  const records = await openRecords(source, maxBlockBytes)
  try {
    return await records.recordAt(offset)
  } finally {
    await records.close()
  }
}

/** Single records of an archive by their offsets. One call at a time. */
export interface RecordAccess {
  readonly layout: ArchiveLayout
  /**
   * The record, its block a copy of its own. In any order where the archive can be read from any
   * place. A `gzip-stream` and a compressed entry of a WACZ are read from the start: there ask in
   * rising order, which goes through them once.
   * @throws AppError `damaged` when no record is there, `not-found`, `io`.
   */
  recordAt(offset: number): Promise<WarcRecord>
  close(): Promise<void>
}

/** Where a `RecordAccess` stands in an archive that can only be read forwards. */
interface Cursor {
  /** Earlier records are gone. */
  from: number
  start: Start
  batches: AsyncGenerator<ArchiveBatch>
  records: WarcRecord[]
}

/**
 * Prepares reading records by offset: looks at the archive's layout once.
 * @throws AppError `invalid-input` for a stream, `not-found`, `io`.
 */
export async function openRecords(
  source: ArchiveSource,
  maxBlockBytes = DEFAULT_MAX_BLOCK_BYTES,
): Promise<RecordAccess> {
  if (source.kind === 'stream') {
    throw new AppError(
      'invalid-input',
      `${source.name} was a stream and cannot be read again.`,
      'Ingest it from a file to look at its records later.',
    )
  }
  const probe = await openArchive(source)
  await probe.close()
  const { layout } = probe
  const anywhere = source.kind === 'file' && layout !== 'gzip-stream'
  let cursor: Cursor | null = null

  async function moveTo(offset: number): Promise<Cursor> {
    const start =
      layout === 'gzip-records'
        ? await openMember(source, offset, 1)
        : await openPlace(source, layout, offset, anywhere ? SMALL_PIECE : undefined)
    const { drop, segments } = start
    const batches = parseRecords(segments, {
      layout,
      from: offset,
      drop,
      maxBlockBytes,
      keep: anywhere ? (head) => head.offset === offset : undefined,
      heads: true,
      signal: undefined,
    })
    return { from: offset, start, batches, records: [] }
  }

  async function close(): Promise<void> {
    const open = cursor
    cursor = null
    await open?.start.close()
  }

  return {
    layout,
    close,
    async recordAt(offset) {
      if (anywhere || (cursor && offset < cursor.from)) await close()
      cursor ??= await moveTo(offset)
      try {
        for (;;) {
          const found = cursor.records.find((record) => record.offset === offset)
          if (found) return { ...found, block: ownBlock(found) }
          if (cursor.records.some((record) => record.offset > offset)) break
          const step = await cursor.batches.next()
          if (step.done) break
          cursor.records = step.value.records
          cursor.from = cursor.records[0]?.offset ?? cursor.from
        }
      } finally {
        if (anywhere) await close()
      }
      throw new AppError(
        'damaged',
        `${source.name} holds no record at offset ${offset}.`,
        'The file may have been changed since it was ingested.',
      )
    },
  }
}

/**
 * A record's block as a copy with an ArrayBuffer of its own, which may be transferred to a worker
 * or kept.
 */
export function ownBlock(record: Pick<WarcRecord, 'block'>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(record.block)
}

function canceled(source: ArchiveSource): AppError {
  return new AppError('canceled', `Reading ${source.name} was canceled.`)
}

/** What parsing starts from. */
interface Start {
  layout: ArchiveLayout
  segments: SegmentSource
  drop: number
  close(): Promise<void>
}

/** A reader whose first piece has been looked at. */
interface Head {
  reader: ByteReader
  gzip: boolean
  tap: ((piece: Buffer | null) => void) | null
}

async function openHead(
  source: ArchiveSource,
  from: number,
  signal: AbortSignal | undefined,
): Promise<Head> {
  const inner = await openBytes(source, from, signal)
  try {
    let first = await inner.next()
    // A stream may begin with a single byte.
    while (first && first.length < 3) {
      const more = await inner.next()
      if (!more) break
      first = Buffer.concat([first, more])
    }
    let held = first
    let begun = false
    const head: Head = {
      gzip: first !== null && first[0] === 0x1f && first[1] === 0x8b,
      tap: null,
      reader: {
        async next() {
          const piece = begun ? await inner.next() : held
          begun = true
          held = null
          head.tap?.(piece)
          return piece
        },
        close: () => inner.close(),
      },
    }
    return head
  } catch (error) {
    await inner.close()
    throw signal?.aborted ? canceled(source) : error
  }
}

async function openPlain(source: ArchiveSource, head: Head, from: number): Promise<Start> {
  if (from > 0) {
    await head.reader.close()
    return openPlace(source, 'plain', from)
  }
  return plainStart(source, head.reader, 0)
}

function plainStart(source: ArchiveSource, reader: ByteReader, from: number): Start {
  let current = reader
  let at = from
  const segments: SegmentSource = {
    async next() {
      const bytes = await current.next()
      if (!bytes) return null
      at += bytes.length
      return { bytes, marks: [], closed: false, end: at, broken: false, failures: [] }
    },
  }
  if (source.kind === 'file') {
    segments.reopen = async (offset) => {
      await current.close()
      current = await openBytes(source, offset)
      at = offset
    }
  }
  return { layout: 'plain', segments, drop: 0, close: () => current.close() }
}

async function openGzip(source: ArchiveSource, head: Head, from: number): Promise<Start> {
  let layout: ArchiveLayout = 'gzip-records'
  const members = gzipSegments(head.reader, 0, () => layout === 'gzip-records')
  const probed: Segment[] = []
  layout = await probeLayout(members, probed)
  if (from > 0) {
    await members.return(undefined)
    await head.reader.close()
    return layout === 'gzip-records' ? openMember(source, from, 2) : openPlace(source, layout, from)
  }
  return {
    layout,
    drop: 0,
    segments: {
      async next() {
        const segment = probed.shift()
        if (segment) return segment
        const step = await members.next()
        return step.done ? null : step.value
      },
    },
    close: () => closeAll(head.reader, members),
  }
}

/** The reader first: the members may be waiting for it. */
async function closeAll(reader: ByteReader, members: AsyncGenerator<Segment>): Promise<void> {
  await reader.close()
  members.return(undefined).catch(() => undefined)
}

/** Opens at a place: bytes of a plain file, or of what a gzip stream holds. */
async function openPlace(
  source: ArchiveSource,
  layout: ArchiveLayout,
  from: number,
  piece?: number,
): Promise<Start> {
  if (layout === 'plain') {
    return plainStart(source, await openBytes(source, from, undefined, piece), from)
  }
  const reader = await openBytes(source, 0)
  const members = gzipSegments(reader, 0, () => false)
  let skip = from
  return {
    layout,
    drop: 0,
    segments: {
      async next() {
        for (;;) {
          const step = await members.next()
          if (step.done) return null
          const segment = step.value
          const dropped = Math.min(skip, segment.bytes.length)
          if (dropped === 0) return segment
          skip -= dropped
          // What was wrong before the place has been reported before.
          if (dropped === segment.bytes.length) continue
          return {
            ...segment,
            bytes: segment.bytes.subarray(dropped),
            marks: segment.marks
              .filter(({ at }) => at >= dropped)
              .map(({ at, offset }) => ({ at: at - dropped, offset })),
          }
        }
      },
    },
    close: () => closeAll(reader, members),
  }
}

/** Opens at a member, or at the n-th record of one (see `ArchiveLayout`). */
async function openMember(source: ArchiveSource, from: number, ahead: number): Promise<Start> {
  const { offset, reader } = await memberAt(source, from, ahead > 1 ? undefined : SMALL_PIECE)
  const members = gzipSegments(reader, offset, () => true, ahead)
  return {
    layout: 'gzip-records',
    drop: from - offset,
    segments: {
      async next() {
        const step = await members.next()
        return step.done ? null : step.value
      },
    },
    close: () => closeAll(reader, members),
  }
}

async function memberAt(
  source: ArchiveSource,
  from: number,
  piece?: number,
): Promise<{ offset: number; reader: ByteReader }> {
  const reader = await openBytes(source, from, undefined, piece)
  const first = await reader.next()
  if (!first || startsMember(first, false)) return { offset: from, reader: again(first, reader) }
  await reader.close()
  const begin = Math.max(0, from - MEMBER_SEARCH)
  const before = await openBytes(source, begin)
  const pieces: Buffer[] = []
  let length = 0
  while (length < from - begin + 1024) {
    const piece = await before.next()
    if (!piece) break
    pieces.push(piece)
    length += piece.length
  }
  await before.close()
  const bytes = Buffer.concat(pieces)
  for (let at = Math.min(from - begin, bytes.length) - 1; at >= 0; at--) {
    if (bytes[at] === 0x1f && startsMember(bytes.subarray(at), true)) {
      return { offset: begin + at, reader: await openBytes(source, begin + at) }
    }
  }
  // Damage at this place: the reader reports it and finds what follows.
  return { offset: from, reader: await openBytes(source, from) }
}

function again(first: Buffer | null, reader: ByteReader): ByteReader {
  let held = first
  return {
    async next() {
      if (held) {
        const piece = held
        held = null
        return piece
      }
      return reader.next()
    },
    close: () => reader.close(),
  }
}

/** Tells whether members are records, from the first member and record. */
async function probeLayout(
  members: AsyncGenerator<Segment>,
  probed: Segment[],
): Promise<ArchiveLayout> {
  let bytes: Buffer = Buffer.alloc(0)
  const marks: number[] = []
  let done = false
  /** Where the first record ends, as it declares; null = not known yet. */
  let recordEnd: number | null = null
  while (!done && bytes.length < PROBE) {
    const step = await members.next()
    if (step.done) break
    const segment = step.value
    probed.push(segment)
    for (const { at } of segment.marks) marks.push(bytes.length + at)
    bytes = bytes.length === 0 ? segment.bytes : Buffer.concat([bytes, segment.bytes])
    if (segment.broken) done = true
    else if (segment.closed) marks.push(bytes.length)
    recordEnd ??= declaredEnd(bytes)
    const memberEnd = marks.find((mark) => mark > 0)
    // Enough is known once the first record and what follows it have been seen.
    if (recordEnd !== null && bytes.length > recordEnd + 16) break
    if (memberEnd !== undefined && memberEnd + 5 <= bytes.length) break
  }
  const memberEnd = marks.find((mark) => mark > 0) ?? Infinity
  if (recordEnd === null) return 'gzip-records'
  let next = recordEnd
  while (bytes[next] === 13 || bytes[next] === 10) next++
  if (next < memberEnd && bytes.toString('latin1', next, next + 5) === 'WARC/') return 'gzip-stream'
  // Members cut without regard to records seldom begin with one; a damaged archive has few others.
  const begun = marks.filter((mark) => mark > 0 && mark + 5 <= bytes.length)
  const records = begun.filter((mark) => bytes.toString('latin1', mark, mark + 5) === 'WARC/')
  return begun.length > 0 && records.length * 2 < begun.length ? 'gzip-stream' : 'gzip-records'
}

function declaredEnd(bytes: Buffer): number | null {
  const head = bytes.toString('latin1', 0, 65536)
  const end = /\r?\n\r?\n/.exec(head)
  if (!end || !head.startsWith('WARC/')) return null
  const length = /\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r?\n/i.exec(head.slice(0, end.index + 2))
  return length ? end.index + end[0].length + Number(length[1]) : null
}
