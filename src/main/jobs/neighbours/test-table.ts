import { statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RecognisedTable } from '#shared/contract/index.ts'
import type { LeakageInput } from '#shared/contract/jobs/duplicates.ts'
import { AppError } from '#shared/errors.ts'
import { isSingleValue, pairColumns } from '#shared/pair-columns.ts'
import { createTableReader } from '../import/table-calls.ts'
import type { TableReader } from '../import/table-calls.ts'
import type { JobContext } from '../run/job.ts'
import type { TestFile, TestText } from './leak-calls.ts'

type LeftOut = { reason: string; n: number }[]

/**
 * The pictures, or for text duplicates the texts, that a table names: each once, with its rows. What
 * cannot be compared is counted: `row` (it cannot be read), `no-picture`, `no-text`, `address` (what lies on
 * the web is not fetched), `no-file`.
 * @throws AppError `invalid-input` where it is no table or has no such column
 */
export async function readTestTable(
  path: string,
  input: LeakageInput,
  ctx: JobContext,
): Promise<{ files: TestFile[]; leftOut: LeftOut } | { texts: TestText[]; leftOut: LeftOut }> {
  const reader = createTableReader(ctx.entries.tableReader)
  const isText = input.kind === 'text'
  const reasons = new Map<string, number>()
  const leave = (reason: string, n = 1): void =>
    void reasons.set(reason, (reasons.get(reason) ?? 0) + n)
  const rowsOf = new Map<string, number[]>()
  try {
    const table = await lookAt(path, reader, ctx.signal)
    const column = columnOf(table, input)
    await eachCell(reader, table, column, ctx, (row, cell) => {
      if (cell === 'failed') return leave('row')
      if (cell === null || cell.trim() === '') return leave(isText ? 'no-text' : 'no-picture')
      const known = rowsOf.get(cell)
      if (known) known.push(row)
      else rowsOf.set(cell, [row])
    })
  } finally {
    await reader.close()
  }
  const told = (): LeftOut => [...reasons].map(([reason, n]) => ({ reason, n }))
  if (isText) {
    return { texts: [...rowsOf].map(([text, rows]) => ({ text, rows })), leftOut: told() }
  }
  const files: TestFile[] = []
  for (const [cell, rows] of rowsOf) {
    const file = fileOf(cell.trim(), dirname(path))
    if (file === null) leave('address', rows.length)
    else if (!isFile(file)) leave('no-file', rows.length)
    else files.push({ path: file, name: cell, rows })
  }
  return { files, leftOut: told() }
}

/** A cell may hold what no name of a file can. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** null: it lies on the web. */
function fileOf(cell: string, root: string): string | null {
  if (/^(?:(?:https?|ftp):)?\/\//i.test(cell) || /^data:/i.test(cell)) return null
  if (/^file:/i.test(cell)) {
    try {
      return fileURLToPath(cell)
    } catch {
      return cell
    }
  }
  return isAbsolute(cell) ? cell : join(root, cell)
}

async function lookAt(
  path: string,
  reader: TableReader,
  signal: AbortSignal,
): Promise<RecognisedTable> {
  const about = basename(path)
  const source = { path, name: about, imageEmbeddings: null, textEmbeddings: null }
  const choices = { path, columns: [] }
  const { value } = await reader.call('look', { source, choices }, { about, signal })
  if (value.table) return value.table
  const { message, hint } = value.refusal ?? { message: `${path} is no table.`, hint: null }
  throw new AppError('invalid-input', message, hint ?? undefined)
}

/** @throws AppError `invalid-input` that names the columns there are */
function columnOf(table: RecognisedTable, input: LeakageInput): string {
  const isText = input.kind === 'text'
  const wanted = isText ? input.textColumn : input.imageColumn
  const columns = table.columns.filter(isSingleValue)
  const found =
    wanted === undefined
      ? pairColumns(columns)[isText ? 'text' : 'image']
      : (columns.find(({ name }) => name === wanted) ??
        columns.find(({ name }) => name.toLowerCase() === wanted.toLowerCase()))
  if (found) return found.name
  const names = table.columns.map(({ name }) => name).join(', ')
  const what = isText ? 'texts' : 'files of pictures'
  throw new AppError(
    'invalid-input',
    wanted === undefined
      ? `No column of ${table.path} is known to hold ${what}.`
      : `${table.path} has no column ${wanted} that can hold ${what}.`,
    `Say which one with --${isText ? 'text' : 'image'}-column. It has ${names}.`,
  )
}

async function eachCell(
  reader: TableReader,
  { path, rows: total }: RecognisedTable,
  column: string,
  ctx: JobContext,
  take: (row: number, cell: string | 'failed' | null) => void,
): Promise<void> {
  await reader.call(
    'rows',
    { path, columns: [column], from: 0 },
    {
      about: basename(path),
      signal: ctx.signal,
      onEvent(event) {
        if (!('batch' in event)) return
        const { batch } = event
        const failed = new Set(batch.failures.map(({ row }) => row))
        for (let i = 0; i < batch.rows; i++) {
          const row = batch.from + i
          const cell = batch.values[0]?.[i] ?? null
          take(row + 1, failed.has(row) ? 'failed' : cell === null ? null : String(cell))
        }
        const done = batch.from + batch.rows
        ctx.progress({ done, total, unit: 'rows', note: 'the test set' })
      },
    },
  )
}
