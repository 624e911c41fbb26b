import type { ResultDifference, ResultMean } from '#shared/contract/results.ts'
import { adjustP } from '../../statistics/significance/multiple-tests.ts'
import { clusterMeans, pairClusters } from '../../statistics/rating.ts'
import {
  bootstrapWords,
  interval,
  meanNumber,
  method,
  missing,
  rounded,
  signFlipOf,
  wilcoxonOf,
  type Maker,
} from './numbers.ts'
import { asRatings, pairsOf, pick, scopesOf, type Prepared } from './prepared.ts'

/** Means by model and aspect: over all prompts, by kind, by level. */
export function means(make: Maker, of: Prepared): ResultMean[] {
  const how = method(
    make,
    'mean',
    `Mean of the prompts' means (each over its raters and pictures, each prompt weighing the same); ${bootstrapWords(make, 'prompts', 'BCa')}.`,
  )
  return of.aspects.flatMap((aspect) =>
    scopesOf(of.rows).flatMap((scope) =>
      of.models.map((model): ResultMean => {
        const rows = pick(of.numeric, { aspect: aspect.id, model, ...scope })
        const values = [...clusterMeans(asRatings(rows)).values()]
        return {
          model,
          aspect: aspect.id,
          ...scope,
          mean: meanNumber(make, values, { unit: 'prompts', how }),
          ratings: rows.length,
        }
      }),
    ),
  )
}

/** Paired differences of every two models by prompt, with Holm over the declared family. */
export function differences(
  make: Maker,
  of: Prepared,
): { rows: ResultDifference[]; family: number } {
  const rows = of.aspects.flatMap((aspect) =>
    scopesOf(of.rows).flatMap((scope) =>
      pairsOf(of.models).map(([a, b]): ResultDifference => {
        const isWhole = scope.kind === null && scope.level === null
        return {
          a,
          b,
          aspect: aspect.id,
          ...scope,
          ...compare(make, of, { a, b, aspect: aspect.id, ...scope }, isWhole),
          pHolm: null,
          family: isWhole && aspect.primary ? 'primary' : 'exploratory',
        }
      }),
    ),
  )
  const family = rows.filter((row) => row.family === 'primary')
  method(
    make,
    'holm',
    `Holm's adjustment over the ${family.length} tests of the primary family (every two models on every primary aspect, all prompts). Tests by kind, by level and of other aspects are exploratory and not adjusted.`,
  )
  const adjusted = adjustP(
    family.map(({ wilcoxon }) => wilcoxon.p),
    'holm',
  )
  family.forEach((row, i) => (row.pHolm = adjusted[i] ?? null))
  return { rows, family: family.filter(({ wilcoxon }) => wilcoxon.p !== null).length }
}

type Compared = Omit<ResultDifference, 'a' | 'b' | 'aspect' | 'kind' | 'level' | 'pHolm' | 'family'>

function compare(
  make: Maker,
  of: Prepared,
  what: { a: string; b: string; aspect: string; kind: string | null; level: number | null },
  withGroups: boolean,
): Compared {
  const sideOf = (model: string) => asRatings(pick(of.numeric, { ...what, model }))
  const { clusters, differences: raw, leftOut } = pairClusters(sideOf(what.b), sideOf(what.a))
  const found = raw.map(rounded)
  const how = method(
    make,
    'difference',
    `Mean of the differences of prompt means (second model minus first, prompts that both have); ${bootstrapWords(make, 'prompts', 'BCa')}.`,
  )
  const { test: wilcoxon, effect } = wilcoxonOf(make, found)
  return {
    difference: meanNumber(make, raw, { unit: 'prompts', how }),
    overGroups: withGroups ? overGroups(make, clusters, raw) : null,
    wilcoxon,
    signFlip: signFlipOf(make, found),
    effect,
    higher: found.filter((value) => value > 0).length,
    equal: found.filter((value) => value === 0).length,
    lower: found.filter((value) => value < 0).length,
    leftOut,
  }
}

/** Levels of a ladder repeat its words: their differences may go together. */
function overGroups(make: Maker, prompts: readonly string[], found: readonly number[]) {
  const groups = [
    ...Map.groupBy(found.keys(), (i) => (JSON.parse(prompts[i] as string) as [string])[0]).values(),
  ].map((places) => places.map((i) => found[i] as number))
  const how = method(
    make,
    'difference-groups',
    `The same mean difference with whole groups of prompts (ladders) drawn: levels of a group repeat its words, so that their differences may go together; ${bootstrapWords(make, 'groups', 'percentile')}.`,
  )
  if (groups.length === found.length) {
    return missing(groups.length, 'groups', how, 'Each group has one prompt.')
  }
  return groupedMean(make, groups, how)
}

function groupedMean(make: Maker, groups: readonly (readonly number[])[], how: string) {
  const sums = groups.map((values) => values.reduce((sum, value) => sum + value, 0))
  const sizes = groups.map((values) => values.length)
  const statistic = (places: ArrayLike<number>): number => {
    let [sum, n] = [0, 0]
    for (let i = 0; i < places.length; i++) {
      sum += sums[places[i] as number] as number
      n += sizes[places[i] as number] as number
    }
    return sum / n
  }
  const n = groups.length
  const all = Array.from(groups, (_, i) => i)
  const drawn = interval(make, n, statistic, { method: 'percentile' })
  return {
    value: n === 0 ? null : statistic(all),
    interval: drawn.interval,
    n,
    unit: 'groups',
    how,
    why: drawn.why,
  }
}
