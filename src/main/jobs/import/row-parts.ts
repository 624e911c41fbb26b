import { HEAVY } from '../../tables/index.ts'
import type { Cell, RowBatch } from '../../tables/index.ts'

/**
 * A batch in parts that the engine takes in at once without being held up: some millions of
 * characters each. A row of more than that is no row of words and addresses; it fails.
 * Numbers that JSON has no word for come as text (`NaN`, `Infinity`), which `toNumber` reads.
 */
export function* handyParts(batch: RowBatch): Generator<RowBatch, void, void> {
  const failed = new Map(batch.failures.map((failure) => [failure.row, failure]))
  let part = emptyPart(batch, batch.from)
  let weight = 0
  for (let i = 0; i < batch.rows; i++) {
    const row = batch.from + i
    const own = weightOf(batch, i)
    const isTooLong = own > HEAVY && !failed.has(row)
    if (part.rows > 0 && weight + (isTooLong ? 0 : own) > HEAVY) {
      yield part
      part = emptyPart(batch, row)
      weight = 0
    }
    const failure = failed.get(row)
    if (failure) part.failures.push(failure)
    if (isTooLong) {
      const detail = `row ${row + 1}: ${own} characters; up to ${HEAVY} are read`
      part.failures.push({ row, line: null, reason: 'row-too-long', detail })
    } else weight += own
    batch.values.forEach((column, k) =>
      part.values[k]?.push(isTooLong ? null : plain(column[i] ?? null)),
    )
    part.rows++
  }
  if (part.rows > 0) yield part
}

function emptyPart(batch: RowBatch, from: number): RowBatch {
  return {
    from,
    rows: 0,
    values: batch.values.map(() => []),
    failures: [],
    position: batch.position,
  }
}

function weightOf({ values }: RowBatch, i: number): number {
  let weight = 0
  for (const column of values) {
    const cell = column[i]
    if (typeof cell === 'string') weight += cell.length
  }
  return weight
}

function plain(cell: Cell): Cell {
  return typeof cell === 'number' && !Number.isFinite(cell) ? String(cell) : cell
}
