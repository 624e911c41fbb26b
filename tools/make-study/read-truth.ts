import { parse } from 'csv-parse/sync'
import type { RatedPicture } from './raters.ts'
import { ASPECTS } from './truth.ts'
import type { Ratings } from './truth.ts'

/** The pictures of a `truth.csv` with their true ratings. Throws RangeError on a row that is none. */
export function readTruth(text: string): RatedPicture[] {
  const rows = parse<Record<string, string>>(text, { columns: true })
  return rows.map((row, i): RatedPicture => {
    const number = (name: string): number => {
      const value = Number(row[name] || Number.NaN)
      if (!Number.isInteger(value)) throw new RangeError(`row ${i + 1} has no whole "${name}"`)
      return value
    }
    return {
      model: row.model ?? '',
      kind: row.kind ?? '',
      group: row.group ?? '',
      level: number('level'),
      seed: number('seed'),
      ratings: Object.fromEntries(ASPECTS.map((aspect) => [aspect, number(aspect)])) as Ratings,
    }
  })
}
