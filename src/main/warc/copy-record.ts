import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { AppError } from '#shared/errors.ts'
import type { RecordAccess } from './archive.ts'
import { openBytes } from './bytes.ts'
import type { ArchiveSource, WarcRecord } from './types.ts'

const unpack = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(gunzip)
const pack = promisify<Uint8Array, Buffer>(gzip)
const END = Buffer.from('\r\n\r\n')

/** A record and its bytes, to be written into another archive. */
export interface CopiedRecord {
  record: WarcRecord
  /** A gzip member that holds the record byte for byte. */
  member: Uint8Array
}

/**
 * Copies a record out of an archive. Where it is a gzip member of its own, that member; else its
 * bytes in a new one.
 * @param records of the same source
 * @throws AppError as `recordAt`; `damaged` where the record is not whole
 */
export async function copyRecord(
  source: ArchiveSource,
  records: RecordAccess,
  offset: number,
): Promise<CopiedRecord> {
  const record = await records.recordAt(offset)
  const length = Number(record.headers.get('content-length'))
  if (record.truncated || record.head === null || length !== record.block.length) {
    throw new AppError('damaged', `The record at ${offset} of ${source.name} is not whole.`)
  }
  const bytes = Buffer.concat([record.head, record.block, END])
  if (records.layout === 'gzip-records' && source.kind === 'file') {
    const member = await readRange(source, offset, record.nextOffset)
    const holds =
      member && (await unpack(member, { maxOutputLength: bytes.length }).catch(() => null))
    if (holds && Buffer.compare(holds, bytes) === 0) return { record, member }
  }
  return { record, member: await pack(bytes) }
}

async function readRange(source: ArchiveSource, from: number, to: number): Promise<Buffer | null> {
  if (to <= from) return null
  const reader = await openBytes(source, from, undefined, to - from)
  try {
    const pieces: Buffer[] = []
    let length = 0
    while (length < to - from) {
      const piece = await reader.next()
      if (!piece) return null
      pieces.push(piece)
      length += piece.length
    }
    return Buffer.concat(pieces).subarray(0, to - from)
  } finally {
    await reader.close()
  }
}
