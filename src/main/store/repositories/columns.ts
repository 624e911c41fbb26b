import { Blur } from '#shared/contract/columns.ts'
import { AppError } from '#shared/errors.ts'
import { FIELDS } from '#shared/query/index.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { statement } from '../statements.ts'

/** A column of imported tables whose numbers are kept. */
export interface ImportedColumn {
  id: number
  /** As the first table wrote it; another spelling in capitals is the same. */
  name: string
}

export function listColumns(db: ReaderDb): ImportedColumn[] {
  return statement<ImportedColumn>(db, 'SELECT id, name FROM columns ORDER BY name').all()
}

/** @throws AppError `invalid-input` that names what there is */
export function columnNamed(db: ReaderDb, name: string): ImportedColumn {
  const found = statement<ImportedColumn>(db, 'SELECT id, name FROM columns WHERE name = ?').get(
    name,
  )
  if (found) return found
  const names = listColumns(db).map((column) => column.name)
  const start = name.toLowerCase().slice(0, 3)
  const close = [...FIELDS.map((field) => field.name), ...names].find((known) =>
    known.toLowerCase().startsWith(start),
  )
  throw new AppError(
    'invalid-input',
    `there is no field and no imported column "${name}"` +
      (close === undefined ? '' : `, did you mean ${close}?`),
    names.length === 0
      ? 'Quote the text to search for it as it is. No numeric columns were imported here.'
      : `Quote the text to search for it as it is. Imported columns: ${names.join(', ')}.`,
  )
}

/** The id of a column, which is made where it is not known. */
export function ensureColumn(db: WriterDb, name: string): number {
  statement(db, 'INSERT INTO columns (name) VALUES (?) ON CONFLICT (name) DO NOTHING').run(name)
  return statement<{ id: number }>(db, 'SELECT id FROM columns WHERE name = ?').get(name)
    ?.id as number
}

/** Keeps numbers of pairs; a pair has one of each column. */
export function putColumnValues(
  db: WriterDb,
  args: { column: number; values: readonly { pairId: number; value: number }[] },
): void {
  const put = statement(
    db,
    `INSERT INTO column_values (column_id, pair_id, value) VALUES (?, ?, ?)
     ON CONFLICT (column_id, pair_id) DO NOTHING`,
  )
  for (const { pairId, value } of args.values) put.run(args.column, pairId, value)
}

/** A function that gives the numbers of a pair, by the names of their columns. */
export function columnsReader(db: ReaderDb): (pairId: number) => { name: string; value: number }[] {
  const columns = listColumns(db)
  const get = statement<{ value: number }>(
    db,
    'SELECT value FROM column_values WHERE column_id = ? AND pair_id = ?',
  )
  return (pairId) =>
    columns.flatMap(({ id, name }) => {
      const found = get.get(id, pairId)
      return found ? { name, value: found.value } : []
    })
}

const BLUR = 'blur'

/** `pairs.blur`: pictures are blurred where the column's number is above the limit; null = none. */
export function blurSetting(db: ReaderDb): Blur | null {
  const row = statement<{ value: string }>(db, 'SELECT value FROM meta WHERE key = ?').get(BLUR)
  return Blur.nullable()
    .catch(null)
    .parse(row ? JSON.parse(row.value) : null)
}

/** @throws AppError `invalid-input` (there is no such column) */
export function setBlur(db: WriterDb, blur: Blur | null): void {
  if (blur) columnNamed(db, blur.column)
  statement(
    db,
    'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  ).run(BLUR, JSON.stringify(blur))
}

/** A function that says whether a pair's picture is blurred. */
export function blurReader(db: ReaderDb): (pairId: number) => boolean {
  const blur = blurSetting(db)
  const column = blur && listColumns(db).find(({ name }) => name === blur.column)
  if (!blur || !column) return () => false
  const get = statement<{ value: number }>(
    db,
    'SELECT value FROM column_values WHERE column_id = ? AND pair_id = ?',
  )
  return (pairId) => (get.get(column.id, pairId)?.value ?? -Infinity) > blur.above
}
