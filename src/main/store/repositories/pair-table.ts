import { SORT_COLUMNS } from '#shared/contract/pairs.ts'
import type { SortColumn } from '#shared/contract/pairs.ts'
import { TABLE_TEXT } from '#shared/domain.ts'
import type { PairTableRow, Score, TextSource } from '#shared/domain.ts'
import type { ReaderDb } from '../open.ts'
import { statement } from '../statements.ts'
import { listModels, scoreKinds } from './models.ts'
import type { TextKey } from './models.ts'
import { pairRows, pairsByIds } from './pairs.ts'
import { currentSpanSet } from './span-sets.ts'
import { tokensReader } from './token-counts.ts'

/**
 * Rows of the table for ids, in their order; an id that is not there is left out. Texts are cut at
 * `TABLE_TEXT`.
 * @param args as of `pairRows`
 */
export function pairTableRows(
  db: ReaderDb,
  args: {
    ids: ArrayLike<number>
    prefer: TextSource | null
    score: { modelId: number; key: TextKey } | null
  },
): PairTableRow[] {
  const full = new Map(pairsByIds(db, args.ids).map((pair) => [pair.id, pair]))
  const more = statement<{ position: number; host: string; bytes: number | null }>(
    db,
    `SELECT p.position, g.host, i.bytes FROM pairs p CROSS JOIN pages g ON g.id = p.page_id
       CROSS JOIN images i ON i.id = p.image_id WHERE p.id = ?`,
  )
  const tokensOf = scoredTokens(db)
  return pairRows(db, args).flatMap((row) => {
    const [pair, rest] = [full.get(row.id), more.get(row.id)]
    if (!pair || !rest) return []
    const { url, title, language, date, archive } = pair.page
    const { text } = pair
    return [
      {
        ...row,
        text: cut(row.text),
        texts: {
          alt: cut(text.alt),
          title: cut(text.title),
          caption: cut(text.caption),
          before: cut(text.before),
          after: cut(text.after),
          span: cut(text.span),
          best: cut(text.best),
        },
        scores: pair.scores.map((score) => ({ ...score, tokens: tokensOf(score, row.id) })),
        page: { url, host: rest.host, title, language, date, archive },
        position: rest.position,
        mime: pair.image.mime,
        bytes: rest.bytes,
        error: pair.image.error,
        note: pair.note,
        columns: pair.columns,
      },
    ]
  })
}

/** The tokens of a scored text by the names that people use. */
function scoredTokens(db: ReaderDb): (score: Score, pairId: number) => number | null {
  const ids = new Map(listModels(db).map((model) => [model.publicId, model.id]))
  const keys = new Map(
    scoreKinds(db).map(({ modelId, text, key }) => [`${modelId} ${text}`, key] as const),
  )
  const read = tokensReader(db)
  return ({ model, text }, pairId) => {
    const modelId = ids.get(model)
    if (modelId === undefined) return null
    const key = keys.get(`${modelId} ${text}`)
    return key === undefined ? null : read(modelId, key, pairId)
  }
}

function cut(text: string | null): string | null {
  if (text === null || text.length <= TABLE_TEXT) return text
  // Not between the halves of a character.
  return text.slice(0, TABLE_TEXT).replace(/[\ud800-\udbff]$/, '')
}

/** The columns of the table that have a value in any pair; those that always have one, too. */
export function filledColumns(db: ReaderDb): SortColumn[] {
  const any = (sql: string, ...params: number[]): boolean =>
    statement<unknown>(db, `${sql} LIMIT 1`).get(...params) !== undefined
  const ofPair = (column: string): boolean => any(`SELECT 1 FROM pairs WHERE ${column} > ''`)
  const ofContext = (column: string): boolean => any(`SELECT 1 FROM contexts WHERE ${column} > ''`)
  const ofPage = (column: string): boolean => any(`SELECT 1 FROM pages WHERE ${column} > ''`)
  const ofImage = (column: string): boolean =>
    any(`SELECT 1 FROM images WHERE ${column} IS NOT NULL`)
  const always = (): boolean => true
  const has: Record<SortColumn, () => boolean> = {
    id: always,
    alt: () => ofPair('alt'),
    caption: () => ofPair('caption'),
    title: () => ofPair('title'),
    before: () => ofContext('before'),
    after: () => ofContext('after'),
    span: () =>
      any('SELECT 1 FROM spans WHERE set_id = ? AND quote IS NOT NULL', currentSpanSet(db) ?? 0),
    size: () => ofImage('width'),
    width: () => ofImage('width'),
    height: () => ofImage('height'),
    bytes: () => ofImage('bytes'),
    mime: () => ofImage('mime'),
    status: always,
    error: () => ofImage('error'),
    host: () => ofPage('host'),
    page: () => ofPage('url'),
    'page-title': () => ofPage('title'),
    url: always,
    lang: () => ofPage('language'),
    date: () => ofPage('date'),
    archive: always,
    position: always,
  }
  return SORT_COLUMNS.filter((column) => has[column]())
}
