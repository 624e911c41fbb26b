import { AppError } from '#shared/errors.ts'
import type { JobContext } from '../run/job.ts'

/** An input, or a table of one, that is not taken. */
export interface LeftOut {
  path: string
  /** As people know it: `train/metadata.jsonl`. */
  name: string
  error: AppError
}

/** Counts of this run. */
export interface Totals {
  tables: number
  skipped: number
  rows: number
  /** Rows that an earlier run had taken of tables that this one went on with. */
  earlierRows: number
  pairs: number
  /** Rows that are failures. */
  failedRows: number
  failures: number
  notPaired: number
  scores: number
  badScores: number
  /** Numbers that are not finite, or too large to be kept exactly. */
  badNumbers: number
  vectors: number
  badVectors: number
}

export function newTotals(): Totals {
  return {
    tables: 0,
    skipped: 0,
    rows: 0,
    earlierRows: 0,
    pairs: 0,
    failedRows: 0,
    failures: 0,
    notPaired: 0,
    scores: 0,
    badScores: 0,
    badNumbers: 0,
    vectors: 0,
    badVectors: 0,
  }
}

const n = (value: number): string => value.toLocaleString('en')
/** Inputs that are named one by one; the list of failures has all. */
const MOST_NAMED = 20

/** Says at the end what was taken and what was not. */
export function reportTotals(
  totals: Totals,
  left: readonly LeftOut[],
  ctx: Pick<JobContext, 'result' | 'warn'>,
): void {
  ctx.result('Tables', n(totals.tables))
  if (totals.skipped > 0) ctx.result('Already complete', n(totals.skipped))
  if (left.length > 0) ctx.result('Tables with errors', n(left.length))
  ctx.result('Rows', n(totals.rows))
  ctx.result('Pairs', n(totals.pairs))
  if (totals.notPaired > 0) ctx.result('Rows without a picture', n(totals.notPaired))
  if (totals.scores > 0) ctx.result('Scores', n(totals.scores))
  if (totals.vectors > 0) ctx.result('Rows of embeddings', n(totals.vectors))
  const failures = totals.failures + left.length
  if (failures > 0) ctx.result('Failures', n(failures))
  for (const one of left.slice(0, MOST_NAMED)) ctx.warn(inWords(one))
  if (left.length > MOST_NAMED) {
    ctx.warn(`${n(left.length - MOST_NAMED)} more tables could not be taken; see the failures.`)
  }
  if (totals.failedRows > 0) {
    ctx.warn(
      `${n(totals.failedRows)} of ${n(totals.rows)} rows could not be read and were left out.`,
    )
  }
  if (totals.badScores > 0) {
    ctx.warn(`${n(totals.badScores)} values are no cosines in the unit given and were left out.`)
  }
  if (totals.badNumbers > 0) {
    ctx.warn(
      `${n(totals.badNumbers)} numbers are not finite or larger than 2^53 and were left out.`,
    )
  }
  if (totals.badVectors > 0) {
    ctx.warn(`${n(totals.badVectors)} embeddings are all zero or not finite and were left out.`)
  }
}

/** Why an input is left out, its name once. */
function inWords({ path, name, error }: LeftOut): string {
  const message = error.message.replaceAll(path, name)
  return message.includes(name) ? message : `${name}: ${message}`
}

/** Neither this run nor an earlier one took anything of what was given. */
export function isNothing(totals: Totals): boolean {
  return (
    totals.pairs === 0 && totals.vectors === 0 && totals.skipped === 0 && totals.earlierRows === 0
  )
}

/** Why nothing was imported where no table could be opened. */
export function nothingRead(left: readonly LeftOut[]): AppError {
  const { error } = left[0] as LeftOut
  if (left.length === 1) return error
  return new AppError(
    error.kind,
    `None of ${n(left.length)} inputs can be imported. The first: ${error.message}`,
    hintOf(error),
    { cause: error, details: left.map(inWords).join('\n') },
  )
}

/** Why nothing was imported where tables were opened. */
export function nothingTaken(totals: Totals, left: readonly LeftOut[]): AppError {
  if (totals.rows === 0 && left.length > 0) return nothingRead(left)
  const reasons = [
    ...(totals.failedRows > 0 ? [`${n(totals.failedRows)} could not be read`] : []),
    ...(totals.notPaired > 0 ? [`${n(totals.notPaired)} name no picture`] : []),
  ]
  return new AppError(
    'invalid-input',
    totals.rows === 0
      ? 'Nothing was imported: there are no rows.'
      : `Nothing was imported: of ${n(totals.rows)} rows ${reasons.join(', ')}.`,
    {
      window: 'The failures of the corpus say why, row by row.',
      command: 'gleaner stats counts the reasons.',
    },
  )
}

function hintOf(error: AppError): { window: string; command: string } | undefined {
  if (error.hint === undefined) return undefined
  return { window: error.hint, command: error.commandHint ?? error.hint }
}
