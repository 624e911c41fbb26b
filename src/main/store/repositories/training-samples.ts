import type { Span } from '#shared/text/spans.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { statement, transaction } from '../statements.ts'

/** One text of the test sites. Spans in code points of the pair's running text. */
export interface TrainingSample {
  pairId: number
  gold: Span
  /** null = the model says that nothing describes the picture. */
  found: Span | null
  iou: number
}

/** Writes down what a run's test found, in the place of what a test of it found before. */
export function saveTrainingSamples(
  db: WriterDb,
  run: string,
  samples: readonly TrainingSample[],
): void {
  transaction(db, () => {
    statement(db, 'DELETE FROM training_samples WHERE run_id = ?').run(run)
    const insert = statement(
      db,
      `INSERT INTO training_samples (run_id, pair_id, gold_start, gold_end, found_start, found_end, iou)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
    for (const { pairId, gold, found, iou } of samples) {
      insert.run(run, pairId, gold.start, gold.end, found?.start ?? null, found?.end ?? null, iou)
    }
  })
}

/** In the order of the pairs. */
export function trainingSamples(db: ReaderDb, run: string): TrainingSample[] {
  return statement<{
    pair_id: number
    gold_start: number
    gold_end: number
    found_start: number | null
    found_end: number | null
    iou: number
  }>(db, 'SELECT * FROM training_samples WHERE run_id = ? ORDER BY pair_id')
    .all(run)
    .map((row) => ({
      pairId: row.pair_id,
      gold: { start: row.gold_start, end: row.gold_end },
      found:
        row.found_start === null || row.found_end === null
          ? null
          : { start: row.found_start, end: row.found_end },
      iou: row.iou,
    }))
}
