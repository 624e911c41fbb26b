import type { ReaderDb, WriterDb } from '../open.ts'
import { statement } from '../statements.ts'

/** A picture in an archive, or a revisit that points to one (`sha256` null). */
export interface NewCapture {
  archiveId: number
  offset: number
  url: string
  date: string | null
  mime: string | null
  sha256: string | null
  bytes: number
  payloadDigest: string | null
  refersToUrl: string | null
  refersToDate: string | null
}

export function insertCapture(db: WriterDb, capture: NewCapture): void {
  statement(
    db,
    `INSERT INTO captures (archive_id, offset, url, date, mime, sha256, bytes, payload_digest,
       refers_to_url, refers_to_date)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (archive_id, offset) DO NOTHING`,
  ).run(
    capture.archiveId,
    capture.offset,
    capture.url,
    capture.date,
    capture.mime,
    capture.sha256,
    capture.bytes,
    capture.payloadDigest,
    capture.refersToUrl,
    capture.refersToDate,
  )
}

/** The bytes that an archive holds for an address. */
export interface FoundCapture {
  sha256: string
  mime: string | null
  bytes: number
  /** The address under which it was found; one of those asked for, up to scheme and fragment. */
  url: string
  date: string | null
  archive: string
  offset: number
  /** How: `url`, or through a revisit by its target (`revisit-url`) or digest (`revisit-digest`). */
  via: 'url' | 'revisit-url' | 'revisit-digest'
}

interface Row {
  id: number
  url: string
  date: string | null
  mime: string | null
  sha256: string | null
  bytes: number
  payload_digest: string | null
  refers_to_url: string | null
  refers_to_date: string | null
  archive: string
  offset: number
}

const SELECT = `SELECT c.id, c.url, c.date, c.mime, c.sha256, c.bytes, c.payload_digest,
  c.refers_to_url, c.refers_to_date, a.name AS archive, c.offset
  FROM captures c JOIN archives a ON a.id = c.archive_id`

/**
 * Looks for a picture among the captures: by its addresses in the order given, each as written,
 * then without its fragment, then with the other of http and https. Of several captures the one
 * nearest to `date` is taken. A revisit leads to what it points to: by address and date, else by
 * payload digest.
 */
export function findCapture(
  db: ReaderDb,
  wanted: { urls: readonly string[]; date: string | null },
): FoundCapture | null {
  for (const url of wanted.urls) {
    for (const spelling of spellings(url)) {
      const rows = statement<Row>(db, `${SELECT} WHERE c.url = ?`).all(spelling)
      const found = nearest(rows, wanted.date, (row) => follow(db, row))
      if (found) return found
    }
  }
  return null
}

function spellings(url: string): string[] {
  const hash = url.indexOf('#')
  const bare = hash < 0 ? url : url.slice(0, hash)
  const other = bare.startsWith('https:')
    ? 'http:' + bare.slice(6)
    : bare.startsWith('http:')
      ? 'https:' + bare.slice(5)
      : bare
  return [...new Set([url, bare, other])]
}

function follow(db: ReaderDb, row: Row): FoundCapture | null {
  if (row.sha256 !== null) return found(row, row, 'url')
  if (row.refers_to_url !== null) {
    for (const spelling of spellings(row.refers_to_url)) {
      const targets = statement<Row>(db, `${SELECT} WHERE c.url = ? AND c.sha256 IS NOT NULL`).all(
        spelling,
      )
      const target = nearest(targets, row.refers_to_date ?? row.date, (candidate) =>
        found(row, candidate, 'revisit-url'),
      )
      if (target) return target
    }
  }
  if (row.payload_digest !== null) {
    const targets = statement<Row>(
      db,
      `${SELECT} WHERE c.payload_digest = ? AND c.sha256 IS NOT NULL`,
    ).all(row.payload_digest)
    return nearest(targets, row.date, (candidate) => found(row, candidate, 'revisit-digest'))
  }
  return null
}

function found(asked: Row, held: Row, via: FoundCapture['via']): FoundCapture | null {
  if (held.sha256 === null) return null
  return {
    sha256: held.sha256,
    mime: held.mime ?? asked.mime,
    bytes: held.bytes,
    url: asked.url,
    date: asked.date,
    archive: held.archive,
    offset: held.offset,
    via,
  }
}

/** The first that leads somewhere, nearest in time first; without a date, in the order of reading. */
function nearest(
  rows: Row[],
  date: string | null,
  resolve: (row: Row) => FoundCapture | null,
): FoundCapture | null {
  const at = date === null ? NaN : Date.parse(date)
  const distance = (row: Row): number => {
    const time = row.date === null ? NaN : Date.parse(row.date)
    return Number.isNaN(at) || Number.isNaN(time) ? Infinity : Math.abs(time - at)
  }
  const ordered =
    rows.length < 2
      ? rows
      : rows
          .map((row) => ({ row, distance: distance(row) }))
          .sort((a, b) =>
            a.distance === b.distance ? a.row.id - b.row.id : a.distance - b.distance,
          )
          .map(({ row }) => row)
  for (const row of ordered) {
    const result = resolve(row)
    if (result) return result
  }
  return null
}
