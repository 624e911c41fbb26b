import { readTableAddress } from '#shared/table-address.ts'

/** Where a picture came from, as other programs understand it. */
export interface PicturePlace {
  /** Its address on the web; null where it has none. */
  url: string | null
  /** The file that a table named, relative to that table; null where none did. */
  file: string | null
}

/**
 * The place of a picture by the address under which the corpus keeps it. An address of the
 * program's own, or of a file on one machine, is none to anybody else.
 */
export function placeOf(address: string): PicturePlace {
  const read = readTableAddress(address)
  if (read) return { url: null, file: read.parts.join('/') }
  return { url: /^(table|gleaner|file|blob):/i.test(address) ? null : address, file: null }
}
