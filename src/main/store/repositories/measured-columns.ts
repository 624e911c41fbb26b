import { shownShare } from '#shared/text/shown-words.ts'
import type { ReaderDb } from '../open.ts'
import { statement } from '../statements.ts'
import { finderReads, textFinder } from './picture-texts.ts'

/**
 * Numbers of pairs that the program worked out: they stand beside those of imported tables in the
 * table, the facets, maps and exports, under ids below 0. An imported column of the same name hides
 * them; the filters' own words for them (`text-area`) stay.
 */
interface Measured {
  id: number
  name: string
  /** Of a pair `p` with its picture `i`; NULL where there is none. One parameter: the model. */
  value: string
}

export const TEXT_AREA: Measured = {
  id: -1,
  name: 'text_area',
  value: '(SELECT t.share FROM picture_texts t WHERE t.model_id = ? AND t.sha256 = i.sha256)',
}
export const ALT_IN_IMAGE: Measured = {
  id: -2,
  name: 'alt_in_image',
  value:
    '(SELECT shown_share(p.alt, t.words) FROM picture_texts t WHERE t.model_id = ? AND t.sha256 = i.sha256)',
}

/** Those that this corpus has. */
export function measuredColumns(db: ReaderDb): Measured[] {
  if (textFinder(db) === null) return []
  return finderReads(db) ? [TEXT_AREA, ALT_IN_IMAGE] : [TEXT_AREA]
}

/** The SQL of one of them over `p`; the picture is looked up. The model is written into it. */
export function measuredSql(db: ReaderDb, id: number): string {
  const found = [TEXT_AREA, ALT_IN_IMAGE].find((one) => one.id === id)
  if (!found) return 'NULL'
  const value = found.value.replace('?', String(Math.trunc(textFinder(db) ?? 0)))
  return `(SELECT ${value} FROM images i WHERE i.id = p.image_id AND i.status = 'ok')`
}

/** A function that gives them of a pair. */
export function measuredReader(
  db: ReaderDb,
): (pairId: number) => { name: string; value: number }[] {
  const columns = measuredColumns(db)
  const [area] = columns
  if (!area) return () => []
  const get = statement<{ share: number; words: string | null; alt: string | null }>(
    db,
    `SELECT t.share, t.words, p.alt FROM pairs p JOIN images i ON i.id = p.image_id
     JOIN picture_texts t ON t.model_id = ? AND t.sha256 = i.sha256
     WHERE p.id = ? AND i.status = 'ok'`,
  )
  const model = textFinder(db)
  return (pairId) => {
    const row = get.get(model, pairId)
    if (!row) return []
    const shown = shownShare(row.alt, row.words)
    return [
      { name: TEXT_AREA.name, value: row.share },
      ...(shown === null ? [] : [{ name: ALT_IN_IMAGE.name, value: shown }]),
    ]
  }
}
