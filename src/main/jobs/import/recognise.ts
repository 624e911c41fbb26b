import type { CallArgs, CallOutput } from '#shared/contract/index.ts'
import { findTables, tableName } from '../../tables/index.ts'
import { toRefusal } from './import-plan.ts'
import type { Refusal } from './import-plan.ts'
import { stopsAll } from './plan-inputs.ts'
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
  const tables: CallOutput<'tables.recognise'>['tables'] = []
  const left: { name: string; refusal: Refusal }[] = []
  let refusal: Refusal | null = null
  let taken = 0
  for (const source of sources.slice(0, MOST_TABLES)) {
    const name = tableName(source.path)
    const seen = await reader
      .call('look', { source, choices: args }, { about: name, patienceMs: PATIENCE_MS })
      .then(
        ({ value }) => value,
        (error: unknown) => ({ table: null, refusal: toRefusal(error) }),
      )
    if (seen.table) tables.push(seen.table)
    if (!seen.refusal) taken++
    else if (stopsAll(seen.refusal.about)) refusal ??= seen.refusal
    else {
      const message = seen.refusal.message.replaceAll(source.path, name)
      left.push({ name, refusal: { ...seen.refusal, message } })
    }
  }
  if (taken === 0) refusal ??= left.shift()?.refusal ?? null
  return {
    n: sources.length,
    tables,
    refusal,
    left: left.map((one) => ({ name: one.name, message: one.refusal.message })),
  }
}
