import { randomUUID } from 'node:crypto'
import { DEFAULT_TYPES, DescriptionType, LabelState, OPEN_LABEL } from '#shared/contract/labels.ts'
import type { CallOutput } from '#shared/contract/index.ts'
import { AppError } from '#shared/errors.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { statement, transaction } from '../statements.ts'
import { checkPlaces } from './span-sets.ts'

/** Who speaks: an annotator, or the one who settles what annotators disagree on. */
export interface Speaker {
  annotator: string
  review: boolean
}

/** What an undo or redo left. */
export interface Restored {
  pair: number
  state: LabelState
}

const TYPES = 'description-types'

/** `labels.types`. */
export function labelTypes(db: ReaderDb): DescriptionType[] {
  const row = statement<{ value: string }>(db, 'SELECT value FROM meta WHERE key = ?').get(TYPES)
  const { data } = DescriptionType.array()
    .min(1)
    .safeParse(row ? JSON.parse(row.value) : null)
  return data ?? [...DEFAULT_TYPES]
}

/**
 * `labels.setTypes`. Labels that use a type that is no longer there keep it.
 * @throws AppError `invalid-input` when two types share a name or a key
 */
export function setLabelTypes(db: WriterDb, types: readonly DescriptionType[]): void {
  const twice = (values: (string | null)[]): string | undefined =>
    values.flatMap((value) => value ?? []).find((value, i, all) => all.indexOf(value) !== i)
  const name = twice(types.map((type) => type.name))
  const key = twice(types.map((type) => type.key))
  if (name !== undefined || key !== undefined) {
    throw new AppError(
      'invalid-input',
      name === undefined
        ? `Two description types have the key "${key}".`
        : `Two description types have the name "${name}".`,
      'Change one of them.',
    )
  }
  statement(
    db,
    'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  ).run(TYPES, JSON.stringify(types))
}

/** What a speaker says of a pair now. */
export function labelState(db: ReaderDb, args: Speaker & { pairId: number }): LabelState {
  const row = statement<{ state: string }>(
    db,
    `SELECT state FROM label_events WHERE pair_id = ? AND annotator = ? AND review = ?
     ORDER BY at DESC, uid DESC LIMIT 1`,
  ).get(args.pairId, args.annotator, Number(args.review))
  return row ? readState(row.state) : OPEN_LABEL
}

/** What annotators, then reviewers, say of a pair now, by name; without those who say nothing. */
export function statesOf(
  db: ReaderDb,
  pairId: number,
): { annotator: string; review: boolean; state: LabelState }[] {
  return statement<{ annotator: string; review: number; state: string }>(
    db,
    `SELECT annotator, review, state FROM labels WHERE pair_id = ? AND status <> 'open'
     ORDER BY review, annotator`,
  )
    .all(pairId)
    .map((row) => ({
      annotator: row.annotator,
      review: row.review === 1,
      state: readState(row.state),
    }))
}

/**
 * Writes what a speaker says of a pair from now on: one more event, `labels.set`.
 * @param args.seconds time spent on it; null = not measured
 * @returns the uid of the event
 * @throws AppError `invalid-input` (a quote is not what stands there), `not-found` (the pair)
 */
export function putLabelEvent(
  db: WriterDb,
  args: Speaker & {
    pairId: number
    state: LabelState
    seconds: number | null
    software: string
  },
): { event: string } {
  return transaction(db, () => {
    const state = LabelState.parse(args.state)
    if (state.status !== 'labeled' && state.spans.length > 0) {
      throw new AppError(
        'invalid-input',
        `A pair that is ${state.status} has no spans.`,
        'Label it, or leave the spans out.',
      )
    }
    checkPlaces(db, args.pairId, state.spans)
    return {
      event: append(db, { ...args, kind: 'set', target: null, state, seconds: args.seconds }),
    }
  })
}

/**
 * `labels.undo`: takes back the speaker's last action that is not taken back, whenever and wherever
 * it was made; null = there is none. The pair is then as it was before.
 */
export function undoLabel(db: WriterDb, args: Speaker & { software: string }): Restored | null {
  return transaction(db, () => {
    const target = lastDone(db, args)
    if (!target) return null
    const before = statement<{ state: string }>(
      db,
      `SELECT state FROM label_events WHERE pair_id = ? AND annotator = ? AND review = ?
         AND (at, uid) < (?, ?) ORDER BY at DESC, uid DESC LIMIT 1`,
    ).get(target.pair_id, args.annotator, Number(args.review), target.at, target.uid)
    const state = before ? readState(before.state) : OPEN_LABEL
    append(db, {
      ...args,
      pairId: target.pair_id,
      kind: 'undo',
      target: target.uid,
      state,
      seconds: null,
    })
    return { pair: target.pair_id, state }
  })
}

/** `labels.redo`: brings back what the last undo took; null = nothing was undone since. */
export function redoLabel(db: WriterDb, args: Speaker & { software: string }): Restored | null {
  return transaction(db, () => {
    const target = lastUndone(db, args)
    if (!target) return null
    const state = readState(target.state)
    append(db, {
      ...args,
      pairId: target.pair_id,
      kind: 'redo',
      target: target.uid,
      state,
      seconds: null,
    })
    return { pair: target.pair_id, state }
  })
}

interface StepRow {
  uid: string
  pair_id: number
  kind: 'set' | 'undo' | 'redo'
  target: string | null
  at: string
}

/** A speaker's events from the last one back. */
function backwards(db: ReaderDb, speaker: Speaker): IterableIterator<StepRow> {
  return statement<StepRow>(
    db,
    `SELECT uid, pair_id, kind, target, at FROM label_events WHERE annotator = ? AND review = ?
     ORDER BY at DESC, uid DESC`,
  ).iterate(speaker.annotator, Number(speaker.review))
}

/** The last action that is not undone. What was said last of an action holds: undo or redo. */
function lastDone(db: ReaderDb, speaker: Speaker): StepRow | null {
  const said = new Map<string, 'undo' | 'redo'>()
  for (const event of backwards(db, speaker)) {
    if (event.kind === 'set') {
      if (said.get(event.uid) !== 'undo') return event
    } else if (event.target !== null && !said.has(event.target)) said.set(event.target, event.kind)
  }
  return null
}

/** The last undone action that nothing new was said after. */
function lastUndone(db: ReaderDb, speaker: Speaker): (StepRow & { state: string }) | null {
  const met = new Set<string>()
  for (const event of backwards(db, speaker)) {
    if (event.kind === 'set') return null
    if (event.target === null || met.has(event.target)) continue
    met.add(event.target)
    // What was said last of an action holds.
    if (event.kind === 'redo') continue
    const target = actionOf(db, speaker, event.target)
    // Else it is of another machine, and was refused when its file was merged.
    if (target) return target
  }
  return null
}

function actionOf(
  db: ReaderDb,
  speaker: Speaker,
  uid: string,
): (StepRow & { state: string }) | null {
  return (
    statement<StepRow & { state: string }>(
      db,
      `SELECT uid, pair_id, kind, target, at, state FROM label_events
       WHERE uid = ? AND kind = 'set' AND annotator = ? AND review = ?`,
    ).get(uid, speaker.annotator, Number(speaker.review)) ?? null
  )
}

/** An event as it is kept. */
export interface LabelEvent extends Speaker {
  uid: string
  pairId: number
  kind: 'set' | 'undo' | 'redo'
  /** uid of the event that is taken or brought back. */
  target: string | null
  state: LabelState
  seconds: number | null
  software: string
  /** UTC with milliseconds. */
  at: string
}

function append(db: WriterDb, event: Omit<LabelEvent, 'uid' | 'at'>): string {
  const uid = randomUUID()
  insertLabelEvent(db, { ...event, uid, at: nextTime(db, event) })
  return uid
}

/**
 * Now, and later than all that the speaker said and all that was said of the pair: also within one
 * millisecond, and where a clock went back.
 */
function nextTime(
  db: ReaderDb,
  { annotator, review, pairId }: Omit<LabelEvent, 'uid' | 'at'>,
): string {
  const last = statement<{ at: string | null }>(
    db,
    `SELECT max(at) AS at FROM (
       SELECT max(at) AS at FROM label_events WHERE annotator = ? AND review = ?
       UNION ALL SELECT max(at) FROM label_events WHERE pair_id = ?)`,
  ).get(annotator, Number(review), pairId)?.at
  const now = Date.now()
  return new Date(last ? Math.max(now, Date.parse(last) + 1) : now).toISOString()
}

/** Adds an event as it is; false if its uid is known. The state must have been checked. */
export function insertLabelEvent(db: WriterDb, event: LabelEvent): boolean {
  const { state } = event
  return (
    statement(
      db,
      `INSERT INTO label_events (uid, annotator, review, pair_id, kind, target, state, status, spans,
         flagged, seconds, software, at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (uid) DO NOTHING`,
    ).run(
      event.uid,
      event.annotator,
      Number(event.review),
      event.pairId,
      event.kind,
      event.target,
      JSON.stringify(state),
      state.status,
      state.spans.length,
      Number(state.flagged),
      event.seconds,
      event.software,
      event.at,
    ).changes > 0
  )
}

/** `labels.annotators`: who said something, with counts of the labels as they are now. */
export function annotators(db: ReaderDb): CallOutput<'labels.annotators'> {
  return statement<{
    name: string
    review: number
    labeled: number
    none: number
    skipped: number
    flagged: number
    lastAt: string
  }>(
    db,
    `SELECT annotator AS name, review, sum(status = 'labeled') AS labeled,
       sum(status = 'labeled' AND spans = 0) AS none, sum(status = 'skipped') AS skipped,
       sum(flagged) AS flagged, max(at) AS lastAt
     FROM labels GROUP BY annotator, review ORDER BY annotator, review`,
  )
    .all()
    .map((row) => ({ ...row, review: row.review === 1 }))
}

/** @throws AppError `damaged` */
export function readState(json: string): LabelState {
  const { data } = LabelState.safeParse(JSON.parse(json))
  if (data) return data
  throw new AppError('damaged', 'the corpus holds a label that cannot be read')
}
