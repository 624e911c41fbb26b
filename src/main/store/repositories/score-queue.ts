import type { OwnText } from '#shared/domain.ts'
import { AppError } from '#shared/errors.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { statement, transaction } from '../statements.ts'
import { clearFailures, insertFailure } from './failures.ts'
import { textKey } from './models.ts'
import type { TextKey } from './models.ts'
import { currentSpanSet } from './span-sets.ts'

/** A pair with a picture and a text that has no score of this kind yet. */
export interface UnscoredPair {
  pairId: number
  imageUrl: string
  /** Of the picture's bytes, lower-case hex. */
  sha256: string
  text: string
}

/** Where the words of a source lie; only for SQL that is written here. */
const TEXT_COLUMNS: Record<Exclude<OwnText, 'span'>, string> = {
  alt: 'p.alt',
  caption: 'p.caption',
  title: 'p.title',
  before: 'c.before',
  after: 'c.after',
}
/** A text whose pairs are scored; of spans always one set, whatever is chosen meanwhile. */
export type ScorableText = TextKey

/**
 * What is scored when a text is asked for; `span` is the set that is current now.
 * @throws AppError `invalid-input` when no set of spans is chosen
 */
export function scorableText(db: ReaderDb, text: OwnText): ScorableText {
  if (text === 'span' && currentSpanSet(db) === null) {
    throw new AppError(
      'invalid-input',
      'No set of spans is chosen in this corpus, so there is none to score.',
      'Predict spans, or choose a set of spans first.',
    )
  }
  return textKey(db, text)
}

/** Set of a span's key, null for the other texts. */
function setOf(text: ScorableText): number | null {
  return text.startsWith('span@') ? Number(text.slice('span@'.length)) : null
}

function columnOf(text: ScorableText): string {
  return setOf(text) === null ? TEXT_COLUMNS[text as keyof typeof TEXT_COLUMNS] : 'sp.quote'
}

/**
 * Where the words of a text lie, joined to `pairs p`; a set of spans is the parameter `set`.
 */
export function fromTextOf(text: TextKey): { column: string; joins: string; set: number | null } {
  const set = setOf(text)
  const joins =
    set !== null
      ? 'CROSS JOIN spans sp ON sp.set_id = @set AND sp.pair_id = p.id AND sp.rank = 0'
      : text === 'before' || text === 'after'
        ? 'CROSS JOIN contexts c ON c.pair_id = p.id'
        : ''
  return { column: columnOf(text), joins, set }
}

function from(text: ScorableText): string {
  const context = text === 'before' || text === 'after'
  const span = setOf(text) !== null
  // CROSS JOIN keeps the order: pairs by their id, so that the next ones are found without a sort.
  return `FROM pairs p CROSS JOIN images i ON i.id = p.image_id
    ${context ? 'CROSS JOIN contexts c ON c.pair_id = p.id' : ''}
    ${span ? 'CROSS JOIN spans sp ON sp.set_id = @set AND sp.pair_id = p.id AND sp.rank = 0' : ''}
    LEFT JOIN scores s ON s.model_id = @modelId AND s.text_source = @text AND s.pair_id = p.id
    WHERE i.status = 'ok' AND i.sha256 IS NOT NULL AND ${columnOf(text)} <> ''`
}

/** Pairs that can have a score of this kind, and how many of them have it. */
export function countScorable(
  db: ReaderDb,
  args: { modelId: number; text: ScorableText },
): { total: number; scored: number } {
  return (
    statement<{ total: number; scored: number }>(
      db,
      `SELECT count(*) AS total, count(s.pair_id) AS scored ${from(args.text)}`,
    ).get({ ...args, set: setOf(args.text) }) ?? { total: 0, scored: 0 }
  )
}

/** Pairs of the corpus, and those whose picture is held. */
export function countPictured(db: ReaderDb): { pairs: number; with: number } {
  return (
    statement<{ pairs: number; with: number }>(
      db,
      `SELECT count(*) AS pairs, ifnull(sum(i.status = 'ok' AND i.sha256 IS NOT NULL), 0) AS "with"
       FROM pairs p JOIN images i ON i.id = p.image_id`,
    ).get() ?? { pairs: 0, with: 0 }
  )
}

/** The next unscored pairs after an id, in the order of their ids. */
export function unscoredPairs(
  db: ReaderDb,
  args: { modelId: number; text: ScorableText; afterId: number; limit: number },
): UnscoredPair[] {
  return statement<UnscoredPair>(
    db,
    `SELECT p.id AS pairId, i.url AS imageUrl, i.sha256 AS sha256, ${columnOf(args.text)} AS text
     ${from(args.text)} AND s.pair_id IS NULL AND p.id > @afterId ORDER BY p.id LIMIT @limit`,
  ).all({ ...args, set: setOf(args.text) })
}

/** Notes that a picture could not be scored, once however often it is tried. */
export function putScoreFailure(
  db: WriterDb,
  failure: { url: string; reason: string; detail: string },
): void {
  transaction(db, () => {
    clearFailures(db, 'score', failure.url)
    insertFailure(db, { stage: 'score', ...failure })
  })
}
