import { notDefined } from '../outcome.ts'
import type { Outcome } from '../outcome.ts'
import { clusterMeans, pairClusters } from '../rating.ts'
import type { Rating } from '../rating.ts'
import { bootstrap } from './bootstrap.ts'
import type { Bootstrap, BootstrapOptions } from './bootstrap.ts'

export type Summary = (values: readonly number[]) => number | null

export function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
}

/**
 * A summary of ratings with its bootstrap interval over clusters: each draw takes whole prompts.
 * n = clusters.
 * @param over `ratings`: the summary is taken over all ratings drawn, so that a cluster with more
 *   of them weighs more; `clusters`: over one mean for each cluster
 */
export function bootstrapClusters(
  ratings: readonly Rating[],
  options: Partial<BootstrapOptions & { over: 'ratings' | 'clusters' }> = {},
  summary: Summary = meanOf,
): Outcome<Bootstrap> {
  const means = clusterMeans(ratings)
  const groups =
    options.over === 'ratings'
      ? [...Map.groupBy(ratings, ({ cluster }) => cluster).values()].map((of) =>
          of.map(({ value }) => value),
        )
      : [...means.values()].map((mean) => [mean])
  return bootstrap(
    groups.length,
    (places) => summary(Array.from(places).flatMap((place) => groups[place] as number[])),
    options,
  )
}

/**
 * The difference of two sides, paired by cluster (prompt), with its bootstrap interval over
 * clusters: summary of (mean of a - mean of b). n = clusters that both sides have.
 */
export function bootstrapPairedDifference(
  a: readonly Rating[],
  b: readonly Rating[],
  options: Partial<BootstrapOptions> = {},
  summary: Summary = meanOf,
): Outcome<Bootstrap & { leftOut: number }> {
  const { differences, leftOut } = pairClusters(a, b)
  if (differences.length === 0) return notDefined(0, 'The two sides have no prompt in common.')
  const found = bootstrap(
    differences.length,
    (places) => summary(Array.from(places, (place) => differences[place] as number)),
    options,
  )
  return found.ok ? { ...found, leftOut } : found
}
