import { open, rename, rm } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { stringify } from 'csv-stringify/sync'
import { z } from 'zod'
import { Rater, Token, type Merged } from '#shared/contract/ratings.ts'
import { answersOf, CANNOT_JUDGE } from '#shared/studies/design.ts'
import { SOFTWARE } from '#shared/version.ts'
import { toMergeError, toStoreError } from '../errors.ts'
import { batchesOf, linesOf, MAX_LINE, parseLine } from '../line-file.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { statement, transaction } from '../statements.ts'
import {
  issueOf,
  tableRows,
  toCell,
  uidOfRow,
  type ReadRow,
  type TableRow,
} from './rating-table.ts'
import { insertRating, knownEvent, ratingEvents, type RatingEvent } from './ratings.ts'
import { shownName, stateOf, studyModels, type StudyRow } from './studies.ts'

/** A clock that is further ahead would push all later events behind it. */
const MAX_AHEAD_MS = 24 * 3600 * 1000

const Uid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
const Time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)

/** One line of a file of ratings: an event with the study that it belongs to. */
const EventLine = z.object({
  format: z.literal('gleaner rating 1'),
  study: z.string().max(100),
  hash: z.string().max(100),
  uid: Uid,
  rater: Rater,
  task: Token,
  aspect: z.string().max(40),
  kind: z.enum(['set', 'undo', 'redo']),
  target: Uid.nullable(),
  answer: z.string().max(8).nullable(),
  ms: z.number().int().min(0).nullable(),
  position: z.number().int().min(0).nullable(),
  zoom: z.number().positive().nullable(),
  firstLeft: z.boolean().nullable(),
  blind: z.boolean(),
  software: z.string().max(200),
  at: Time,
})
type EventLine = z.infer<typeof EventLine>

/** Writes a file under its name when it is whole. @throws AppError `io` */
async function writeWhole(out: string, parts: Iterable<string>): Promise<void> {
  const made = `${out}.new-${process.pid}-${Date.now()}`
  try {
    const file = await open(made, 'wx')
    try {
      let held = ''
      for (const part of parts) {
        held += part
        if (held.length < 1 << 20) continue
        await file.write(held)
        held = ''
      }
      await file.write(held)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(made, out)
  } catch (error) {
    await rm(made, { force: true })
    throw toStoreError(error, out)
  }
}

/** Every event of a study as JSON Lines, for merging elsewhere. @returns how many */
export async function saveRatingEvents(
  db: ReaderDb,
  study: StudyRow,
  out: string,
): Promise<number> {
  let rows = 0
  function* lines(): Generator<string> {
    for (const event of ratingEvents(db, study.id)) {
      const line: EventLine = {
        format: 'gleaner rating 1',
        ...event,
        study: study.uid,
        hash: study.hash ?? '',
      }
      rows++
      yield `${JSON.stringify(line)}\n`
    }
  }
  await writeWhole(out, lines())
  return rows
}

/** The columns of a table of ratings. */
export const RATING_COLUMNS = [
  'rater',
  'item',
  'model',
  'kind',
  'group',
  'level',
  'seed',
  'aspect',
  'value',
  'at',
] as const

/** An answer that counts, as a row of a table. `item` is the task's token. */
export interface CountedRating {
  rater: string
  item: string
  /** Its code while the study is blind, "" in a rater's copy. */
  model: string
  kind: string
  group: string
  level: number
  seed: string | null
  aspect: string
  /** As it was answered: 0-5, yes, partly, no, a count, "cannot". */
  value: string
  at: string
  ms: number | null
  position: number | null
  blind: number
  /** Of the picture, and its how manieth of model and prompt. */
  image: number
  take: number
}

/** All ratings of single pictures that count, as they are now: no practice, checks, repeats. */
export function countedRatings(db: ReaderDb, study: StudyRow): CountedRating[] {
  const models = new Map(studyModels(db, study).map((model) => [model.id, shownName(study, model)]))
  return statement<Omit<CountedRating, 'model'> & { model: number | null }>(
    db,
    `SELECT r.rater, r.task AS item, i.model_id AS model, p.kind, p.grp AS "group", p.level, i.seed,
       r.aspect, r.answer AS value, r.at, r.ms, r.position, r.blind, i.id AS image, i.take
     FROM ratings r JOIN study_tasks t ON t.token = r.task AND t.kind = 'item'
       JOIN study_images i ON i.id = t.image_id JOIN study_prompts p ON p.id = t.prompt_id
     WHERE r.study_id = ? ORDER BY r.rater, r.at, r.uid`,
  )
    .all(study.id)
    .map((row) => ({ ...row, model: row.model === null ? '' : (models.get(row.model) ?? '') }))
}

/** A comparison that counts. */
export interface CountedVote {
  rater: string
  item: string
  /** Names (codes while blind) of the models of the two pictures, in the order of the task. */
  first: string
  second: string
  kind: string
  group: string
  level: number
  /** `first`, `second`, `tie`, `bad`. */
  choice: string
  firstLeft: number | null
  at: string
  ms: number | null
  position: number | null
  blind: number
}

export function countedVotes(db: ReaderDb, study: StudyRow): CountedVote[] {
  const models = new Map(studyModels(db, study).map((model) => [model.id, shownName(study, model)]))
  const nameOf = (id: number | null): string => (id === null ? '' : (models.get(id) ?? ''))
  return statement<
    Omit<CountedVote, 'first' | 'second'> & { first: number | null; second: number | null }
  >(
    db,
    `SELECT r.rater, r.task AS item, i.model_id AS first, o.model_id AS second, p.kind,
       p.grp AS "group", p.level, r.answer AS choice, r.first_left AS firstLeft, r.at, r.ms,
       r.position, r.blind
     FROM ratings r JOIN study_tasks t ON t.token = r.task AND t.kind = 'pair'
       JOIN study_images i ON i.id = t.image_id JOIN study_images o ON o.id = t.other_id
       JOIN study_prompts p ON p.id = t.prompt_id
     WHERE r.study_id = ? ORDER BY r.rater, r.at, r.uid`,
  )
    .all(study.id)
    .map((row) => ({ ...row, first: nameOf(row.first), second: nameOf(row.second) }))
}

/**
 * What counts as CSV: `rater,item,model,kind,group,level,seed,aspect,value,at`. While the study is
 * blind, models go by codes and seeds are left out. @returns rows
 */
export async function saveRatingTable(db: ReaderDb, study: StudyRow, out: string): Promise<number> {
  const rows = countedRatings(db, study)
  function* parts(): Generator<string> {
    yield `${RATING_COLUMNS.join(',')}\n`
    for (const row of rows) {
      const shown = { ...row, seed: stateOf(study) === 'frozen' ? '' : row.seed }
      const cells = RATING_COLUMNS.map((column) => shown[column])
      yield stringify([cells.map((cell) => (typeof cell === 'string' ? toCell(cell) : cell))])
    }
  }
  await writeWhole(out, parts())
  return rows.length
}

/**
 * `ratings.merge`: takes in what was rated elsewhere: JSON Lines of events, or a table (CSV) with at
 * least rater, aspect, value, at, and item or (model, group, level, and seed where a model made
 * several). What is here already (by uid) stays, so that a merge can be repeated, also after a kill. What cannot be taken is counted by
 * reason. The files are not trusted.
 * @throws AppError `not-found`, `io`
 */
export async function mergeRatings(
  db: WriterDb,
  study: StudyRow,
  files: readonly string[],
): Promise<Merged> {
  const merge = createMerge(db, study)
  try {
    for (const file of files) {
      const read = /^\.(csv|tsv)$/i.test(extname(file)) ? tableRows(file) : eventLines(file)
      // Their texts were read by now: what is left of each is small.
      for await (const batch of batchesOf(read, () => 0)) merge.take(batch)
    }
    return merge.result()
  } catch (error) {
    throw toMergeError(error, db, files)
  }
}

type Read = ReadRow | ({ where: string } & { event: EventLine })

async function* eventLines(file: string): AsyncGenerator<Read, void, void> {
  for await (const { number, text } of linesOf(file)) {
    const where = `${basename(file)}, line ${number}`
    if (text === null) yield { where, problem: `more than ${MAX_LINE >> 20} MB` }
    else if (text.trim() !== '') yield { where, ...readLine(text) }
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
  if (!event) return { problem: issueOf(error) }
  if ((event.kind === 'set') !== (event.target === null)) {
    return { problem: `target does not fit ${event.kind}` }
  }
  return { event }
}

type Refusal =
  | 'not-readable'
  | 'other-study'
  | 'other-version-of-study'
  | 'task-not-found'
  | 'several-pictures'
  | 'aspect-not-found'
  | 'not-an-answer'
  | 'time-in-the-future'
  | 'known-otherwise'

function createMerge(db: WriterDb, study: StudyRow) {
  let added = 0
  let known = 0
  const refused = new Map<Refusal, { n: number; example: string }>()
  const forms = new Map(study.design.aspects.map(({ id, form }) => [id, new Set(answersOf(form))]))
  const findTask = createTaskFinder(db, study)

  function refuse(reason: Refusal, example: string): void {
    const seen = refused.get(reason)
    if (seen) seen.n++
    else refused.set(reason, { n: 1, example: example.slice(0, 300) })
  }

  function takeOne(read: Read): void {
    const { where } = read
    if ('problem' in read) return refuse('not-readable', `${where}: ${read.problem}`)
    const found = 'row' in read ? findTask.find(read.row) : []
    if ('row' in read && found.length !== 1) {
      return found.length === 0
        ? refuse('task-not-found', `${where}: no such picture in the study`)
        : refuse('several-pictures', `${where}: ${found.length} pictures fit; say the seed or item`)
    }
    const event = 'event' in read ? read.event : toEvent(study, read.row, found[0] as string)
    if (event.study !== study.uid) return refuse('other-study', `${where}: ${event.study}`)
    if (event.hash !== study.hash) {
      return refuse('other-version-of-study', `${where}: rated was ${event.hash.slice(0, 12)}`)
    }
    const at = new Date(event.at)
    if (Number.isNaN(at.getTime()) || at.toISOString() !== event.at) {
      return refuse('not-readable', `${where}: ${event.at} is no time`)
    }
    if (at.getTime() > Date.now() + MAX_AHEAD_MS) {
      return refuse('time-in-the-future', `${where}: ${event.at}`)
    }
    const kind = findTask.kindOf(event.task)
    if (kind === null) return refuse('task-not-found', `${where}: ${event.task}`)
    const isVote = kind.startsWith('pair')
    const answers = isVote ? VOTES : forms.get(event.aspect)
    if (!answers || isVote !== (event.aspect === '')) {
      return refuse('aspect-not-found', `${where}: ${event.aspect}`)
    }
    if (event.answer !== null && event.answer !== CANNOT_JUDGE && !answers.has(event.answer)) {
      return refuse('not-an-answer', `${where}: ${event.aspect} = ${event.answer}`)
    }
    const before = knownEvent(db, event.uid)
    if (before) {
      const isSame = SAME.every((key) => before[key] === event[key]) && before.study === study.id
      if (!isSame) return refuse('known-otherwise', `${where}: ${event.uid} says something else`)
      known++
      return
    }
    insertRating(db, { ...event, study: study.id } satisfies RatingEvent & { study: number })
    added++
  }

  return {
    take(batch: readonly Read[]): void {
      transaction(db, () => {
        for (const read of batch) takeOne(read)
      })
    },
    result: (): Merged => ({
      added,
      known,
      refused: [...refused].map(([reason, { n, example }]) => ({ reason, n, example })),
    }),
  }
}

/** An event never changes; whoever says it otherwise has made a mistake, or a forgery. */
const SAME = ['rater', 'task', 'aspect', 'kind', 'answer', 'at'] as const
const VOTES: ReadonlySet<string> = new Set(['first', 'second', 'tie', 'bad'])

interface TaskFinder {
  kindOf(token: string): string | null
  /** Tokens of the tasks that a row can mean: by its item, or by model, group, level and seed. */
  find(row: TableRow): string[]
}

function createTaskFinder(db: ReaderDb, study: StudyRow): TaskFinder {
  const kinds = new Map(
    statement<{ token: string; kind: string }>(
      db,
      'SELECT token, kind FROM study_tasks WHERE study_id = ?',
    )
      .all(study.id)
      .map(({ token, kind }) => [token, kind]),
  )
  const places = statement<{ token: string; seed: string | null }>(
    db,
    `SELECT t.token, i.seed FROM study_tasks t JOIN study_images i ON i.id = t.image_id
       JOIN study_models m ON m.id = i.model_id JOIN study_prompts p ON p.id = i.prompt_id
     WHERE t.study_id = ? AND t.kind = 'item' AND ? IN (m.name, m.code) AND p.grp = ? AND p.level = ?`,
  )
  return {
    kindOf: (token) => kinds.get(token) ?? null,
    find({ item, model, group, level, seed }) {
      if (item !== '') return kinds.has(item) ? [item] : []
      if (level === undefined) return []
      const found = places.all(study.id, model, group, level)
      const bySeed = found.filter((one) => seed === undefined || seed === '' || one.seed === seed)
      return bySeed.map(({ token }) => token)
    },
  }
}

/** A row of a table as an event. A table does not say whether it was blind: the time does. */
function toEvent(study: StudyRow, row: TableRow, task: string): EventLine {
  return {
    format: 'gleaner rating 1',
    study: study.uid,
    hash: study.hash ?? '',
    uid: uidOfRow(study.uid, task, row),
    rater: row.rater,
    task,
    aspect: row.aspect,
    kind: 'set',
    target: null,
    answer: row.value,
    ms: null,
    position: null,
    zoom: null,
    firstLeft: null,
    blind: study.unblindedAt === null || row.at < study.unblindedAt,
    software: SOFTWARE,
    at: row.at,
  }
}
