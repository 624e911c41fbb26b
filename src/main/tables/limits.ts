import { AppError } from '#shared/errors.ts'

/** A table of embeddings, one number a column, has some thousand. */
export const MOST_COLUMNS = 10_000
/** Each becomes a model of its own. */
export const MOST_SCORES = 200

/** Characters after which a batch is handed on, however few its rows. */
export const HEAVY = 4 << 20

/** @throws AppError `invalid-input` for a table that is wider than any that is read */
export function checkColumns(path: string, n: number): void {
  if (n <= MOST_COLUMNS) return
  throw new AppError(
    'invalid-input',
    `${path} has ${n.toLocaleString('en')} columns; up to ${MOST_COLUMNS.toLocaleString('en')} are read.`,
    'Write it again with the columns of pictures, words and scores alone.',
  )
}
