import { open } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { AppError } from '#shared/errors.ts'
import type { Hint } from '#shared/errors.ts'
import { openCsv } from './csv.ts'
import { readError } from '../files/read-error.ts'
import { openJson } from './json.ts'
import { openParquet } from './parquet.ts'
import { SHARD_KEY, shardOf } from './places.ts'
import { layoutOf, recogniseColumns } from './roles.ts'
import type { RecognisedColumn, RoleOverride, TableLayout } from './roles.ts'
import { sniffText } from './text.ts'
import type { Cell, OpenTable, TableFormat } from './types.ts'
import type { ScoreRange } from './units.ts'

/** Rows from the beginning by which columns are judged. */
const SAMPLE_ROWS = 1000
const PREVIEW_ROWS = 5
const PREVIEW_TEXT = 300

export interface TableInfo {
  path: string
  format: TableFormat
  layout: TableLayout | null
  /** null where only reading tells. */
  rows: number | null
  bytes: number
  columns: (RecognisedColumn & { range: ScoreRange | null })[]
  problems: string[]
  /** The first rows, by column, long texts cut. */
  preview: Record<string, Cell>[]
}

const NO_TABLE: Record<string, Hint> = {
  '.npy': 'It holds embeddings: give the folder in which it lies with its table.',
  '.npz': 'Write each array of it as .npy.',
  '.arrow': 'Write it as Parquet.',
  '.feather': 'Write it as Parquet.',
  '.xlsx': 'Save it as CSV.',
  '.xls': 'Save it as CSV.',
  '.tar': 'It holds pictures; its table is the .parquet beside it.',
  '.zip': 'Unpack it first.',
  '.warc': {
    window: 'It is a web archive: import it as one.',
    command: 'It is a web archive: gleaner ingest reads it.',
  },
}

/**
 * Opens a table, told by its first bytes and its ending: Parquet, CSV and its like, JSON Lines
 * (each also as .gz and .zst), an array in JSON, COCO's captions.
 * @throws AppError `not-found`, `io`, `damaged`, `unsupported`, `invalid-input`
 */
export async function openTable(path: string): Promise<OpenTable> {
  const name = path.replace(/\.(gz|zst)$/i, '')
  const ending = extname(name).toLowerCase()
  const magic = await firstBytes(path)
  if (ending === '.parquet' || ending === '.pq' || magic === 'PAR1' || magic === 'PARE') {
    return openParquet(path)
  }
  const why = NO_TABLE[ending]
  if (why !== undefined) throw new AppError('unsupported', `${path} is no table that is read`, why)
  const text = await sniffText(path)
  const head = text.sample.trimStart()
  if (head === '') throw new AppError('invalid-input', `${path} is empty.`, 'Get the file again.')
  if (head.startsWith('<')) {
    throw new AppError(
      'invalid-input',
      `${path} is a page of HTML or XML, no table`,
      'It may say why the download failed: look into it.',
    )
  }
  const isJson = ['.json', '.jsonl', '.ndjson'].includes(ending) || /^[[{]/.test(head)
  return isJson ? openJson(text) : openCsv(text)
}

async function firstBytes(path: string): Promise<string> {
  try {
    const file = await open(path, 'r')
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0)
      return buffer.toString('latin1', 0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (error) {
    throw readError(path, error)
  }
}

/**
 * Opens a table, says what its columns mean, and closes it again.
 * @throws AppError as `openTable` and `recogniseColumns`
 */
export async function recogniseTable(
  path: string,
  overrides: readonly RoleOverride[] = [],
): Promise<TableInfo> {
  const table = await openTable(path)
  try {
    return await describeTable(table, overrides)
  } finally {
    await table.close()
  }
}

/** What a table that is open holds, by its first rows. */
export async function describeTable(
  table: OpenTable,
  overrides: readonly RoleOverride[] = [],
  keep?: readonly string[],
): Promise<TableInfo> {
  const simple = table.columns.filter(({ type }) => type !== 'nested' && type !== 'binary')
  const names = simple.map(({ name }) => name)
  const sample = new Map<string, Cell[]>(names.map((name) => [name, []]))
  for await (const batch of table.read({ columns: names, rows: SAMPLE_ROWS })) {
    names.forEach((name, i) => sample.set(name, batch.values[i] ?? []))
    break
  }
  const columns = withShard(
    table.path,
    recogniseColumns(table.columns, sample, overrides, keep),
    overrides,
  ).map((column) => ({
    ...column,
    range: column.role === 'score' ? rangeOf(table, column.name, sample) : null,
  }))
  const rows = Math.min(PREVIEW_ROWS, sample.get(names[0] ?? '')?.length ?? 0)
  const preview = Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(names.map((name) => [name, shown(sample.get(name)?.[row] ?? null)])),
  )
  const problems = [...table.problems]
  const has = (...roles: string[]): boolean => columns.some(({ role }) => roles.includes(role))
  if (!has('url', 'path'))
    problems.push('No column is known to hold addresses or files of pictures.')
  if (!has('alt', 'caption', 'title')) problems.push('No column is known to hold words.')
  const { path, format, bytes } = table
  return {
    path,
    format,
    layout: layoutOf(table.columns),
    rows: table.rows,
    bytes,
    columns,
    problems,
    preview,
  }
}

/** The pictures of img2dataset lie under their keys in the `.tar` beside the table. */
function withShard(
  path: string,
  columns: RecognisedColumn[],
  overrides: readonly RoleOverride[],
): RecognisedColumn[] {
  const shard = shardOf(path)
  const isNamed =
    columns.some(({ role }) => role === 'path') ||
    overrides.some(({ column }) => column === SHARD_KEY)
  if (shard === null || isNamed) return columns
  return columns.map((column) =>
    column.name === SHARD_KEY && column.type === 'text'
      ? { ...column, role: 'path', why: `names its picture in ${basename(shard)}` }
      : column,
  )
}

function shown(cell: Cell): Cell {
  return typeof cell === 'string' && cell.length > PREVIEW_TEXT
    ? cell.slice(0, PREVIEW_TEXT).toWellFormed() + '…'
    : cell
}

function rangeOf(
  table: OpenTable,
  name: string,
  sample: ReadonlyMap<string, readonly Cell[]>,
): ScoreRange | null {
  const values = (sample.get(name) ?? [])
    .map(toNumber)
    .filter((value): value is number => value !== null && Number.isFinite(value))
    .sort((a, b) => a - b)
  const known = table.ranges.get(name)
  if (values.length === 0) return known ? { ...known, median: null } : null
  const min = values[0] as number
  const max = values.at(-1) as number
  return {
    min: Math.min(min, known?.min ?? min),
    max: Math.max(max, known?.max ?? max),
    median: values[values.length >> 1] as number,
  }
}

/** A number, or null for an empty cell or NaN, which stands for none; NaN for what is no number. */
export function toNumber(cell: Cell | undefined): number | null {
  if (cell === null || cell === undefined || cell === '') return null
  if (typeof cell === 'number') return Number.isNaN(cell) ? null : cell
  if (typeof cell === 'boolean') return Number.NaN
  const text = cell.trim()
  return text === '' || /^(nan|null|none)$/i.test(text) ? null : Number(text)
}
