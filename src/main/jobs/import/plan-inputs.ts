import { resolve } from 'node:path'
import type { ImportInput } from '#shared/contract/jobs.ts'
import { AppError } from '#shared/errors.ts'
import { fingerprintFile } from '../../files/fingerprint.ts'
import { ChoiceNeeded } from '../../tables/choice-needed.ts'
import type { TableChoice } from '../../tables/choice-needed.ts'
import { findTables, tableName } from '../../tables/index.ts'
import type { TableInput } from '../../tables/index.ts'
import type { LeftOut } from './import-totals.ts'
import type { Planned } from './import-table.ts'
import type { JobContext } from '../run/job.ts'
import type { Choice, TableReader } from './table-calls.ts'

/** Whether a decision that is missing stops the whole import, or leaves one table out. */
export function stopsAll(about: TableChoice | null): boolean {
  return about === 'unit' || about === 'texts'
}

/** An error that keeps one table out, and no other. */
export function concernsOneTable(error: unknown): error is AppError {
  if (!(error instanceof AppError) || error.kind === 'canceled' || error.kind === 'internal') {
    return false
  }
  return !stopsAll(error instanceof ChoiceNeeded ? error.about : null)
}

/** The tables of each input; an input that holds none is told, and the others go on. */
export async function findInputs(
  inputs: readonly string[],
): Promise<{ sources: TableInput[]; left: LeftOut[] }> {
  const sources = new Map<string, TableInput>()
  const left: LeftOut[] = []
  for (const input of inputs) {
    try {
      // A table may be named by itself and with its folder.
      for (const source of await findTables(input)) sources.set(source.path, source)
    } catch (error) {
      if (!concernsOneTable(error)) throw error
      left.push({ path: resolve(input), name: tableName(resolve(input)), error })
    }
  }
  return { sources: [...sources.values()], left }
}

/**
 * Looks at every table before the first is imported. One that is damaged or none at all is left
 * out; one that needs a decision (its unit, its words) stops the import while nothing is written.
 * @throws AppError where a decision is missing; `internal` where there is no reader
 */
export async function planInputs(
  reader: TableReader,
  input: ImportInput,
  ctx: Pick<JobContext, 'signal' | 'progress'>,
): Promise<{ planned: Planned[]; left: LeftOut[] }> {
  const { signal } = ctx
  const { columns, modelName, unit, keep } = input
  const { sources, left } = await findInputs(input.inputs)
  const planned: Planned[] = []
  for (const [done, source] of sources.entries()) {
    if (signal.aborted) break
    const name = tableName(source.path)
    ctx.progress({ done, total: sources.length, unit: 'tables', note: `looking at ${name}` })
    try {
      const choices = { columns, modelName, unit, keep }
      const { value } = await reader.call('plan', { source, choices }, { about: name, signal })
      if ('choice' in value) throw choiceNeeded(value.choice)
      planned.push({ plan: value.plan, identity: await fingerprintFile(source.path) })
    } catch (error) {
      if (signal.aborted) break
      if (!concernsOneTable(error)) throw error
      left.push({ path: source.path, name, error })
    }
  }
  return { planned, left }
}

/** The error itself does not pass from process to process. */
function choiceNeeded({ about, message, hint, commandHint }: Choice): ChoiceNeeded {
  const window = hint ?? ''
  return new ChoiceNeeded(about, message, { window, command: commandHint ?? window })
}
