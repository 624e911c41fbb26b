import { randomUUID } from 'node:crypto'
import type { SheetItem, Verdict } from '#shared/contract/judging.ts'
import { TextSource } from '#shared/domain.ts'
import type { ImageStatus } from '#shared/domain.ts'
import { AppError } from '#shared/errors.ts'
import { sha256Of } from '../../files/digest.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { statement, transaction } from '../statements.ts'
import { blurReader } from './columns.ts'
import { findModel, textKey } from './models.ts'
import { pairRows } from './pairs.ts'

/** Places among the scores of the population, and how many of them are drawn. */
export interface SampleStratum {
  from: number
  to: number
  take: number
}

/** A sample as it was drawn. */
export interface SampleRow {
  id: number
  modelId: number
  text: TextSource
  where: string
  cutoff: number
  seed: number
  strata: SampleStratum[]
  /** Of its population, ascending. */
  scores: Float32Array
  createdAt: string
}

export interface SampleItem {
  position: number
  pairId: number
  /** Among the scores of the population. */
  place: number
  /** Names the picture with the words. */
  subject: string
  words: string
}

/** The picture with the words, by content; a picture without bytes by its address. */
function subjectOf(picture: { sha256: string | null; imageUrl: string }, words: string): string {
  return sha256Of(JSON.stringify([picture.sha256 ?? `url:${picture.imageUrl}`, words]))
}

/**
 * Keeps a sample with its population. Drawn pairs that have lost their text since count with no words.
 * @param args.drawn in the order in which they are judged
 * @returns its id
 */
export function putSample(
  db: WriterDb,
  args: Omit<SampleRow, 'id' | 'modelId' | 'createdAt'> & {
    model: string
    drawn: readonly { pairId: number; place: number }[]
    software: string
  },
): number {
  return transaction(db, () => {
    const model = findModel(db, args.model)
    const { lastInsertRowid } = statement(
      db,
      `INSERT INTO judged_samples (uid, model_id, text_source, text_key, filter, cutoff, seed, strata,
         scores, software, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(
      randomUUID(),
      model.id,
      args.text,
      textKey(db, args.text),
      args.where,
      args.cutoff,
      args.seed,
      JSON.stringify(args.strata),
      Buffer.from(args.scores.buffer, args.scores.byteOffset, args.scores.byteLength),
      args.software,
      new Date().toISOString(),
    )
    const id = Number(lastInsertRowid)
    const put = statement(
      db,
      `INSERT INTO judged_items (sample_id, position, pair_id, place, subject, words)
       VALUES (?, ?, ?, ?, ?, ?)`,
    )
    const rows = new Map(
      pairRows(db, {
        ids: args.drawn.map(({ pairId }) => pairId),
        prefer: args.text,
        score: null,
      }).map((row) => [row.id, row]),
    )
    args.drawn.forEach(({ pairId, place }, position) => {
      const row = rows.get(pairId)
      if (!row) throw new AppError('not-found', `there is no pair ${pairId} in this corpus`)
      // Without words of its own a pair is shown another text, which was not scored.
      const words = row.textSource === args.text ? (row.text ?? '') : ''
      put.run(id, position, pairId, place, subjectOf(row, words), words)
    })
    return id
  })
}

interface StoredSample extends Omit<SampleRow, 'text' | 'strata' | 'scores'> {
  text: string
  strata: string
  scores: Uint8Array
}

const SAMPLE = `SELECT id, model_id AS modelId, text_source AS text, filter AS "where", cutoff, seed,
  strata, scores, created_at AS createdAt FROM judged_samples`

function toSample(row: StoredSample): SampleRow {
  // A copy: the bytes of a row begin at any place of their buffer.
  const bytes = new Uint8Array(row.scores)
  return {
    ...row,
    text: TextSource.parse(row.text),
    strata: JSON.parse(row.strata) as SampleStratum[],
    scores: new Float32Array(bytes.buffer),
  }
}

/** All samples, the newest first. */
export function listSamples(db: ReaderDb): SampleRow[] {
  return statement<StoredSample>(db, `${SAMPLE} ORDER BY id DESC`).all().map(toSample)
}

/** @throws AppError `not-found` */
export function sampleOf(db: ReaderDb, id: number): SampleRow {
  const row = statement<StoredSample>(db, `${SAMPLE} WHERE id = ?`).get(id)
  if (row) return toSample(row)
  throw new AppError(
    'not-found',
    `there is no judged sample ${id} in this corpus`,
    'gleaner judge list shows those that there are.',
  )
}

/** What was drawn, in the order in which it is judged. */
export function itemsOf(db: ReaderDb, sample: number): SampleItem[] {
  return statement<SampleItem>(
    db,
    `SELECT position, pair_id AS pairId, place, subject, words FROM judged_items
     WHERE sample_id = ? ORDER BY position`,
  ).all(sample)
}

/** What each judge says of the subjects of a sample now; who says nothing of one is not there. */
export function verdictsOf(
  db: ReaderDb,
  sample: number,
): { subject: string; judge: string; verdict: Verdict; at: string }[] {
  return statement<{ subject: string; judge: string; verdict: Verdict; at: string }>(
    db,
    `SELECT e.subject, e.judge, e.verdict, e.at FROM judgement_events e
     WHERE e.subject IN (SELECT subject FROM judged_items WHERE sample_id = ?)
       AND e.verdict IS NOT NULL AND e.id = (
         SELECT l.id FROM judgement_events l WHERE l.subject = e.subject AND l.judge = e.judge
         ORDER BY l.at DESC, l.uid DESC LIMIT 1)
     ORDER BY e.judge, e.at, e.uid`,
  ).all(sample)
}

/** `judging.sheet`: each subject once, where it was drawn first. */
export function sheetOf(db: ReaderDb, sample: number, judge: string): SheetItem[] {
  const said = new Map(
    verdictsOf(db, sample)
      .filter((one) => one.judge === judge)
      .map(({ subject, verdict }) => [subject, verdict]),
  )
  const picture = statement<Pick<SheetItem, 'sha256' | 'status' | 'width' | 'height'>>(
    db,
    `SELECT i.sha256, i.status, i.width, i.height FROM pairs p JOIN images i ON i.id = p.image_id
     WHERE p.id = ?`,
  )
  const isBlurred = blurReader(db)
  const seen = new Set<string>()
  return itemsOf(db, sample).flatMap(({ pairId, subject, words }) => {
    if (seen.has(subject)) return []
    seen.add(subject)
    const of = picture.get(pairId)
    return {
      pair: pairId,
      sha256: of?.sha256 ?? null,
      status: of?.status ?? ('missing' satisfies ImageStatus),
      width: of?.width ?? null,
      height: of?.height ?? null,
      words,
      blurred: isBlurred(pairId),
      verdict: said.get(subject) ?? null,
    }
  })
}

interface Said {
  sample: number
  judge: string
  software: string
}

/**
 * `judging.set`: one more event.
 * @returns its uid
 * @throws AppError `not-found` (the pair was not drawn)
 */
export function putJudgement(
  db: WriterDb,
  args: Said & { pair: number; verdict: Verdict | null; seconds: number | null },
): string {
  return transaction(db, () => {
    const item = statement<{ subject: string }>(
      db,
      'SELECT subject FROM judged_items WHERE sample_id = ? AND pair_id = ?',
    ).get(args.sample, args.pair)
    if (!item) {
      throw new AppError('not-found', `pair ${args.pair} was not drawn for sample ${args.sample}`)
    }
    return append(db, { ...args, subject: item.subject, kind: 'set', target: null })
  })
}

interface EventRow {
  uid: string
  subject: string
  kind: 'set' | 'undo'
  target: string | null
  at: string
}

/** `judging.undo`: the subject is then as it was before; null = nothing to take back. */
export function undoJudgement(
  db: WriterDb,
  args: Said,
): { pair: number; verdict: Verdict | null } | null {
  return transaction(db, () => {
    const events = statement<EventRow>(
      db,
      `SELECT uid, subject, kind, target, at FROM judgement_events WHERE judge = ?
         AND subject IN (SELECT subject FROM judged_items WHERE sample_id = ?)
       ORDER BY at DESC, uid DESC`,
    ).all(args.judge, args.sample)
    const undone = new Set(events.flatMap(({ target }) => target ?? []))
    const last = events.find(({ kind, uid }) => kind === 'set' && !undone.has(uid))
    if (!last) return null
    const verdict =
      statement<{ verdict: Verdict | null }>(
        db,
        `SELECT verdict FROM judgement_events WHERE subject = ? AND judge = ? AND (at, uid) < (?, ?)
         ORDER BY at DESC, uid DESC LIMIT 1`,
      ).get(last.subject, args.judge, last.at, last.uid)?.verdict ?? null
    const { subject, uid } = last
    append(db, { ...args, subject, kind: 'undo', target: uid, verdict, seconds: null })
    const first = statement<{ pair: number }>(
      db,
      `SELECT pair_id AS pair FROM judged_items WHERE sample_id = ? AND subject = ?
       ORDER BY position LIMIT 1`,
    ).get(args.sample, subject)
    return first ? { pair: first.pair, verdict } : null
  })
}

/** Later than all that the judge said and all that was said of the subject, as for labels. */
function append(
  db: WriterDb,
  event: Omit<Said, 'sample'> & {
    subject: string
    kind: EventRow['kind']
    target: string | null
    verdict: Verdict | null
    seconds: number | null
  },
): string {
  const last = statement<{ at: string | null }>(
    db,
    `SELECT max(at) AS at FROM (SELECT max(at) AS at FROM judgement_events WHERE judge = ?
       UNION ALL SELECT max(at) FROM judgement_events WHERE subject = ?)`,
  ).get(event.judge, event.subject)?.at
  const now = Date.now()
  const uid = randomUUID()
  statement(
    db,
    `INSERT INTO judgement_events (uid, judge, subject, kind, target, verdict, seconds, software, at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    uid,
    event.judge,
    event.subject,
    event.kind,
    event.target,
    event.verdict,
    event.seconds,
    event.software,
    new Date(last ? Math.max(now, Date.parse(last) + 1) : now).toISOString(),
  )
  return uid
}
