import type { CallArgs, RecognisedTable, ScoredTable } from '#shared/contract/index.ts'
import { createWatched } from '../../processes/watched.ts'
import type { Watched } from '../../processes/watched.ts'
import type { RowBatch, TableInput } from '../../tables/index.ts'
import type { ImportChoices, ImportPlan, Refusal } from './import-plan.ts'

/** Reading tables that strangers wrote, in a process of its own: `table-tasks.ts` does it. */
export interface TableCalls {
  /** What an import would do; null where the table cannot be read at all. */
  look: {
    input: { source: TableInput; choices: CallArgs<'tables.recognise'> }
    value: { table: RecognisedTable | null; refusal: Refusal | null }
    event: number
  }
  /** As `planTable`; on the way, how far the table was read. */
  plan: {
    input: { source: TableInput; choices: ImportChoices }
    value: { plan: ImportPlan } | { choice: Choice }
    event: number
  }
  /** As `readScored`; on the way, how far the table was read. */
  scored: { input: { path: string }; value: ScoredTable; event: number }
  rows: {
    /** `rows`: of a batch at most. */
    input: { path: string; columns: string[]; from: number; rows?: number }
    value: { bytes: number }
    event: RowsEvent
  }
}

/** What a person must say first; an error would lose what it is about on the way. */
export type Choice = Refusal & { about: NonNullable<Refusal['about']> }

/** `position`: how far the file was read where no rows come of it. */
export type RowsEvent = { batch: RowBatch } | { position: number }

export type TableReader = Watched<TableCalls>

/** @param entry `entries.tableReader` */
export function createTableReader(entry: URL): TableReader {
  return createWatched<TableCalls>({ name: 'The reader of tables', entry })
}
