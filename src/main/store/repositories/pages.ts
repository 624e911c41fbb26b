import { hostOf } from '#shared/address.ts'
import type { WriterDb } from '../open.ts'
import { statement } from '../statements.ts'
import type { ImageIds } from './images.ts'

/** A page with its pairs, ready to be kept. */
export interface NewPage {
  archiveId: number
  offset: number
  recordId: string | null
  recordType: string
  url: string
  date: string | null
  title: string | null
  language: string | null
  ogImage: string | null
  charset: string | null
  charsetSource: string | null
  /** Directives that concern pictures or indexing, joined with `,`; null if there are none. */
  robots: string | null
  /** zstd, for input that cannot be read again. */
  keptHtml: Uint8Array | null
  /** `<img>` without a pair, by rule. */
  notPaired?: Readonly<Record<string, number>>
  pairs: readonly NewPair[]
}

export interface NewPair {
  position: number
  imageUrl: string
  alternates: readonly string[]
  imageRule: string
  alt: string | null
  title: string | null
  caption: string | null
  captionRule: string | null
  before: string | null
  beforeDistance: number | null
  after: string | null
  afterDistance: number | null
  declaredWidth: number | null
  declaredHeight: number | null
  tagStart: number
  tagEnd: number
}

/**
 * Adds a page and its pairs; call it in a transaction. A page that is there already (same archive
 * and offset) is left as it is.
 * @returns pairs added, 0 if the page was there; null then
 */
export function insertPage(db: WriterDb, images: ImageIds, page: NewPage): number | null {
  const added = statement(
    db,
    `INSERT INTO pages (archive_id, offset, record_id, record_type, url, host, date, title, language,
       og_image, charset, charset_source, robots, kept_html)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (archive_id, offset) DO NOTHING`,
  ).run(
    page.archiveId,
    page.offset,
    page.recordId,
    page.recordType,
    page.url,
    hostOf(page.url),
    page.date,
    page.title,
    page.language,
    page.ogImage,
    page.charset,
    page.charsetSource,
    page.robots,
    page.keptHtml,
  )
  if (added.changes === 0) return null
  const pageId = added.lastInsertRowid
  for (const [rule, n] of Object.entries(page.notPaired ?? {})) {
    statement(db, 'INSERT INTO page_not_paired (page_id, rule, n) VALUES (?, ?, ?)').run(
      pageId,
      rule,
      n,
    )
  }
  const insertPair = statement(
    db,
    `INSERT INTO pairs (page_id, position, image_id, alt, title, caption, image_rule, caption_rule,
       before_distance, after_distance, declared_width, declared_height, tag_start, tag_end)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const insertContext = statement(
    db,
    'INSERT INTO contexts (pair_id, before, after) VALUES (?, ?, ?)',
  )
  for (const pair of page.pairs) {
    const { lastInsertRowid } = insertPair.run(
      pageId,
      pair.position,
      images.idOf(pair.imageUrl, pair.alternates),
      pair.alt,
      pair.title,
      pair.caption,
      pair.imageRule,
      pair.captionRule,
      pair.beforeDistance,
      pair.afterDistance,
      pair.declaredWidth,
      pair.declaredHeight,
      pair.tagStart,
      pair.tagEnd,
    )
    if (pair.before !== null || pair.after !== null) {
      insertContext.run(lastInsertRowid, pair.before, pair.after)
    }
  }
  return page.pairs.length
}
