import { basename } from 'node:path'
import type { ScoredTable } from '#shared/contract/tables.ts'
import { AppError } from '#shared/errors.ts'
import { openTable, toNumber } from './recognise.ts'
import { createSpread } from './spread.ts'
import type { TableColumn } from './types.ts'

const SCORE = /^similarity(_|$)/i
const PROBLEM = /^similarity_problem/i
const ROWS = 5_000
/** Reasons that are told apart, and rows of each that are shown. */
const MOST_REASONS = 50
const FIRST = 5
const BINS = 80

/**
 * Reads a table that `similarity` wrote, in one pass and in memory that does not grow with it.
 * @param onPosition told now and then how far the file was read, bytes
 * @throws AppError `invalid-input` for a table without such columns; what tables throw
 */
export async function readScored(
  path: string,
  onPosition: (position: number) => Promise<void>,
  signal: AbortSignal,
): Promise<ScoredTable> {
  const table = await openTable(path)
  try {
    const { scores, problem } = scoredColumns(table.columns, path)
    const spreads = scores.map(() => createSpread())
    const problems = new Map<string, ScoredTable['problems'][number]>()
    let rows = 0
    const columns = [...scores, problem]
    for await (const batch of table.read({ columns, rows: ROWS, signal, onPosition })) {
      for (let i = 0; i < batch.rows; i++) {
        for (const [c, spread] of spreads.entries()) {
          const value = toNumber(batch.values[c]?.[i])
          if (value !== null && Number.isFinite(value)) spread.add(value)
        }
        const what = batch.values[scores.length]?.[i] ?? ''
        if (what !== '') count(problems, String(what), rows + i + 1)
      }
      rows += batch.rows
      await onPosition(batch.position)
    }
    return {
      path,
      rows,
      scores: scores.map((column, c) => ({
        column,
        ...(spreads[c] as ReturnType<typeof createSpread>).told(BINS),
      })),
      problems: [...problems.values()].sort((a, b) => b.n - a.n),
    }
  } finally {
    await table.close()
  }
}

/** The last column of problems, and the scores that stand before it without a gap. */
function scoredColumns(
  columns: readonly TableColumn[],
  path: string,
): { scores: string[]; problem: string } {
  const at = columns.findLastIndex(({ name }) => PROBLEM.test(name))
  let from = at
  while (from > 0 && SCORE.test(columns[from - 1]?.name ?? '')) from--
  const problem = columns[at]?.name
  if (problem === undefined || from === at) {
    throw new AppError(
      'invalid-input',
      `${basename(path)} has no similarities that Gleaner wrote.`,
      'Score a table first; its result has the columns similarity and similarity_problem.',
    )
  }
  return { scores: columns.slice(from, at).map(({ name }) => name), problem }
}

function count(
  problems: Map<string, ScoredTable['problems'][number]>,
  what: string,
  row: number,
): void {
  const full = reasonOf(what)
  const reason = problems.has(full) || problems.size < MOST_REASONS ? full : 'other reasons'
  const found = problems.get(reason) ?? { reason, n: 0, first: [] }
  problems.set(reason, found)
  found.n++
  if (found.first.length < FIRST) found.first.push({ row, what })
}

/** A reason without what it is about, so that rows of one kind are one: `picture: http-404`. */
function reasonOf(what: string): string {
  if (/^picture: there is no file /.test(what)) return 'picture: there is no file'
  if (/^picture: .* is no file$/.test(what)) return 'picture: not a file'
  return what.split(': ').slice(0, 2).join(': ').slice(0, 120)
}
