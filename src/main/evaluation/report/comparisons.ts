import type { ResultComparisons, ResultNumber } from '#shared/contract/results.ts'
import { CANNOT_JUDGE } from '#shared/studies/design.ts'
import { countWins, winRates, type Comparison } from '../../statistics/pairs/comparisons.ts'
import { bradleyTerry, raoKupper } from '../../statistics/pairs/strengths.ts'
import { adjustP } from '../../statistics/significance/multiple-tests.ts'
import { bootstrapWords, interval, method, missing, rounded, wilcoxonOf } from './numbers.ts'
import type { Maker } from './numbers.ts'
import { pairsOf, promptKey, type Prepared } from './prepared.ts'
import type { VoteRow } from './rows.ts'

/** Draws of models that are fitted anew each time. */
const MOST_FITS = 500

/** Side by side; null where nothing was compared. */
export function comparisons(make: Maker, of: Prepared): ResultComparisons | null {
  const decided = of.votes.filter(({ choice }) => choice !== CANNOT_JUDGE)
  if (decided.length === 0) return null
  const byPrompt = [...Map.groupBy(decided, promptKey).values()].map((votes) =>
    votes.map(toComparison),
  )
  const all = byPrompt.flat()
  const rates = winRates(countWins(all, of.models), make.level)
  const pairs = pairsOf(of.models).map(([a, b]) => pairOf(make, decided, rates, a, b))
  const adjusted = adjustP(
    pairs.map(({ wilcoxon }) => wilcoxon.p),
    'holm',
  )
  return {
    n: decided.length,
    raters: new Set(decided.map(({ rater }) => rater)).size,
    prompts: byPrompt.length,
    ties: decided.filter(({ choice }) => choice === 'tie').length,
    bad: decided.filter(({ choice }) => choice === 'bad').length,
    cannot: of.votes.length - decided.length,
    models: of.models,
    pairs: pairs.map((pair, i) => ({ ...pair, pHolm: adjusted[i] ?? null })),
    ...strengthsOf(make, byPrompt, of.models),
    left: leftShare(make, decided),
  }
}

function toComparison({ first, second, choice }: VoteRow): Comparison {
  const vote = choice === 'first' ? 'left' : choice === 'second' ? 'right' : 'tie'
  return { left: first, right: second, vote }
}

function pairOf(
  make: Maker,
  votes: readonly VoteRow[],
  rates: ReturnType<typeof winRates>,
  a: string,
  b: string,
): Omit<ResultComparisons['pairs'][number], 'pHolm'> {
  const [i, j] = [rates.items.indexOf(a), rates.items.indexOf(b)]
  const cell = rates.pairs[j]?.[i]
  const how = method(
    make,
    'win-rate',
    `Share of comparisons in which the second model is preferred, a tie and "both fail" counting half; ${bootstrapWords(make, 'prompts', 'percentile')}.`,
  )
  const mine = votes.filter(
    ({ first, second }) => (first === a && second === b) || (first === b && second === a),
  )
  const scoreOf = ({ first, choice }: VoteRow): number =>
    choice !== 'first' && choice !== 'second' ? 0 : (choice === 'first') === (first === b) ? 1 : -1
  const byPrompt = [...Map.groupBy(mine, promptKey).values()].map((of) => of.map(scoreOf))
  const sums = byPrompt.map((of) => of.reduce((sum, value) => sum + value, 0))
  const statistic = (places: ArrayLike<number>): number => {
    let [sum, n] = [0, 0]
    for (let k = 0; k < places.length; k++) {
      const place = places[k] as number
      sum += sums[place] as number
      n += (byPrompt[place] as number[]).length
    }
    return (1 + sum / n) / 2
  }
  const drawn = interval(make, byPrompt.length, statistic, { method: 'percentile' })
  const { test: wilcoxon } = wilcoxonOf(
    make,
    byPrompt.map((of, k) => rounded((sums[k] as number) / of.length)),
  )
  return {
    a,
    b,
    winsA: cell?.losses ?? 0,
    winsB: cell?.wins ?? 0,
    ties: cell?.ties ?? 0,
    rateB: {
      value: cell?.rate?.value ?? null,
      interval: drawn.interval,
      n: mine.length,
      unit: 'comparisons',
      how,
      why: mine.length === 0 ? 'The two were never compared.' : drawn.why,
    },
    wilcoxon,
  }
}

function strengthsOf(
  make: Maker,
  byPrompt: readonly (readonly Comparison[])[],
  models: readonly string[],
): Pick<ResultComparisons, 'bradleyTerry' | 'raoKupper' | 'theta'> {
  const draws = Math.min(MOST_FITS, make.resamples)
  const words = (name: string): string =>
    `${name}, log strengths that sum to 0, by maximum likelihood; ${bootstrapWords(make, 'prompts', 'percentile', draws)}.`
  const bt = method(
    make,
    'bradley-terry',
    words('Bradley-Terry model (a tie is half a win of each)'),
  )
  const rk = method(make, 'rao-kupper', words('Rao-Kupper model (Bradley-Terry with ties)'))
  const all = byPrompt.flat()
  const fits = { bt: bradleyTerry(countWins(all, models)), rk: raoKupper(countWins(all, models)) }
  const drawn = (places: ArrayLike<number>): Comparison[] =>
    Array.from(places).flatMap((place) => byPrompt[place] as Comparison[])
  const strength = (fit: 'bt' | 'rk', how: string, i: number): ResultNumber => {
    const run = fit === 'bt' ? bradleyTerry : raoKupper
    const found = fits[fit]
    if (!found.ok) return missing(all.length, 'comparisons', how, found.reason)
    const { interval: of, why } = interval(
      make,
      byPrompt.length,
      (places) => {
        const again = run(countWins(drawn(places), models))
        return again.ok ? (again.items[i]?.strength ?? null) : null
      },
      { method: 'percentile', draws },
    )
    const value = found.items[i]?.strength ?? null
    return { value, interval: of, n: all.length, unit: 'comparisons', how, why }
  }
  const theta = fits.rk
  return {
    bradleyTerry: models.map((model, i) => ({ model, strength: strength('bt', bt, i) })),
    raoKupper: models.map((model, i) => ({ model, strength: strength('rk', rk, i) })),
    theta: !theta.ok
      ? missing(all.length, 'comparisons', rk, theta.reason)
      : {
          value: theta.theta.value,
          interval:
            theta.theta.low === null || theta.theta.high === null
              ? null
              : { lo: theta.theta.low, hi: theta.theta.high },
          n: all.length,
          unit: 'comparisons',
          how: method(
            make,
            'rao-kupper-theta',
            'Width of the tie of the Rao-Kupper model (1 = no ties), with its Wald interval on the logarithm.',
          ),
          why: null,
        },
  }
}

/** Whether the side decides. */
function leftShare(make: Maker, votes: readonly VoteRow[]): ResultNumber {
  const how = method(
    make,
    'left',
    `Share of decided comparisons that the left picture won; ${bootstrapWords(make, 'prompts', 'percentile')}.`,
  )
  const decided = votes.filter(
    ({ choice, firstLeft }) => (choice === 'first' || choice === 'second') && firstLeft !== null,
  )
  if (decided.length === 0) {
    return missing(0, 'comparisons', how, 'No comparison says which picture stood left.')
  }
  const byPrompt = [...Map.groupBy(decided, promptKey).values()].map((of) => ({
    n: of.length,
    left: of.filter(({ choice, firstLeft }) => (choice === 'first') === (firstLeft === 1)).length,
  }))
  const statistic = (places: ArrayLike<number>): number => {
    let [left, n] = [0, 0]
    for (let i = 0; i < places.length; i++) {
      const one = byPrompt[places[i] as number] as { n: number; left: number }
      left += one.left
      n += one.n
    }
    return left / n
  }
  const drawn = interval(make, byPrompt.length, statistic, { method: 'percentile' })
  return {
    value: statistic(Array.from(byPrompt, (_, i) => i)),
    interval: drawn.interval,
    n: decided.length,
    unit: 'comparisons',
    how,
    why: drawn.why,
  }
}
