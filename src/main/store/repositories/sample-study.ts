import type { ReaderDb, WriterDb } from '../open.ts'
import { statement } from '../statements.ts'

/** In `meta`: when the sample study was made whole. It stays where the study is deleted. */
const MADE = 'sample-study'

/** Whether a corpus has had the sample study, be it there or deleted since. */
export function hadSampleStudy(db: ReaderDb): boolean {
  return statement(db, 'SELECT 1 FROM meta WHERE key = ?').get(MADE) !== undefined
}

export function noteSampleStudy(db: WriterDb): void {
  statement(db, 'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING').run(
    MADE,
    new Date().toISOString(),
  )
}

/** How many events a study holds of these raters. */
export function answersOfRaters(
  db: ReaderDb,
  { id }: { id: number },
  raters: readonly string[],
): number {
  const sql =
    'SELECT count(*) AS n FROM rating_events WHERE study_id = ? AND rater IN (SELECT value FROM json_each(?))'
  return statement<{ n: number }>(db, sql).get(id, JSON.stringify(raters))?.n ?? 0
}
