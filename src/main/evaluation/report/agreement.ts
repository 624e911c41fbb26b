import type { ResultAgreement, ResultAspect, ResultNumber } from '#shared/contract/results.ts'
import { cohenKappa } from '../../statistics/agreement/cohen-kappa.ts'
import { intraclassCorrelations } from '../../statistics/agreement/icc.ts'
import { krippendorffAlpha } from '../../statistics/agreement/krippendorff-alpha.ts'
import { bootstrapWords, interval, method, missing, type Maker } from './numbers.ts'
import { asRatings, pairsOf, pick, type NumericRating, type Prepared } from './prepared.ts'

/** Draws of intervals that take long. */
const MOST_DRAWS = 1000

/** Whether people agree, by aspect. */
export function agreement(make: Maker, of: Prepared): ResultAgreement[] {
  const raters = [...new Set(of.numeric.map(({ rater }) => rater))].sort(byNumber)
  const draws = Math.min(MOST_DRAWS, make.resamples)
  return of.aspects.map((aspect): ResultAgreement => {
    const rows = pick(of.numeric, { aspect: aspect.id })
    return {
      aspect: aspect.id,
      alpha: alphaOf(make, rows, draws),
      kappas: pairsOf(raters).map(([a, b]) => ({
        a,
        b,
        kappa: kappaOf(make, rows, stepsOf(aspect, rows), a, b, draws),
      })),
      ...iccOf(make, rows),
    }
  })
}

const byNumber = (a: string, b: string): number => Number(a.slice(1)) - Number(b.slice(1))

/** All steps of the scale: one that nobody gave is as far from the next as any other. */
function stepsOf({ top }: ResultAspect, rows: readonly NumericRating[]): number[] {
  const most = top ?? rows.reduce((max, { number }) => Math.max(max, number), 0)
  return Array.from({ length: most + 1 }, (_, step) => step)
}

function alphaOf(make: Maker, rows: readonly NumericRating[], draws: number): ResultNumber {
  make.pause()
  const how = method(
    make,
    'alpha',
    `Krippendorff's alpha, ordinal, over pictures that two raters or more rated; ${bootstrapWords(make, 'prompts', 'percentile', draws)}.`,
  )
  const { seed, level } = make
  const found = krippendorffAlpha(asRatings(rows), 'ordinal', {
    over: 'cluster',
    interval: { seed, level, resamples: draws },
  })
  if (!found.ok) return missing(found.n, 'ratings', how, found.reason)
  const { alpha, interval: drawn, n } = found
  return {
    value: alpha,
    interval: drawn && { lo: drawn.low, hi: drawn.high },
    n,
    unit: 'ratings',
    how,
    why: null,
  }
}

function kappaOf(
  make: Maker,
  rows: readonly NumericRating[],
  steps: readonly number[],
  a: string,
  b: string,
  draws: number,
): ResultNumber {
  const how = method(
    make,
    'kappa',
    `Cohen's kappa of two raters with quadratic weights, over pictures that both rated; ${bootstrapWords(make, 'prompts', 'percentile', draws)}.`,
  )
  const valuesOf = (rater: string): Map<number, NumericRating> =>
    new Map(rows.filter((row) => row.rater === rater).map((row) => [row.image, row]))
  const [x, y] = [valuesOf(a), valuesOf(b)]
  const both = [...x.values()].filter(({ image }) => y.has(image))
  const pairs = [...Map.groupBy(both, ({ prompt }) => prompt).values()].map((of) =>
    of.map((row): [number, number] => [row.number, (y.get(row.image) as NumericRating).number]),
  )
  const statistic = (places: ArrayLike<number>): number | null => {
    const first: number[] = []
    const second: number[] = []
    for (let i = 0; i < places.length; i++) {
      for (const [p, q] of pairs[places[i] as number] as [number, number][]) {
        first.push(p)
        second.push(q)
      }
    }
    const found = cohenKappa(first, second, 'quadratic', steps)
    return found.ok ? found.kappa : null
  }
  const found = cohenKappa(
    both.map(({ number }) => number),
    both.map(({ image }) => (y.get(image) as NumericRating).number),
    'quadratic',
    steps,
  )
  if (!found.ok) return missing(found.n, 'pictures', how, found.reason)
  const drawn = interval(make, pairs.length, statistic, { method: 'percentile', draws })
  return {
    value: found.kappa,
    interval: drawn.interval,
    n: found.n,
    unit: 'pictures',
    how,
    why: drawn.why,
  }
}

function iccOf(
  make: Maker,
  rows: readonly NumericRating[],
): Pick<ResultAgreement, 'iccOne' | 'iccMean'> {
  make.pause()
  const how = method(
    make,
    'icc',
    'Intraclass correlation, two-way random, absolute agreement (Shrout and Fleiss 2,1 for one rater; 2,k for the mean of all), over pictures that every rater rated; interval by F (McGraw and Wong 1996).',
  )
  const found = intraclassCorrelations(asRatings(rows), make.level)
  const numberOf = (form: '2,1' | '2,k'): ResultNumber => {
    if (!found.ok) return missing(found.n, 'pictures', how, found.reason)
    const { icc, low, high } = found.forms[form]
    return {
      value: icc,
      interval: { lo: low, hi: high },
      n: found.n,
      unit: 'pictures',
      how,
      why: null,
    }
  }
  return { iccOne: numberOf('2,1'), iccMean: numberOf('2,k') }
}
