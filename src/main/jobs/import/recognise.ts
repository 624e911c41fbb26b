import { basename } from 'node:path'
import type { CallArgs, CallOutput } from '#shared/contract/index.ts'
import { findTables } from '../../tables/index.ts'
import { toRefusal } from './import-plan.ts'
import type { TableReader } from './table-calls.ts'

const MOST_TABLES = 20
/** Somebody waits for the answer. */
const PATIENCE_MS = 10_000

/** `tables.recognise`: what an import would do, without doing it. */
export async function recogniseInputs(
  args: CallArgs<'tables.recognise'>,
  reader: TableReader,
): Promise<CallOutput<'tables.recognise'>> {
  const sources = await findTables(args.path)
  const found: CallOutput<'tables.recognise'> = { n: sources.length, tables: [], refusal: null }
  for (const source of sources.slice(0, MOST_TABLES)) {
    try {
      const { value } = await reader.call(
        'look',
        { source, choices: args },
        { about: basename(source.path), patienceMs: PATIENCE_MS },
      )
      if (value.table) found.tables.push(value.table)
      found.refusal ??= value.refusal
    } catch (error) {
      found.refusal ??= toRefusal(error)
    }
  }
  return found
}
