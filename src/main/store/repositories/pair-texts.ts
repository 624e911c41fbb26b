import type { ReaderDb } from '../open.ts'
import { statement } from '../statements.ts'

/** The words of a pair and where they stand, without what pictures and scores need. */
export interface PairTexts {
  id: number
  alt: string | null
  title: string | null
  caption: string | null
  before: string | null
  after: string | null
  /** Blocks of text between the picture and these; null = not known. */
  beforeDistance: number | null
  afterDistance: number | null
  pageUrl: string
  imageUrl: string
}

const TEXTS = `SELECT p.id, p.alt, p.title, p.caption, c.before, c.after, p.before_distance AS beforeDistance,
    p.after_distance AS afterDistance, g.url AS pageUrl, i.url AS imageUrl
  FROM pairs p CROSS JOIN pages g ON g.id = p.page_id CROSS JOIN images i ON i.id = p.image_id
    LEFT JOIN contexts c ON c.pair_id = p.id`

/** null when there is no such pair. */
export function pairTexts(db: ReaderDb, id: number): PairTexts | null {
  return statement<PairTexts>(db, `${TEXTS} WHERE p.id = ?`).get(id) ?? null
}
