import { open, rename, rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { z } from 'zod'
import { Annotator, LabelState } from '#shared/contract/labels.ts'
import type { CallOutput } from '#shared/contract/index.ts'
import { AppError } from '#shared/errors.ts'
import { contextSources, TAG_SOURCES } from '#shared/text/context.ts'
import type { ContextTexts } from '#shared/text/context.ts'
import { toMergeError, toStoreError } from '../errors.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { batchesOf, linesOf, MAX_LINE, parseLine, type Line } from '../line-file.ts'
import { statement, transaction } from '../statements.ts'
import { insertLabelEvent, readState } from './labels.ts'
import { createPlaceFinder, type PlacedPair } from './pair-places.ts'
import { checkPlaces, contextOf } from './span-sets.ts'
import { sha256Of } from '../../files/digest.ts'

/** A clock that is further ahead would push all later events behind it. */
const MAX_AHEAD_MS = 24 * 3600 * 1000

const Uid = z
  .string()
  .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'uid is no UUID in lower case')

/** One line of a file of labels. It says all that is needed to find its pair in another corpus. */
const EventLine = z.object({
  format: z.literal(1),
  uid: Uid,
  annotator: Annotator,
  review: z.boolean(),
  kind: z.enum(['set', 'undo', 'redo']),
  target: Uid.nullable(),
  state: LabelState,
  /** Of the offsets in `state`. */
  unit: z.literal('code points'),
  seconds: z.number().min(0).max(1e9).nullable(),
  software: z.string().max(200),
  at: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'at is no time in UTC'),
  pair: z.object({
    page: z.string(),
    archive: z.string(),
    /** Of the record in the archive, in bytes. */
    offset: z.number().int().min(0),
    recordId: z.string().nullable(),
    picture: z.string(),
    /** Of the picture on its page, from 0. */
    position: z.number().int().min(0),
    /** `textsHash` */
    texts: z.string().regex(/^[0-9a-f]{64}$/),
  }),
})
type EventLine = z.infer<typeof EventLine>

/**
 * SHA-256 of the JSON array [before, caption, after], an absent text as null, of pairs without page
 * text [before, caption, after, alt, title]; lower-case hex.
 */
function textsHash(texts: ContextTexts): string {
  const { before, caption, after, alt = null, title = null } = texts
  const isOfTag = contextSources(texts) === TAG_SOURCES
  return sha256Of(JSON.stringify([before, caption, after, ...(isOfTag ? [alt, title] : [])]))
}

interface StoredEvent extends Omit<EventLine['pair'], 'texts'> {
  id: number
  uid: string
  annotator: string
  review: number
  pair_id: number
  kind: EventLine['kind']
  target: string | null
  state: string
  seconds: number | null
  software: string
  at: string
}

/** All events as JSON Lines, each with its line feed, in the order in which they came in. */
function* exportLabelEvents(db: ReaderDb): Generator<string, void, void> {
  const page = statement<StoredEvent>(
    db,
    `SELECT e.id, e.uid, e.annotator, e.review, e.pair_id, e.kind, e.target, e.state, e.seconds,
       e.software, e.at, g.url AS page, a.name AS archive, g.offset, g.record_id AS recordId,
       i.url AS picture, p.position
     FROM label_events e CROSS JOIN pairs p ON p.id = e.pair_id
       CROSS JOIN pages g ON g.id = p.page_id CROSS JOIN archives a ON a.id = g.archive_id
       CROSS JOIN images i ON i.id = p.image_id
     WHERE e.id > ? ORDER BY e.id LIMIT 500`,
  )
  for (let after = 0; ;) {
    const events = page.all(after)
    for (const event of events) {
      const state = readState(event.state)
      // A file never says what is not so.
      checkPlaces(db, event.pair_id, state.spans)
      const line: EventLine = {
        format: 1,
        uid: event.uid,
        annotator: event.annotator,
        review: event.review === 1,
        kind: event.kind,
        target: event.target,
        state,
        unit: 'code points',
        seconds: event.seconds,
        software: event.software,
        at: event.at,
        pair: {
          page: event.page,
          archive: event.archive,
          offset: event.offset,
          recordId: event.recordId,
          picture: event.picture,
          position: event.position,
          texts: textsHash(contextOf(db, event.pair_id) as ContextTexts),
        },
      }
      yield `${JSON.stringify(line)}\n`
    }
    const last = events.at(-1)
    if (!last) return
    after = last.id
  }
}

/**
 * `labels.export`: writes the file under its name when it is whole.
 * @throws AppError `io`
 */
export async function saveLabelEvents(
  db: ReaderDb,
  out: string,
): Promise<CallOutput<'labels.export'>> {
  const made = `${out}.new-${process.pid}-${Date.now()}`
  let events = 0
  try {
    const file = await open(made, 'wx')
    try {
      let part = ''
      for (const line of exportLabelEvents(db)) {
        part += line
        events++
        if (part.length < 1 << 20) continue
        await file.write(part)
        part = ''
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
  return { events }
}

/**
 * `labels.merge`: takes in events of other machines. Those that are here already (by uid) stay as
 * they are, so that a merge can be repeated, also after a kill. What cannot be taken is counted by
 * reason. The files are not trusted.
 * @throws AppError `not-found`, `io`
 */
export async function mergeLabelEvents(
  db: WriterDb,
  files: readonly string[],
): Promise<CallOutput<'labels.merge'>> {
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
  | 'line-too-long'
  | 'not-readable'
  | 'time-in-the-future'
  | 'pair-not-found'
  | 'other-texts'
  | 'quote-not-found'

function createMerge(db: WriterDb) {
  let added = 0
  let known = 0
  const refused = new Map<Refusal, { n: number; example: string }>()
  const pairs = createPairFinder(db)

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
    if (statement(db, 'SELECT 1 FROM label_events WHERE uid = ?').get(event.uid) !== undefined) {
      known++
      return
    }
    if (Date.parse(event.at) > Date.now() + MAX_AHEAD_MS) {
      return refuse('time-in-the-future', `${where}: ${event.at}`)
    }
    const found = pairs.find(event)
    if ('refusal' in found) return refuse(found.refusal, `${where}: ${found.detail}`)
    insertLabelEvent(db, { ...event, pairId: found.pairId })
    added++
  }

  return {
    take(file: string, lines: readonly Line[]): void {
      transaction(db, () => {
        for (const line of lines) takeLine(file, line)
      })
    },
    result: (): CallOutput<'labels.merge'> => ({
      added,
      known,
      refused: [...refused].map(([reason, { n, example }]) => ({ reason, n, example })),
    }),
    close: () => pairs.close(),
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
    return { problem: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'no event of a label'}` }
  }
  const at = new Date(event.at)
  // 30 February is read as 2 March, month 13 not at all.
  if (Number.isNaN(at.getTime()) || at.toISOString() !== event.at) {
    return { problem: `at: ${event.at} is no time` }
  }
  if ((event.kind === 'set') !== (event.target === null)) {
    return { problem: `target: does not fit ${event.kind}` }
  }
  if (event.state.status !== 'labeled' && event.state.spans.length > 0) {
    return { problem: `state: ${event.state.status}, yet with spans` }
  }
  return { event }
}

/** Finds the pair that an event of another corpus is about. */
function createPairFinder(db: WriterDb) {
  const places = createPlaceFinder(db)

  function candidates(wanted: EventLine['pair']): PlacedPair[] {
    const exact = places.exact(wanted)
    return exact.some((one) => textsHash(contextOf(db, one.id) as ContextTexts) === wanted.texts)
      ? exact
      : places.all(wanted, exact)
  }

  return {
    find(event: EventLine): { pairId: number } | { refusal: Refusal; detail: string } {
      const wanted = event.pair
      const all = candidates(wanted).map((one) => ({
        id: one.id,
        same: textsHash(contextOf(db, one.id) as ContextTexts) === wanted.texts,
        record:
          (wanted.recordId !== null && one.recordId === wanted.recordId) ||
          (one.archive === wanted.archive && one.offset === wanted.offset),
        position: one.position === wanted.position,
      }))
      const weight = (one: (typeof all)[number]): number =>
        Number(one.same) * 4 + Number(one.record) * 2 + Number(one.position)
      all.sort((a, b) => weight(b) - weight(a) || a.id - b.id)
      const detail = `${wanted.picture} on ${wanted.page}`
      if (all.length === 0) return { refusal: 'pair-not-found', detail }
      let problem = ''
      for (const one of all) {
        // That nothing describes the picture was said of texts that are not these.
        if (!one.same && event.state.status === 'labeled' && event.state.spans.length === 0)
          continue
        try {
          checkPlaces(db, one.id, event.state.spans)
          return { pairId: one.id }
        } catch (error) {
          if (!(error instanceof AppError)) throw error
          problem ||= error.message
        }
      }
      return problem === ''
        ? { refusal: 'other-texts', detail }
        : { refusal: 'quote-not-found', detail: `${detail}: ${problem}` }
    },
    close: () => places.close(),
  }
}
