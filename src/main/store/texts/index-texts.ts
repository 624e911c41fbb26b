import { searchWords } from '#shared/text/search-words.ts'
import type { ReaderDb } from '../open.ts'
import { statement, transaction } from '../statements.ts'
import { lettersOf } from './letters.ts'
import {
  CHECKED,
  belongsTo,
  digestOf,
  emptyTexts,
  readTextsState,
  textRows,
  writeTextsState,
} from './texts-db.ts'
import type { IndexedRow, TextsDb, TextsState } from './texts-db.ts'

/** Pairs that are put in together; the place in the corpus is written with them. */
const BATCH = 4000

/** Puts the next pairs in. @returns whether there may be more */
export type IndexStep = () => { state: TextsState; more: boolean }

/**
 * Goes on with the index where it ended, however that was; one that is not of this corpus is emptied
 * first.
 * @param spanSetOf the set of spans to put in: one to which nothing comes any more
 * @param batch pairs that are put in together
 */
export function createTextIndexing(
  texts: TextsDb,
  corpus: ReaderDb,
  spanSetOf: (corpus: ReaderDb) => number | null,
  batch = BATCH,
): IndexStep {
  if (!belongsTo(readTextsState(texts), corpus)) emptyTexts(texts)
  return () =>
    transaction(texts, () => {
      const state = readTextsState(texts)
      const next = indexPairs(texts, corpus, state, batch)
      // Spans where the words themselves are all there.
      const done = next ?? indexSpans(texts, corpus, state, { set: spanSetOf(corpus) ?? 0, batch })
      if (done) writeTextsState(texts, done)
      return { state: done ?? state, more: done !== null }
    })
}

function indexPairs(
  texts: TextsDb,
  corpus: ReaderDb,
  state: TextsState,
  batch: number,
): TextsState | null {
  const rows = textRows(corpus, state.upTo, batch)
  const last = rows.at(-1)
  if (!last) return null
  const putWords = statement(
    texts,
    'INSERT INTO words (rowid, alt, caption, title, before, after, page) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const putNear = statement(texts, 'INSERT INTO near_letters (rowid, text) VALUES (?, ?)')
  const putFar = statement(texts, 'INSERT INTO far_letters (rowid, text) VALUES (?, ?)')
  for (const row of rows) {
    const words = [row.alt, row.caption, row.title, row.before, row.after, row.page].map(spaced)
    putWords.run(row.id, ...words)
    putNear.run(row.id, allLetters(row, ['alt', 'caption', 'title']))
    putFar.run(row.id, allLetters(row, ['before', 'after']))
  }
  const checked = rows.slice(-CHECKED)
  const before = rows[rows.length - checked.length - 1]?.id ?? state.upTo
  return {
    ...state,
    upTo: last.id,
    pairs: state.pairs + rows.length,
    check: { after: before, digest: digestOf(checked) },
  }
}

function spaced(text: string | null): string | null {
  return text === null ? null : searchWords(text).join(' ')
}

function allLetters(row: IndexedRow, texts: ('alt' | 'caption' | 'title' | 'before' | 'after')[]) {
  return texts
    .map((text) => row[text])
    .filter((text) => text !== null)
    .map(lettersOf)
    .join('\n')
}

function indexSpans(
  texts: TextsDb,
  corpus: ReaderDb,
  state: TextsState,
  { set, batch }: { set: number; batch: number },
): TextsState | null {
  if (set !== state.spans.set) {
    texts.exec("INSERT INTO spans (spans) VALUES ('delete-all')")
    return { ...state, spans: { set, upTo: 0 } }
  }
  const rows = statement<{ id: number; quote: string }>(
    corpus,
    `SELECT pair_id AS id, quote FROM spans
     WHERE set_id = ? AND pair_id > ? AND rank = 0 AND quote IS NOT NULL ORDER BY pair_id LIMIT ?`,
  ).all(set, state.spans.upTo, batch)
  const last = rows.at(-1)
  if (!last) return null
  const put = statement(texts, 'INSERT INTO spans (rowid, quote) VALUES (?, ?)')
  for (const { id, quote } of rows) put.run(id, spaced(quote))
  return { ...state, spans: { set, upTo: last.id } }
}
