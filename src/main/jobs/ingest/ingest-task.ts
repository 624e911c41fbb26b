import type { LeftOut } from '../../warc/index.ts'

/** What the ingest job and its extract workers say to each other. */

/** A record's head and where its block lies in the task's bytes. */
export interface TaskRecord {
  type: string
  url: string | null
  /** `Content-Type` of the record itself. */
  contentType: string | null
  start: number
  end: number
}

export interface ExtractCalls {
  extract: { input: ExtractTask; value: ExtractReply }
}

export interface ExtractTask {
  /** The blocks, one after the other; shared, so that they outlive a worker that dies. */
  bytes: SharedArrayBuffer
  records: TaskRecord[]
  /** Places in `records` that broke a worker before: not to be touched again. */
  skip: number[]
}

/** Started with a worker. */
export interface ExtractWorkerData {
  corpusPath: string
  /** Keep the pages themselves, compressed: their input cannot be read again. */
  keepHtml: boolean
  /** Where the worker writes which record it is at, so that a crash can be blamed; -1 = none. */
  current: Int32Array<SharedArrayBuffer>
}

/** A pair as it goes through the thread's border: a flat array costs a third of an object. */
export type FlatPair = [
  position: number,
  imageUrl: string,
  alternates: string[],
  imageRule: string,
  alt: string | null,
  title: string | null,
  caption: string | null,
  captionRule: string | null,
  before: string | null,
  beforeDistance: number | null,
  after: string | null,
  afterDistance: number | null,
  declaredWidth: number | null,
  declaredHeight: number | null,
  tagStart: number,
  tagEnd: number,
]

export interface FoundPage {
  kind: 'page'
  url: string
  title: string | null
  language: string | null
  ogImage: string | null
  charset: string
  charsetSource: string
  robots: string | null
  notPaired: Record<string, number>
  pairs: FlatPair[]
  problem: Problem | null
}

export interface FoundPicture {
  kind: 'picture'
  as: 'picture' | 'revisit' | 'redirect'
  /** Where a redirect leads, absolute. */
  location: string | null
  mime: string | null
  sha256: string | null
  bytes: number
  problem: Problem | null
}

export interface Problem {
  reason: string
  detail: string
}

/** What a record turned out to be; null = not looked at: it broke a worker before. */
export type RecordResult =
  FoundPage | FoundPicture | LeftOut | ({ kind: 'failed' } & Problem) | null

export interface ExtractReply {
  results: RecordResult[]
  /** zstd of pages, by place, where they are kept. */
  kept: [place: number, bytes: Uint8Array][]
  /** The disk failed, not the page: the job must end. */
  fatal: { code: string | null; message: string } | null
}
