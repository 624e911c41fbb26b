import type {
  ComplianceDifference,
  ComplianceMean,
  CompliancePart,
} from '#shared/contract/study-measures.ts'
import { bootstrap } from '../../statistics/intervals/bootstrap.ts'
import type { BootstrapOptions } from '../../statistics/intervals/bootstrap.ts'
import { adjustP } from '../../statistics/significance/multiple-tests.ts'
import { wilcoxonSignedRank } from '../../statistics/significance/wilcoxon.ts'

/** The cosine of a picture and its prompt. */
export interface PictureScore {
  model: string
  group: string
  kind: string
  level: number
  cosine: number
}

export const COMPLIANCE_RESAMPLES = 2000

/** What differs by less than rounding is equal to the tests. */
const DIGITS = 12

/** Mean cosines of the prompts of one model: by prompt, with its group. */
type Prompts = Map<string, { group: string; mean: number; pictures: number }>

/**
 * Compares models within prompts: a model's mean is over its prompts, of which each is the mean over
 * its pictures; a difference (the second model less the first) is over the prompts that both have.
 * For all prompts, by kind and by level.
 *
 * Intervals are 95 % by the bootstrap over prompts (BCa; Efron 1987), beside it over whole groups
 * (percentile), as the levels of a group repeat each other's words. Tests are Wilcoxon's; p values of
 * all prompts are adjusted by Holm, those by kind and by level are not, and explore.
 *
 * @param models in the order in which they are shown
 * @param options.scale of a preference model, by which scores are shown; null = none
 */
export function complianceParts(
  scores: readonly PictureScore[],
  models: readonly string[],
  options: { seed: number; resamples?: number; scale: number | null },
): CompliancePart[] {
  const { seed, resamples = COMPLIANCE_RESAMPLES, scale } = options
  const how = { seed, resamples }
  const part = (
    by: CompliancePart['by'],
    value: string,
    of: readonly PictureScore[],
  ): CompliancePart => {
    const prompts = new Map(
      models.map((model) => [model, promptsOf(of.filter((one) => one.model === model))]),
    )
    const has = models.filter((model) => (prompts.get(model)?.size ?? 0) > 0)
    const pairs = has.flatMap((a, i) =>
      has.slice(i + 1).map((b) => {
        const [left, right] = [prompts.get(a), prompts.get(b)] as [Prompts, Prompts]
        return { a, b, ...differenceOf(left, right, how, scale) }
      }),
    )
    return {
      by,
      value,
      models: has.map((model) => ({
        model,
        ...meanOf(prompts.get(model) as Prompts, how, scale),
      })),
      pairs: by === 'all' ? adjusted(pairs) : pairs,
    }
  }
  const kinds = [...new Set(scores.map(({ kind }) => kind))]
  const levels = [...new Set(scores.map(({ level }) => level))].sort((x, y) => x - y)
  return [
    part('all', '', scores),
    ...(kinds.length < 2
      ? []
      : kinds.map((kind) =>
          part(
            'kind',
            kind,
            scores.filter((one) => one.kind === kind),
          ),
        )),
    ...levels.map((level) =>
      part(
        'level',
        String(level),
        scores.filter((one) => one.level === level),
      ),
    ),
  ]
}

function promptsOf(scores: readonly PictureScore[]): Prompts {
  const prompts: Prompts = new Map()
  for (const { group, level, cosine } of scores) {
    const key = JSON.stringify([group, level])
    const known = prompts.get(key) ?? { group, mean: 0, pictures: 0 }
    // A running mean: the sum is not needed.
    const pictures = known.pictures + 1
    prompts.set(key, { group, pictures, mean: known.mean + (cosine - known.mean) / pictures })
  }
  return prompts
}

type How = Pick<BootstrapOptions, 'seed' | 'resamples'>

function meanOf(prompts: Prompts, how: How, scale: number | null): Omit<ComplianceMean, 'model'> {
  const all = [...prompts.values()]
  const means = all.map(({ mean }) => mean)
  const mean = meanAt(means)
  const drawn = bootstrap(means.length, (places) => meanAt(means, places), how)
  return {
    prompts: prompts.size,
    pictures: all.reduce((sum, { pictures }) => sum + pictures, 0),
    mean,
    low: drawn.ok ? drawn.low : null,
    high: drawn.ok ? drawn.high : null,
    score: scale === null ? null : scale * mean,
  }
}

function differenceOf(
  a: Prompts,
  b: Prompts,
  how: How,
  scale: number | null,
): Omit<ComplianceDifference, 'a' | 'b'> {
  const shared = [...a].flatMap(([prompt, { group, mean }]) => {
    const other = b.get(prompt)
    return other ? [{ group, value: Number((other.mean - mean).toFixed(DIGITS)) }] : []
  })
  const values = shared.map(({ value }) => value)
  const leftOut = a.size + b.size - 2 * values.length
  const difference = values.length === 0 ? null : meanAt(values)
  const drawn = bootstrap(values.length, (places) => meanAt(values, places), how)
  const test = wilcoxonSignedRank(values)
  return {
    prompts: values.length,
    leftOut,
    difference,
    low: drawn.ok ? drawn.low : null,
    high: drawn.ok ? drawn.high : null,
    overGroups: overGroups(shared, how),
    score: scale === null || difference === null ? null : scale * difference,
    wilcoxon: test.ok
      ? {
          method: test.method,
          statistic: test.statistic,
          p: test.p,
          adjusted: null,
          effect: test.effect,
        }
      : null,
    why: [drawn, test].flatMap((one) => (one.ok ? [] : [one.reason])),
  }
}

/** The same mean with whole groups drawn; null where each group has one prompt, or there is one group. */
function overGroups(
  shared: readonly { group: string; value: number }[],
  how: How,
): ComplianceDifference['overGroups'] {
  const groups = [...Map.groupBy(shared, ({ group }) => group).values()]
  if (groups.length === shared.length) return null
  const sums = groups.map((of) => of.reduce((sum, { value }) => sum + value, 0))
  const drawn = bootstrap(
    groups.length,
    (places) => {
      let [sum, n] = [0, 0]
      for (let i = 0; i < places.length; i++) {
        const place = places[i] as number
        sum += sums[place] as number
        n += (groups[place] as unknown[]).length
      }
      return sum / n
    },
    { ...how, method: 'percentile' },
  )
  return drawn.ok ? { groups: groups.length, low: drawn.low, high: drawn.high } : null
}

function adjusted(pairs: ComplianceDifference[]): ComplianceDifference[] {
  const p = adjustP(
    pairs.map(({ wilcoxon }) => wilcoxon?.p ?? null),
    'holm',
  )
  return pairs.map((pair, i) => ({
    ...pair,
    wilcoxon: pair.wilcoxon && { ...pair.wilcoxon, adjusted: p[i] ?? null },
  }))
}

function meanAt(values: readonly number[], places?: ArrayLike<number>): number {
  const n = places?.length ?? values.length
  let sum = 0
  for (let i = 0; i < n; i++) sum += values[places ? (places[i] as number) : i] as number
  return sum / n
}
