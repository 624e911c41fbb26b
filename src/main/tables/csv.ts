import { basename } from 'node:path'
import { parse } from 'csv-parse'
import { parse as parseAll } from 'csv-parse/sync'
import type { CsvError } from 'csv-parse'
import { AppError } from '#shared/errors.ts'
import {
  NO_DELIMITER,
  commasOf,
  declaredDelimiter,
  isAddressList,
  typeOfCells,
  withPoint,
} from './csv-habits.ts'
import { HEAVY, checkColumns } from './limits.ts'
import { textChunks } from './text.ts'
import type { TextFile } from './text.ts'
import type { Cell, OpenTable, ReadOptions, RowBatch, RowFailure } from './types.ts'

/** A quote that is never closed takes the rest of the file for one field: here it is noticed. */
const MAX_RECORD = 1 << 26
const DELIMITERS = [',', '\t', ';', '|'] as const
const SAMPLE_ROWS = 200

interface Dialect {
  delimiter: string
  /** Fields may be quoted; not so in many files with tabs, where `"` is a character like others. */
  quote: boolean
  header: boolean
  names: string[]
  rows: string[][]
  /** The line at which rows begin, from 1: `sep=;` stands before them. */
  fromLine: number
  /** Columns whose numbers have a decimal comma. */
  decimalCommas: ReadonlySet<string>
}

/**
 * Opens a file of separated values (RFC 4180: quoted delimiters, quotes and line breaks). Delimiter,
 * quoting and whether there is a heading are found from its beginning.
 * @throws AppError `invalid-input` if it holds no rows of several columns
 */
export function openCsv(file: TextFile): OpenTable {
  const dialect = findDialect(file)
  const problems: string[] = []
  if (!dialect.header) {
    problems.push('The first row is no heading: columns are named column_1, column_2, ...')
  }
  if (dialect.delimiter === NO_DELIMITER) {
    problems.push('Each line is one address: commas in it are part of it.')
  }
  for (const [i, name] of dialect.names.entries()) {
    const commas = commasOf(cellsOf(dialect.rows, i), dialect.delimiter)
    if (commas === 'decimal') problems.push(`The numbers of ${name} have a decimal comma.`)
    if (commas === 'unsure') {
      problems.push(
        `The numbers of ${name} are not taken: a comma in them may stand between thousands or before decimals.`,
      )
    }
  }
  if (file.encoding === 'windows-1252') {
    problems.push('The file is not UTF-8: it is read as windows-1252.')
  }
  return {
    path: file.path,
    format: dialect.delimiter === '\t' ? 'tsv' : 'csv',
    bytes: file.bytes,
    columns: dialect.names.map((name, i) => ({
      name,
      type: typeOfCells(cellsOf(dialect.rows, i), dialect.delimiter),
    })),
    rows: null,
    problems,
    ranges: new Map(),
    read: (options) => readRows(file, dialect, options),
    close: () => Promise.resolve(),
  }
}

function findDialect(file: TextFile): Dialect {
  // A row that the end of the sample cuts would look ragged.
  const end = file.whole ? file.sample.length : file.sample.lastIndexOf('\n') + 1
  const sample = file.sample.slice(0, end === 0 ? file.sample.length : end)
  let best: Trial | null = null
  const declared = declaredDelimiter(sample)
  const fromLine = declared === null ? 1 : 2
  if (isAddressList(sample, file.path)) {
    const rows = trial(sample, NO_DELIMITER, false)
    best = { rows, delimiter: NO_DELIMITER, quote: false, even: 1 }
  }
  for (const delimiter of best ? [] : declared === null ? DELIMITERS : [declared]) {
    let found = measure(sample, delimiter, true, fromLine)
    if (delimiter === '\t') {
      const bare = measure(sample, delimiter, false, fromLine)
      if (bare && (!found || (bare.even >= found.even && hasOpenQuotes(bare.rows)))) found = bare
    }
    // On a par the first wins: a comma.
    if (found && (!best || found.even > best.even + 0.02)) best = found
  }
  if (!best) {
    const rows = trial(sample, ',', true)
    if (rows.length === 0)
      throw new AppError('invalid-input', `${file.path} holds no rows.`, 'Choose another table.')
    if (rows[0]?.length === 1 && rows.length > 1 && !/^https?:/i.test(rows[0][0] as string)) {
      best = { rows, delimiter: ',', quote: true, even: 1 }
    } else {
      throw new AppError(
        'invalid-input',
        `${file.path} is no table: its lines are not separated into columns by comma, tab, semicolon or |`,
        'Give a .parquet, .csv, .tsv or .jsonl file.',
      )
    }
  }
  const { delimiter, quote } = best
  const first = best.rows[0] as string[]
  checkColumns(file.path, first.length)
  const header = isHeading(first)
  const names = header
    ? unique(first.map((name, i) => name.trim() || `column_${i + 1}`))
    : first.map((_, i) => `column_${i + 1}`)
  const rows = header ? best.rows.slice(1) : best.rows
  const decimalCommas = new Set(
    names.filter((_, i) => commasOf(cellsOf(rows, i), delimiter) === 'decimal'),
  )
  return { delimiter, quote, header, names, rows, fromLine, decimalCommas }
}

/** The cells of a column that hold something. */
function cellsOf(rows: readonly string[][], column: number): string[] {
  return rows.map((row) => row[column]?.trim() ?? '').filter((cell) => cell !== '')
}

interface Trial {
  rows: string[][]
  delimiter: string
  quote: boolean
  /** Share of rows that are as wide as the first. */
  even: number
}

function measure(
  sample: string,
  delimiter: string,
  quote: boolean,
  fromLine: number,
): Trial | null {
  const rows = trial(sample, delimiter, quote, fromLine)
  const width = rows[0]?.length ?? 0
  if (width < 2) return null
  const even = rows.filter((row) => row.length === width).length / rows.length
  return { rows, delimiter, quote, even }
}

/** Fields that begin with a quote and do not end with one: then it quotes nothing. */
function hasOpenQuotes(rows: readonly string[][]): boolean {
  return rows.some((row) =>
    row.some((field) => field.startsWith('"') && !(field.length > 1 && field.endsWith('"'))),
  )
}

function trial(sample: string, delimiter: string, quote: boolean, fromLine = 1): string[][] {
  const rows: string[][] = []
  try {
    parseAll(Buffer.from(sample), {
      ...parserOptions(delimiter, quote, fromLine),
      to: SAMPLE_ROWS,
      on_record: (record: string[]) => {
        rows.push(record)
        return null
      },
    })
  } catch {
    // What came out before counts: the end of the sample may cut a quoted field.
  }
  return rows
}

function parserOptions(delimiter: string, quote: boolean, fromLine: number) {
  return {
    delimiter,
    from_line: fromLine,
    quote: quote ? '"' : (null as unknown as string),
    bom: true,
    relax_column_count: true,
    // `5" screen` in a field that is not quoted.
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD,
  }
}

/** A heading has a name for each column, and none of them is a number or an address. */
function isHeading(row: readonly string[]): boolean {
  return (
    row.filter((cell) => cell.trim() !== '').length >= row.length - 1 &&
    row.every(
      (cell) => cell.length <= 100 && !/^(https?:|\/\/|data:|-?\d+([.,]\d+)?$)/i.test(cell.trim()),
    )
  )
}

/** A name that comes twice gets a number. The work grows with the number of names. */
export function unique(names: readonly string[]): string[] {
  const seen = new Set<string>()
  const next = new Map<string, number>()
  return names.map((name) => {
    let made = name
    let n = next.get(name) ?? 2
    while (seen.has(made)) made = `${name}_${n++}`
    next.set(name, n)
    seen.add(made)
    return made
  })
}

async function* readRows(
  file: TextFile,
  dialect: Dialect,
  options: ReadOptions,
): AsyncGenerator<RowBatch, void, void> {
  const width = dialect.names.length
  const placeOf = new Map(dialect.names.map((name, i) => [name, i]))
  const places = options.columns.map((name) => placeOf.get(name) ?? -1)
  const decimal = options.columns.map((name) => dialect.decimalCommas.has(name))
  const size = options.rows ?? 10_000
  const first = options.from ?? 0
  let row = dialect.header ? -1 : 0
  let from = first
  let values: Cell[][] = places.map(() => [])
  let failures: RowFailure[] = []
  let count = 0
  let weight = 0
  let line = dialect.fromLine - 1
  const ready: Omit<RowBatch, 'position'>[] = []
  const cut = (): void => {
    if (count === 0) return
    ready.push({ from, rows: count, values, failures })
    from += count
    count = 0
    weight = 0
    values = places.map(() => [])
    failures = []
  }
  const parser = parse({
    ...parserOptions(dialect.delimiter, dialect.quote, dialect.fromLine),
    on_record: (record: string[], { lines }: { lines: number }) => {
      const start = line + 1
      line = lines
      const number = row++
      if (number < first) return null
      const ok = record.length === width
      if (!ok) {
        failures.push({
          row: number,
          line: start,
          reason: 'ragged-row',
          detail: `line ${start}: ${record.length} fields instead of ${width}`,
        })
      }
      for (let i = 0; i < places.length; i++) {
        const cell = ok ? (record[places[i] as number] ?? null) : null
        weight += cell?.length ?? 0
        values[i]?.push(cell !== null && decimal[i] ? withPoint(cell) : cell)
      }
      if (++count === size || weight > HEAVY) cut()
      return null
    },
  })
  let broken: CsvError | null = null
  parser.on('error', (error) => (broken ??= error as CsvError))
  parser.resume()
  const name = basename(file.path)
  let position = 0
  for await (const chunk of textChunks(file, options.signal)) {
    position = chunk.position
    await options.onPosition?.(position)
    await new Promise<void>((done) => parser.write(chunk.text, () => done()))
    while (ready.length > 0) yield { ...(ready.shift() as RowBatch), position }
    if (broken) throw csvError(name, broken, line)
    if (options.signal?.aborted) return
  }
  if (options.signal?.aborted) return
  await new Promise<void>((done) => {
    parser.once('error', () => done())
    parser.once('end', done)
    parser.end()
  })
  cut()
  while (ready.length > 0) yield { ...(ready.shift() as RowBatch), position }
  if (broken) throw csvError(name, broken, line)
}

function csvError(name: string, error: CsvError, line: number): AppError {
  if (error.code === 'CSV_QUOTE_NOT_CLOSED' || error.code === 'CSV_MAX_RECORD_SIZE') {
    return new AppError(
      'damaged',
      `A quoted field of ${name} that begins at line ${line + 1} or after is never closed.`,
      'Close the quote there, or double it if it is part of the text. The rows before are kept.',
      { cause: error },
    )
  }
  return new AppError(
    'damaged',
    `Line ${line + 1} of ${name} cannot be read.`,
    'Correct it. The rows before are kept.',
    {
      cause: error,
      details: error.message,
    },
  )
}
