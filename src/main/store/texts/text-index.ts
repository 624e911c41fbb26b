import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { searchItems, searchWords } from '#shared/text/search-words.ts'
import type { WordSearch } from '#shared/text/search-words.ts'
import type { ReaderDb } from '../open.ts'
import { statement } from '../statements.ts'
import type { Reach, WordColumn } from './columns.ts'
import { gramsOf, lettersOf } from './letters.ts'
import { belongsTo, openTextsForReading, readTextsState, textsFile } from './texts-db.ts'
import type { TextsDb, TextsState } from './texts-db.ts'

/** Pairs that the index names. What is not in it yet is for the one who asks to look at. */
export interface Found {
  /** Ascending. */
  ids: readonly number[]
  /** Everything up to this id was looked at. */
  upTo: number
}

/** What the index of texts knows, asked over the connection to a corpus. */
export interface TextIndex {
  /** null = there is none that can be read. */
  state(): TextsState | null
  /**
   * Pairs that may hold the words in any place of the texts that are meant; no others do.
   * @returns null where the index cannot tell better than a look at each pair
   */
  mayContain(words: string, reach: readonly Reach[]): Found | null
  /** Pairs that hold the words; null = there is no index. */
  withWords(search: WordSearch, columns: readonly WordColumn[]): Found | null
  withSpanWords(search: WordSearch, set: number): Found | null
  /** Pairs that hold any of the searches, the best first by BM25. */
  ranked(searches: readonly { search: WordSearch; columns: readonly WordColumn[] }[]): number[]
}

/** To look at more candidates than this share of all pairs takes longer than to look at all. */
const MOST_CANDIDATES = 0.35
/** BM25 weighs what stands beside the picture more than what stands around it. */
const WEIGHTS: Record<WordColumn, number> = {
  alt: 3,
  caption: 3,
  title: 2,
  before: 1,
  after: 1,
  page: 1,
}

const indexes = new WeakMap<ReaderDb, TextIndex & { close(): void }>()

/** The index beside a corpus. One that is missing or broken is none: everything is found without it. */
export function textIndexOf(corpus: ReaderDb): TextIndex {
  let index = indexes.get(corpus)
  if (!index) {
    index = createTextIndex(corpus)
    indexes.set(corpus, index)
  }
  return index
}

/** Lets go of the index beside a connection that is about to be closed. */
export function closeTextIndex(corpus: ReaderDb): void {
  indexes.get(corpus)?.close()
  indexes.delete(corpus)
}

function createTextIndex(corpus: ReaderDb): TextIndex & { close(): void } {
  const { open, close } = opener(corpus)

  /** What goes wrong in reading is as if there was no index. */
  function ask<T>(read: (db: TextsDb, state: TextsState) => T): T | null {
    const db = open()
    if (!db) return null
    try {
      return read(db, readTextsState(db))
    } catch {
      return null
    }
  }

  return {
    close,
    state: () => ask((_db, state) => state),
    mayContain: (words, reach) =>
      ask((db, state) => {
        const most = Math.floor(state.pairs * MOST_CANDIDATES)
        const grams = gramsOf(lettersOf(words))
        if (!words.isWellFormed()) return null
        if (grams.length === 0) return shortWords(db, state, words, reach, most)
        const match = grams.map(quoted).join(' AND ')
        const ids = union(
          reach.map((one) =>
            statement<{ id: number }>(
              db,
              `SELECT rowid AS id FROM ${one}_letters WHERE ${one}_letters MATCH ? LIMIT ?`,
            )
              .all(match, most + 1)
              .map(({ id }) => id),
          ),
        )
        return ids.length > most ? null : { ids, upTo: state.upTo }
      }),
    withWords: (search, columns) =>
      ask((db, state) => ({ ids: idsOf(db, matchOf(search, columns)), upTo: state.upTo })),
    withSpanWords: (search, set) =>
      ask((db, state) => {
        if (state.spans.set !== set) return null
        const ids = statement<{ id: number }>(
          db,
          'SELECT rowid AS id FROM spans WHERE spans MATCH ? ORDER BY rowid',
        )
          .all(expression(search))
          .map(({ id }) => id)
        return { ids, upTo: state.spans.upTo }
      }),
    ranked: (searches) =>
      (searches.length === 0
        ? null
        : ask((db) => {
            const match = searches.map(({ search, columns }) => `(${matchOf(search, columns)})`)
            return statement<{ id: number }>(
              db,
              `SELECT rowid AS id FROM words WHERE words MATCH ?
               ORDER BY bm25(words, ${Object.values(WEIGHTS).join(', ')}), rowid`,
            )
              .all(match.join(' OR '))
              .map(({ id }) => id)
          })) ?? [],
  }
}

/** Opens the index when it is there, and anew when it is another file. */
function opener(corpus: ReaderDb): { open(): TextsDb | null; close(): void } {
  const path = dirname(corpus.name)
  let held: { db: TextsDb | null; file: string } | null = null
  function open(): TextsDb | null {
    try {
      const { ino, birthtimeMs } = statSync(textsFile(path))
      const file = `${ino} ${birthtimeMs}`
      if (held?.file === file && (held.db === null || held.db.open)) return held.db
      held?.db?.close()
      held = null
      const db = openTextsForReading(path)
      const fits = db !== null && belongsTo(readTextsState(db), corpus)
      if (!fits) db?.close()
      // One that does not fit is emptied in place by the one who writes.
      if (fits) held = { db, file }
      return fits ? db : null
    } catch {
      return null
    }
  }
  return { open, close: () => held?.db?.close() }
}

/** Chinese and Japanese words of one or two characters are words of the index, one a character. */
function shortWords(
  db: TextsDb,
  state: TextsState,
  words: string,
  reach: readonly Reach[],
  most: number,
): Found | null {
  const characters = [...words.normalize('NFC')]
  const alone = characters.every(
    (one) => /^[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}]$/u.test(one) && searchWords(one)[0] === one,
  )
  if (!alone || characters.length === 0) return null
  const columns = reach.flatMap((one): WordColumn[] =>
    one === 'near' ? ['alt', 'caption', 'title'] : ['before', 'after'],
  )
  const search = { phrase: characters.join(''), prefix: false, near: null }
  const ids = idsOf(db, matchOf(search, columns), most + 1)
  return ids.length > most ? null : { ids, upTo: state.upTo }
}

function idsOf(db: TextsDb, match: string, limit = -1): number[] {
  return statement<{ id: number }>(
    db,
    'SELECT rowid AS id FROM words WHERE words MATCH ? ORDER BY rowid LIMIT ?',
  )
    .all(match, limit)
    .map(({ id }) => id)
}

/** As FTS5 reads it. Words hold letters, digits and marks only; they are quoted all the same. */
function expression(search: WordSearch): string {
  const items = searchItems(search).map((words) => quoted(words.join(' ')))
  if (search.near !== null) return `NEAR(${items.join(' ')}, ${Math.trunc(search.near)})`
  return `${items[0] ?? '""'}${search.prefix ? ' *' : ''}`
}

function matchOf(search: WordSearch, columns: readonly WordColumn[]): string {
  return `{${columns.join(' ')}} : ${expression(search)}`
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`

function union(lists: number[][]): number[] {
  const [first, second] = lists
  if (!second) return first ?? []
  return [...new Set([...(first ?? []), ...second])].sort((a, b) => a - b)
}
