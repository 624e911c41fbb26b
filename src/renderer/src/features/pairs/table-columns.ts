import type { PairSort, ScoreSource, SortColumn, SortSource } from '#shared/contract/index.ts'
import type { PairTableRow, OwnText } from '#shared/domain.ts'
import { bytes, count, dateTime, number as numberText } from '../../bridge/format.ts'
import type { SourceInfo } from '../../state/pairs.ts'
import { sameSort } from '../../state/pair-recipe.ts'
import { reasonName } from '../../state/reasons.ts'
import { sameSource, sourceKey, STATUS_NAMES, TEXT_NAMES } from '../../state/text-sources.ts'
import { MARK_NAMES } from '../../state/marking.ts'
import { t } from '../../texts/index.ts'
import type { ColumnShape } from './table-layout.ts'

/** A column of the table of pairs. */
export interface TableColumn extends ColumnShape {
  title: string
  /** A second line of its head: the model of a score. */
  about: string | null
  /** `text`: words in lines; `code`: addresses; `number`: right-aligned; `score`: with its mark. */
  kind: 'text' | 'plain' | 'code' | 'number' | 'score'
  /** What its head sorts by; null: nothing. */
  sort: SortColumn | SortSource | null
  /** What a first click means. */
  first: 'asc' | 'desc'
  /** Of a score: its range in the corpus. */
  range: { lo: number; hi: number } | null
  /** null: there is none. */
  of(row: PairTableRow): string | null
  score(row: PairTableRow): number | null
}

type Plain = Pick<TableColumn, 'title' | 'of'> & Partial<TableColumn>

/** @param column named by what it sorts by, unless it has an `id` */
function plain(column: Plain & ({ sort: SortColumn } | { id: string })): TableColumn {
  const kind = column.kind ?? 'plain'
  return {
    id: typeof column.sort === 'string' ? column.sort : '',
    sort: null,
    about: null,
    kind,
    width: 120,
    grows: false,
    shown: false,
    first: kind === 'number' ? 'desc' : 'asc',
    range: null,
    score: () => null,
    ...column,
  }
}

/** Texts in the order of their worth: what was written for the picture first. */
const FIRST_TEXTS = ['alt', 'caption', 'span'] as const satisfies readonly OwnText[]
const OTHER_TEXTS = ['title', 'before', 'after'] as const satisfies readonly OwnText[]

function textColumn(source: OwnText, shown: boolean): TableColumn {
  return plain({
    title: TEXT_NAMES[source],
    kind: 'text',
    width: source === 'alt' ? 208 : 168,
    grows: true,
    shown,
    sort: source,
    of: (row) => row.texts[source],
  })
}

function scoreColumn(source: SourceInfo): TableColumn {
  return {
    id: `score:${sourceKey(source)}`,
    title: t('table.columns.score', { text: TEXT_NAMES[source.text] }),
    about: source.modelName,
    kind: 'score',
    width: 124,
    grows: false,
    shown: true,
    sort: { model: source.model, text: source.text },
    first: 'desc',
    range: { lo: source.min, hi: source.max },
    of: () => null,
    score: (row) =>
      row.scores.find(({ model, text }) => model === source.model && text === source.text)
        ?.cosine ?? null,
  }
}

/** How near a hit is to what was searched by. */
export function foundColumn(best: number): TableColumn {
  return {
    id: 'found',
    title: t('search.column'),
    about: t('search.found'),
    kind: 'score',
    width: 104,
    grows: false,
    shown: true,
    sort: null,
    first: 'desc',
    range: { lo: 0, hi: best },
    of: () => null,
    score: (row) => row.found,
  }
}

/** How long the scored text is, as its model cuts it. */
function tokensColumn(source: SourceInfo): TableColumn {
  return {
    ...plain({
      id: `tokens:${sourceKey(source)}`,
      title: t('table.columns.tokens', { text: TEXT_NAMES[source.text] }),
      kind: 'number',
      width: 96,
      of: (row) => {
        const found = row.scores.find(
          ({ model, text }) => model === source.model && text === source.text,
        )
        return typeof found?.tokens === 'number' ? count(found.tokens) : null
      },
    }),
    about: source.modelName,
  }
}

/** Columns of imported tables that are shown unless a person says otherwise. */
const FIRST_NUMBERS = 4

function numberColumn(name: string, place: number): TableColumn {
  return plain({
    id: `column:${name}`,
    title: name,
    kind: 'number',
    width: 96,
    shown: place < FIRST_NUMBERS,
    sort: { column: name },
    of: ({ columns }) => {
      const found = columns.find((one) => one.name === name)
      return found ? numberText(found.value) : null
    },
  })
}

/** What people said of pairs. */
function saidColumns(): TableColumn[] {
  return [
    plain({
      id: 'mark',
      title: t('table.columns.mark'),
      width: 80,
      of: ({ mark }) => (mark === null ? null : MARK_NAMES[mark]),
    }),
    plain({
      id: 'tags',
      title: t('table.columns.tags'),
      width: 120,
      of: ({ tags }) => (tags.length === 0 ? null : tags.join(', ')),
    }),
    plain({
      id: 'note',
      title: t('table.columns.note'),
      kind: 'text',
      width: 168,
      of: ({ note }) => note,
    }),
  ]
}

/**
 * All columns in the order that they have by themselves.
 * @param filled those in which any pair of the corpus has something
 * @param sources the scores that there are, one column each
 * @param numbers columns of imported tables
 */
export function tableColumns(
  filled: readonly SortColumn[],
  sources: readonly SourceInfo[],
  numbers: readonly string[] = [],
): TableColumn[] {
  const has = (column: SortColumn): boolean => filled.includes(column)
  const number = (value: number | null): string | null => (value === null ? null : count(value))
  return [
    ...FIRST_TEXTS.map((source) => textColumn(source, has(source))),
    ...sources.map(scoreColumn),
    ...sources.filter(({ imported }) => !imported).map(tokensColumn),
    ...numbers.map(numberColumn),
    ...saidColumns(),
    ...OTHER_TEXTS.map((source) => textColumn(source, has(source) && source !== 'title')),
    plain({
      title: t('table.columns.host'),
      width: 152,
      shown: has('host'),
      sort: 'host',
      of: ({ page }) => page.host || null,
    }),
    plain({
      title: t('table.columns.size'),
      kind: 'number',
      width: 104,
      shown: has('size'),
      sort: 'size',
      of: ({ width, height }) => (width && height ? `${count(width)} × ${count(height)}` : null),
    }),
    plain({
      title: t('table.columns.status'),
      width: 112,
      shown: true,
      sort: 'status',
      of: ({ status }) => STATUS_NAMES[status],
    }),
    plain({
      title: t('table.columns.language'),
      width: 80,
      shown: has('lang'),
      sort: 'lang',
      of: ({ page }) => page.language,
    }),
    plain({
      title: t('table.columns.date'),
      width: 128,
      first: 'desc',
      sort: 'date',
      of: ({ page }) => (page.date === null ? null : dateTime(page.date)),
    }),
    plain({
      title: t('table.columns.page'),
      kind: 'code',
      width: 240,
      sort: 'page',
      of: ({ page }) => page.url || null,
    }),
    plain({
      title: t('table.columns.pageTitle'),
      kind: 'text',
      width: 200,
      sort: 'page-title',
      of: ({ page }) => page.title,
    }),
    plain({
      title: t('table.columns.url'),
      kind: 'code',
      width: 240,
      // Where no page says where a picture is from, its address does.
      shown: !has('host'),
      sort: 'url',
      of: ({ imageUrl }) => imageUrl,
    }),
    plain({
      title: t('table.columns.width'),
      kind: 'number',
      width: 72,
      sort: 'width',
      of: ({ width }) => number(width),
    }),
    plain({
      title: t('table.columns.height'),
      kind: 'number',
      width: 72,
      sort: 'height',
      of: ({ height }) => number(height),
    }),
    plain({
      title: t('table.columns.bytes'),
      kind: 'number',
      width: 80,
      sort: 'bytes',
      of: (row) => (row.bytes === null ? null : bytes(row.bytes)),
    }),
    plain({
      title: t('table.columns.mime'),
      width: 96,
      sort: 'mime',
      of: ({ mime }) => mime,
    }),
    plain({
      title: t('table.columns.error'),
      width: 200,
      sort: 'error',
      of: ({ error }) => (error ? reasonName(error) : null),
    }),
    plain({
      title: t('table.columns.archive'),
      kind: 'code',
      width: 200,
      sort: 'archive',
      of: ({ page }) => page.archive,
    }),
    plain({
      title: t('table.columns.position'),
      kind: 'number',
      width: 72,
      first: 'asc',
      sort: 'position',
      of: ({ position }) => count(position),
    }),
    plain({
      title: t('table.columns.id'),
      kind: 'number',
      width: 88,
      first: 'asc',
      sort: 'id',
      of: ({ id }) => String(id),
    }),
  ]
}

/** What decides the order of the pairs, as far as a column can. */
export interface Sorting {
  sort: PairSort
  score: ScoreSource | null
  by: SortSource | null
}

/** The order that a column gives. */
export function sortingOf(
  { sort }: { sort: NonNullable<TableColumn['sort']> },
  way: 'asc' | 'desc',
  score: ScoreSource | null,
): Pick<Sorting, 'sort' | 'by'> {
  if (typeof sort !== 'string') {
    if ('column' in sort) return { sort: `column-${way}`, by: sort }
    return { sort: `score-${way}`, by: sameSource(sort, score) ? null : sort }
  }
  if (sort === 'id' && way === 'asc') return { sort: 'id', by: null }
  return { sort: `${sort}-${way}`, by: null }
}

/** Which way a column sorts now; null where it does not. */
export function wayOf(
  column: Pick<TableColumn, 'sort'>,
  { sort, score, by }: Sorting,
): 'asc' | 'desc' | null {
  if (column.sort === null) return null
  for (const way of ['asc', 'desc'] as const) {
    const given = sortingOf({ sort: column.sort }, way, score)
    if (given.sort !== sort) continue
    if (typeof column.sort === 'string' || sameSort(given.by, by)) return way
  }
  return null
}

/**
 * What a click on a head does: its first way, the other one, then the order of the pages again. null
 * where it sorts by nothing.
 */
export function nextSorting(
  column: Pick<TableColumn, 'sort' | 'first'>,
  now: Sorting,
): Pick<Sorting, 'sort' | 'by'> | null {
  const { sort } = column
  if (sort === null) return null
  const way = wayOf(column, now)
  const other = column.first === 'asc' ? 'desc' : 'asc'
  if (way === null) return sortingOf({ sort }, column.first, now.score)
  if (way === column.first) return sortingOf({ sort }, other, now.score)
  return { sort: 'id', by: null }
}
