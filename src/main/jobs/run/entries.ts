/**
 * Programs that run as a worker thread or a process of their own: where their sources lie below
 * `src/main`. In the build each lies beside the bundle, under its name in kebab-case.
 */
export const ENTRY_SOURCES = {
  extractWorker: 'jobs/ingest/extract-worker.ts',
  queryWorker: 'store/reads/query-worker.ts',
  textWorker: 'store/text-worker.ts',
  inferenceHost: 'inference/host/host.ts',
  tokenizerHost: 'inference/tokenize/tokenizer-host.ts',
  pictureHost: 'images/picture-host.ts',
  tableReader: 'jobs/import/table-reader.ts',
  pageReader: 'jobs/pages/page-reader.ts',
  documentReader: 'jobs/evaluate/document-reader.ts',
  spanWorker: 'jobs/spans/span-worker.ts',
  measureWorker: 'jobs/measure/measure-worker.ts',
  mapWorker: 'jobs/neighbours/map-worker.ts',
  searchWorker: 'jobs/neighbours/search-worker.ts',
  promptWorker: 'jobs/image-to-prompt/prompt-worker.ts',
  scanWorker: 'search/vectors/scan-worker.ts',
  studyWorker: 'jobs/evaluate/study-worker.ts',
  duplicateWorker: 'jobs/neighbours/duplicate-worker.ts',
} as const

export type EntryName = keyof typeof ENTRY_SOURCES
/** Where they are: beside the sources or in the build. */
export type Entries = Record<EntryName, URL>

/** What the build calls an entry, without `.js`. */
export function builtName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
