import { Blur } from '#shared/contract/columns.ts'
import { AppError } from '#shared/errors.ts'
import { FIELDS } from '#shared/query/index.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { statement } from '../statements.ts'
import { measuredColumns, measuredReader } from './measured-columns.ts'

/** A column of numbers: of imported tables, or worked out here (`measured-columns.ts`). */
export interface NumberColumn {
  /** Below 0: worked out. */
  id: number
  /** As the first table wrote it; another spelling in capitals is the same. */
  name: string
}

export function listColumns(db: ReaderDb): NumberColumn[] {
  const imported = importedColumns(db)
  const taken = new Set(imported.map(({ name }) => name.toLowerCase()))
  const measured = measuredColumns(db).filter(({ name }) => !taken.has(name))
  return [...imported, ...measured.map(({ id, name }) => ({ id, name }))]
}

function importedColumns(db: ReaderDb): NumberColumn[] {
  return statement<NumberColumn>(db, 'SELECT id, name FROM columns ORDER BY name').all()
}

/** @throws AppError `invalid-input` that names what there is */
export function columnNamed(db: ReaderDb, name: string): NumberColumn {
  const found =
    statement<NumberColumn>(db, 'SELECT id, name FROM columns WHERE name = ?').get(name) ??
    listColumns(db).find((column) => column.id < 0 && column.name === name.toLowerCase())
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
  const columns = importedColumns(db)
  const listed = new Set(listColumns(db).flatMap(({ id, name }) => (id < 0 ? name : [])))
  const measured = measuredReader(db)
  const get = statement<{ value: number }>(
    db,
    'SELECT value FROM column_values WHERE column_id = ? AND pair_id = ?',
  )
  return (pairId) => [
    ...columns.flatMap(({ id, name }) => {
      const found = get.get(id, pairId)
      return found ? { name, value: found.value } : []
    }),
    ...measured(pairId).filter(({ name }) => listed.has(name)),
  ]
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
  const values = columnsReader(db)
  return (pairId) =>
    (values(pairId).find(({ name }) => name === column.name)?.value ?? -Infinity) > blur.above
}
