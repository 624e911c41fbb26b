/**
 * Where an archive's bytes are. Plain data: can be stored, sent to a worker and compared. Made by
 * `listInputs` or `findSource`; `streamSource` for standard input.
 */
export interface ArchiveSource {
  /** What people see and what is stored: the path, `crawl.wacz!archive/data.warc.gz`, or `-`. */
  name: string
  /** The file that holds the bytes: the archive or the WACZ. Empty for a stream. */
  path: string
  /** Where the archive begins in that file; not 0 for an entry stored in a WACZ. */
  start: number
  /** Bytes of the archive; null = not known (stream), or for a compressed entry its declared size. */
  size: number | null
  /**
   * `file`: can be read from any place. `zip-entry`: compressed inside a WACZ; offsets are those of
   * the entry as it comes out of the ZIP, a resume reads from its start. `stream`: once, in order.
   */
  kind: 'file' | 'zip-entry' | 'stream'
  /** Name of the entry inside the WACZ, if it is one. */
  entry: string | null
}

/**
 * What an `offset` counts.
 * - `plain`: bytes of the file.
 * - `gzip-records`: bytes of the compressed file; a member is a record. (Should a member hold
 *   further records, the n-th of them has the member's offset + n, which is unique, and
 *   `readRecordAt` and a resume understand it.)
 * - `gzip-stream`: one member over all records, or members cut without regard to records: bytes of
 *   the uncompressed stream. A resume must decompress from the start and skip.
 */
export type ArchiveLayout = 'plain' | 'gzip-records' | 'gzip-stream'

/** The head of a record, as the `keep` filter sees it. */
export interface RecordHead {
  /** `WARC-Type`, lower case; `unknown` when the field is not there. */
  type: string
  offset: number
  /** Header fields, names lower case, the first of each name. Folded lines joined with a space. */
  headers: Map<string, string>
  /** As declared; null when not there or not a number. */
  contentLength: number | null
}

/** A record as it stands in an archive. Offsets: see `ArchiveLayout`. */
export interface WarcRecord {
  /** `WARC-Type`, lower case; `unknown` when the field is not there. */
  type: string
  offset: number
  /** Where the next record begins; resume from here. */
  nextOffset: number
  /** Header fields, names lower case, the first of each name. */
  headers: Map<string, string>
  /**
   * The block: for an HTTP record its head and body as stored. A view: the records of a batch share
   * memory. Never transfer `block.buffer` to a worker and do not keep a block for long: take
   * `ownBlock(record)`, a copy with an ArrayBuffer of its own (posting without a transfer list
   * would clone the shared memory whole).
   */
  block: Uint8Array
  /** The block is not whole: longer than the reader was told to keep, or cut by damage. */
  truncated: boolean
  /** The filter did not want the block: it is empty, the record only counts. */
  skipped: boolean
  /** The header as it stands, with its empty line; only of single records (`RecordAccess`). */
  head: Uint8Array | null
}

/** Something in an archive that could not be read. The reader goes on after it. */
export interface ArchiveFailure {
  reason: FailureReason
  /** Where it was seen; counts as the archive's `layout` says. */
  offset: number
  /** One plain English sentence for people. */
  detail: string
  /** false: worth knowing, but every byte of the records around it came out. */
  lost: boolean
}

/**
 * Stable, for counting.
 * - `empty-file`: no bytes at all.
 * - `not-an-archive`: no record in it (an error page saved as archive, another format).
 * - `truncated-gzip`: the file ends inside a gzip member. What was in it came out.
 * - `corrupt-gzip`: a member that cannot be decompressed to its end or whose checksum does not fit,
 *   or bytes between members that are none; reading goes on at the next.
 * - `truncated-record`: the file ends inside a record. What is there came out, if it has a header.
 * - `wrong-content-length`: missing, no number, too short or too long; the block was cut at the
 *   next record.
 * - `wrong-separator`: two CRLF were expected behind the block. Nothing is lost.
 * - `bad-record-header`: begins like a record, but has no end or no version.
 * - `garbage`: bytes between records that are none.
 * - `cut-block`: longer than `maxBlockBytes`; its beginning came out.
 */
export type FailureReason =
  | 'empty-file'
  | 'not-an-archive'
  | 'truncated-gzip'
  | 'corrupt-gzip'
  | 'truncated-record'
  | 'wrong-content-length'
  | 'wrong-separator'
  | 'bad-record-header'
  | 'garbage'
  | 'cut-block'

/** What one step of reading gave. */
export interface ArchiveBatch {
  records: WarcRecord[]
  failures: ArchiveFailure[]
  /** Once this batch is committed, a resume may start here. Never inside a record. */
  nextOffset: number
  /** Bytes of the source consumed so far (compressed, from its beginning), for progress. */
  position: number
}

export interface ReadOptions {
  /** Resume: a `nextOffset` given earlier. Default 0. */
  from?: number
  signal?: AbortSignal
  /** Longer blocks are cut: `truncated`, and a `cut-block` failure. Default 64 MB. */
  maxBlockBytes?: number
  /**
   * Whether the block is wanted. Records that are not come with an empty block and `skipped`, so
   * that they can be counted. Default: all.
   */
  keep?: (head: RecordHead) => boolean
  /** Compute the SHA-256 of the archive while reading; see `Archive.sha256`. */
  digest?: boolean
}

/** An opened archive. Iterate once; leaving the loop early closes the file. */
export interface Archive extends AsyncIterable<ArchiveBatch> {
  readonly source: ArchiveSource
  readonly layout: ArchiveLayout
  /**
   * SHA-256 (hex) of the archive's bytes: available after the last batch of a reading from 0 with
   * `digest`, otherwise null (then: `sha256File`).
   */
  sha256(): string | null
  /** Closes the file if the archive is not iterated. */
  close(): Promise<void>
}

/** An HTTP message with its body decoded. */
export interface HttpMessage {
  /** 0 when the block has no status line. */
  status: number
  /** Names lower case; fields of the same name joined with `, `. */
  headers: Map<string, string>
  /** A view of the block where nothing had to be undone. */
  body: Uint8Array
  /**
   * What was undone to the body and what turned out not to be there, in the order of undoing, e.g.
   * `chunked`, `gzip`, `gzip (absent)`, `gzip (truncated)`, `chunked (broken)`, `br`, `cut`.
   */
  decoded: string[]
}

/** A record that is neither page nor picture, and why. */
export interface LeftOut {
  kind: 'left-out'
  reason: LeftOutReason
  /** What of its kind: a type of record, a status, a media type. */
  detail: string
}

/**
 * Stable, for counting.
 * - `record-type`: a request, metadata and so on: only responses, resources and revisits are read.
 * - `status`: an answer with a status other than 200, 203, a whole 206, or a redirect.
 * - `other-type`: neither page nor picture.
 * - `no-http`: a response of another protocol (DNS, FTP).
 * - `empty-body`, `part-of-a-body` (a 206 that is not whole).
 * - `redirect-nowhere`: a redirect without an address that it leads to.
 * - `no-target-uri`: it says nowhere what was captured.
 */
export type LeftOutReason =
  | 'record-type'
  | 'status'
  | 'other-type'
  | 'no-http'
  | 'empty-body'
  | 'part-of-a-body'
  | 'redirect-nowhere'
  | 'no-target-uri'

/** What a revisit record points to. Digest as written, e.g. `sha1:2WAXX5NUWNNCS2BDKCO5OVDQBJVNKIVV`. */
export interface RevisitTarget {
  url: string | null
  date: string | null
  payloadDigest: string | null
}
