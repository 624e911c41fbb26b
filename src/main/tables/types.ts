/** What a cell holds once it was read: 64-bit integers beyond 2^53 come as their digits. */
export type Cell = string | number | boolean | null

export const TABLE_FORMATS = ['parquet', 'csv', 'tsv', 'jsonl', 'json', 'coco'] as const
export type TableFormat = (typeof TABLE_FORMATS)[number]

/** `nested`: lists, structs and maps, which have no single value. */
export type ColumnType =
  'text' | 'integer' | 'number' | 'boolean' | 'date' | 'binary' | 'nested' | 'empty'

export interface TableColumn {
  name: string
  type: ColumnType
}

/** A row that could not be read. It keeps its number, so that what stands beside still fits. */
export interface RowFailure {
  row: number
  /** In a file of lines, from 1. */
  line: number | null
  /** Short and stable: `ragged-row`, `bad-json`, `not-an-object`, `line-too-long`, `no-such-image`. */
  reason: string
  detail: string
}

export interface RowBatch {
  /** Number of the first row, from 0. */
  from: number
  rows: number
  /** One list a column, in the order asked for; null where the row failed. */
  values: Cell[][]
  failures: RowFailure[]
  /** How far the file was read, bytes. */
  position: number
}

export interface ReadOptions {
  columns: readonly string[]
  /** First row, from 0. */
  from?: number
  /** Most rows of a batch. */
  rows?: number
  signal?: AbortSignal
  /** Told now and then where nothing comes out: rows that are passed over, lines that are too long. */
  onPosition?(position: number): void | Promise<void>
}

/** A table that is open. Reading it again begins anew. */
export interface OpenTable {
  path: string
  format: TableFormat
  bytes: number
  columns: TableColumn[]
  /** null where only reading tells. */
  rows: number | null
  /** What was found odd and did not keep it from being read. */
  problems: string[]
  /** Smallest and largest value of numeric columns, where the file's own statistics tell. */
  ranges: Map<string, { min: number; max: number }>
  read(options: ReadOptions): AsyncGenerator<RowBatch, void, void>
  close(): Promise<void>
}

/** What a column means for pairs. */
export const COLUMN_ROLES = [
  'url',
  'path',
  'alt',
  'caption',
  'title',
  'before',
  'after',
  'width',
  'height',
  'page',
  'date',
  'language',
  'score',
  'number',
  'ignore',
] as const
export type ColumnRole = (typeof COLUMN_ROLES)[number]
