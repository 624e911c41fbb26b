import { seededRandom } from '#shared/random.ts'
import type { StripRow } from '#shared/contract/scores.ts'
import type { PairRow, TextSource } from '#shared/domain.ts'
import { AppError } from '#shared/errors.ts'
import { printQuery } from '#shared/query/index.ts'
import { lowerBound, upperBound } from '#shared/sorted.ts'
import { medianOfSorted } from '#shared/statistics.ts'
import { idSet, sampleBelow } from './arrays.ts'
import type { FilterContext, Filters } from './filters.ts'
import { lru } from './lru.ts'
import type { ScoreKind } from '../repositories/models.ts'
import { pairRows } from '../repositories/pairs.ts'
import { scoreSources } from '../repositories/scores.ts'
import { currentBestSet } from '../repositories/best-set-in-use.ts'
import { currentSpanSet } from '../repositories/span-sets.ts'
import { readWhere, resolveScore } from './score-ref.ts'
import type { SortedScores } from './sorted-scores.ts'

/** Scores of one model for one text, within a filter. */
export interface ScoreScope {
  model: string
  text: TextSource
  where: string
}

export interface ScoreReadContext extends FilterContext {
  filters: Filters
  /** Whether the scores of a kind are in memory. */
  holds(kind: ScoreKind): boolean
}

interface Scores extends SortedScores {
  /** Pairs in scope, with or without a score. */
  scope: number
}

/** Scores within filters that are held. */
const MAX_SCORES = 8

/** Pairs of one side that are looked through for different pictures. */
const MOST_WALKED = 2000

/** Reads over the scores of one model: how they are spread, and the pairs along them. */
export function createScoreReads(context: ScoreReadContext) {
  const { db, version, filters, baseScores } = context
  const scores = lru<Scores>(MAX_SCORES)
  const sources = lru<ReturnType<typeof scoreSources>>(1)

  function scoresOf(scope: ScoreScope): Scores {
    const query = readWhere(scope.where)
    const kind = resolveScore(db, { model: scope.model, text: scope.text }, null)
    const base = baseScores(kind)
    if (query.kind === 'all') return { ...base, scope: filters.countPairs() }
    const key = `${version.scores} ${kind.modelId} ${kind.key} ${filters.stamp(query)} ${printQuery(query)}`
    return scores.get(key, () => {
      const kept = filters.idsOf(query, { model: scope.model, text: scope.text })
      const set = idSet(kept)
      const values = new Float32Array(base.values.length)
      const ids = new Int32Array(base.ids.length)
      let n = 0
      let sum = 0
      for (let i = 0; i < base.ids.length; i++) {
        const id = base.ids[i] as number
        if (!set.has(id)) continue
        ids[n] = id
        const value = base.values[i] as number
        sum += value
        values[n++] = value
      }
      return { values: values.slice(0, n), ids: ids.slice(0, n), sum, scope: kept.length }
    })
  }

  function rowsOf(scope: ScoreScope, ids: ArrayLike<number>): PairRow[] {
    const kind = resolveScore(db, { model: scope.model, text: scope.text }, null)
    return pairRows(db, { ids, prefer: scope.text, score: kind })
  }

  /** One row of each picture, `n` of them, until one more would be another picture. */
  function onePicture(args: ScoreScope & { n: number }, ids: Int32Array): StripRow[] {
    const found = new Map<string, StripRow>()
    for (let from = 0; from < ids.length; from += args.n) {
      for (const row of rowsOf(args, ids.subarray(from, from + args.n))) {
        const key = row.sha256 ?? row.imageUrl
        const known = found.get(key)
        if (known) known.same++
        else if (found.size === args.n) return [...found.values()]
        else found.set(key, { ...row, same: 1 })
      }
    }
    return [...found.values()]
  }

  return {
    sources(): ReturnType<typeof scoreSources> {
      // What is in memory is summed up already. The kinds depend on the set of spans in use.
      return sources.get(
        `${version.scores} ${version.spans} ${currentSpanSet(db) ?? 0} ${currentBestSet(db) ?? 0}`,
        () => scoreSources(db, (kind) => (context.holds(kind) ? baseScores(kind) : null)),
      )
    },

    /** All scores of a scope, ascending, and whose they are: what a sample is drawn from. */
    population(args: ScoreScope): { values: Float32Array; ids: Int32Array } {
      const { values, ids } = scoresOf(args)
      return { values, ids }
    },

    /**
     * Differences of two scores on the pairs of the filter that have both, the second less the first,
     * ascending.
     */
    scoreDifferences(args: {
      first: Omit<ScoreScope, 'where'>
      second: Omit<ScoreScope, 'where'>
      where: string
    }): Float64Array {
      const first = scoresOf({ ...args.first, where: args.where })
      const second = scoresOf({ ...args.second, where: args.where })
      const of = new Map<number, number>()
      for (let i = 0; i < first.ids.length; i++) {
        of.set(first.ids[i] as number, first.values[i] as number)
      }
      const differences = new Float64Array(Math.min(first.ids.length, second.ids.length))
      let n = 0
      for (let i = 0; i < second.ids.length; i++) {
        const other = of.get(second.ids[i] as number)
        if (other !== undefined) differences[n++] = (second.values[i] as number) - other
      }
      return differences.slice(0, n).sort()
    },

    histogram(
      args: ScoreScope & { bins: number; lo?: number | undefined; hi?: number | undefined },
    ) {
      const { values, sum, scope } = scoresOf(args)
      const n = values.length
      const lo = args.lo ?? values[0] ?? 0
      const hi = args.hi ?? values[n - 1] ?? 1
      if (!(lo <= hi)) {
        throw new AppError('invalid-input', `a histogram from ${lo} to ${hi} has no range`)
      }
      const counts = new Array<number>(args.bins)
      let before = lowerBound(values, lo)
      for (let bin = 0; bin < args.bins; bin++) {
        const after =
          bin === args.bins - 1
            ? upperBound(values, hi)
            : lowerBound(values, lo + ((hi - lo) * (bin + 1)) / args.bins)
        counts[bin] = after - before
        before = after
      }
      return {
        lo,
        hi,
        counts,
        n,
        unscored: scope - n,
        mean: n === 0 ? 0 : sum / n,
        median: medianOfSorted(values) ?? 0,
      }
    },

    countAbove(args: ScoreScope & { minCosine: number }): { kept: number; total: number } {
      const { values } = scoresOf(args)
      return { kept: values.length - lowerBound(values, args.minCosine), total: values.length }
    },

    cutoffForShare(args: ScoreScope & { share: number }): {
      cosine: number
      kept: number
      total: number
    } {
      const { values } = scoresOf(args)
      const total = values.length
      const wanted = Math.round(args.share * total)
      const cosine =
        total === 0
          ? 0
          : wanted === 0
            ? above(values[total - 1] as number)
            : (values[total - wanted] as number)
      // Equal scores stay together, so it can be more than was asked for.
      return { cosine, kept: total - lowerBound(values, cosine), total }
    },

    around(args: ScoreScope & { cosine: number; n: number }): {
      above: StripRow[]
      below: StripRow[]
    } {
      const { values, ids } = scoresOf(args)
      const line = lowerBound(values, args.cosine)
      return {
        above: onePicture(args, ids.subarray(line, line + MOST_WALKED)),
        below: onePicture(args, ids.slice(Math.max(0, line - MOST_WALKED), line).reverse()),
      }
    },

    inBin(args: ScoreScope & { lo: number; hi: number; n: number }): PairRow[] {
      const { values, ids } = scoresOf(args)
      const from = lowerBound(values, args.lo)
      const highest = values[values.length - 1] ?? 0
      const to = args.hi >= highest ? upperBound(values, args.hi) : lowerBound(values, args.hi)
      const count = Math.max(0, to - from)
      const n = Math.min(args.n, count)
      const places = Array.from({ length: n }, (_, i) => from + Math.floor(((i + 0.5) * count) / n))
      return rowsOf(
        args,
        places.map((place) => ids[place] as number),
      )
    },

    sampleDropped(
      args: ScoreScope & {
        cosine: number
        n: number
        method: 'random' | 'stratified'
        seed: number
      },
    ): { sample: PairRow[]; dropped: number } {
      const { values, ids } = scoresOf(args)
      const dropped = lowerBound(values, args.cosine)
      const random = seededRandom(args.seed).next
      const places =
        args.method === 'random'
          ? sampleBelow(dropped, args.n, random)
          : stratified(values, dropped, args.n, random)
      return {
        sample: rowsOf(
          args,
          places.map((place) => ids[place] as number),
        ),
        dropped,
      }
    },
  }
}

/** The next float32 above a finite value. */
function above(value: number): number {
  const float = new Float32Array([value])
  const bits = new Int32Array(float.buffer)
  if (float[0] === 0) return 1.401298464324817e-45
  bits[0] = (bits[0] as number) + (value > 0 ? 1 : -1)
  return float[0] as number
}

/**
 * Places below `dropped`, the same number from each tenth of the range of values; what a tenth
 * does not have is taken from the fuller ones. Ascending by value.
 */
function stratified(
  values: Float32Array,
  dropped: number,
  n: number,
  random: () => number,
): number[] {
  if (dropped === 0) return []
  const low = values[0] as number
  const high = values[dropped - 1] as number
  const edges = Array.from({ length: 11 }, (_, i) =>
    i === 0
      ? 0
      : i === 10
        ? dropped
        : Math.min(dropped, lowerBound(values, low + ((high - low) * i) / 10)),
  )
  const strata = Array.from({ length: 10 }, (_, i) => ({
    from: edges[i] as number,
    size: (edges[i + 1] as number) - (edges[i] as number),
    take: 0,
  }))
  let left = Math.min(n, dropped)
  while (left > 0) {
    const open = strata.filter((stratum) => stratum.take < stratum.size)
    const share = Math.max(1, Math.floor(left / open.length))
    for (const stratum of open) {
      const more = Math.min(share, stratum.size - stratum.take, left)
      stratum.take += more
      left -= more
    }
  }
  return strata.flatMap(({ from, size, take }) =>
    sampleBelow(size, take, random)
      .map((place) => from + place)
      .sort((a, b) => a - b),
  )
}
