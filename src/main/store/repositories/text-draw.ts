import type { ReaderDb } from '../open.ts'
import { statement } from '../statements.ts'
import type { TextKey } from './models.ts'

/** Where the words of a source lie; only for SQL that is written here. */
const COLUMNS: Record<Exclude<TextKey, `span@${number}` | `best@${number}`>, string> = {
  alt: 'p.alt',
  caption: 'p.caption',
  title: 'p.title',
  before: 'c.before',
  after: 'c.after',
}

function setOf(text: TextKey): number | null {
  return text.startsWith('span@') ? Number(text.slice('span@'.length)) : null
}

function columnOf(text: TextKey): string {
  return setOf(text) === null ? COLUMNS[text as keyof typeof COLUMNS] : 'sp.quote'
}

function from(text: TextKey): string {
  const joined =
    setOf(text) !== null
      ? 'CROSS JOIN spans sp ON sp.set_id = @set AND sp.pair_id = p.id AND sp.rank = 0'
      : text === 'before' || text === 'after'
        ? 'CROSS JOIN contexts c ON c.pair_id = p.id'
        : ''
  return `FROM pairs p ${joined} WHERE ${columnOf(text)} <> ''`
}

/** Pairs that have a text of a source, ascending, whether or not their picture is there. */
export function textIds(db: ReaderDb, text: TextKey): Int32Array {
  const rows = statement<{ id: number }>(db, `SELECT p.id AS id ${from(text)} ORDER BY p.id`)
  const ids: number[] = []
  for (const { id } of rows.iterate({ set: setOf(text) })) ids.push(id)
  return Int32Array.from(ids)
}

/** Every text of a source with its pair, ascending. */
export function eachText(
  db: ReaderDb,
  text: TextKey,
): IterableIterator<{ id: number; text: string }> {
  return statement<{ id: number; text: string }>(
    db,
    `SELECT p.id AS id, ${columnOf(text)} AS text ${from(text)} ORDER BY p.id`,
  ).iterate({ set: setOf(text) })
}

/** The texts of pairs, in the order of the ids; a pair without one is left out. */
export function textsAt(db: ReaderDb, text: TextKey, ids: readonly number[]): string[] {
  const read = statement<{ text: string }>(
    db,
    `SELECT ${columnOf(text)} AS text ${from(text)} AND p.id = @id`,
  )
  const set = setOf(text)
  return ids.flatMap((id) => read.get({ set, id })?.text ?? [])
}
