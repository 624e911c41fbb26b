import type { ColumnType } from './types.ts'

/** No text holds it: a file that is split by it has one column. */
export const NO_DELIMITER = '\0'
/** Lines by which a file is taken for a list. */
const LINES = 200

/** `sep=;` in the first line, as Excel writes it: what separates cells, and no row. */
export function declaredDelimiter(sample: string): string | null {
  return /^\ufeff?"?sep=([^\r\n"])"?\r?\n/i.exec(sample)?.[1] ?? null
}

/**
 * A list of addresses, one a line, with or without a heading of one word. Commas belong to
 * addresses: what is told apart by a comma is a table only where something else than an address
 * stands in it, or where its ending says so.
 */
export function isAddressList(sample: string, path: string): boolean {
  const lines = sample
    .slice(0, 1 << 18)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(0, LINES)
  const hasHeading = lines.length > 1 && /^[\w .-]+$/.test(lines[0] as string)
  const rows = hasHeading ? lines.slice(1) : lines
  if (rows.length === 0 || !rows.every((line) => /^(https?:)?\/\/[^\s"<>|]+$/i.test(line))) {
    return false
  }
  return hasHeading || /\.(txt|lst|list|urls?)(\.(gz|zst))?$/i.test(path)
}

const COMMA = /^-?\d*,\d+$/
const GROUPED = /^-?[1-9]\d{0,2}(,\d{3})+$/

/**
 * What the commas in a column of numbers are. `decimal`: 0,312 as most of Europe writes it, sure
 * where cells are separated by a semicolon, or where no comma can stand between thousands.
 * `unsure`: 1,234 may be 1234 or 1.234.
 */
export function commasOf(
  cells: readonly string[],
  delimiter: string,
): 'none' | 'decimal' | 'unsure' {
  const withComma = cells.filter((cell) => COMMA.test(cell) || GROUPED.test(cell))
  const isNumeric = cells.every(
    (cell) => COMMA.test(cell) || GROUPED.test(cell) || /^-?\d+$/.test(cell),
  )
  if (withComma.length === 0 || !isNumeric) return 'none'
  if (!withComma.every((cell) => COMMA.test(cell))) return 'unsure'
  return delimiter === ';' || !withComma.every((cell) => GROUPED.test(cell)) ? 'decimal' : 'unsure'
}

/** The type of a column by its cells, white space and empty ones taken away. */
export function typeOfCells(cells: readonly string[], delimiter: string): ColumnType {
  if (cells.length === 0) return 'empty'
  if (cells.every((cell) => /^-?\d{1,19}$/.test(cell))) return 'integer'
  if (cells.every((cell) => /^(-?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?|nan|-?inf(inity)?)$/i.test(cell)))
    return 'number'
  if (commasOf(cells, delimiter) === 'decimal') return 'number'
  if (cells.every((cell) => /^(true|false)$/i.test(cell))) return 'boolean'
  return 'text'
}

/** A number of a column with decimal commas as it is read; what is none stays as it is. */
export function withPoint(cell: string): string {
  const text = cell.trim()
  return COMMA.test(text) ? text.replace(',', '.') : cell
}
