import { PromptOrigin, PromptText } from '#shared/contract/prompts.ts'
import type { PromptSet, PromptSetInfo } from '#shared/contract/prompts.ts'
import { AppError } from '#shared/errors.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { statement, transaction } from '../statements.ts'

interface SetRow {
  id: number
  name: string
  origin: string
  created_at: string
  changed_at: string
}

const SET = 'SELECT id, name, origin, created_at, changed_at FROM prompt_sets'

/** By name: `prompts.sets`. */
export function listPromptSets(db: ReaderDb): PromptSetInfo[] {
  return statement<SetRow>(db, `${SET} ORDER BY name COLLATE NOCASE, id`)
    .all()
    .map((row) => infoOf(db, row))
}

/** @throws AppError `not-found` */
export function promptSetInfo(db: ReaderDb, id: number): PromptSetInfo {
  return infoOf(db, rowOf(db, id))
}

/** A set with its prompts. @throws AppError `not-found`, `damaged` */
export function promptSet(db: ReaderDb, id: number): PromptSet {
  const row = rowOf(db, id)
  return { ...infoOf(db, row), texts: promptTexts(db, id) }
}

/** Groups in their order, within a group by level. */
export function promptTexts(db: ReaderDb, set: number): PromptText[] {
  const { success, data } = PromptText.array().safeParse(
    statement(
      db,
      'SELECT grp AS "group", kind, level, text FROM prompts WHERE set_id = ? ORDER BY position, grp, level',
    ).all(set),
  )
  if (success) return data
  // A corpus may come from somebody else.
  throw new AppError('damaged', `the prompt set ${set} holds prompts that cannot be read`)
}

/**
 * Makes a set. @throws AppError `conflict` (the name is taken, a group has a level twice); nothing
 * is kept then
 */
export function createPromptSet(
  db: WriterDb,
  set: { name: string; origin: PromptOrigin; texts: readonly PromptText[]; software: string },
): PromptSetInfo {
  return transaction(db, () => {
    refuseTaken(db, set.name, null)
    const now = new Date().toISOString()
    const { lastInsertRowid } = statement(
      db,
      `INSERT INTO prompt_sets (name, origin, software, created_at, changed_at)
       VALUES (?, ?, ?, ?, ?)`,
    ).run(set.name, JSON.stringify(set.origin), set.software, now, now)
    const id = Number(lastInsertRowid)
    insert(db, id, set.texts)
    return promptSetInfo(db, id)
  })
}

/** @throws AppError `not-found`, `conflict` */
export function renamePromptSet(db: WriterDb, set: number, name: string): void {
  transaction(db, () => {
    rowOf(db, set)
    refuseTaken(db, name, set)
    statement(db, 'UPDATE prompt_sets SET name = ? WHERE id = ?').run(name, set)
    touch(db, set)
  })
}

/** All prompts of a set become these, in this order. @throws AppError `not-found`, `conflict` */
export function replacePrompts(db: WriterDb, set: number, texts: readonly PromptText[]): void {
  transaction(db, () => {
    rowOf(db, set)
    statement(db, 'DELETE FROM prompts WHERE set_id = ?').run(set)
    insert(db, set, texts)
    touch(db, set)
  })
}

/**
 * One group becomes these prompts, at its place, or at the end where there was none.
 * @throws AppError `not-found`, `conflict` (they bear the name of another group)
 */
export function replaceGroup(
  db: WriterDb,
  set: number,
  group: string,
  texts: readonly PromptText[],
): void {
  transaction(db, () => {
    const before = promptTexts(db, set)
    const taken = new Set(before.map((one) => one.group))
    const other = texts.find((one) => one.group !== group && taken.has(one.group))
    if (other) {
      throw new AppError('conflict', `there is a group "${other.group}" in this set already`)
    }
    const at = before.findIndex((one) => one.group === group)
    const rest = before.filter((one) => one.group !== group)
    rest.splice(at < 0 ? rest.length : at, 0, ...texts)
    replacePrompts(db, set, rest)
  })
}

/** @throws AppError `not-found` */
export function removePromptSet(db: WriterDb, set: number): void {
  transaction(db, () => {
    rowOf(db, set)
    statement(db, 'DELETE FROM prompts WHERE set_id = ?').run(set)
    statement(db, 'DELETE FROM prompt_sets WHERE id = ?').run(set)
  })
}

/** The name, with a number where it is taken: "Prompts", "Prompts 2". */
export function freePromptSetName(db: ReaderDb, name: string): string {
  const taken = statement<{ name: string }>(db, 'SELECT name FROM prompt_sets WHERE name = ?')
  for (let n = 1; ; n++) {
    const tried = n === 1 ? name : `${name} ${n}`
    if (!taken.get(tried)) return tried
  }
}

function rowOf(db: ReaderDb, id: number): SetRow {
  const row = statement<SetRow>(db, `${SET} WHERE id = ?`).get(id)
  if (!row) throw new AppError('not-found', `there is no prompt set ${id} in this corpus`)
  return row
}

function refuseTaken(db: ReaderDb, name: string, but: number | null): void {
  const other = statement<{ id: number }>(db, 'SELECT id FROM prompt_sets WHERE name = ?').get(name)
  if (other && other.id !== but) {
    throw new AppError(
      'conflict',
      `there is a prompt set "${name}" in this corpus already`,
      'Choose another name.',
    )
  }
}

/** Groups come in the order in which each is first named. */
function insert(db: WriterDb, set: number, texts: readonly PromptText[]): void {
  const put = statement(
    db,
    `INSERT INTO prompts (set_id, grp, kind, level, text, position) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (set_id, grp, level) DO NOTHING`,
  )
  const positions = new Map<string, number>()
  for (const { group, kind, level, text } of texts) {
    const position = positions.get(group) ?? positions.size
    positions.set(group, position)
    if (put.run(set, group, kind, level, text, position).changes === 0) {
      throw new AppError('conflict', `the group "${group}" has the level ${level} twice`)
    }
  }
}

function touch(db: WriterDb, set: number): void {
  statement(db, 'UPDATE prompt_sets SET changed_at = ? WHERE id = ?').run(
    new Date().toISOString(),
    set,
  )
}

function infoOf(db: ReaderDb, row: SetRow): PromptSetInfo {
  const counts = statement<{ prompts: number; groups: number }>(
    db,
    'SELECT count(*) AS prompts, count(DISTINCT grp) AS groups FROM prompts WHERE set_id = ?',
  ).get(row.id) as { prompts: number; groups: number }
  const longest = statement<{ levels: number }>(
    db,
    'SELECT count(*) AS levels FROM prompts WHERE set_id = ? GROUP BY grp ORDER BY levels DESC LIMIT 1',
  ).get(row.id)
  const kinds = statement<{ kind: string; groups: number }>(
    db,
    `SELECT kind, count(DISTINCT grp) AS groups FROM prompts WHERE set_id = ?
     GROUP BY kind ORDER BY min(position)`,
  ).all(row.id)
  const origin = PromptOrigin.safeParse(JSON.parse(row.origin))
  return {
    id: row.id,
    name: row.name,
    origin: origin.data ?? { from: 'written' },
    ...counts,
    levels: longest?.levels ?? 0,
    kinds,
    createdAt: row.created_at,
    changedAt: row.changed_at,
  }
}
