import { CsvError, parse } from 'csv-parse/sync'
import type { PromptRefusal } from '#shared/contract/prompts.ts'
import { AppError } from '#shared/errors.ts'
import { levelOfColumn, promptsOfRows, roleOf } from './prompt-rows.ts'
import type { PromptReading, PromptRole, PromptRow } from './prompt-rows.ts'

const DELIMITERS = [',', '\t', ';', '|'] as const
/** In lines; a quoted field of a prompt is not longer. */
const MAX_RECORD = 1 << 20

interface Parsed {
  record: string[]
  info: { lines: number }
}

/**
 * Reads separated values with a heading, one prompt a row, or one group a row with a column for
 * each level ("level 1", "level 2", ...).
 */
export function readCsv(text: string, name: string): PromptReading {
  const delimiter = delimiterOf(text)
  const records = parseRows(text, delimiter, name)
  const heading = records[0]?.record ?? []
  const roles = rolesOf(heading)
  const levels = heading.map(levelOfColumn)
  const isWide = !roles.includes('prompt') && levels.some((level) => level !== null)
  if (/\.txt$/i.test(name) && !isWide && roles.every((role) => role === null)) {
    const lines = text.split(/\r\n|\n|\r/).map((line, i) => ({ line: i + 1, text: line }))
    return promptsOfRows(lines.filter((row) => row.text.trim() !== ''))
  }
  if (!isWide && !roles.includes('prompt')) {
    // A list of prompts, one a line, needs no heading.
    if (heading.length === 1 || records.every(({ record }) => record.length === 1)) {
      return promptsOfRows(
        records.map(({ record, info }) => ({ line: info.lines, text: record[0] })),
      )
    }
    throw new AppError(
      'invalid-input',
      `${name} has no column of prompts: its columns are ${heading.slice(0, 12).join(', ')}`,
      'Name the column "prompt", and the others "group", "kind" and "level".',
    )
  }
  const rows: PromptRow[] = []
  const refused: PromptRefusal[] = []
  let end = records[0]?.info.lines ?? 1
  for (const { record, info } of records.slice(1)) {
    const line = end + 1
    end = info.lines
    const surplus = record.slice(heading.length).some((cell) => cell.trim() !== '')
    if (surplus) {
      const detail = `${record.length} fields instead of ${heading.length}; quote what holds a separator`
      refused.push({ line, reason: 'ragged-row', detail })
      continue
    }
    const cell = (role: PromptRole): string | undefined => record[roles.indexOf(role)]
    const row = { line, group: cell('group'), kind: cell('kind'), id: cell('id') }
    if (!isWide) rows.push({ ...row, level: cell('level'), text: cell('prompt') })
    else {
      for (const [i, level] of levels.entries()) {
        const text = record[i]?.trim()
        if (level === null || !text) continue
        // A row without a group is one of its own.
        const group = row.group?.trim() || row.id?.trim() || `line ${line}`
        rows.push({ ...row, group, level: String(level), text })
      }
    }
  }
  return promptsOfRows(rows, refused)
}

/** What each column is; of several with the same meaning the first. */
function rolesOf(heading: readonly string[]): (PromptRole | null)[] {
  const seen = new Set<PromptRole>()
  return heading.map((name) => {
    const role = roleOf(name)
    if (role === null || seen.has(role)) return null
    seen.add(role)
    return role
  })
}

/** The one whose heading says most; a comma where none says anything. */
function delimiterOf(text: string): string {
  const line = text.slice(0, 10_000).split(/\r?\n/, 1)[0] ?? ''
  const says = (delimiter: string): number =>
    line
      .split(delimiter)
      .map((name) => name.replaceAll('"', ''))
      .filter((name) => roleOf(name) !== null || levelOfColumn(name) !== null).length
  return DELIMITERS.reduce<string>((best, one) => (says(one) > says(best) ? one : best), ',')
}

function parseRows(text: string, delimiter: string, name: string): Parsed[] {
  try {
    return parse(text, {
      delimiter,
      info: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      max_record_size: MAX_RECORD,
    }) as unknown as Parsed[]
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const at = Number((error as { lines?: unknown }).lines ?? 1)
    throw new AppError(
      'damaged',
      `${name} cannot be read: a quoted field near line ${at} is never closed`,
      'Close the quote there, or double it if it is part of the text.',
      { cause: error, details: error.message },
    )
  }
}
