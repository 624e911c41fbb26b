import { normalAddress } from '#shared/address.ts'
import type { ImageStatus } from '#shared/domain.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { insertCapture } from './captures.ts'
import type { CaptureKind, NewCapture } from './captures.ts'
import { statement, transaction } from '../statements.ts'
import { insertFailure } from './failures.ts'
import { IS_FETCHED } from './fetched.ts'
import { IS_CHOSEN } from './picture-choice.ts'

/** Which pictures a run looks for. */
export interface PictureSelection {
  /** Where it looks: `archive`, `folder:DIR`, `fetch`. */
  place: string
  /** Also what failed before, and what was missing in this very place. */
  retryFailed: boolean
  /** With `retryFailed`: also what publishers had opted out of (the person switched that off). */
  retryRefused: boolean
  /** Only what tables name by files, or only what has an address; some have both. */
  named?: 'files' | 'addresses'
  /** Only what `choosePictures` chose. */
  chosen?: boolean
  /** Leaves out what ended in this run already: see `beginPictureRun`. */
  run?: string
}

export interface QueuedPicture {
  id: number
  url: string
  /** Other addresses of the same picture, best first. */
  alternates: string[]
  status: ImageStatus
}

/**
 * What was missing elsewhere may be here, and archives may have been added since: both are looked
 * for again without being asked.
 */
const SELECTED = `(
  status = 'pending'
  OR (status = 'missing' AND (@retry OR @place = 'archive' OR source IS NOT @place))
  OR (@retry AND status = 'failed')
  OR (@refused AND status = 'refused')
)`
/** `table:` addresses; what has an address of its own bears that of its file as an alternate. */
const BY_FILE = `(url >= 'table:' AND url < 'table;')`
const NAMED = {
  all: '',
  files: `AND (${BY_FILE} OR alternates LIKE '%"table://%')`,
  addresses: `AND NOT ${BY_FILE}`,
} as const

function selected(selection: PictureSelection): string {
  const left = selection.run === undefined ? '' : 'AND id NOT IN (SELECT image_id FROM picture_run)'
  const chosen = selection.chosen ? `AND ${IS_CHOSEN}` : ''
  return `${SELECTED} ${NAMED[selection.named ?? 'all']} ${chosen} ${left}`
}

interface SelectionArgs {
  place: string
  retry: number
  refused: number
}

function toArgs(selection: PictureSelection): SelectionArgs {
  return {
    place: selection.place,
    retry: Number(selection.retryFailed),
    refused: Number(selection.retryFailed && selection.retryRefused),
  }
}

/** In `meta`: which run the pictures of `picture_run` ended in. */
const RUN = 'picture-run'

/**
 * Begins a run of looking for pictures, or goes on with it where it has the name of the last one:
 * then what ended without being found is not looked for, nor counted as an attempt, once more.
 */
export function beginPictureRun(db: WriterDb, run: string): void {
  transaction(db, () => {
    const last = statement<{ value: string }>(db, 'SELECT value FROM meta WHERE key = ?').get(RUN)
    if (last?.value === run) return
    statement(db, 'DELETE FROM picture_run').run()
    statement(db, 'INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(RUN, run)
  })
}

export function countQueuedPictures(db: ReaderDb, selection: PictureSelection): number {
  const row = db
    .prepare<[SelectionArgs], { n: number }>(
      `SELECT count(*) AS n FROM images WHERE ${selected(selection)}`,
    )
    .get(toArgs(selection))
  return row?.n ?? 0
}

/** The next pictures in order of their ids, after `afterId`. */
export function queuedPictures(
  db: ReaderDb,
  selection: PictureSelection,
  afterId: number,
  limit: number,
): QueuedPicture[] {
  interface Row {
    id: number
    url: string
    alternates: string | null
    status: ImageStatus
  }
  return db
    .prepare<[SelectionArgs & { afterId: number; limit: number }], Row>(
      `SELECT id, url, alternates, status FROM images
       WHERE id > @afterId AND ${selected(selection)} ORDER BY id LIMIT @limit`,
    )
    .all({ ...toArgs(selection), afterId, limit })
    .map((row) => ({ ...row, alternates: toList(row.alternates) }))
}

/**
 * Pictures that are still looked for although a fetched archive has an answer from their address:
 * a run that was killed had them already.
 */
export function fetchedBefore(db: ReaderDb): QueuedPicture[] {
  return db
    .prepare<[], Omit<QueuedPicture, 'alternates'> & { alternates: string | null }>(
      `SELECT DISTINCT i.id, i.url, i.alternates, i.status
       FROM archives a CROSS JOIN captures c ON c.archive_id = a.id CROSS JOIN images i ON i.url = c.url
       WHERE ${IS_FETCHED} AND i.status IN ('pending', 'missing') ORDER BY i.id`,
    )
    .all()
    .map((row) => ({ ...row, alternates: toList(row.alternates) }))
}

/** A picture that is had, with what its blob must be. */
export interface HadPicture extends QueuedPicture {
  sha256: string
  bytes: number
}

/** Pictures that were found, in order of their ids, after `afterId`. */
export function heldByCorpus(db: ReaderDb, afterId: number, limit: number): HadPicture[] {
  type Row = Omit<HadPicture, 'alternates'> & { alternates: string | null }
  return statement<Row>(
    db,
    `SELECT id, url, alternates, status, sha256, bytes FROM images
     WHERE id > ? AND status = 'ok' AND sha256 IS NOT NULL AND bytes IS NOT NULL
     ORDER BY id LIMIT ?`,
  )
    .all(afterId, limit)
    .map((row) => ({ ...row, alternates: toList(row.alternates) }))
}

function toList(json: string | null): string[] {
  if (json === null) return []
  const value: unknown = JSON.parse(json)
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}

/** Bytes of a picture that an archive holds. */
export interface HeldPicture {
  sha256: string
  bytes: number
  /** Where the bytes stand; for a revisit that is where it points. */
  archive: string
  /** Of the archive, as it is kept: see `archiveFile`. */
  path: string
  offset: number
  /** Redirects and revisits that led there, in their order. */
  through: { path: string; offset: number }[]
  /** The address under which it was found. */
  url: string
  via: 'url' | 'revisit-url' | 'revisit-digest' | 'redirect'
}

interface Capture {
  id: number
  kind: CaptureKind
  date: string | null
  sha256: string | null
  bytes: number
  payload_digest: string | null
  refers_to_url: string | null
  refers_to_date: string | null
  archive: string
  path: string
  offset: number
}

/** Redirects and revisits in a row; a loop of them ends here. */
const MAX_HOPS = 5

const CAPTURES = `SELECT c.id, c.kind, c.date, c.sha256, c.bytes, c.payload_digest, c.refers_to_url,
  c.refers_to_date, a.name AS archive, a.path, c.offset
  FROM captures c JOIN archives a ON a.id = c.archive_id`

/**
 * What the archives hold for a picture, best first, no bytes twice: under its address, then under
 * each alternate, so that there is something left to try when the first cannot be decoded. An
 * address is taken in any spelling (`normalAddress`), then with the other of http and https.
 * Of several captures of one address the one nearest in time to the first page that shows the
 * picture comes first. A revisit stands for what it points to: by address and date, else by
 * payload digest; a redirect for the picture at its end.
 */
export function heldPictures(db: ReaderDb, picture: QueuedPicture): HeldPicture[] {
  const held = new Map<string, HeldPicture>()
  let pageDate: string | null | undefined
  for (const url of new Set([picture.url, ...picture.alternates].flatMap(spellings))) {
    const captures = capturesOf(db, url)
    if (captures.length > 1) {
      pageDate ??= dateOfPage(db, picture.id)
      sortByNearness(captures, pageDate)
    }
    for (const capture of captures) {
      const found = follow(db, capture)
      if (!found || found.to.sha256 === null || held.has(found.to.sha256)) continue
      const { sha256, bytes, archive, path, offset } = found.to
      const through = found.through.map(({ path, offset }) => ({ path, offset }))
      held.set(sha256, { sha256, bytes, archive, path, offset, through, url, via: found.via })
    }
  }
  return [...held.values()]
}

function capturesOf(db: ReaderDb, url: string): Capture[] {
  // An address captured thousands of times does not make one lookup slow.
  // By its normal form, which `key` holds only where it is written otherwise.
  return statement<Capture>(
    db,
    `${CAPTURES} WHERE c.url = @url OR c.key = @url ORDER BY c.id LIMIT 500`,
  ).all({ url })
}

function follow(
  db: ReaderDb,
  capture: Capture,
  hops = MAX_HOPS,
): { to: Capture; via: HeldPicture['via']; through: Capture[] } | null {
  if (capture.sha256 !== null) return { to: capture, via: 'url', through: [] }
  if (hops === 0) return null
  if (capture.refers_to_url !== null) {
    const via = capture.kind === 'redirect' ? 'redirect' : 'revisit-url'
    for (const url of spellings(capture.refers_to_url)) {
      const named = capturesOf(db, url).filter((one) => one.id !== capture.id)
      sortByNearness(named, capture.refers_to_date ?? capture.date)
      // Bytes first, then what leads further.
      const to = named.find((one) => one.sha256 !== null)
      if (to) return { to, via, through: [capture] }
      for (const next of named.slice(0, MAX_HOPS)) {
        const found = follow(db, next, hops - 1)
        if (found) return { to: found.to, via, through: [capture, ...found.through] }
      }
    }
  }
  if (capture.payload_digest === null) return null
  const to = statement<Capture>(
    db,
    `${CAPTURES} WHERE c.payload_digest = ? AND c.sha256 IS NOT NULL ORDER BY c.id LIMIT 1`,
  ).get(capture.payload_digest)
  return to ? { to, via: 'revisit-digest', through: [capture] } : null
}

function spellings(url: string): string[] {
  const address = normalAddress(url)
  const other = address.startsWith('https:')
    ? `http:${address.slice(6)}`
    : address.replace(/^http:/, 'https:')
  return [...new Set([address, normalAddress(other)])]
}

function dateOfPage(db: ReaderDb, imageId: number): string | null {
  const row = statement<{ date: string | null }>(
    db,
    `SELECT p.date FROM pairs JOIN pages p ON p.id = pairs.page_id
     WHERE pairs.image_id = ? ORDER BY pairs.id LIMIT 1`,
  ).get(imageId)
  return row?.date ?? null
}

/** Undated ones last; without a date to be near to, in the order of reading. */
function sortByNearness(captures: Capture[], date: string | null): void {
  const at = Date.parse(date ?? '')
  if (Number.isNaN(at)) return
  const away = (capture: Capture): number => {
    const time = Date.parse(capture.date ?? '')
    return Number.isNaN(time) ? Number.MAX_SAFE_INTEGER : Math.abs(time - at)
  }
  captures.sort((a, b) => away(a) - away(b) || a.id - b.id)
}

/** Robots directives of the pages that show a picture, as they were kept. */
export function robotsOfPages(db: ReaderDb, imageId: number): string[] {
  return statement<{ robots: string }>(
    db,
    `SELECT DISTINCT p.robots FROM pairs JOIN pages p ON p.id = pairs.page_id
       WHERE pairs.image_id = ? AND p.robots IS NOT NULL AND p.robots NOT IN ('', '[]') LIMIT 50`,
  )
    .all(imageId)
    .map((row) => row.robots)
}

/** What is known of bytes that were decoded before: nothing has to be done twice. */
export function knownPicture(
  db: ReaderDb,
  sha256: string,
): { mime: string; width: number; height: number } | null {
  return (
    statement<{ mime: string; width: number; height: number }>(
      db,
      `SELECT mime, width, height FROM images WHERE sha256 = ? AND status = 'ok' LIMIT 1`,
    ).get(sha256) ?? null
  )
}

/** What became of a picture. */
export type PictureOutcome =
  | {
      id: number
      status: 'ok'
      sha256: string
      mime: string
      width: number
      height: number
      bytes: number
      /** One readable line: where the bytes came from. */
      source: string
    }
  | {
      id: number
      status: 'missing' | 'failed' | 'refused'
      /** Stable reason. */
      error: string
      /** The place that was searched. */
      source: string
    }

/** How the search for one picture ended. */
export interface SettledPicture {
  url: string
  /** The status it had before. */
  before: ImageStatus
  outcome: PictureOutcome
  /** More about what failed. */
  detail: string | null
  /** Records that were kept of it while it was fetched. */
  captures?: readonly NewCapture[]
  /** The last answer, of a picture that was not had. */
  record?: { archiveId: number; offset: number } | null
}

/**
 * Writes down how pictures ended, in one transaction: their rows, and a failure each for what
 * failed or was refused (what is only missing is told by its status). Failures that an earlier
 * search left are replaced. One that was had before, and is not found again, stays as it is.
 */
export function createPictureSettler(db: WriterDb): (settled: readonly SettledPicture[]) => void {
  const update = statement(
    db,
    `UPDATE images SET status = ?, sha256 = ?, mime = ?, width = ?, height = ?, bytes = ?,
       error = ?, source = ?, attempts = attempts + 1 WHERE id = ?`,
  )
  const leave = statement(db, 'INSERT OR IGNORE INTO picture_run (image_id) VALUES (?)')
  let forget: ((url: string) => void) | null = null

  /** failures has no index by address, so the old ones are looked up once. */
  function forgetter(): (url: string) => void {
    const old = new Map<string, number[]>()
    const rows = statement<{ id: number; url: string }>(
      db,
      `SELECT id, url FROM failures WHERE stage = 'image' AND url IS NOT NULL`,
    ).all()
    for (const { id, url } of rows) old.set(url, [...(old.get(url) ?? []), id])
    const remove = statement(db, 'DELETE FROM failures WHERE id = ?')
    return (url) => {
      for (const id of old.get(url) ?? []) remove.run(id)
      old.delete(url)
    }
  }

  return (settled) =>
    transaction(db, () => {
      for (const { url, before, outcome, detail, captures, record } of settled) {
        for (const capture of captures ?? []) insertCapture(db, capture)
        if (before !== 'pending') {
          forget ??= forgetter()
          forget(url)
        }
        // Its file is lost and was not found again: what is known of it stays, for the next search.
        if (before === 'ok' && outcome.status !== 'ok') {
          insertFailure(db, {
            stage: 'image',
            reason: 'blob-lost',
            url,
            detail: detail ?? outcome.error,
          })
          continue
        }
        const ok = outcome.status === 'ok' ? outcome : null
        update.run(
          outcome.status,
          ok?.sha256 ?? null,
          ok?.mime ?? null,
          ok?.width ?? null,
          ok?.height ?? null,
          ok?.bytes ?? null,
          outcome.status === 'ok' ? null : outcome.error,
          outcome.source,
          outcome.id,
        )
        // What was found is not looked for again.
        if (!ok) leave.run(outcome.id)
        if (outcome.status === 'failed' || outcome.status === 'refused')
          insertFailure(db, { stage: 'image', reason: outcome.error, url, detail, ...record })
      }
    })
}
