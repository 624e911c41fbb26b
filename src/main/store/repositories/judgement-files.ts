import { basename } from 'node:path'
import { z } from 'zod'
import type { CallOutput } from '#shared/contract/index.ts'
import { Verdict } from '#shared/contract/judging.ts'
import { Annotator } from '#shared/contract/labels.ts'
import { writeWhole } from '../../files/write-whole.ts'
import { toMergeError } from '../errors.ts'
import { batchesOf, linesOf, MAX_LINE, parseLine, type Line } from '../line-file.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { statement, transaction } from '../statements.ts'

/** A clock that is further ahead would push all later events behind it. */
const MAX_AHEAD_MS = 24 * 3600 * 1000

const Uid = z
  .string()
  .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'uid is no UUID in lower case')

/** One line of a file of judgements: an event. `subject` names the picture with its words by content. */
const EventLine = z.object({
  format: z.literal(1),
  uid: Uid,
  judge: Annotator,
  subject: z.string().regex(/^[0-9a-f]{64}$/, 'subject is no SHA-256 in lower case'),
  kind: z.enum(['set', 'undo']),
  target: Uid.nullable(),
  verdict: Verdict.nullable(),
  seconds: z.number().min(0).max(1e9).nullable(),
  software: z.string().max(200),
  at: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'at is no time in UTC'),
})
type EventLine = z.infer<typeof EventLine>

const FIELDS = 'uid, judge, subject, kind, target, verdict, seconds, software, at'

/**
 * `judging.saveEvents`: everything that was ever said, of all samples, one event a line.
 * @throws AppError `io`
 */
export function saveJudgementEvents(db: ReaderDb, out: string): CallOutput<'judging.saveEvents'> {
  const events = statement<Omit<EventLine, 'format'>>(
    db,
    `SELECT ${FIELDS} FROM judgement_events ORDER BY id`,
  ).all()
  const lines = events.map((event) => JSON.stringify({ format: 1, ...event }) + '\n')
  writeWhole(out, lines.join(''))
  return { events: events.length }
}

/**
 * `judging.merge`: takes in events of other machines, those of pictures with words that were drawn
 * here. Events that are here already (by uid) stay as they are, so that a merge can be repeated, and
 * files come in any order. What cannot be taken is counted by reason. The files are not trusted.
 * @throws AppError `not-found`, `io`
 */
export async function mergeJudgementEvents(
  db: WriterDb,
  files: readonly string[],
): Promise<CallOutput<'judging.merge'>> {
  const merge = createMerge(db)
  try {
    for (const file of files) {
      const batches = batchesOf(linesOf(file), ({ text }) => text?.length ?? 0)
      for await (const batch of batches) merge.take(file, batch)
    }
  } catch (error) {
    throw toMergeError(error, db, files)
  }
  return merge.result()
}

type Refusal = 'line-too-long' | 'not-readable' | 'time-in-the-future' | 'not-drawn' | 'other-event'

function createMerge(db: WriterDb) {
  let added = 0
  let known = 0
  const refused = new Map<Refusal, { n: number; example: string }>()

  function refuse(reason: Refusal, example: string): void {
    const seen = refused.get(reason)
    if (seen) seen.n++
    else refused.set(reason, { n: 1, example: example.slice(0, 300) })
  }

  function takeLine(file: string, { number, text }: Line): void {
    const where = `${basename(file)}, line ${number}`
    if (text === null) return refuse('line-too-long', `${where}: more than ${MAX_LINE >> 20} MB`)
    if (text.trim() === '') return
    const read = readLine(text)
    if ('problem' in read) return refuse('not-readable', `${where}: ${read.problem}`)
    const { event } = read
    const same = statement<Omit<EventLine, 'format'>>(
      db,
      `SELECT ${FIELDS} FROM judgement_events WHERE uid = ?`,
    ).get(event.uid)
    if (same) {
      if (same.judge === event.judge && same.at === event.at && same.verdict === event.verdict) {
        known++
        return
      }
      return refuse('other-event', `${where}: ${event.uid}`)
    }
    if (Date.parse(event.at) > Date.now() + MAX_AHEAD_MS) {
      return refuse('time-in-the-future', `${where}: ${event.at}`)
    }
    const drawn = statement(db, 'SELECT 1 FROM judged_items WHERE subject = ?').get(event.subject)
    if (drawn === undefined) return refuse('not-drawn', `${where}: ${event.subject}`)
    statement(
      db,
      `INSERT INTO judgement_events (${FIELDS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(
      event.uid,
      event.judge,
      event.subject,
      event.kind,
      event.target,
      event.verdict,
      event.seconds,
      event.software,
      event.at,
    )
    added++
  }

  return {
    take(file: string, lines: readonly Line[]): void {
      transaction(db, () => {
        for (const line of lines) takeLine(file, line)
      })
    },
    result: (): CallOutput<'judging.merge'> => ({
      added,
      known,
      refused: [...refused].map(([reason, { n, example }]) => ({ reason, n, example })),
    }),
  }
}

function readLine(text: string): { event: EventLine } | { problem: string } {
  let value: unknown
  try {
    value = parseLine(text)
  } catch {
    return { problem: 'it is no JSON' }
  }
  const { data: event, error } = EventLine.safeParse(value)
  if (!event) {
    const issue = error.issues[0]
    return { problem: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'no judgement'}` }
  }
  const at = new Date(event.at)
  // 30 February is read as 2 March, month 13 not at all.
  if (Number.isNaN(at.getTime()) || at.toISOString() !== event.at) {
    return { problem: `at: ${event.at} is no time` }
  }
  if ((event.kind === 'set') !== (event.target === null)) {
    return { problem: `target: does not fit ${event.kind}` }
  }
  return { event }
}
