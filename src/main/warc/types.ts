/** A record as it stands in an archive. Offsets are bytes in the file, of its compressed form where it is compressed by record. */
export interface WarcRecord {
  /** `WARC-Type`, lower case. */
  type: string
  offset: number
  /** Where the next record begins; resume from here. */
  nextOffset: number
  /** Header fields, names lower case, the first of each name. */
  headers: Map<string, string>
  /** The block: for an HTTP record its head and body as stored. */
  block: Uint8Array
  /** The block is longer than the reader was told to keep; `block` holds its beginning. */
  truncated: boolean
}

/** Something in an archive that could not be read. The reader goes on after it. */
export interface ArchiveFailure {
  /** Short and stable, for counting: `truncated-gzip`, `bad-record-header`, `wrong-content-length`, ... */
  reason: string
  offset: number
  detail: string
}

/** An HTTP message with its body decoded. */
export interface HttpMessage {
  status: number
  headers: Map<string, string>
  body: Uint8Array
  /** What was undone to the body and what turned out not to be there, e.g. `chunked`, `gzip`, `gzip (absent)`. */
  decoded: string[]
}
