import { open, rename, rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { z } from 'zod'
import { Annotator } from '#shared/contract/labels.ts'
import type { CallOutput } from '#shared/contract/index.ts'
import { MarkChange } from '#shared/marks.ts'
import { eachRun, idsOfRuns } from '../id-runs.ts'
import { batchesOf, linesOf, MAX_LINE, parseLine, type Line } from '../line-file.ts'
import { toMergeError, toStoreError } from '../errors.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { statement, transaction } from '../statements.ts'
import { addMarkPairs, insertMarkEvent, isKnown } from './marks.ts'
import { createPlaceFinder, type PairPlace } from './pair-places.ts'

/** A clock that is further ahead would push all later events behind it. */
const MAX_AHEAD_MS = 24 * 3600 * 1000
/** Pairs of a line, and characters after which none is added: any reader takes such a line. */
const LINE_PAIRS = 200
const LINE_LENGTH = 1 << 18

const Uid = z
  .string()
  .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'uid is no UUID in lower case')

/**
 * One line of a file of marks: an event with some of its pairs. An event of many pairs has several
 * lines; which of its pairs stand together means nothing.
 */
const MarkLine = z.object({
  format: z.literal(1),
  uid: Uid,
  person: Annotator,
  kind: z.enum(['set', 'undo', 'redo']),
  target: Uid.nullable(),
  change: MarkChange,
  software: z.string().max(200),
  at: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'at is no time in UTC'),
  pairs: z
    .array(
      z.object({
        page: z.string(),
        archive: z.string(),
        offset: z.number().int().min(0),
        recordId: z.string().nullable(),
        picture: z.string(),
        position: z.number().int().min(0),
      }),
    )
    .max(10_000),
})
type MarkLine = z.infer<typeof MarkLine>

interface StoredEvent extends Omit<MarkLine, 'format' | 'change' | 'pairs'> {
  id: number
  change: string
}

/** All events as lines, each with how many pairs it says, in the order in which they came in. */
function* exportMarkEvents(
  db: ReaderDb,
): Generator<{ line: string; pairs: number; isFirst: boolean }, void, void> {
  const page = statement<StoredEvent>(
    db,
    `SELECT id, uid, person, kind, target, change, software, at FROM mark_events
     WHERE id > ? ORDER BY id LIMIT 500`,
  )
  const runsOf = statement<{ n: number; runs: Uint8Array }>(
    db,
    'SELECT n, runs FROM mark_pairs WHERE event_id = ? ORDER BY id',
  )
  const place = statement<PairPlace>(
    db,
    `SELECT g.url AS page, a.name AS archive, g.offset, g.record_id AS recordId, i.url AS picture,
       p.position
     FROM pairs p CROSS JOIN pages g ON g.id = p.page_id CROSS JOIN archives a ON a.id = g.archive_id
       CROSS JOIN images i ON i.id = p.image_id WHERE p.id = ?`,
  )
  for (let after = 0; ;) {
    const events = page.all(after)
    for (const { id, change, ...event } of events) {
      let isFirst = true
      const lineOf = (pairs: PairPlace[]) => {
        const whole = { format: 1, ...event, change: JSON.parse(change) as unknown, pairs }
        const made = { line: `${JSON.stringify(whole)}\n`, pairs: pairs.length, isFirst }
        isFirst = false
        return made
      }
      let pairs: PairPlace[] = []
      let length = 0
      for (const { n, runs } of runsOf.all(id)) {
        for (const pairId of idsOfRuns(runs, n)) {
          const found = place.get(pairId)
          if (!found) continue
          pairs.push(found)
          length += found.page.length + found.picture.length
          if (pairs.length < LINE_PAIRS && length < LINE_LENGTH) continue
          yield lineOf(pairs)
          pairs = []
          length = 0
        }
      }
      if (isFirst || pairs.length > 0) yield lineOf(pairs)
    }
    const last = events.at(-1)
    if (!last) return
    after = last.id
  }
}

/**
 * `marks.export`: writes the file under its name when it is whole.
 * @throws AppError `io`
 */
export async function saveMarkEvents(
  db: ReaderDb,
  out: string,
): Promise<CallOutput<'marks.export'>> {
  const made = `${out}.new-${process.pid}-${Date.now()}`
  let events = 0
  let pairs = 0
  try {
    const file = await open(made, 'wx')
    try {
      let part = ''
      for (const one of exportMarkEvents(db)) {
        part += one.line
        pairs += one.pairs
        if (one.isFirst) events++
        if (part.length < 1 << 20) continue
        await file.write(part)
        part = ''
        // Others get their turn.
        await setImmediate()
      }
      await file.write(part)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(made, out)
  } catch (error) {
    await rm(made, { force: true })
    throw toStoreError(error, out)
  }
  return { events, pairs }
}

/**
 * `marks.merge`: takes in events of other machines. An event is a set of pairs that only grows, so
 * that a merge can be repeated, also after a kill, and files can come in any order. What cannot be
 * taken is counted by reason. The files are not trusted.
 * @throws AppError `not-found`, `io`
 */
export async function mergeMarkEvents(
  db: WriterDb,
  files: readonly string[],
): Promise<CallOutput<'marks.merge'>> {
  const merge = createMerge(db)
  try {
    for (const file of files) {
      const batches = batchesOf(linesOf(file), ({ text }) => text?.length ?? 0)
      for await (const batch of batches) merge.take(file, batch)
    }
    return merge.result()
  } catch (error) {
    throw toMergeError(error, db, files)
  } finally {
    merge.close()
  }
}

type Refusal =
  'line-too-long' | 'not-readable' | 'time-in-the-future' | 'pair-not-found' | 'other-event'

function createMerge(db: WriterDb) {
  const added = new Set<string>()
  const known = new Set<string>()
  let pairs = 0
  const refused = new Map<Refusal, { n: number; example: string }>()
  const places = createPlaceFinder(db)
  /** The pairs of the event that was met last: its lines follow each other. */
  let held: { uid: string; ids: Set<number> } | null = null

  function refuse(reason: Refusal, example: string): void {
    const seen = refused.get(reason)
    if (seen) seen.n++
    else refused.set(reason, { n: 1, example: example.slice(0, 300) })
  }

  function idsOf(uid: string): Set<number> {
    if (held?.uid !== uid) {
      const ids = new Set<number>()
      for (const { runs } of statement<{ runs: Uint8Array }>(
        db,
        `SELECT m.runs FROM mark_pairs m JOIN mark_events e ON e.id = m.event_id WHERE e.uid = ?`,
      ).all(uid)) {
        eachRun(runs, (from, to) => {
          for (let id = from; id <= to; id++) ids.add(id)
        })
      }
      held = { uid, ids }
    }
    return held.ids
  }

  function find(place: PairPlace): number | null {
    const exact = places.exact(place)
    const [only] = exact
    if (only) return only.id
    const all = places.all(place, exact)
    return (all.find(({ position }) => position === place.position) ?? all[0])?.id ?? null
  }

  function takeLine(file: string, { number, text }: Line): void {
    const where = `${basename(file)}, line ${number}`
    if (text === null) return refuse('line-too-long', `${where}: more than ${MAX_LINE >> 20} MB`)
    if (text.trim() === '') return
    const read = readLine(text)
    if ('problem' in read) return refuse('not-readable', `${where}: ${read.problem}`)
    const { pairs: placed, ...event } = read.line
    if (Date.parse(event.at) > Date.now() + MAX_AHEAD_MS) {
      return refuse('time-in-the-future', `${where}: ${event.at}`)
    }
    const isNew = !isKnown(db, event.uid)
    if (!isNew && !isSame(event)) return refuse('other-event', `${where}: ${event.uid}`)
    const before = idsOf(event.uid)
    const found = new Set<number>()
    for (const place of placed) {
      const id = find(place)
      if (id === null) refuse('pair-not-found', `${where}: ${place.picture} on ${place.page}`)
      else if (!before.has(id)) found.add(id)
    }
    // What is said of no pair of this corpus says nothing here.
    if (isNew && event.kind === 'set' && found.size === 0) return
    if (isNew) {
      insertMarkEvent(db, event)
      added.add(event.uid)
    } else if (!added.has(event.uid)) known.add(event.uid)
    if (found.size === 0) return
    addMarkPairs(db, event.uid, Int32Array.from(found).sort())
    for (const id of found) before.add(id)
    pairs += found.size
  }

  /** Whether an event that is known is this one, and not another with its name. */
  function isSame(event: Omit<MarkLine, 'pairs'>): boolean {
    const one = statement<{ person: string; kind: string; at: string; change: string }>(
      db,
      'SELECT person, kind, at, change FROM mark_events WHERE uid = ?',
    ).get(event.uid)
    return (
      one !== undefined &&
      one.person === event.person &&
      one.kind === event.kind &&
      one.at === event.at &&
      one.change === JSON.stringify(event.change)
    )
  }

  return {
    take(file: string, lines: readonly Line[]): void {
      held = null
      transaction(db, () => {
        for (const line of lines) takeLine(file, line)
      })
    },
    result: (): CallOutput<'marks.merge'> => ({
      added: added.size,
      pairs,
      known: known.size,
      refused: [...refused].map(([reason, { n, example }]) => ({ reason, n, example })),
    }),
    close: () => places.close(),
  }
}

function readLine(text: string): { line: MarkLine } | { problem: string } {
  let value: unknown
  try {
    value = parseLine(text)
  } catch {
    return { problem: 'it is no JSON' }
  }
  const parsed = MarkLine.safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    return { problem: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}` }
  }
  const line = parsed.data
  const at = new Date(line.at)
  // 30 February is read as 2 March, month 13 not at all.
  if (Number.isNaN(at.getTime()) || at.toISOString() !== line.at) {
    return { problem: `at: ${line.at} is no time` }
  }
  if ((line.kind === 'set') !== (line.target === null)) {
    return { problem: `target: does not fit ${line.kind}` }
  }
  return { line }
}
