import { ALT_KINDS } from '../alt-kinds.ts'
import { IMAGE_STATUSES } from '../domain.ts'
import { MARKS } from '../marks.ts'
import { ALL, and, or } from './ast.ts'
import type { Query } from './ast.ts'
import { printQuery } from './print.ts'

/** Fields by whose values one filters with a click, in the order in which they are shown. */
export const FACETS = [
  'mark',
  'tag',
  'status',
  'side',
  'text-in-image',
  'alt-kind',
  'alt-rule',
  'lang',
  'archive',
  'host',
] as const
export type Facet = (typeof FACETS)[number]

/** Bins of the shorter side in pixels; the last is open. */
export const SIDE_BINS = [64, 128, 256, 512, 1024] as const

/** Values that are shown in their own order and not by how many there are; '' = without one. */
export const FACET_VALUES: Partial<Record<Facet, readonly string[]>> = {
  mark: [...MARKS, 'disputed', 'none'],
  status: IMAGE_STATUSES,
  side: [
    ...SIDE_BINS.map((end, i) => (i === 0 ? `<${end}` : `${SIDE_BINS[i - 1]}..${end - 1}`)),
    `>=${SIDE_BINS.at(-1)}`,
    '',
  ],
  'text-in-image': ['yes', 'no', ''],
  'alt-kind': [...ALT_KINDS, ''],
}

/** The term that keeps the pairs with a value. */
export function facetTerm(facet: Facet, value: string): Query {
  if (value === '' && facet !== 'host') {
    return { kind: 'not', item: { kind: 'present', field: facet } }
  }
  if (facet !== 'side') return { kind: 'equals', field: facet, value }
  const open = /^(<|>=)(\d+)$/.exec(value)
  if (open) {
    return { kind: 'compare', field: 'side', op: open[1] as '<' | '>=', value: Number(open[2]) }
  }
  const [from, to] = value.split('..').map(Number)
  return { kind: 'range', field: 'side', from: from ?? null, to: to ?? null }
}

/** The value that a term keeps; null for any other term. */
function valueOf(facet: Facet, term: Query): string | null {
  if (term.kind === 'equals' && term.field === facet) return term.value
  if (term.kind === 'not' && term.item.kind === 'present' && term.item.field === facet) {
    return facet === 'host' ? null : ''
  }
  if (facet !== 'side') return null
  return (
    FACET_VALUES.side?.find((value) => printQuery(facetTerm('side', value)) === printQuery(term)) ??
    null
  )
}

/** The values that a condition takes in, or null where it is about something else. */
function includedBy(facet: Facet, item: Query): string[] | null {
  const one = valueOf(facet, item)
  if (one !== null) return [one]
  if (item.kind !== 'or') return null
  const values = item.items.map((part) => valueOf(facet, part))
  return values.includes(null) ? null : (values as string[])
}

function excludedBy(facet: Facet, item: Query): string | null {
  if (item.kind === 'present' && item.field === facet && facet !== 'host') return ''
  return item.kind === 'not' ? valueOf(facet, item.item) : null
}

const itemsOf = (query: Query): Query[] =>
  query.kind === 'and' ? query.items : query.kind === 'all' ? [] : [query]

export interface FacetChoice {
  included: string[]
  excluded: string[]
}

/** What a query says of a facet by clicks, or as if by clicks. */
export function facetChoice(query: Query, facet: Facet): FacetChoice {
  const items = itemsOf(query)
  return {
    included: items.flatMap((item) => includedBy(facet, item) ?? []),
    excluded: items.flatMap((item) => excludedBy(facet, item) ?? []),
  }
}

/** The query without what `facetChoice` tells: what a facet is counted within. */
export function withoutFacet(query: Query, facet: Facet): Query {
  return and(
    itemsOf(query).filter(
      (item) => includedBy(facet, item) === null && excludedBy(facet, item) === null,
    ),
  )
}

/** The query with other choices of a facet: several that are included are alternatives. */
export function withFacet(query: Query, facet: Facet, choice: FacetChoice): Query {
  const rest = withoutFacet(query, facet)
  const terms = choice.included.map((value) => facetTerm(facet, value))
  return and([
    ...itemsOf(rest),
    ...(terms.length > 0 ? [or(terms)] : []),
    ...choice.excluded.map((value): Query => {
      const term = facetTerm(facet, value)
      return term.kind === 'not' ? term.item : { kind: 'not', item: term }
    }),
  ])
}

/** What a click on a value makes of a query: it is chosen in that way, or no longer. */
export function clickedFacet(
  query: Query,
  facet: Facet,
  value: string,
  how: 'include' | 'exclude',
): Query {
  const { included, excluded } = facetChoice(query, facet)
  const toggled = (values: string[], isOn: boolean): string[] =>
    isOn && !values.includes(value) ? [...values, value] : values.filter((one) => one !== value)
  return withFacet(query, facet, {
    included: toggled(included, how === 'include'),
    excluded: toggled(excluded, how === 'exclude'),
  })
}

/** The bounds of an imported column that a query holds; null = open. */
export function columnBounds(
  query: Query,
  column: string,
): { from: number | null; to: number | null } {
  const bounds = { from: null as number | null, to: null as number | null }
  for (const item of itemsOf(query)) {
    if (!isOfColumn(item, column)) continue
    if (item.kind === 'columnRange') Object.assign(bounds, { from: item.from, to: item.to })
    else if (item.kind === 'columnCompare') {
      if (item.op === '>=' || item.op === '>' || item.op === '=') bounds.from = item.value
      if (item.op === '<=' || item.op === '<' || item.op === '=') bounds.to = item.value
    }
  }
  return bounds
}

/** The query with other bounds of a column; none where both are open. */
export function withColumnBounds(
  query: Query,
  column: string,
  bounds: { from: number | null; to: number | null },
): Query {
  const rest = withoutColumn(query, column)
  if (bounds.from === null && bounds.to === null) return rest
  return and([...itemsOf(rest), { kind: 'columnRange', column, ...bounds }])
}

/** The query without its bounds of a column. */
export function withoutColumn(query: Query, column: string): Query {
  const items = itemsOf(query).filter((item) => !isOfColumn(item, column))
  return items.length === 0 ? ALL : and(items)
}

function isOfColumn(item: Query, column: string): boolean {
  return (
    (item.kind === 'columnRange' || (item.kind === 'columnCompare' && item.op !== '!=')) &&
    item.column.toLowerCase() === column.toLowerCase()
  )
}
