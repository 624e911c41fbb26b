import { AppError } from '#shared/errors.ts'
import { checkNumbers } from './outcome.ts'

/** What one person said of one thing. A gap is a rating that is not there. */
export interface Rating {
  rater: string
  /** What was rated: a picture, under one aspect. Hidden repeats are units of their own. */
  unit: string
  /** What units stand together in: their prompt. */
  cluster: string
  value: number
}

/** Ratings as a table: units by raters, each in the order of their first mention. */
export interface RatingTable {
  raters: string[]
  units: string[]
  /** The cluster of each unit. */
  clusters: string[]
  /** By unit, its ratings: the rater's place and the value. */
  rows: { rater: number; value: number }[][]
}

/**
 * @throws AppError for values that are no numbers, for a rater who rated a unit twice, and for a
 *   unit in two clusters
 */
export function ratingTable(ratings: readonly Rating[]): RatingTable {
  checkNumbers(
    ratings.map(({ value }) => value),
    'ratings',
  )
  const raters = new Map<string, number>()
  const units = new Map<string, number>()
  const table: RatingTable = { raters: [], units: [], clusters: [], rows: [] }
  for (const { rater, unit, cluster, value } of ratings) {
    let who = raters.get(rater)
    if (who === undefined) {
      raters.set(rater, (who = table.raters.length))
      table.raters.push(rater)
    }
    let which = units.get(unit)
    if (which === undefined) {
      units.set(unit, (which = table.units.length))
      table.units.push(unit)
      table.clusters.push(cluster)
      table.rows.push([])
    }
    if (table.clusters[which] !== cluster) {
      throw refused(`${unit} stands in ${table.clusters[which]} and in ${cluster}`)
    }
    const row = table.rows[which] as { rater: number; value: number }[]
    if (row.some((one) => one.rater === who)) throw refused(`${rater} rated ${unit} twice`)
    row.push({ rater: who, value })
  }
  return table
}

function refused(what: string): AppError {
  return new AppError(
    'invalid-input',
    `Reading the ratings failed: ${what}.`,
    'Give each unit one cluster and at most one rating by each rater; name repeats as units of their own.',
  )
}

/**
 * The mean of each cluster over all its ratings: what tests by prompt compare.
 * @returns in the order in which the clusters are first mentioned
 */
export function clusterMeans(ratings: readonly Rating[]): Map<string, number> {
  checkNumbers(
    ratings.map(({ value }) => value),
    'ratings',
  )
  const sums = new Map<string, { sum: number; n: number }>()
  for (const { cluster, value } of ratings) {
    const of = sums.get(cluster) ?? { sum: 0, n: 0 }
    of.sum += value
    of.n++
    sums.set(cluster, of)
  }
  return new Map([...sums].map(([cluster, { sum, n }]) => [cluster, sum / n]))
}

export interface PairedClusters {
  clusters: string[]
  a: number[]
  b: number[]
  /** a - b. */
  differences: number[]
  /** Clusters that only one side has. */
  leftOut: number
}

/** Means of two sides by cluster (prompt), for those clusters that both have. */
export function pairClusters(a: readonly Rating[], b: readonly Rating[]): PairedClusters {
  const left = clusterMeans(a)
  const right = clusterMeans(b)
  const clusters = [...left.keys()].filter((cluster) => right.has(cluster))
  const pairs: PairedClusters = { clusters, a: [], b: [], differences: [], leftOut: 0 }
  for (const cluster of clusters) {
    const [x, y] = [left.get(cluster) as number, right.get(cluster) as number]
    pairs.a.push(x)
    pairs.b.push(y)
    pairs.differences.push(x - y)
  }
  pairs.leftOut = left.size + right.size - 2 * clusters.length
  return pairs
}
