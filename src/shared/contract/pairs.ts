import { z } from 'zod'
import {
  CorpusPath,
  ModelId,
  Pair,
  PairDetail,
  PairId,
  PairRow,
  PairTableRow,
  TextSource,
} from '../domain.ts'
import { call } from './call.ts'
import { ErrorValue } from './error.ts'
import { Search, SearchAnswer } from './search.ts'

/** The scores that are meant where a view shows or sorts by one number. */
export const ScoreSource = z.object({ model: ModelId, text: TextSource })
export type ScoreSource = z.infer<typeof ScoreSource>

/** What pairs are sorted by beside the order of the pages, chance and a score. */
export const SORT_COLUMNS = [
  'id',
  'alt',
  'caption',
  'title',
  'before',
  'after',
  'span',
  'size',
  'width',
  'height',
  'bytes',
  'mime',
  'status',
  'error',
  'host',
  'page',
  'page-title',
  'url',
  'lang',
  'date',
  'archive',
  'position',
] as const
export const SortColumn = z.enum(SORT_COLUMNS)
export type SortColumn = z.infer<typeof SortColumn>

/** A number of an imported table, by the name of its column. */
export const ColumnSource = z.object({ column: z.string().min(1) })
export type ColumnSource = z.infer<typeof ColumnSource>

/** What sorts where it is another score than the one that is shown, or a number of a table. */
export const SortSource = z.union([ScoreSource, ColumnSource])
export type SortSource = z.infer<typeof SortSource>

/**
 * `id` is the order of the pages, `search` that of a search's cosines (without one, of the pages);
 * `match`: how well the words of the filter (`words:`) fit, by BM25. What has no value comes last in
 * both directions.
 */
export const PairSort = z.union([
  z.enum([
    'id',
    'match',
    'score-desc',
    'score-asc',
    'column-desc',
    'column-asc',
    'random',
    'search',
  ]),
  z.templateLiteral([SortColumn, '-', z.enum(['asc', 'desc'])]),
])
export type PairSort = z.infer<typeof PairSort>

/** A record of an archive, by its head. */
export const ArchivedRecord = z.object({
  archivePath: z.string(),
  offset: z.number().int(),
  /** `response`, `revisit`, `resource`. */
  type: z.string(),
  recordId: z.string().nullable(),
  url: z.string().nullable(),
  date: z.string().nullable(),
  /** Who answered. */
  ip: z.string().nullable(),
  /** null: it holds no HTTP. */
  statusLine: z.string().nullable(),
  /** As they were sent, in their order. */
  fields: z.array(z.object({ name: z.string(), value: z.string() })),
})
export type ArchivedRecord = z.infer<typeof ArchivedRecord>

export const pairs = {
  /**
   * Evaluates a filter and holds the ordered ids, so that any part of millions can be read at
   * once. `where` is the query language of `#shared/query`. Pairs without a score come last in
   * both score orders.
   */
  'pairs.select': call(
    z.object({
      corpus: CorpusPath,
      where: z.string().default(''),
      sort: PairSort.default('id'),
      /** Whose score sorts and is shown. */
      score: ScoreSource.nullable().default(null),
      /** Sorts in place of `score`, which a filter may mean. */
      by: SortSource.nullable().default(null),
      seed: z.number().int().default(0),
      /** Only its hits, ranked where `sort` says so; `where` is applied before. */
      search: Search.nullable().default(null),
    }),
    z.object({
      selection: z.string(),
      total: z.number().int(),
      corpusTotal: z.number().int(),
      /** Whether the corpus holds the bytes of any picture. */
      hasPictures: z.boolean(),
      search: SearchAnswer.nullable(),
    }),
  ),
  'pairs.page': call(
    z.object({
      corpus: CorpusPath,
      selection: z.string(),
      offset: z.number().int().min(0),
      limit: z.number().int().min(1).max(1000),
    }),
    z.array(PairRow),
  ),
  /** As `pairs.page`, with all that a table shows of a pair. */
  'pairs.tablePage': call(
    z.object({
      corpus: CorpusPath,
      selection: z.string(),
      offset: z.number().int().min(0),
      limit: z.number().int().min(1).max(1000),
    }),
    z.array(PairTableRow),
  ),
  /** The columns in which any pair of this corpus has something to show, and those of tables. */
  'pairs.tableColumns': call(
    z.object({ corpus: CorpusPath }),
    z.object({ filled: z.array(SortColumn), numbers: z.array(z.string()) }),
  ),
  /** Where a pair stands in a selection; null if it is not in it. */
  'pairs.indexOf': call(
    z.object({ corpus: CorpusPath, selection: z.string(), id: PairId }),
    z.object({ index: z.number().int().nullable() }),
  ),
  'pairs.get': call(z.object({ corpus: CorpusPath, id: PairId }), PairDetail),
  /** A slice of full pairs after an id, for the command line and exports. */
  'pairs.list': call(
    z.object({
      corpus: CorpusPath,
      where: z.string().default(''),
      afterId: z.number().int().min(0).default(0),
      limit: z.number().int().min(1).max(5000).default(500),
    }),
    z.array(Pair),
  ),
  /** Checks a query without running it; `error` names the position. */
  'pairs.checkQuery': call(
    z.object({ where: z.string() }),
    z.object({
      error: z.object({ message: z.string(), position: z.number().int() }).nullable(),
    }),
  ),
  /** Values that a field of the query language takes in this corpus, most frequent first. */
  'pairs.suggest': call(
    z.object({ corpus: CorpusPath, field: z.string(), prefix: z.string().default('') }),
    z.array(z.object({ value: z.string(), n: z.number().int() })),
  ),
  /**
   * The page as archived, made inert (no scripts, no outside addresses, pictures of the corpus
   * only), with the pair's picture and words marked.
   */
  'pairs.source': call(
    z.object({ corpus: CorpusPath, id: PairId }),
    z.object({
      /** Made inert, with the pair marked; null where that cannot be done. */
      html: z.string().nullable(),
      /** Why there is no `html`. */
      problem: ErrorValue.nullable(),
      /** As archived, decoded: the beginning of a very long one. */
      raw: z.string(),
      /** Characters of the whole page. */
      length: z.number().int(),
      /** Where the picture's tag stands in `raw`; null where that ends before it. */
      tag: z.object({ start: z.number().int(), end: z.number().int() }).nullable(),
      url: z.string(),
    }),
  ),
  /**
   * The record that holds the pair's picture, crawled or fetched, and those that led to it in their
   * order; null where the picture came without one.
   */
  'pairs.pictureRecord': call(
    z.object({ corpus: CorpusPath, id: PairId }),
    z
      .object({
        record: ArchivedRecord,
        through: z.array(ArchivedRecord),
        /** It lies in an archive of the corpus itself. */
        fetched: z.boolean(),
      })
      .nullable(),
  ),
}
