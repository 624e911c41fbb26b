import type { WriterDb } from '../open.ts'
import { statement } from '../statements.ts'

/** Pairs of one picture that are looked through. */
const MAX_SHOWN = 5000

/** Where a pair stands, for finding it in another corpus. */
export interface PairPlace {
  page: string
  archive: string
  /** Of the record in the archive, in bytes. */
  offset: number
  recordId: string | null
  picture: string
  /** Of the picture on its page, from 0. */
  position: number
}

export interface PlacedPair extends PairPlace {
  id: number
}

const PLACED = `SELECT p.id, p.position, a.name AS archive, g.offset, g.record_id AS recordId,
    g.url AS page, i.url AS picture`

/** Finds the pairs that a pair of another corpus may be. */
export function createPlaceFinder(db: WriterDb) {
  const sameRecord = statement<PlacedPair>(
    db,
    `${PLACED} FROM archives a CROSS JOIN pages g ON g.archive_id = a.id AND g.offset = ?
       CROSS JOIN pairs p ON p.page_id = g.id AND p.position = ?
       CROSS JOIN images i ON i.id = p.image_id WHERE a.name = ?`,
  )
  const samePicture = statement<PlacedPair>(
    db,
    `${PLACED} FROM images i CROSS JOIN pairs p ON p.image_id = i.id
       CROSS JOIN pages g ON g.id = p.page_id CROSS JOIN archives a ON a.id = g.archive_id
     WHERE i.url = ? AND g.url = ? ORDER BY p.id`,
  )
  const shown = statement<{ n: number }>(
    db,
    `SELECT count(*) AS n FROM (SELECT 1 FROM images i CROSS JOIN pairs p ON p.image_id = i.id
       WHERE i.url = ? LIMIT ${MAX_SHOWN + 1})`,
  )
  let indexed = false

  /** A picture that is everywhere is found through its page, which takes an index. */
  function onPage(page: string, picture: string): PlacedPair[] {
    if (!indexed) {
      db.exec(
        `CREATE TEMP TABLE IF NOT EXISTS merge_pages (url TEXT, id INTEGER, PRIMARY KEY (url, id))
           WITHOUT ROWID;
         DELETE FROM merge_pages;
         INSERT INTO merge_pages SELECT url, id FROM pages`,
      )
      indexed = true
    }
    return db
      .prepare<[string, string], PlacedPair>(
        `${PLACED} FROM (SELECT id FROM temp.merge_pages WHERE url = ? LIMIT ${MAX_SHOWN}) m
           CROSS JOIN pages g ON g.id = m.id CROSS JOIN archives a ON a.id = g.archive_id
           CROSS JOIN pairs p ON p.page_id = g.id CROSS JOIN images i ON i.id = p.image_id
         WHERE i.url = ? ORDER BY p.id`,
      )
      .all(page, picture)
  }

  return {
    /** The one at the same place of the same archive, with the same page and picture. */
    exact(wanted: PairPlace): PlacedPair[] {
      return sameRecord
        .all(wanted.offset, wanted.position, wanted.archive)
        .filter((one) => one.page === wanted.page && one.picture === wanted.picture)
    },
    /** All with the same page and picture, `exact` among them. */
    all({ page, picture }: PairPlace, exact: PlacedPair[]): PlacedPair[] {
      return (shown.get(picture)?.n ?? 0) > MAX_SHOWN
        ? [...exact, ...onPage(page, picture)]
        : samePicture.all(picture, page)
    },
    close(): void {
      if (indexed) db.exec('DROP TABLE temp.merge_pages')
    },
  }
}
