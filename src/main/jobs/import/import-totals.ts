import type { JobContext } from '../run/job.ts'

/** Counts of this run. */
export interface Totals {
  tables: number
  skipped: number
  rows: number
  pairs: number
  failures: number
  notPaired: number
  scores: number
  badScores: number
  vectors: number
  badVectors: number
}

/** Says at the end what came of it. */
export function reportTotals(totals: Totals, ctx: JobContext): void {
  const n = (value: number): string => value.toLocaleString('en')
  ctx.result('Tables', n(totals.tables))
  if (totals.skipped > 0) ctx.result('Already complete', n(totals.skipped))
  ctx.result('Rows', n(totals.rows))
  ctx.result('Pairs', n(totals.pairs))
  if (totals.notPaired > 0) ctx.result('Rows without a picture', n(totals.notPaired))
  if (totals.scores > 0) ctx.result('Scores', n(totals.scores))
  if (totals.vectors > 0) ctx.result('Rows of embeddings', n(totals.vectors))
  if (totals.failures > 0) ctx.result('Failures', n(totals.failures))
  if (totals.badScores > 0) {
    ctx.warn(`${n(totals.badScores)} values are no cosines in the unit given and were left out.`)
  }
  if (totals.badVectors > 0) {
    ctx.warn(`${n(totals.badVectors)} embeddings are all zero or not finite and were left out.`)
  }
}
