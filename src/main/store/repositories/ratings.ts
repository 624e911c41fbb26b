import { randomUUID } from 'node:crypto'
import type { RatingMode } from '#shared/contract/ratings.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { statement, transaction } from '../statements.ts'

/** One rater of one study. */
export interface StudyRater {
  study: number
  rater: string
}

/** An event as it is kept. */
export interface RatingEvent extends StudyRater {
  uid: string
  task: string
  aspect: string
  kind: 'set' | 'undo' | 'redo'
  /** uid of the event that is taken or brought back. */
  target: string | null
  answer: string | null
  ms: number | null
  position: number | null
  zoom: number | null
  firstLeft: boolean | null
  blind: boolean
  software: string
  /** UTC with milliseconds. */
  at: string
}

/** Answers of a rater to a task as they are now, by aspect. */
export function answersTo(
  db: ReaderDb,
  { study, rater, task }: StudyRater & { task: string },
): Record<string, string> {
  return Object.fromEntries(
    statement<{ aspect: string; answer: string }>(
      db,
      'SELECT aspect, answer FROM ratings WHERE study_id = ? AND rater = ? AND task = ?',
    )
      .all(study, rater, task)
      .map(({ aspect, answer }) => [aspect, answer]),
  )
}

/** How many aspects of each task a rater has answered. */
export function answeredBy(db: ReaderDb, { study, rater }: StudyRater): Map<string, number> {
  return new Map(
    statement<{ task: string; n: number }>(
      db,
      'SELECT task, count(*) AS n FROM ratings WHERE study_id = ? AND rater = ? GROUP BY task',
    )
      .all(study, rater)
      .map(({ task, n }) => [task, n]),
  )
}

/** An answer as it is now, with what it is about. */
export interface RatingRow {
  rater: string
  task: string
  aspect: string
  answer: string
  ms: number | null
  position: number | null
  zoom: number | null
  firstLeft: number | null
  blind: number
  at: string
}

/** All answers of a study as they are now, by rater and time. */
export function ratingsOf(db: ReaderDb, study: number): RatingRow[] {
  return statement<RatingRow>(
    db,
    `SELECT rater, task, aspect, answer, ms, position, zoom, first_left AS firstLeft, blind, at
     FROM ratings WHERE study_id = ? ORDER BY rater, at, uid`,
  ).all(study)
}

/** Writes an answer: one more event. */
export function putRating(
  db: WriterDb,
  event: Omit<RatingEvent, 'uid' | 'at' | 'kind' | 'target'>,
): void {
  append(db, { ...event, kind: 'set', target: null })
}

/** Who takes back or brings back, and of which answers: those of a mode, or the last of all. */
export interface Undoer extends StudyRater {
  mode?: RatingMode | undefined
  blind: boolean
  software: string
}

export interface UndoneRating {
  task: string
  /** "" in a comparison. */
  aspect: string
}

/**
 * Takes back the rater's last answer that is not taken back, whenever and wherever it was given; the
 * task is then as it was before. null = there is none.
 */
export function undoRating(db: WriterDb, by: Undoer): UndoneRating | null {
  return transaction(db, () => {
    const target = lastDone(db, by)
    if (!target) return null
    const before = statement<Measured & { answer: string | null }>(
      db,
      `SELECT answer, ms, position, zoom, first_left AS firstLeft FROM rating_events
       WHERE study_id = ? AND rater = ? AND task = ? AND aspect = ? AND (at, uid) < (?, ?)
       ORDER BY at DESC, uid DESC LIMIT 1`,
    ).get(by.study, by.rater, target.task, target.aspect, target.at, target.uid)
    append(db, {
      ...again(by, target, before ?? null),
      kind: 'undo',
      answer: before?.answer ?? null,
    })
    return { task: target.task, aspect: target.aspect }
  })
}

/** Brings back what the last undo took; null = nothing was undone since the last answer. */
export function redoRating(db: WriterDb, by: Undoer): UndoneRating | null {
  return transaction(db, () => {
    const target = lastUndone(db, by)
    if (!target) return null
    append(db, { ...again(by, target, target), kind: 'redo', answer: target.answer })
    return { task: target.task, aspect: target.aspect }
  })
}

/** How an answer was given. */
type Measured = Pick<RatingEvent, 'ms' | 'position' | 'zoom'> & { firstLeft: number | null }
type Step = Pick<RatingEvent, 'uid' | 'task' | 'aspect' | 'kind' | 'target' | 'answer' | 'at'> &
  Measured

/** @param given the answer that counts again, with the time that it took; null = none */
function again(
  { study, rater, blind, software }: Undoer,
  target: Step,
  given: Measured | null,
): Omit<RatingEvent, 'uid' | 'at' | 'kind' | 'answer'> {
  const { firstLeft } = given ?? target
  return {
    study,
    rater,
    blind,
    software,
    task: target.task,
    aspect: target.aspect,
    target: target.uid,
    ms: given?.ms ?? null,
    position: given?.position ?? null,
    zoom: given?.zoom ?? null,
    firstLeft: firstLeft === null ? null : firstLeft === 1,
  }
}

/** A rater's events from the last one back; comparisons are those without an aspect. */
function backwards(
  db: ReaderDb,
  { study, rater, mode }: Pick<Undoer, 'study' | 'rater' | 'mode'>,
): IterableIterator<Step> {
  const those =
    mode === undefined ? '' : mode === 'compare' ? "AND aspect = ''" : "AND aspect <> ''"
  return statement<Step>(
    db,
    `SELECT uid, task, aspect, kind, target, answer, at, ms, position, zoom,
       first_left AS firstLeft FROM rating_events
     WHERE study_id = ? AND rater = ? ${those} ORDER BY at DESC, uid DESC`,
  ).iterate(study, rater)
}

/** The last answer that is not undone. What was said last of it holds: undo or redo. */
function lastDone(db: ReaderDb, by: Undoer): Step | null {
  const said = new Map<string, 'undo' | 'redo'>()
  for (const event of backwards(db, by)) {
    if (event.kind === 'set') {
      if (said.get(event.uid) !== 'undo') return event
    } else if (event.target !== null && !said.has(event.target)) said.set(event.target, event.kind)
  }
  return null
}

/** The last undone answer that nothing new was said after. */
function lastUndone(db: ReaderDb, by: Undoer): Step | null {
  const met = new Set<string>()
  for (const event of backwards(db, by)) {
    if (event.kind === 'set') return null
    if (event.target === null || met.has(event.target)) continue
    met.add(event.target)
    if (event.kind === 'redo') continue
    const target = statement<Step>(
      db,
      `SELECT uid, task, aspect, kind, target, answer, at, ms, position, zoom,
         first_left AS firstLeft
       FROM rating_events WHERE uid = ? AND kind = 'set' AND study_id = ? AND rater = ?`,
    ).get(event.target, by.study, by.rater)
    if (target) return target
  }
  return null
}

function append(db: WriterDb, event: Omit<RatingEvent, 'uid' | 'at'>): void {
  transaction(db, () => {
    insertRating(db, { ...event, uid: randomUUID(), at: nextTime(db, event) })
  })
}

/** Now, and later than all that the rater said: also within one millisecond, and where a clock went back. */
function nextTime(db: ReaderDb, { study, rater }: StudyRater): string {
  const last = statement<{ at: string | null }>(
    db,
    'SELECT max(at) AS at FROM rating_events WHERE study_id = ? AND rater = ?',
  ).get(study, rater)?.at
  const now = Date.now()
  return new Date(last ? Math.max(now, Date.parse(last) + 1) : now).toISOString()
}

/** Adds an event as it is; false if its uid is known. */
export function insertRating(db: WriterDb, event: RatingEvent): boolean {
  return (
    statement(
      db,
      `INSERT INTO rating_events (uid, study_id, rater, task, aspect, kind, target, answer, ms,
         position, zoom, first_left, blind, software, at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (uid) DO NOTHING`,
    ).run(
      event.uid,
      event.study,
      event.rater,
      event.task,
      event.aspect,
      event.kind,
      event.target,
      event.answer,
      event.ms,
      event.position,
      event.zoom,
      event.firstLeft === null ? null : Number(event.firstLeft),
      Number(event.blind),
      event.software,
      event.at,
    ).changes > 0
  )
}

/** Every event of a study in the order in which it came in. */
export function* ratingEvents(db: ReaderDb, study: number): Generator<RatingEvent, void, void> {
  // A statement of its own: while a file is written, another may be.
  const rows = db
    .prepare<
      [number],
      Omit<RatingEvent, 'firstLeft' | 'blind'> & { firstLeft: number | null; blind: number }
    >(
      `SELECT uid, study_id AS study, rater, task, aspect, kind, target, answer, ms, position, zoom,
         first_left AS firstLeft, blind, software, at
       FROM rating_events WHERE study_id = ? ORDER BY id`,
    )
    .iterate(study)
  for (const row of rows) {
    yield {
      ...row,
      firstLeft: row.firstLeft === null ? null : row.firstLeft === 1,
      blind: row.blind === 1,
    }
  }
}

/** What is known of an event by its uid; null = nothing. */
export function knownEvent(
  db: ReaderDb,
  uid: string,
): Pick<RatingEvent, 'study' | 'rater' | 'task' | 'aspect' | 'kind' | 'answer' | 'at'> | null {
  return (
    statement<Pick<RatingEvent, 'study' | 'rater' | 'task' | 'aspect' | 'kind' | 'answer' | 'at'>>(
      db,
      `SELECT study_id AS study, rater, task, aspect, kind, answer, at FROM rating_events
       WHERE uid = ?`,
    ).get(uid) ?? null
  )
}
