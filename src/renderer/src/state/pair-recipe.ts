import type { Ref } from 'vue'
import type { PairSort, ScoreSource, SearchInput, SortSource } from '#shared/contract/index.ts'
import { keep, recall } from '../bridge/persist.ts'
import { sourceKey } from './text-sources.ts'
import * as ranges from './ranges.ts'

/** What decides which pairs are shown, and in which order. */
export interface Recipe {
  where: string
  sort: PairSort
  score: ScoreSource | null
  /** Sorts in place of `score`. */
  by: SortSource | null
  seed: number
  /** Shows the best hits of a search among what `where` keeps. */
  search: SearchInput | null
}

type Refs = { [K in keyof Recipe]: Ref<Recipe[K]> }

export function recipeOf(refs: Refs): Recipe {
  return {
    where: refs.where.value,
    sort: refs.sort.value,
    score: refs.score.value,
    by: refs.by.value,
    seed: refs.seed.value,
    search: refs.search.value,
  }
}

export function setRecipe(refs: Refs, to: Recipe): void {
  refs.where.value = to.where
  refs.sort.value = to.sort
  refs.score.value = to.score
  refs.by.value = to.by
  refs.seed.value = to.seed
  refs.search.value = to.search
}

/** The recipe, the place and the marks with which a corpus was left. */
export function recallRecipe(corpus: string): Recipe & { cursor: number; marked: ranges.Ranges } {
  const kept = recall<Partial<Kept>>(corpus, 'pairs', {})
  return {
    where: '',
    sort: 'id',
    score: null,
    by: null,
    seed: 0,
    cursor: 0,
    marked: ranges.NONE,
    ...kept,
    search: null,
  }
}

interface Kept extends Omit<Recipe, 'search'> {
  cursor: number
  marked: ranges.Ranges
}

/** Keeps how a corpus is left; of a search where one was before it. */
export function keepRecipe(corpus: string | null, { search: _, ...kept }: Kept & Recipe): void {
  keep(corpus, 'pairs', kept)
}

export function sameSort(a: SortSource | null, b: SortSource | null): boolean {
  const keyOf = (one: SortSource): string =>
    'column' in one ? `column:${one.column}` : sourceKey(one)
  return a === b || (a !== null && b !== null && keyOf(a) === keyOf(b))
}
