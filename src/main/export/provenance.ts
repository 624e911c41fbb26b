import type { Pair } from '#shared/domain.ts'

/**
 * Where a pair comes from, flat, in the order of the columns. '' = not known: readers that guess
 * the types of columns from the first rows stumble over a null there.
 */
export interface Provenance {
  pair_id: number
  page_url: string
  page_date: string
  page_language: string
  archive: string
  /** Byte offset of the page's record in the archive. */
  record_offset: number
  record_id: string
}

export function provenance(pair: Pair): Provenance {
  return {
    pair_id: pair.id,
    page_url: pair.page.url,
    page_date: pair.page.date ?? '',
    page_language: pair.page.language ?? '',
    archive: pair.page.archive,
    record_offset: pair.page.offset,
    record_id: pair.page.recordId ?? '',
  }
}
