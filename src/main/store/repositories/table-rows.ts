import { createHash } from 'node:crypto'
import type { ImageStatus } from '#shared/domain.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { statement } from '../statements.ts'
import type { ImageIds } from './images.ts'
import { hostOf } from '#shared/address.ts'

/** `pages.record_type` of what came out of a table: there is no page to show. */
export const ROW_RECORD = 'table-row'
/** The same for a table's pair that came back through a listing: its `metadata` record. */
export const LISTED_RECORD = 'metadata'

/** Whether a page of this `record_type` was archived. */
export function hasPage(recordType: string): boolean {
  return recordType !== ROW_RECORD && recordType !== LISTED_RECORD
}

/** The page that a run of rows belongs to. */
export interface RowPage {
  /** Number of its first row, from 0: a pair's row is `offset + position`. */
  offset: number
  url: string
  date: string | null
  language: string | null
}

export interface NewRowPair {
  row: number
  imageUrl: string
  /** Other places where its bytes may be: the file that the row names. */
  alternates: readonly string[]
  imageRule: string
  alt: string | null
  title: string | null
  caption: string | null
  before: string | null
  after: string | null
  captionRule: string | null
  declaredWidth: number | null
  declaredHeight: number | null
}

/** Adds pairs of a table's rows, in their order. Make one for each table; use it in transactions. */
export interface RowWriter {
  /** Rows from here on belong to this page, unless they do already. */
  page(page: RowPage): void
  /** @returns the id of the pair */
  pair(pair: NewRowPair): number
  /** Call it when a transaction was undone. */
  forget(): void
}

export function rowWriter(db: WriterDb, images: ImageIds, archiveId: number): RowWriter {
  const addPage = statement(
    db,
    `INSERT INTO pages (archive_id, offset, record_type, url, host, date, language)
     VALUES (?, ?, '${ROW_RECORD}', ?, ?, ?, ?)`,
  )
  const lastPage = statement<{ id: number; offset: number; url: string }>(
    db,
    'SELECT id, offset, url FROM pages WHERE archive_id = ? ORDER BY offset DESC LIMIT 1',
  )
  const addPair = statement(
    db,
    `INSERT INTO pairs (page_id, position, image_id, alt, title, caption, image_rule, caption_rule,
       declared_width, declared_height, tag_start, tag_end)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)`,
  )
  const addContext = statement(db, 'INSERT INTO contexts (pair_id, before, after) VALUES (?, ?, ?)')
  let current = lastPage.get(archiveId) ?? null
  return {
    page(page) {
      if (current && current.url === page.url) return
      const { lastInsertRowid } = addPage.run(
        archiveId,
        page.offset,
        page.url,
        hostOf(page.url),
        page.date,
        page.language,
      )
      current = { id: Number(lastInsertRowid), offset: page.offset, url: page.url }
    },
    pair(pair) {
      if (!current) throw new Error('a row came before its page')
      const { lastInsertRowid } = addPair.run(
        current.id,
        pair.row - current.offset,
        images.idOf(pair.imageUrl, pair.alternates),
        pair.alt,
        pair.title,
        pair.caption,
        pair.imageRule,
        pair.captionRule,
        pair.declaredWidth,
        pair.declaredHeight,
      )
      if (pair.before !== null || pair.after !== null) {
        addContext.run(lastInsertRowid, pair.before, pair.after)
      }
      return Number(lastInsertRowid)
    },
    forget() {
      current = lastPage.get(archiveId) ?? null
    },
  }
}

/** A pair that came out of a table's row. */
export interface RowPair {
  row: number
  pairId: number
  alt: string | null
  caption: string | null
  title: string | null
  imageUrl: string
  /** Of the picture's bytes; null where they are not there. */
  sha256: string | null
  status: ImageStatus
}

/** The pairs of the rows `from` up to but without `to`, in order. */
export function pairsOfRows(
  db: ReaderDb,
  args: { archiveId: number; from: number; to: number },
): RowPair[] {
  return statement<RowPair>(
    db,
    `SELECT g.offset + p.position AS row, p.id AS pairId, p.alt, p.caption, p.title,
       i.url AS imageUrl, i.sha256, i.status
     FROM pages g CROSS JOIN pairs p ON p.page_id = g.id CROSS JOIN images i ON i.id = p.image_id
     WHERE g.archive_id = @archiveId AND g.offset < @to
       AND g.offset >= coalesce(
         (SELECT max(offset) FROM pages WHERE archive_id = @archiveId AND offset <= @from), 0)
       AND p.position >= @from - g.offset AND p.position < @to - g.offset
     ORDER BY g.offset, p.position`,
  ).all(args)
}

/**
 * Key of the embedding of a picture whose bytes are not there: SHA-256 of `address:` and its
 * address in UTF-8. It cannot be mistaken for a digest of a picture.
 */
export function addressKey(url: string): Uint8Array {
  return createHash('sha256').update(`address:${url}`, 'utf8').digest()
}

/** How a table was imported, as JSON; null if it never was. */
export function importRecipe(db: ReaderDb, fingerprint: string): string | null {
  const row = statement<{ value: string }>(db, 'SELECT value FROM meta WHERE key = ?').get(
    `import:${fingerprint}`,
  )
  return row?.value ?? null
}

export function setImportRecipe(db: WriterDb, fingerprint: string, recipe: string): void {
  statement(
    db,
    'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  ).run(`import:${fingerprint}`, recipe)
}

/** Where the table lies whose fingerprint begins so. */
export function tablePath(db: ReaderDb, identity: string): string | null {
  const row = statement<{ path: string }>(
    db,
    'SELECT path FROM archives WHERE fingerprint >= ? AND fingerprint < ? ORDER BY id LIMIT 1',
  ).get(identity, `${identity}g`)
  return row?.path ?? null
}
