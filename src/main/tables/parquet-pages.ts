import type { ColumnMetaData } from 'hyparquet'

/** A part of a file. */
export type Slice = (from: number, to: number) => Promise<Uint8Array<ArrayBuffer>>

/** Headers are some tens of bytes, with the statistics of long texts some thousand. */
const MOST_HEADER = 1 << 20
const BLOCK = 1 << 16

/** Types of thrift's compact protocol. */
const TYPE = {
  stop: 0,
  yes: 1,
  no: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  struct: 12,
}

/** Fields by their number; a struct in a struct has its own. What is no number or struct is left out. */
type Fields = Map<number, number | Fields>

const PAGE = { data: 0, index: 1, dictionary: 2, dataV2: 3 }

/**
 * Walks the page headers of a column chunk and refuses those that no writer makes: a reader that
 * relies on a length that is missing or beyond the chunk does not come to an end.
 * The numbers of fields are those of `PageHeader` in parquet-format's `parquet.thrift`.
 * @throws Error that says what is wrong
 */
export async function checkPages(slice: Slice, meta: ColumnMetaData, size: number): Promise<void> {
  const start = Number(meta.dictionary_page_offset || meta.data_page_offset)
  const end = start + Number(meta.total_compressed_size)
  if (!isCount(start) || !isCount(end) || end < start || end > size) {
    throw new Error(`a column of bytes ${start} to ${end} in a file of ${size}`)
  }
  let block = new Uint8Array(0)
  let blockStart = start
  let at = start
  while (at < end - 1) {
    if (at + BLOCK / 2 > blockStart + block.length && blockStart + block.length < end) {
      block = await slice(at, Math.min(end, at + BLOCK))
      blockStart = at
    }
    let header
    try {
      header = readHeader(block, at - blockStart)
    } catch (error) {
      if (!(error instanceof RangeError) || blockStart + block.length >= end) throw error
      block = await slice(at, Math.min(end, at + MOST_HEADER))
      blockStart = at
      header = readHeader(block, 0)
    }
    at = blockStart + header.end + header.bytes
    if (at > end) throw new Error(`a page that ends beyond its column at byte ${at}`)
  }
}

function readHeader(bytes: Uint8Array, start: number): { end: number; bytes: number } {
  const reader = { bytes, at: start }
  const fields = readStruct(reader, 0)
  const number = (of: Fields | undefined, field: number, what: string): number => {
    const value = of?.get(field)
    if (typeof value === 'number' && isCount(value)) return value
    throw new Error(`a page header without ${what}`)
  }
  const struct = (field: number): Fields | undefined => {
    const value = fields.get(field)
    return value instanceof Map ? value : undefined
  }
  const type = number(fields, 1, 'its type')
  const unpacked = number(fields, 2, 'its size')
  const packed = number(fields, 3, 'its packed size')
  if (type === PAGE.data) {
    const data = struct(5)
    number(data, 1, 'its number of values')
    number(data, 2, 'its encoding')
  } else if (type === PAGE.dictionary) {
    number(struct(7), 1, 'its number of values')
  } else if (type === PAGE.dataV2) {
    const data = struct(8)
    const values = number(data, 1, 'its number of values')
    const nulls = number(data, 2, 'its number of nulls')
    const rows = number(data, 3, 'its number of rows')
    number(data, 4, 'its encoding')
    const levels =
      number(data, 5, 'the length of its levels') + number(data, 6, 'the length of its levels')
    if (nulls > values || rows > values) throw new Error('a page of more rows than values')
    if (levels > packed || levels > unpacked) throw new Error('levels longer than their page')
  } else if (type !== PAGE.index) throw new Error(`a page of the unknown type ${type}`)
  return { end: reader.at, bytes: packed }
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0

interface Reader {
  bytes: Uint8Array
  at: number
}

/** As far as page headers need it. */
function readStruct(reader: Reader, depth: number): Fields {
  if (depth > 8) throw new Error('a page header of too many levels')
  const fields: Fields = new Map()
  let field = 0
  for (;;) {
    const head = byte(reader)
    const type = head & 15
    if (type === TYPE.stop) return fields
    field = head >> 4 ? field + (head >> 4) : zigzag(reader)
    const value = readValue(reader, type, depth)
    if (value !== null) fields.set(field, value)
  }
}

function readValue(reader: Reader, type: number, depth: number): number | Fields | null {
  switch (type) {
    case TYPE.yes:
    case TYPE.no:
      return null
    case TYPE.byte:
      skip(reader, 1)
      return null
    case TYPE.i16:
    case TYPE.i32:
    case TYPE.i64:
      return zigzag(reader)
    case TYPE.double:
      skip(reader, 8)
      return null
    case TYPE.binary:
      skip(reader, varint(reader))
      return null
    case TYPE.struct:
      return readStruct(reader, depth + 1)
    default:
      throw new Error(`a page header with a field of type ${type}`)
  }
}

function byte(reader: Reader): number {
  const value = reader.bytes[reader.at++]
  if (value === undefined) throw new RangeError('a page header that does not end')
  return value
}

function skip(reader: Reader, n: number): void {
  reader.at += n
  if (reader.at > reader.bytes.length) throw new RangeError('a page header that does not end')
}

function varint(reader: Reader): number {
  let value = 0
  for (let shift = 0; shift < 70; shift += 7) {
    const next = byte(reader)
    value += (next & 127) * 2 ** shift
    if (next < 128) return value
  }
  throw new Error('a number of too many bytes in a page header')
}

function zigzag(reader: Reader): number {
  const value = varint(reader)
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2
}
