import type { ImageStatus } from '#shared/domain.ts'
import { IMAGE_STATUSES } from '#shared/domain.ts'
import { AppError } from '#shared/errors.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { statement } from '../statements.ts'

/** Addresses of one picture beyond its first that are kept. */
const MAX_ALTERNATES = 20
const MAX_CACHED = 100_000

/** Ids of pictures by address; remembers those it has seen, so make one for each ingest. */
export interface ImageIds {
  /** The id of the picture at an address, added as `pending` if it is new. */
  idOf(url: string, alternates: readonly string[]): number
  /** Call it when a transaction was undone: what it had added is not there. */
  forget(): void
}

export function imageIds(db: WriterDb): ImageIds {
  let cache = new Map<string, { id: number; alternates: string }>()
  const find = statement<{ id: number; alternates: string | null }>(
    db,
    'SELECT id, alternates FROM images WHERE url = ?',
  )
  const add = statement(
    db,
    'INSERT INTO images (url, alternates) VALUES (?, ?) ON CONFLICT (url) DO NOTHING',
  )
  const change = statement(db, 'UPDATE images SET alternates = ? WHERE id = ?')
  return {
    idOf(url, alternates) {
      const offered =
        alternates.length === 0 ? '' : JSON.stringify(alternates.slice(0, MAX_ALTERNATES))
      let known = cache.get(url)
      if (!known) {
        const added = add.run(url, offered === '' ? null : offered)
        if (added.changes === 1) {
          known = { id: Number(added.lastInsertRowid), alternates: offered }
        } else {
          const row = find.get(url) as { id: number; alternates: string | null }
          known = { id: row.id, alternates: row.alternates ?? '' }
        }
        if (cache.size >= MAX_CACHED) cache = new Map()
        cache.set(url, known)
      }
      if (offered !== '' && offered !== known.alternates) {
        const before = readAlternates(known.alternates)
        const all = [...new Set([...before, ...alternates])].slice(0, MAX_ALTERNATES)
        if (all.length > before.length) {
          known.alternates = JSON.stringify(all)
          change.run(known.alternates, known.id)
        }
      }
      return known.id
    },
    forget() {
      cache = new Map()
    },
  }
}

function readAlternates(json: string | null): string[] {
  return json ? (JSON.parse(json) as string[]) : []
}

/** The picture that a pair shows. @throws AppError `not-found` */
export function pictureOfPair(
  db: ReaderDb,
  pairId: number,
): { id: number; url: string; alternates: string[]; status: ImageStatus } {
  const row = statement<{
    id: number
    url: string
    alternates: string | null
    status: ImageStatus
  }>(
    db,
    `SELECT i.id, i.url, i.alternates, i.status FROM pairs p JOIN images i ON i.id = p.image_id
     WHERE p.id = ?`,
  ).get(pairId)
  if (!row) throw new AppError('not-found', `There is no pair ${pairId} in this corpus.`)
  return { ...row, alternates: readAlternates(row.alternates) }
}

/** How many pictures are in each state; every state is there. */
export function imageCounts(db: ReaderDb): Record<ImageStatus, number> {
  const counts = Object.fromEntries(IMAGE_STATUSES.map((status) => [status, 0])) as Record<
    ImageStatus,
    number
  >
  const rows = statement<{ status: ImageStatus; n: number }>(
    db,
    'SELECT status, count(*) AS n FROM images GROUP BY status',
  ).all()
  for (const { status, n } of rows) counts[status] = n
  return counts
}

/** Of a picture that was decoded; null where there is none of this name. */
export function mimeOfPicture(db: ReaderDb, sha256: string): string | null {
  const row = statement<{ mime: string | null }>(
    db,
    `SELECT mime FROM images WHERE sha256 = ? AND status = 'ok'
     UNION ALL SELECT mime FROM study_images WHERE sha256 = ? LIMIT 1`,
  ).get(sha256, sha256)
  return row?.mime ?? null
}
