import type { OutputFile } from './folder.ts'
import { ParquetFile } from './parquet-file.ts'
import type { ColumnType } from './parquet-file.ts'
import { wellFormed } from './text.ts'

export type TableCell = string | number | boolean | bigint | null

export interface TableColumn {
  name: string
  type: ColumnType
}

/** A table that is written row by row. */
export interface TableFile {
  add(row: readonly TableCell[]): Promise<void>
  /** Ends the table and its file. */
  close(): Promise<void>
}

/**
 * Begins a table in a file: CSV (RFC 4180, line feeds, its heading first), the same with tabs, JSON
 * Lines (an object a row, in the order of the columns), Parquet. An empty cell and none are one in
 * CSV and TSV.
 */
export async function writeTable(
  file: Pick<OutputFile, 'write' | 'close'>,
  format: 'csv' | 'tsv' | 'jsonl' | 'parquet',
  columns: readonly TableColumn[],
): Promise<TableFile> {
  if (format === 'parquet') return parquetTable(file as OutputFile, columns)
  const names = columns.map(({ name }) => name)
  if (format === 'jsonl') {
    return {
      add: (row) => file.write(`${jsonRow(names, row)}\n`),
      close: async () => void (await file.close()),
    }
  }
  const separator = format === 'tsv' ? '\t' : ','
  const line = (row: readonly TableCell[]): string =>
    `${row.map((cell) => separated(cell, separator)).join(separator)}\n`
  await file.write(line(names))
  return { add: (row) => file.write(line(row)), close: async () => void (await file.close()) }
}

/** A column that is named twice stands once, with the last value, as JSON has it. */
function jsonRow(names: readonly string[], row: readonly TableCell[]): string {
  const fields = names.map((name, i) => [name, plain(row[i] ?? null)] as const)
  return JSON.stringify(wellFormed(Object.fromEntries(fields)))
}

/** JSON has no number of 64 bits for most readers: digits, as a text, keep it. */
function plain(cell: TableCell): string | number | boolean | null {
  return typeof cell === 'bigint' ? String(cell) : cell
}

function separated(cell: TableCell, separator: string): string {
  if (cell === null) return ''
  const text = typeof cell === 'string' ? cell.toWellFormed() : String(cell)
  const isPlain = !text.includes(separator) && !/["\n\r]/.test(text)
  return isPlain ? text : `"${text.replaceAll('"', '""')}"`
}

function parquetTable(file: OutputFile, columns: readonly TableColumn[]): TableFile {
  const table = new ParquetFile(file, columns)
  return {
    add: (row) => table.add(row.map((cell, i) => fitting(cell, (columns[i] as TableColumn).type))),
    close: () => table.close(),
  }
}

/** What a column of a type can hold; what it cannot is none. */
function fitting(cell: TableCell, type: ColumnType): string | number | bigint | null {
  if (cell === null) return null
  if (type === 'string') return String(cell).toWellFormed()
  if (typeof cell === 'bigint') return type === 'double' ? Number(cell) : cell
  const number = Number(cell)
  if (cell === '' || Number.isNaN(number)) return null
  return type === 'double' || Number.isSafeInteger(number) ? number : null
}
