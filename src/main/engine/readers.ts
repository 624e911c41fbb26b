import { createDocumentReader } from '../jobs/evaluate/document-calls.ts'
import type { DocumentReader } from '../jobs/evaluate/document-calls.ts'
import { createTableReader } from '../jobs/import/table-calls.ts'
import type { TableReader } from '../jobs/import/table-calls.ts'
import { createPageReader } from '../jobs/pages/page-calls.ts'
import type { PageReader } from '../jobs/pages/page-calls.ts'
import type { Entries } from '../jobs/run/entries.ts'

/** What strangers wrote is read by these, each in processes with limits; see `createWatched`. */
export interface Readers {
  tables: TableReader
  pages: PageReader
  documents: DocumentReader
  close(): Promise<void>
}

export function createReaders(entries: Entries): Readers {
  const tables = createTableReader(entries.tableReader)
  const pages = createPageReader(entries.pageReader)
  const documents = createDocumentReader(entries.documentReader)
  const all = [tables, pages, documents]
  return {
    tables,
    pages,
    documents,
    close: async () => void (await Promise.all(all.map((one) => one.close()))),
  }
}
