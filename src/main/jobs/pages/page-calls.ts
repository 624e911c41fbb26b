import type { PageMark } from '../../extraction/inert.ts'
import { createWatched } from '../../processes/watched.ts'
import type { Watched } from '../../processes/watched.ts'

/** Reading archived pages for show, in a process of its own: `page-tasks.ts` does it. */
export interface PageCalls {
  /**
   * The page as archived, made inert. Its source is told first, so that it is there where the rest
   * does not come to an end. What was kept of a page (zstd) comes as `bytes`.
   */
  show: { input: PageOrder; value: { html: string }; event: RawPage }
}

export interface PageOrder {
  archive: { path: string; name: string; offset: number; isKept: boolean }
  url: string
  mark: PageMark
  /** Where pictures can be had inside the program, by their address on the page. */
  pictures: [address: string, shown: string][]
}

export interface RawPage {
  text: string
  /** Characters of the whole page; `text` is its beginning. */
  length: number
}

export type PageReader = Watched<PageCalls>

/** @param entry `entries.pageReader` */
export function createPageReader(entry: URL): PageReader {
  return createWatched<PageCalls>({
    name: 'The reader of pages',
    entry,
    heapMB: 512,
    // Somebody goes from pair to pair.
    idleMs: 30_000,
    most: 2,
    hint: 'Its source is under HTML. Words and picture of the pair are here.',
  })
}
