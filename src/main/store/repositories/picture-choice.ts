import { compileWhere } from '../reads/score-ref.ts'
import type { WriterDb } from '../open.ts'
import { statement, transaction } from '../statements.ts'

/** As SQL: pictures of pairs that `choosePictures` chose; the table lives as long as its connection. */
export const IS_CHOSEN = 'id IN (SELECT image_id FROM temp.chosen_pictures)'

/**
 * Chooses the pictures that pairs show which match now, until others are chosen.
 * @throws AppError `invalid-input`, `not-found` for a filter that means nothing here
 */
export function choosePictures(db: WriterDb, where: string): void {
  const compiled = compileWhere(db, where)
  transaction(db, () => {
    db.exec('CREATE TEMP TABLE IF NOT EXISTS chosen_pictures (image_id INTEGER PRIMARY KEY) STRICT')
    db.exec('DELETE FROM temp.chosen_pictures')
    db.prepare<unknown[]>(
      `INSERT OR IGNORE INTO temp.chosen_pictures
       SELECT p.image_id FROM ${compiled.from} WHERE ${compiled.where}`,
    ).run(...compiled.params)
  })
}

/** Whether a picture is among those that were chosen. */
export function isChosen(db: WriterDb, id: number): boolean {
  return (
    statement(db, 'SELECT 1 FROM temp.chosen_pictures WHERE image_id = ?').get(id) !== undefined
  )
}
