import type { ReaderDb } from '../open.ts'
import { statement } from '../statements.ts'

export interface RatingCounts {
  /** Raters with an answer that is not taken back. */
  raters: number
  /** Answers as they are now, without practice, checks and repeats. */
  ratings: number
}

interface Kept {
  /** The last event that is counted. */
  last: number
  ratings: number
  byRater: Map<string, number>
}

/** By connection and uid of a study: events are only added, so that what was counted stays counted. */
let kept = new WeakMap<ReaderDb, Map<string, Kept>>()

/** A study was removed: the numbers of its events are given anew. */
export function forgetCounts(): void {
  kept = new WeakMap()
}

const IS_COUNTED = `EXISTS (SELECT 1 FROM study_tasks t WHERE t.token = e.task AND t.kind IN ('item', 'pair'))`
const LAST = `SELECT l.answer FROM rating_events l
  WHERE l.study_id = e.study_id AND l.rater = e.rater AND l.task = e.task AND l.aspect = e.aspect`

/**
 * How many answers a study has. The first time it looks at all events; then at those that came since,
 * so that it takes no longer with each of 100,000.
 */
export function countRatings(db: ReaderDb, study: { id: number; uid: string }): RatingCounts {
  let studies = kept.get(db)
  if (!studies) kept.set(db, (studies = new Map()))
  let counts = studies.get(study.uid)
  if (!counts) studies.set(study.uid, (counts = { last: 0, ratings: 0, byRater: new Map() }))
  // By number, not by study: the new ones are at the end.
  const changes = statement<{ rater: string; counts: number; change: number }>(
    db,
    `WITH e AS (
       SELECT DISTINCT study_id, rater, task, aspect FROM rating_events
       WHERE id > @last AND +study_id = @study
     )
     SELECT e.rater, ${IS_COUNTED} AS counts,
       ((${LAST} ORDER BY l.at DESC, l.uid DESC LIMIT 1) IS NOT NULL) -
       ((${LAST} AND l.id <= @last ORDER BY l.at DESC, l.uid DESC LIMIT 1) IS NOT NULL) AS change
     FROM e`,
  )
  const last =
    statement<{ last: number | null }>(db, 'SELECT max(id) AS last FROM rating_events').get()
      ?.last ?? 0
  if (last > counts.last) {
    for (const { rater, counts: isCounted, change } of changes.all({
      last: counts.last,
      study: study.id,
    })) {
      if (change === 0) continue
      counts.byRater.set(rater, (counts.byRater.get(rater) ?? 0) + change)
      if (isCounted === 1) counts.ratings += change
    }
    counts.last = last
  }
  const raters = [...counts.byRater.values()].filter((n) => n > 0).length
  return { raters, ratings: counts.ratings }
}
