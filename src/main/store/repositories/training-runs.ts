import { TrainingRun } from '#shared/contract/training.ts'
import { AppError } from '#shared/errors.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { statement, transaction } from '../statements.ts'

/**
 * Writes a training down, new or changed; after each epoch, so that a kill loses no curve.
 * @throws ZodError for what is no run: a loss that is not a number must not be kept as one
 */
export function saveTrainingRun(db: WriterDb, run: TrainingRun): void {
  statement(
    db,
    `INSERT INTO training_runs (id, run, created_at) VALUES (?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET run = excluded.run`,
  ).run(run.id, JSON.stringify(TrainingRun.parse(run)), run.createdAt)
}

/** Newest first: `training.runs`. */
export function listTrainingRuns(db: ReaderDb): TrainingRun[] {
  return statement<{ run: string }>(
    db,
    'SELECT run FROM training_runs ORDER BY created_at DESC, rowid DESC',
  )
    .all()
    .map(({ run }) => read(run))
}

/** What ran when the program died is now `interrupted`. Call it once after opening. */
export function markRunsInterrupted(db: WriterDb): number {
  return transaction(db, () => {
    const running = listTrainingRuns(db).filter(({ state }) => state === 'running')
    for (const run of running) saveTrainingRun(db, { ...run, state: 'interrupted' })
    return running.length
  })
}

/** Checked: a corpus may come from somebody else. */
function read(run: string): TrainingRun {
  const { data } = TrainingRun.safeParse(JSON.parse(run))
  if (data) return data
  throw new AppError('damaged', 'the corpus holds a training run that cannot be read')
}
