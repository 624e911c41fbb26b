import { ALL, parts } from '#shared/query/index.ts'
import type { Query, WordText } from '#shared/query/index.ts'
import { hasWords } from '#shared/text/search-words.ts'
import type { WordSearch } from '#shared/text/search-words.ts'
import type { WordColumn } from '../texts/columns.ts'

/** The texts of a pair as SQL, by the columns of the index: over pairs, contexts and pages. */
export const ALL_WORDS: Record<WordColumn, string> = {
  alt: 'p2.alt',
  caption: 'p2.caption',
  title: 'p2.title',
  before: 'c2.before',
  after: 'c2.after',
  page: 'g2.title',
}
const COLUMNS = Object.keys(ALL_WORDS) as WordColumn[]

/** Where a search for words looks: null = in every text. Spans lie in these and are apart. */
export function wordColumns(text: Exclude<WordText, 'span'> | null): WordColumn[] {
  if (text === null) return COLUMNS
  return [text === 'page-title' ? 'page' : text]
}

/** The searches for words that a pair may fit for: those that are not excluded. */
export function wordSearches(query: Query): { search: WordSearch; columns: WordColumn[] }[] {
  return [...parts(withoutNegations(query))].flatMap((part) =>
    part.kind === 'wordSearch' && part.text !== 'span'
      ? [{ search: part.search, columns: wordColumns(part.text) }]
      : [],
  )
}

function withoutNegations(query: Query): Query {
  if (query.kind === 'not') return ALL
  if (query.kind !== 'and' && query.kind !== 'or') return query
  return { ...query, items: query.items.map(withoutNegations) }
}

let last: { json: string; search: WordSearch } | null = null

/** `has_words(search, text...)` of SQL: the search as JSON, over texts that may be NULL. */
export function hasWordsInSql(json: unknown, ...texts: unknown[]): 0 | 1 {
  if (typeof json !== 'string') return 0
  if (last?.json !== json) last = { json, search: JSON.parse(json) as WordSearch }
  const { search } = last
  return texts.some((text) => typeof text === 'string' && hasWords(text, search)) ? 1 : 0
}
