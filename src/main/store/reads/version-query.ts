import { OwnText } from '#shared/domain.ts'
import type { TextSource } from '#shared/domain.ts'
import type { Query, ScoreRef } from '#shared/query/index.ts'
import { and, parts } from '#shared/query/index.ts'
import type { VersionRecipe } from '#shared/versions/recipe.ts'
import type { ReaderDb } from '../open.ts'
import { ALT_IN_IMAGE, TEXT_AREA } from '../repositories/measured-columns.ts'
import { findVersion } from '../repositories/versions.ts'
import { readWhere } from './score-ref.ts'

/** A query whose scores are others; the rest as it is. */
export function mapScores(query: Query, change: (score: ScoreRef) => ScoreRef): Query {
  switch (query.kind) {
    case 'and':
    case 'or':
      return { ...query, items: query.items.map((item) => mapScores(item, change)) }
    case 'not':
      return { ...query, item: mapScores(query.item, change) }
    case 'tokensPresent':
    case 'tokensCompare':
    case 'tokensRange':
    case 'scorePresent':
    case 'scoreCompare':
    case 'scoreRange':
      return { ...query, score: change(query.score) }
    default:
      return query
  }
}

const OF_PICTURE_TEXTS: readonly string[] = ['text-in-image', 'text-area', 'image-text']
const MEASURED: readonly string[] = [TEXT_AREA.name, ALT_IN_IMAGE.name]

/** Whether a query depends on the text that was found in pictures. */
export function usesPictureTexts(query: Query): boolean {
  return [...parts(query)].some(
    (part) =>
      part.kind.startsWith('shown') ||
      ('field' in part && OF_PICTURE_TEXTS.includes(part.field)) ||
      ('column' in part && MEASURED.includes(part.column.toLowerCase())),
  )
}

/** The query as it is understood: `caption-in-image` names the text of the view, else the alt. */
export function withShownText(query: Query, view: { text: TextSource } | null): Query {
  const text = OwnText.catch('alt').parse(view?.text)
  switch (query.kind) {
    case 'and':
    case 'or':
      return { ...query, items: query.items.map((item) => withShownText(item, view)) }
    case 'not':
      return { ...query, item: withShownText(query.item, view) }
    case 'shownPresent':
    case 'shownCompare':
    case 'shownRange':
      return { ...query, text: query.text ?? text }
    default:
      return query
  }
}

/** The filter of a recipe: names of models mean what they meant when it was made. */
export function frozenFilter(recipe: Pick<VersionRecipe, 'filter' | 'models'>): Query {
  const digests = new Map(recipe.models.map(({ id, digest }) => [id, digest]))
  return mapScores(readWhere(recipe.filter), (score) => ({
    ...score,
    model: score.model === null ? null : (digests.get(score.model) ?? score.model),
  }))
}

/** What the cutoff of a recipe asks, as a term of a query. */
export function cutoffTerm(cutoff: NonNullable<VersionRecipe['cutoff']>): Query {
  const { model, text, cosine } = cutoff
  return { kind: 'scoreCompare', score: { model, text }, op: '>=', value: cosine }
}

/** The terms that all must hold, the cutoff last. */
export function termsOf(recipe: VersionRecipe): Query[] {
  const filter = frozenFilter(recipe)
  const terms = filter.kind === 'and' ? filter.items : filter.kind === 'all' ? [] : [filter]
  return recipe.cutoff ? [...terms, cutoffTerm(recipe.cutoff)] : terms
}

/** Filter and cutoff together. */
export function queryOf(recipe: VersionRecipe): Query {
  return and(termsOf(recipe))
}

/** The fields that a query asks for; scores are `score`. */
export function fieldsOf(query: Query): Set<string> {
  return new Set(
    [...parts(query)].flatMap((part) =>
      'field' in part ? part.field : 'score' in part ? 'score' : 'column' in part ? 'column' : [],
    ),
  )
}

/**
 * The versions that a filter names by their whole name, with their hashes: what is made of such pairs
 * says which they were.
 * @throws AppError `not-found`
 */
export function versionsNamed(db: ReaderDb, query: Query): VersionRecipe['versions'] {
  const names = [...parts(query)].flatMap((part) => {
    if (!('field' in part) || part.field !== 'version') return []
    return part.kind === 'contains' ? part.words : part.kind === 'equals' ? part.value : []
  })
  return [...new Set(names)].sort().map((one) => {
    const { name, hash } = findVersion(db, one)
    return { name, hash }
  })
}

/** The versions of a filter as a part of a record; nothing where it names none. */
export function versionsOf(db: ReaderDb, where: string): { versions?: VersionRecipe['versions'] } {
  const versions = versionsNamed(db, readWhere(where))
  return versions.length > 0 ? { versions } : {}
}
