import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { crc32, deflateRawSync, gzipSync } from 'node:zlib'
import { fileSource, openArchive, streamSource } from '../../../src/main/warc/index.ts'
import type {
  ArchiveFailure,
  ArchiveLayout,
  ArchiveSource,
  ReadOptions,
  WarcRecord,
} from '../../../src/main/warc/index.ts'

/** A record as bytes, with its separator. */
export function makeRecord(
  type: string,
  block: string | Uint8Array,
  more: { uri?: string; length?: number | string | null; separator?: string; fields?: string } = {},
): Buffer {
  const body = Buffer.from(block as Uint8Array)
  const length = more.length === undefined ? body.length : more.length
  const head =
    `WARC/1.0\r\nWARC-Type: ${type}\r\nWARC-Target-URI: ${more.uri ?? 'http://example.com/'}\r\n` +
    (length === null ? '' : `Content-Length: ${length}\r\n`) +
    `${more.fields ?? ''}\r\n`
  return Buffer.concat([
    Buffer.from(head, 'latin1'),
    body,
    Buffer.from(more.separator ?? '\r\n\r\n'),
  ])
}

export function makeResponse(body: string | Uint8Array, head = 'Content-Type: text/html'): Buffer {
  return Buffer.concat([
    Buffer.from(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n`),
    Buffer.from(body as Uint8Array),
  ])
}

/** One member a record. */
export function gzipEach(records: Buffer[]): Buffer {
  return Buffer.concat(records.map((record) => gzipSync(record)))
}

const folder = mkdtempSync(join(tmpdir(), 'gleaner-warc-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
let files = 0

export function temporaryFile(bytes: Uint8Array, name = 'archive.warc'): string {
  const path = join(folder, `${files++}-${name}`)
  writeFileSync(path, bytes)
  return path
}

export function asFile(bytes: Uint8Array): ArchiveSource {
  return fileSource(temporaryFile(bytes))
}

export function asStream(bytes: Buffer, pieceSize: number): ArchiveSource {
  function* pieces(): Generator<Buffer> {
    for (let at = 0; at < bytes.length; at += pieceSize) yield bytes.subarray(at, at + pieceSize)
  }
  return streamSource(Readable.from(pieces()))
}

export interface ReadResult {
  layout: ArchiveLayout
  records: WarcRecord[]
  failures: ArchiveFailure[]
  /** Offsets at which a resume may start, one for each batch. */
  resumes: number[]
  sha256: string | null
}

export async function readAll(
  source: ArchiveSource,
  options: ReadOptions = {},
): Promise<ReadResult> {
  const archive = await openArchive(source, options)
  const result: ReadResult = {
    layout: archive.layout,
    records: [],
    failures: [],
    resumes: [],
    sha256: null,
  }
  for await (const batch of archive) {
    result.records.push(...batch.records)
    result.failures.push(...batch.failures)
    result.resumes.push(batch.nextOffset)
  }
  result.sha256 = archive.sha256()
  return result
}

export function texts(records: WarcRecord[]): string[] {
  return records.map((record) => Buffer.from(record.block).toString('latin1'))
}

export function reasons(failures: ArchiveFailure[]): string[] {
  return failures.map((failure) => failure.reason)
}

/** A ZIP by hand (APPNOTE 6.3.3): entries stored or deflated. */
export function makeZip(entries: { name: string; bytes: Buffer; deflate?: boolean }[]): Buffer {
  const locals: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const { name, bytes, deflate = false } of entries) {
    const data = deflate ? deflateRawSync(bytes) : bytes
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(deflate ? 8 : 0, 4)
    common.writeUInt32LE(crc32(bytes), 10)
    common.writeUInt32LE(data.length, 14)
    common.writeUInt32LE(bytes.length, 18)
    common.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), data])
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(offset, 10)
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\0'), common, rest, Buffer.from(name)]))
    locals.push(local)
    offset += local.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(directory.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...locals, directory, Buffer.from('PK\x05\x06'), end])
}
