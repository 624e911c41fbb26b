import type { OwnText, TextSource } from '../domain.ts'
import type { WordSearch } from '../text/search-words.ts'
import type { FieldName, WordText } from './fields.ts'

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>='

/** Which score: model null = the one that is chosen in the view, or the only one there is. */
export interface ScoreRef {
  model: string | null
  text: TextSource | null
}

/** What a query means. Positions are not kept: two spellings of one query are equal. */
export type Query =
  | { kind: 'all' }
  | { kind: 'and'; items: Query[] }
  | { kind: 'or'; items: Query[] }
  | { kind: 'not'; item: Query }
  /** Bare words: found in alt, caption or title. */
  | { kind: 'words'; words: string }
  /**
   * Whole words, in a row or near each other; `text` null = in any of a pair's texts. `field`: the
   * field whose rows it asks for.
   */
  | { kind: 'wordSearch'; field: 'words' | OwnText; text: WordText | null; search: WordSearch }
  /** The field holds the words, in any place and any case. */
  | { kind: 'contains'; field: FieldName; words: string }
  /** The whole value is this. */
  | { kind: 'equals'; field: FieldName; value: string }
  | { kind: 'matches'; field: FieldName; pattern: string; ignoreCase: boolean }
  /** There is something: for a text, a letter that is not white space. */
  | { kind: 'present'; field: FieldName }
  | { kind: 'compare'; field: FieldName; op: Comparison; value: number }
  /** Both ends belong to it; null = open. */
  | { kind: 'range'; field: FieldName; from: number | null; to: number | null }
  /** Dates as written, `YYYY[-MM[-DD[Thh[:mm[:ss]]]]]`; one that is cut short means the whole span. */
  | { kind: 'dateCompare'; op: Comparison; value: string }
  | { kind: 'dateRange'; from: string | null; to: string | null }
  | { kind: 'scorePresent'; score: ScoreRef }
  | { kind: 'scoreCompare'; score: ScoreRef; op: Comparison; value: number }
  | { kind: 'scoreRange'; score: ScoreRef; from: number | null; to: number | null }
  /** Tokens of the text that was scored, as that model counts them. */
  | { kind: 'tokensPresent'; score: ScoreRef }
  | { kind: 'tokensCompare'; score: ScoreRef; op: Comparison; value: number }
  | { kind: 'tokensRange'; score: ScoreRef; from: number | null; to: number | null }
  /** Share of a text's words that stand in the picture; `text` null = of the view's text, else of the alt. */
  | { kind: 'shownPresent'; text: OwnText | null }
  | { kind: 'shownCompare'; text: OwnText | null; op: Comparison; value: number }
  | { kind: 'shownRange'; text: OwnText | null; from: number | null; to: number | null }
  /** A column of an imported table, by the name that it has there, in any case. */
  | { kind: 'columnPresent'; column: string }
  | { kind: 'columnCompare'; column: string; op: Comparison; value: number }
  | { kind: 'columnRange'; column: string; from: number | null; to: number | null }

export const ALL: Query = { kind: 'all' }

/** Joins, flattening nested ones; the order stays. */
export function and(items: readonly Query[]): Query {
  const flat = items.flatMap((item) =>
    item.kind === 'and' ? item.items : item.kind === 'all' ? [] : [item],
  )
  return flat.length === 0
    ? ALL
    : flat.length === 1
      ? (flat[0] as Query)
      : { kind: 'and', items: flat }
}

export function or(items: readonly Query[]): Query {
  if (items.some((item) => item.kind === 'all')) return ALL
  const flat = items.flatMap((item) => (item.kind === 'or' ? item.items : [item]))
  return flat.length === 1 ? (flat[0] as Query) : { kind: 'or', items: flat }
}

/** Every part of a query, itself first. */
export function* parts(query: Query): Generator<Query> {
  yield query
  if (query.kind === 'and' || query.kind === 'or')
    for (const item of query.items) yield* parts(item)
  if (query.kind === 'not') yield* parts(query.item)
}
