import { randomUUID } from 'node:crypto'
import type { Database } from 'better-sqlite3'
import { DUPLICATE_KINDS } from '#shared/duplicates.ts'
import type { DuplicateDecision, DuplicateKind } from '#shared/duplicates.ts'
import { AppError } from '#shared/errors.ts'
import { encodeRuns, eachRun } from '../id-runs.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { statement, transaction } from '../statements.ts'

export interface DuplicateStep {
  event: string
  pairs: number
}

interface EventRow {
  id: number
  uid: string
  person: string
  kind: 'set' | 'undo' | 'redo'
  target: string | null
  duplicates: DuplicateKind
  decision: DuplicateDecision | null
  n: number
  at: string
}

const EVENTS = `SELECT id, uid, person, kind, target, duplicates, decision, n, at
  FROM duplicate_events`

/**
 * Writes what a person says of pairs from now on: one event.
 * @param args.ids ascending, each once, all of them pairs of the corpus
 * @throws AppError `invalid-input` where there is no pair
 */
export function putDecision(
  db: WriterDb,
  args: {
    person: string
    duplicates: DuplicateKind
    decision: DuplicateDecision | null
    ids: Int32Array
    software: string
  },
): DuplicateStep {
  if (args.ids.length === 0) {
    throw new AppError('invalid-input', 'There is no such pair to decide about.', 'Look again.')
  }
  return transaction(db, () => {
    const { ids, ...event } = args
    const uid = append(db, { ...event, kind: 'set', target: null, ids })
    return { event: uid, pairs: ids.length }
  })
}

/**
 * Takes back (`undo`) or brings back (`redo`) an action of a person: the one that is named, or the
 * last; null = there is none. Redo brings back what the last undo took, if nothing was said since.
 */
export function stepDecision(
  db: WriterDb,
  kind: 'undo' | 'redo',
  args: { person: string; event?: string | undefined; software: string },
): DuplicateStep | null {
  return transaction(db, () => {
    const events = statement<EventRow>(
      db,
      `${EVENTS} WHERE person = ? ORDER BY at DESC, uid DESC`,
    ).all(args.person)
    const target = args.event === undefined ? lastOf(events, kind) : named(events, args.event, kind)
    if (!target) return null
    const { person, software } = args
    const { duplicates } = target
    append(db, {
      ...{ person, software, kind, duplicates, decision: null },
      ...{ target: target.uid, ids: new Int32Array() },
    })
    return { event: target.uid, pairs: target.n }
  })
}

/** What was said last of an action: null where nothing was. Newest first. */
const saidOf = (events: EventRow[], uid: string): 'undo' | 'redo' | null =>
  (events.find(({ target }) => target === uid)?.kind as 'undo' | 'redo' | undefined) ?? null

function named(events: EventRow[], uid: string, kind: 'undo' | 'redo'): EventRow | null {
  const action = events.find((event) => event.uid === uid && event.kind === 'set')
  if (!action) return null
  return (saidOf(events, uid) === 'undo') === (kind === 'redo') ? action : null
}

function lastOf(events: EventRow[], kind: 'undo' | 'redo'): EventRow | null {
  const told = new Map<string, 'undo' | 'redo'>()
  for (const event of events) {
    if (event.kind === 'set') {
      if (kind === 'redo') return null
      if (told.get(event.uid) !== 'undo') return event
    } else if (event.target !== null && !told.has(event.target)) {
      told.set(event.target, event.kind)
      if (kind === 'redo' && event.kind === 'undo') {
        return events.find(({ uid }) => uid === event.target) ?? null
      }
    }
  }
  return null
}

function append(
  db: WriterDb,
  event: Omit<EventRow, 'id' | 'uid' | 'n' | 'at'> & { ids: Int32Array; software: string },
): string {
  const uid = randomUUID()
  const last = statement<{ at: string | null }>(
    db,
    'SELECT max(at) AS at FROM duplicate_events WHERE person = ?',
  ).get(event.person)?.at
  // Later than all that the person said: also within one millisecond.
  const at = new Date(last ? Math.max(Date.now(), Date.parse(last) + 1) : Date.now()).toISOString()
  statement(
    db,
    `INSERT INTO duplicate_events
       (uid, person, kind, target, duplicates, decision, n, pairs, software, at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    ...[uid, event.person, event.kind, event.target, event.duplicates, event.decision],
    ...[event.ids.length, encodeRuns(event.ids), event.software, at],
  )
  return uid
}

/** What holds of a pair. */
export interface Decided {
  decision: DuplicateDecision
  person: string
  at: string
}

/** What people say of duplicates now. */
export interface Decisions {
  /** `keep` and `drop` hold in every kind. */
  overall: ReadonlyMap<number, Decided & { decision: 'keep' | 'drop'; order: number }>
  /** `apart` holds in the kind in which it was said. */
  apart: Readonly<Record<DuplicateKind, ReadonlyMap<number, Decided>>>
}

const held = new WeakMap<Database, { last: number; decisions: Decisions }>()

/** As this connection sees them now; read anew only where something was said since. */
export function decisionsOf(db: ReaderDb): Decisions {
  const last = statement<{ id: number }>(
    db,
    'SELECT ifnull(max(id), 0) AS id FROM duplicate_events',
  ).get()?.id as number
  const before = held.get(db)
  if (before?.last === last) return before.decisions
  const decisions = replayed(db)
  held.set(db, { last, decisions })
  return decisions
}

function replayed(db: ReaderDb): Decisions {
  const events = statement<EventRow>(db, `${EVENTS} ORDER BY at, uid`).all()
  const undone = new Map<string, boolean>()
  for (const { kind, target, person } of events) {
    // Only its own speaker can take an action back.
    if (kind !== 'set') undone.set(`${person}\n${target ?? ''}`, kind === 'undo')
  }
  const overall = new Map<number, Decided & { decision: 'keep' | 'drop'; order: number }>()
  const apart = Object.fromEntries(
    DUPLICATE_KINDS.map((kind) => [kind, new Map<number, Decided>()]),
  ) as Record<DuplicateKind, Map<number, Decided>>
  const runs = statement<{ pairs: Uint8Array }>(
    db,
    'SELECT pairs FROM duplicate_events WHERE id = ?',
  )
  for (const [order, event] of events.entries()) {
    if (event.kind !== 'set' || undone.get(`${event.person}\n${event.uid}`)) continue
    const { decision, person, at, duplicates } = event
    eachRun(runs.get(event.id)?.pairs ?? new Uint8Array(), (from, to) => {
      for (let id = from; id <= to; id++) {
        if (decision === 'apart') apart[duplicates].set(id, { decision, person, at })
        else {
          // Whoever keeps it as a copy says that it is one.
          apart[duplicates].delete(id)
          if (decision === null) overall.delete(id)
          else overall.set(id, { decision, person, at, order })
        }
      }
    })
  }
  return { overall, apart }
}
