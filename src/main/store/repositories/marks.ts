import { randomUUID } from 'node:crypto'
import type { MarkChange } from '#shared/marks.ts'
import { AppError } from '#shared/errors.ts'
import { encodeRuns } from '../id-runs.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { statement, transaction } from '../statements.ts'

/** An event as it is kept. */
export interface MarkEvent {
  uid: string
  person: string
  kind: 'set' | 'undo' | 'redo'
  /** uid of the event that is taken or brought back. */
  target: string | null
  /** Of an undo or redo it is empty. */
  change: MarkChange
  software: string
  /** UTC with milliseconds. */
  at: string
}

/** An action that was written, taken back or brought back. */
export interface MarkStep {
  event: string
  pairs: number
}

/**
 * Writes what a person says of pairs from now on: one event, `marks.set`.
 * @param args.ids ascending, each once, all of them pairs of the corpus
 * @throws AppError `invalid-input` (nothing is changed, or of no pair)
 */
export function putMarks(
  db: WriterDb,
  args: { person: string; ids: Int32Array; change: MarkChange; software: string },
): MarkStep {
  const { person, ids, software } = args
  const change = withoutNothing(args.change)
  if (Object.keys(change).length === 0) {
    throw new AppError('invalid-input', 'No mark, tag or note was given.', 'Say what to change.')
  }
  if (ids.length === 0) {
    throw new AppError('invalid-input', 'There is no pair to mark.', 'Change the filter.')
  }
  return transaction(db, () => {
    const event = append(db, { person, kind: 'set', target: null, change, software })
    addMarkPairs(db, event, ids)
    return { event, pairs: ids.length }
  })
}

/** Known keys with a value; empty lists say nothing. */
function withoutNothing(change: MarkChange): MarkChange {
  return {
    ...(change.mark === undefined ? {} : { mark: change.mark }),
    ...(change.addTags && change.addTags.length > 0 ? { addTags: change.addTags } : {}),
    ...(change.removeTags && change.removeTags.length > 0 ? { removeTags: change.removeTags } : {}),
    ...(change.note === undefined ? {} : { note: change.note.trim() }),
  }
}

/**
 * `marks.undo`: takes back an action, or the person's last one that is not taken back, whenever and
 * wherever it was made; null = there is none.
 */
export function undoMarks(
  db: WriterDb,
  args: { person: string; event?: string | undefined; software: string },
): MarkStep | null {
  return step(db, args, 'undo')
}

/** `marks.redo`: brings an action back, or what the last undo took if nothing was said since. */
export function redoMarks(
  db: WriterDb,
  args: { person: string; event?: string | undefined; software: string },
): MarkStep | null {
  return step(db, args, 'redo')
}

function step(
  db: WriterDb,
  args: { person: string; event?: string | undefined; software: string },
  kind: 'undo' | 'redo',
): MarkStep | null {
  return transaction(db, () => {
    const event = args.event === undefined ? lastOf(db, args.person, kind) : named(db, args, kind)
    if (event === null) return null
    const { person, software } = args
    append(db, { person, kind, target: event, change: {}, software })
    return { event, pairs: pairsOf(db, event) }
  })
}

interface StepRow {
  uid: string
  kind: 'set' | 'undo' | 'redo'
  target: string | null
}

/** The action that is asked for, if it can be undone or redone: what was said of it last holds. */
function named(
  db: ReaderDb,
  { person, event }: { person: string; event?: string | undefined },
  kind: 'undo' | 'redo',
): string | null {
  const action = statement<{ uid: string }>(
    db,
    "SELECT uid FROM mark_events WHERE uid = ? AND person = ? AND kind = 'set'",
  ).get(event, person)
  if (!action) return null
  const said = statement<{ kind: 'undo' | 'redo' }>(
    db,
    `SELECT kind FROM mark_events WHERE person = ? AND target = ? ORDER BY at DESC, uid DESC LIMIT 1`,
  ).get(person, event)?.kind
  return (said === 'undo') === (kind === 'redo') ? action.uid : null
}

function lastOf(db: ReaderDb, person: string, kind: 'undo' | 'redo'): string | null {
  const said = new Set<string>()
  const rows = statement<StepRow>(
    db,
    'SELECT uid, kind, target FROM mark_events WHERE person = ? ORDER BY at DESC, uid DESC',
  ).iterate(person)
  const undone = new Set<string>()
  for (const row of rows) {
    if (row.kind === 'set') {
      if (kind === 'redo') return null
      if (!undone.has(row.uid)) return row.uid
    } else if (row.target !== null && !said.has(row.target)) {
      said.add(row.target)
      if (row.kind !== 'undo') continue
      undone.add(row.target)
      // Of another machine it may be missing here, where its file was refused.
      if (kind === 'redo' && isKnown(db, row.target)) return row.target
    }
  }
  return null
}

export function isKnown(db: ReaderDb, uid: string): boolean {
  return statement(db, 'SELECT 1 FROM mark_events WHERE uid = ?').get(uid) !== undefined
}

function pairsOf(db: ReaderDb, uid: string): number {
  return (
    statement<{ n: number }>(
      db,
      `SELECT ifnull(sum(m.n), 0) AS n FROM mark_pairs m JOIN mark_events e ON e.id = m.event_id
       WHERE e.uid = ?`,
    ).get(uid)?.n ?? 0
  )
}

function append(db: WriterDb, event: Omit<MarkEvent, 'uid' | 'at'>): string {
  const uid = randomUUID()
  insertMarkEvent(db, { ...event, uid, at: nextTime(db, event.person) })
  return uid
}

/** Now, and later than all that the person said: also within one millisecond. */
function nextTime(db: ReaderDb, person: string): string {
  const last = statement<{ at: string | null }>(
    db,
    'SELECT max(at) AS at FROM mark_events WHERE person = ?',
  ).get(person)?.at
  const now = Date.now()
  return new Date(last ? Math.max(now, Date.parse(last) + 1) : now).toISOString()
}

/** Adds an event as it is, without pairs; false if its uid is known. */
export function insertMarkEvent(db: WriterDb, event: MarkEvent): boolean {
  return (
    statement(
      db,
      `INSERT INTO mark_events (uid, person, kind, target, change, software, at)
       VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (uid) DO NOTHING`,
    ).run(
      event.uid,
      event.person,
      event.kind,
      event.target,
      JSON.stringify(event.change),
      event.software,
      event.at,
    ).changes > 0
  )
}

/** @param ids ascending, each once, not yet said of this event */
export function addMarkPairs(db: WriterDb, uid: string, ids: ArrayLike<number>): void {
  statement(
    db,
    `INSERT INTO mark_pairs (event_id, n, runs)
     VALUES ((SELECT id FROM mark_events WHERE uid = ?), ?, ?)`,
  ).run(uid, ids.length, encodeRuns(ids))
}

/** The ids that are pairs of the corpus, ascending, each once. */
export function existingPairs(db: ReaderDb, ids: readonly number[]): Int32Array {
  const known = statement<{ id: number }>(db, 'SELECT id FROM pairs WHERE id = ?')
  return Int32Array.from(new Set(ids))
    .filter((id) => known.get(id) !== undefined)
    .sort()
}
