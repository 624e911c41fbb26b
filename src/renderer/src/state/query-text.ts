import type { ScoreSource } from '#shared/contract/index.ts'
import { t } from '../texts/index.ts'
import { OwnText } from '#shared/domain.ts'
import type { ImageStatus } from '#shared/domain.ts'
import { AppError } from '#shared/errors.ts'
import {
  and as andQuery,
  or as orQuery,
  parseQuery,
  printQuery,
  type Query,
} from '#shared/query/index.ts'
import { count } from '../bridge/format.ts'
import type { Range } from './ranges.ts'

/** Queries that the window writes itself, in the language of `#shared/query`. */

/** More than this as one query would be a list, not a filter. */
export const MAX_ID_RANGES = 1000

/** Joins queries so that all must hold; the result is canonical. */
export function and(...parts: readonly string[]): string {
  return printQuery(andQuery(parts.map(parseQuery)))
}

/** Sorted runs of consecutive ids. */
function idRanges(ids: readonly number[]): Range[] {
  const sorted = [...new Set(ids)].sort((a, b) => a - b)
  const out: [number, number][] = []
  for (const id of sorted) {
    const last = out.at(-1)
    if (last && last[1] === id - 1) last[1] = id
    else out.push([id, id])
  }
  return out
}

/**
 * Pairs by their ids: `id:1..4 OR id=9`.
 * @throws AppError `invalid-input` beyond `MAX_ID_RANGES` separate runs
 */
export function idQuery(ids: readonly number[]): string {
  const ranges = idRanges(ids)
  if (ranges.length > MAX_ID_RANGES) {
    throw new AppError(
      'invalid-input',
      t('pairs.tooMany.runs', {
        n: count(ids.length),
        runs: count(ranges.length),
        limit: count(MAX_ID_RANGES),
      }),
      t('pairs.tooMany.hint'),
    )
  }
  return printQuery(
    orQuery(
      ranges.map(([first, last]): Query =>
        first === last
          ? { kind: 'compare', field: 'id', op: '=', value: first }
          : { kind: 'range', field: 'id', from: first, to: last },
      ),
    ),
  )
}

/**
 * The filter together with a cutoff. An earlier lower bound on the same score gives way, so that
 * moving the line and filtering again does not pile up conditions.
 */
export function cutoffQuery(source: ScoreSource, cosine: number, where = ''): string {
  const rest = topLevel(where).filter(
    (item) =>
      !(
        item.kind === 'scoreCompare' &&
        (item.op === '>=' || item.op === '>') &&
        item.score.model === source.model &&
        item.score.text === source.text
      ),
  )
  return printQuery(
    andQuery([
      ...rest,
      {
        kind: 'scoreCompare',
        score: { model: source.model, text: source.text },
        op: '>=',
        value: cosine,
      },
    ]),
  )
}

/**
 * A bare `score` means the score chosen in the view; outside the view (an export, a copied query)
 * it has to say which. A query that cannot be read is left as it is.
 */
export function explicitScores(where: string, chosen: ScoreSource | null): string {
  if (chosen === null || where.trim() === '') return where
  const named = (query: Query): Query => {
    switch (query.kind) {
      case 'and':
      case 'or':
        return { ...query, items: query.items.map(named) }
      case 'not':
        return { ...query, item: named(query.item) }
      case 'tokensPresent':
      case 'tokensCompare':
      case 'tokensRange':
      case 'scorePresent':
      case 'scoreCompare':
      case 'scoreRange':
        return {
          ...query,
          score: {
            model: query.score.model ?? chosen.model,
            text: query.score.text ?? chosen.text,
          },
        }
      case 'shownPresent':
      case 'shownCompare':
      case 'shownRange':
        return { ...query, text: query.text ?? OwnText.catch('alt').parse(chosen.text) }
      default:
        return query
    }
  }
  try {
    return printQuery(named(parseQuery(where)))
  } catch {
    return where
  }
}

function topLevel(where: string): Query[] {
  try {
    const query = parseQuery(where)
    return query.kind === 'all' ? [] : query.kind === 'and' ? query.items : [query]
  } catch {
    return []
  }
}

/** The conditions that must all hold, each as text: one removable chip each. */
export function filterParts(where: string): string[] {
  if (where.trim() === '') return []
  const items = topLevel(where)
  if (items.length === 0) return [where]
  if (items.length === 1) return [printQuery(items[0] as Query)]
  return items.map((item) => printQuery({ kind: 'and', items: [item] }))
}

export function withStatus(status: ImageStatus): string {
  return printQuery({ kind: 'equals', field: 'status', value: status })
}
