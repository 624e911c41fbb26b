import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { basename, extname } from 'node:path'
import { CsvError, parse as parseCsv } from 'csv-parse'
import { z } from 'zod'
import { Rater } from '#shared/contract/ratings.ts'
import { MAX_LINE } from '../line-file.ts'

/** What a spreadsheet takes for a formula when a cell begins with it. */
const FORMULA = /^'*[=+\-@\t\r＝＋－＠]/
const GUARDED = /^'+[=+\-@\t\r＝＋－＠]/

/**
 * A text for a cell: one that a spreadsheet would run as a formula begins with an apostrophe, which
 * spreadsheets show as text and `readCell` takes away again.
 */
export function toCell(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text
}

/** The text that `toCell` was given. */
export function readCell(cell: string): string {
  return GUARDED.test(cell) ? cell.slice(1) : cell
}

const Cell = z.string().transform(readCell)

const TableRow = z.object({
  rater: Cell.pipe(Rater),
  item: z.string().trim().default(''),
  model: Cell.default(''),
  group: Cell.default(''),
  level: z
    .string()
    .trim()
    .transform((text) => (text === '' ? undefined : Number(text)))
    .pipe(z.number().int().optional())
    .optional(),
  seed: Cell.optional(),
  aspect: z.string().trim().min(1).max(40),
  value: z.string().trim().min(1).max(8),
  at: z.string().transform(toUtc).pipe(z.string('at is no time like 2026-11-16T09:00:04.153Z')),
})
/** An answer as a table says it; `at` in UTC with milliseconds. */
export type TableRow = z.infer<typeof TableRow>

const TIME = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?) ?(Z|[+-]\d\d:\d\d)?)?$/i

/** A time that names no zone is UTC, so that it is the same on every machine. */
function toUtc(text: string): string | null {
  const found = TIME.exec(text.trim())
  if (!found) return null
  const [, day, hours = '00:00', zone = 'Z'] = found
  const time = new Date(`${day}T${hours}${zone.toUpperCase()}`)
  return Number.isNaN(time.getTime()) ? null : time.toISOString()
}

export type ReadRow = { where: string } & ({ row: TableRow } | { problem: string })

/** Of the columns of a table; those of ratings have ten. */
const MOST_COLUMNS = 1000

class TooWide extends Error {
  constructor(n: number) {
    super(`it has ${n} columns; up to ${MOST_COLUMNS} are read`)
  }
}

/** The rows of a table (`.csv`, `.tsv`). What follows a place that is no CSV is not read, and said so. */
export async function* tableRows(file: string): AsyncGenerator<ReadRow, void, void> {
  const parser = createReadStream(file).pipe(
    parseCsv({
      bom: true,
      columns: (names: string[]) => {
        if (names.length > MOST_COLUMNS) throw new TooWide(names.length)
        return names.map((name) => name.trim().toLowerCase())
      },
      delimiter: extname(file).toLowerCase() === '.tsv' ? '\t' : ',',
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: MAX_LINE,
      info: true,
    }),
  ) as AsyncIterable<{ info: { lines: number }; record: unknown }>
  try {
    for await (const { info, record } of parser) {
      const where = `${basename(file)}, line ${info.lines}`
      const { data, error } = TableRow.safeParse(record)
      yield data ? { where, row: data } : { where, problem: issueOf(error) }
    }
  } catch (error) {
    if (error instanceof TooWide) return yield { where: basename(file), problem: error.message }
    if (!(error instanceof CsvError)) throw error
    yield { where: basename(file), problem: `no CSV from here on: ${error.message}` }
  }
}

export function issueOf(error: z.ZodError): string {
  const issue = error.issues[0]
  return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'no rating'}`
}

/**
 * A row's uid follows from what it says, so that it comes in once however often it is merged. It
 * begins with zeros: at the same time, the event that the row was written from goes before it.
 */
export function uidOfRow(study: string, task: string, row: TableRow): string {
  const hex = createHash('sha256')
    .update(JSON.stringify([study, row.rater, task, row.aspect, row.value, row.at]))
    .digest('hex')
  const part = (from: number, to: number): string => hex.slice(from, to)
  return ['00000000', part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join('-')
}
