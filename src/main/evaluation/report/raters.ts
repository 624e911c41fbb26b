import type { ResultCombined, ResultRater } from '#shared/contract/results.ts'
import { clusterMeans, type Rating } from '../../statistics/rating.ts'
import { biasRemoved, noiseWeighted, rawMeans } from '../../statistics/raters/combine.ts'
import type { UnitScore } from '../../statistics/raters/combine.ts'
import { summarizeRaters } from '../../statistics/raters/rater-summary.ts'
import { bt500Screening } from '../../statistics/raters/screening.ts'
import { bootstrapWords, meanNumber, method, missing, type Maker } from './numbers.ts'
import { asRatings, isCannot, pick, type Prepared } from './prepared.ts'

/** What each rater does. Nobody is judged, and nobody dropped. */
export function raters(make: Maker, of: Prepared): ResultRater[] {
  const scaled = onOneScale(of)
  make.pause()
  const summary = new Map(
    (scaled.length === 0 ? [] : summarizeRaters(scaled).raters).map((one) => [one.rater, one]),
  )
  const screening = bt500Screening(scaled)
  const flagged = new Map(
    screening.ok ? screening.raters.map((one) => [one.rater, one.flagged]) : [],
  )
  method(
    make,
    'raters',
    'Bias: how much higher than the others a rater rates, by least squares over pictures and bounded aspects, each brought to 0..5; over all ratings biases sum to 0. Sigma: standard deviation of the rater’s own noise, from the distances to the mean of the others. r: with the mean of the others. Alpha without: Krippendorff’s alpha (ordinal) of the other raters.',
  )
  method(
    make,
    'screening',
    screening.ok
      ? 'Screening of ITU-R BT.500, only reported: nobody’s ratings were dropped.'
      : screening.reason,
  )
  return [...of.pseudonyms].map(([name, rater]): ResultRater => {
    const found = summary.get(rater)
    const told = of.rows.raters.find((one) => one.rater === name)
    const answers = of.answers.filter((row) => row.rater === rater)
    return {
      rater,
      name: of.rows.options.names ? name : null,
      ratings: answers.length,
      votes: of.votes.filter((row) => row.rater === rater).length,
      cannot: answers.filter(isCannot).length,
      unblinded: told?.unblinded ?? 0,
      bias: found?.bias ?? null,
      sigma: found?.sigma ?? null,
      correlation: found?.correlation ?? null,
      alphaWithout: found?.alphaWithout ?? null,
      qualified: told?.qualified ?? null,
      checks: { of: told?.checks.of ?? 0, n: told?.checks.passed ?? 0 },
      repeatsSame: { of: told?.repeats.of ?? 0, n: told?.repeats.same ?? 0 },
      repeatsNear: { of: told?.repeats.of ?? 0, n: told?.repeats.near ?? 0 },
      seconds: told?.seconds ?? null,
      hasty: told?.hasty ?? 0,
      straight: told?.straight ?? [],
      screened: flagged.get(rater) ?? null,
    }
  })
}

/** All ratings on bounded scales as 0..5; a picture under an aspect is a unit. */
function onOneScale(of: Prepared): Rating[] {
  const tops = new Map(of.aspects.map(({ id, top }) => [id, top]))
  return of.numeric.flatMap((row): Rating[] => {
    const top = tops.get(row.aspect)
    if (typeof top !== 'number') return []
    return [
      {
        rater: row.rater,
        unit: `${row.image} ${row.aspect}`,
        cluster: row.prompt,
        value: (row.number / top) * 5,
      },
    ]
  })
}

/** Scores of each model raw, with the raters' bias removed, and weighed by their noise. */
export function combined(make: Maker, of: Prepared): ResultCombined[] {
  const over = bootstrapWords(make, 'prompts', 'BCa')
  const ways = [
    {
      key: 'raw' as const,
      how: method(make, 'combined-raw', `Mean over pictures of their raters' plain mean; ${over}.`),
      run: (ratings: readonly Rating[]) => ({ ok: true as const, units: rawMeans(ratings) }),
    },
    {
      key: 'biasRemoved' as const,
      how: method(
        make,
        'combined-bias-removed',
        `The same with each rater's bias of this aspect removed (least squares); ${over}.`,
      ),
      run: biasRemoved,
    },
    {
      key: 'noiseWeighted' as const,
      how: method(
        make,
        'combined-noise-weighted',
        `The same with raters weighed by their noise too (after SUREAL, noise from the distances to the other raters); only from six ratings a picture; ${over}.`,
      ),
      run: noiseWeighted,
    },
  ]
  return of.aspects.flatMap(({ id }) => {
    const ratings = asRatings(pick(of.numeric, { aspect: id }))
    const modelOf = new Map(of.numeric.map((row) => [String(row.image), row.model]))
    const results = ways.map(({ run }) => (ratings.length === 0 ? null : run(ratings)))
    return of.models.map((model): ResultCombined => {
      const numbers = ways.map(({ how }, i) => {
        const found = results[i]
        if (!found) return missing(0, 'prompts', how, 'There are no ratings.')
        if (!found.ok) return missing(found.n, 'ratings', how, found.reason)
        const units = found.units.filter(({ unit }) => modelOf.get(unit) === model)
        return meanNumber(make, promptMeans(units), { unit: 'prompts', how })
      })
      return {
        model,
        aspect: id,
        raw: numbers[0] as ResultCombined['raw'],
        biasRemoved: numbers[1] as ResultCombined['raw'],
        noiseWeighted: numbers[2] as ResultCombined['raw'],
      }
    })
  })
}

function promptMeans(units: readonly UnitScore[]): number[] {
  return [
    ...clusterMeans(
      units.map(({ unit, cluster, score }) => ({ rater: '', unit, cluster, value: score })),
    ).values(),
  ]
}
