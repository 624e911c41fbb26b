import { createTableReader } from '../jobs/import/table-calls.ts'
import type { TableReader } from '../jobs/import/table-calls.ts'
import { createPageReader } from '../jobs/pages/page-calls.ts'
import type { PageReader } from '../jobs/pages/page-calls.ts'
import type { Entries } from '../jobs/run/entries.ts'

/** What strangers wrote is read by these, each in processes with limits; see `createWatched`. */
export interface Readers {
  tables: TableReader
  pages: PageReader
  close(): Promise<void>
}

export function createReaders(entries: Entries): Readers {
  const tables = createTableReader(entries.tableReader)
  const pages = createPageReader(entries.pageReader)
  return {
    tables,
    pages,
    close: async () => void (await Promise.all([tables.close(), pages.close()])),
  }
}
