import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { parquetMetadataAsync, parquetRead, parquetSchema } from 'hyparquet'
import type { AsyncBuffer, Compressors, FileMetaData, RowGroup, SchemaTree } from 'hyparquet'
import { compressors as others } from 'hyparquet-compressors'
import { AppError } from '#shared/errors.ts'
import { readError } from '../files/read-error.ts'
import { checkColumns } from './limits.ts'
import { checkPages } from './parquet-pages.ts'
import type { Cell, ColumnType, OpenTable, ReadOptions, RowBatch, TableColumn } from './types.ts'

/** Rows decoded at once: a row group may hold millions. Pages before a window are not decoded. */
const WINDOW = 50_000
/** What one page may be unpacked to. */
const MAX_PAGE = 1 << 29
const MAX_FOOTER = 1 << 28

/** Node's own for what it knows: faster, and bounded. */
const compressors: Compressors = {
  ...others,
  GZIP: (input, length) => gunzipSync(input, { maxOutputLength: Math.max(1, bounded(length)) }),
  BROTLI: (input, length) =>
    brotliDecompressSync(input, { maxOutputLength: Math.max(1, bounded(length)) }),
  ZSTD: (input, length) =>
    zstdDecompressSync(input, { maxOutputLength: Math.max(1, bounded(length)) }),
}
for (const [codec, unpack] of Object.entries(others)) {
  if (codec === 'GZIP' || codec === 'BROTLI' || codec === 'ZSTD') continue
  compressors[codec as keyof Compressors] = (input, length) => unpack(input, bounded(length))
}

function bounded(length: number): number {
  if (length > MAX_PAGE)
    throw new Error(`a page of ${length} bytes is larger than any that is read`)
  return length
}

/**
 * Opens a Parquet file. A window of rows is decoded at a time, whatever the size of the row groups;
 * only the columns asked for are read.
 * @throws AppError `damaged` (no Parquet, cut short), `unsupported` (encrypted), `not-found`, `io`
 */
export async function openParquet(path: string): Promise<OpenTable> {
  let handle: FileHandle
  try {
    handle = await open(path, 'r')
  } catch (error) {
    throw readError(path, error)
  }
  try {
    const { size } = await handle.stat()
    const file = asyncBuffer(handle, size)
    await checkEnds(path, file)
    let metadata: FileMetaData
    try {
      metadata = await parquetMetadataAsync(file, { geoparquet: false })
    } catch (error) {
      throw broken(path, error)
    }
    const schema = parquetSchema(metadata)
    const columns = schema.children.map(toColumn)
    checkColumns(path, columns.length)
    return {
      path,
      format: 'parquet',
      bytes: size,
      columns,
      rows: Number(metadata.num_rows),
      problems: [],
      ranges: rangesOf(metadata, columns),
      read: (options) => readRows(path, file, metadata, options),
      close: () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    throw readError(path, error)
  }
}

function asyncBuffer(handle: FileHandle, size: number): AsyncBuffer {
  return {
    byteLength: size,
    async slice(start, end = size) {
      const from = start < 0 ? size + start : start
      const length = Math.max(0, Math.min(end, size) - from)
      const bytes = new Uint8Array(length)
      let done = 0
      while (done < length) {
        const { bytesRead } = await handle.read(bytes, done, length - done, from + done)
        if (bytesRead === 0) break
        done += bytesRead
      }
      return bytes.buffer
    },
  }
}

async function checkEnds(path: string, file: AsyncBuffer): Promise<void> {
  const text = async (from: number, to: number): Promise<string> =>
    Buffer.from(await file.slice(from, to)).toString('latin1')
  const { byteLength } = file
  const head = byteLength < 12 ? '' : await text(0, 4)
  const tail = byteLength < 12 ? '' : await text(byteLength - 4, byteLength)
  if (head === 'PARE' || tail === 'PARE') {
    throw new AppError('unsupported', `${path} is encrypted`, 'Give it decrypted.')
  }
  if (head !== 'PAR1') {
    throw new AppError(
      'damaged',
      `${path} is no Parquet file: it does not begin with PAR1`,
      'It may be a page that says why the download failed, or a pointer of Git LFS.',
    )
  }
  if (tail !== 'PAR1') {
    throw new AppError(
      'damaged',
      `${path} is cut short: a Parquet file ends with PAR1, and what says where its columns lie stands before that`,
      'Get the file again.',
    )
  }
  const footer = new DataView(await file.slice(byteLength - 8, byteLength - 4)).getUint32(0, true)
  if (footer > byteLength - 12 || footer > MAX_FOOTER) {
    throw new AppError(
      'damaged',
      `${path} is damaged: its footer says ${footer} bytes.`,
      'Get the file again.',
    )
  }
}

function toColumn(tree: SchemaTree): TableColumn {
  return { name: tree.element.name, type: typeOf(tree) }
}

function typeOf({ element, children }: SchemaTree): ColumnType {
  if (children.length > 0 || element.repetition_type === 'REPEATED') return 'nested'
  const logical = element.logical_type?.type
  const converted = element.converted_type
  if (converted === 'DECIMAL' || logical === 'DECIMAL' || logical === 'FLOAT16') return 'number'
  if (/^(DATE|TIMESTAMP)/.test(logical ?? converted ?? '')) return 'date'
  switch (element.type) {
    case 'BOOLEAN':
      return 'boolean'
    case 'INT32':
    case 'INT64':
      return 'integer'
    case 'INT96':
      return 'date'
    case 'FLOAT':
    case 'DOUBLE':
      return 'number'
    case 'FIXED_LEN_BYTE_ARRAY':
      return logical === 'UUID' ? 'text' : 'binary'
    default:
      return 'text'
  }
}

function rangesOf(
  metadata: FileMetaData,
  columns: readonly TableColumn[],
): Map<string, { min: number; max: number }> {
  const ranges = new Map<string, { min: number; max: number }>()
  const numeric = new Set(
    columns.filter(({ type }) => type === 'number' || type === 'integer').map(({ name }) => name),
  )
  for (const group of metadata.row_groups) {
    for (const { meta_data: meta } of group.columns) {
      const name = meta?.path_in_schema[0]
      if (!meta || name === undefined || !numeric.has(name)) continue
      const min = toCell(meta.statistics?.min_value ?? meta.statistics?.min)
      const max = toCell(meta.statistics?.max_value ?? meta.statistics?.max)
      if (typeof min !== 'number' || typeof max !== 'number') continue
      if (!Number.isFinite(min) || !Number.isFinite(max)) continue
      const known = ranges.get(name)
      ranges.set(name, {
        min: Math.min(min, known?.min ?? min),
        max: Math.max(max, known?.max ?? max),
      })
    }
  }
  return ranges
}

async function* readRows(
  path: string,
  file: AsyncBuffer,
  metadata: FileMetaData,
  options: ReadOptions,
): AsyncGenerator<RowBatch, void, void> {
  const columns = [...new Set(options.columns)]
  const size = options.rows ?? 10_000
  const total = Number(metadata.num_rows)
  let groupStart = 0
  for (const group of metadata.row_groups) {
    const groupRows = Number(group.num_rows)
    const groupEnd = groupStart + groupRows
    let from = Math.max(groupStart, options.from ?? 0)
    groupStart = groupEnd
    if (from < groupEnd && columns.length > 0) await checkGroup(path, file, group, columns)
    while (from < groupEnd) {
      if (options.signal?.aborted) return
      const to = Math.min(groupEnd, from + WINDOW)
      const values = await decode(path, file, metadata, columns, from, to)
      for (let start = from; start < to; start += size) {
        const end = Math.min(to, start + size)
        yield {
          from: start,
          rows: end - start,
          values: options.columns.map((name) =>
            (values[columns.indexOf(name)] as Cell[]).slice(start - from, end - from),
          ),
          failures: [],
          position: Math.floor((file.byteLength * end) / Math.max(1, total)),
        }
      }
      from = to
    }
  }
}

/** @throws AppError `damaged` */
async function checkGroup(
  path: string,
  file: AsyncBuffer,
  group: RowGroup,
  columns: readonly string[],
): Promise<void> {
  const slice = async (from: number, to: number): Promise<Uint8Array<ArrayBuffer>> =>
    new Uint8Array(await file.slice(from, to))
  for (const { meta_data: meta } of group.columns) {
    const name = meta?.path_in_schema[0]
    if (!meta || name === undefined || !columns.includes(name)) continue
    try {
      await checkPages(slice, meta, file.byteLength)
    } catch (error) {
      throw broken(path, error, `column ${name}`)
    }
  }
}

/** The cells of a window, one list a column. */
async function decode(
  path: string,
  file: AsyncBuffer,
  metadata: FileMetaData,
  columns: readonly string[],
  from: number,
  to: number,
): Promise<Cell[][]> {
  const values = columns.map(() => new Array<Cell>(to - from).fill(null))
  if (columns.length === 0) return values
  const filled = columns.map(() => 0)
  try {
    await parquetRead({
      file,
      metadata,
      columns: [...columns],
      rowStart: from,
      rowEnd: to,
      compressors,
      geoparquet: false,
      onChunk({ columnName, columnData, rowStart }) {
        const column = columns.indexOf(columnName)
        const into = values[column]
        if (!into) return
        const first = Math.max(rowStart, from)
        const end = Math.min(rowStart + columnData.length, to)
        for (let row = first; row < end; row++) {
          into[row - from] = toCell((columnData as ArrayLike<unknown>)[row - rowStart])
        }
        filled[column] = (filled[column] as number) + Math.max(0, end - first)
      },
    })
  } catch (error) {
    throw broken(path, error, `rows ${from} to ${to - 1}`)
  }
  const short = filled.findIndex((n) => n < to - from)
  if (short >= 0) {
    throw new AppError(
      'damaged',
      `${path} is damaged: the column ${columns[short]} ends before row ${to - 1}`,
      'Get the file again.',
    )
  }
  return values
}

function toCell(value: unknown): Cell {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'number':
      return value
    case 'bigint': {
      const number = Number(value)
      return Number.isSafeInteger(number) ? number : String(value)
    }
    case 'object':
      return value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : null
    default:
      return null
  }
}

function broken(path: string, error: unknown, where?: string): AppError {
  if (error instanceof AppError) return error
  const why = error instanceof Error ? error.message : String(error)
  const kind = /unsupported/i.test(why) ? 'unsupported' : 'damaged'
  return new AppError(
    kind,
    `${path} cannot be read as Parquet${where ? ` (${where})` : ''}`,
    'Get the file again, or write it anew with pyarrow or pandas.',
    { cause: error, details: why },
  )
}
