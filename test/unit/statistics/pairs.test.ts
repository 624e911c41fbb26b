import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { countWins, winRates } from '../../../src/main/statistics/pairs/comparisons.ts'
import type { Comparison } from '../../../src/main/statistics/pairs/comparisons.ts'
import { connectedness } from '../../../src/main/statistics/pairs/connectedness.ts'
import { bradleyTerry, raoKupper } from '../../../src/main/statistics/pairs/strengths.ts'
import { rReference } from '../../support/r-reference.ts'
import { ratingStudy } from '../../support/rating-study.ts'

const study = ratingStudy()
const reference = rReference()
const won = (left: string, right: string): Comparison => ({ left, right, vote: 'left' })
const tie = (left: string, right: string): Comparison => ({ left, right, vote: 'tie' })

describe('win rates', () => {
  test('count ties half, whichever side an item stood on', () => {
    const counts = countWins([
      won('a', 'b'),
      { left: 'b', right: 'a', vote: 'right' },
      tie('b', 'a'),
      won('b', 'a'),
    ])
    const { items, pairs, overall } = winRates(counts)
    expect(items).toEqual(['a', 'b'])
    expect(pairs[0]?.[1]).toMatchObject({
      n: 4,
      wins: 2,
      ties: 1,
      losses: 1,
      rate: { value: 0.625 },
    })
    expect(overall[1]).toMatchObject({ n: 4, wins: 1, ties: 1, losses: 2, rate: { value: 0.375 } })
    expect(pairs[0]?.[0]?.rate).toBeNull()
  })

  test("their interval is Wilson's", () => {
    // 8 of 10: 0.4902, 0.9433 (Wilson, without continuity correction).
    const { overall } = winRates(
      countWins([...Array.from({ length: 8 }, () => won('a', 'b')), won('b', 'a'), won('b', 'a')]),
    )
    expect(overall[0]?.rate?.low).toBeCloseTo(0.4902, 4)
    expect(overall[0]?.rate?.high).toBeCloseTo(0.9433, 4)
  })

  test.skipIf(!study)('are those of the stored votes', () => {
    const { expected, votes } = study!
    const { items, wins_matrix, wins_matrix_ties_as_half } = expected.bradley_terry
    const counts = countWins(votes, items)
    expect(counts.wins).toEqual(wins_matrix)
    const halves = counts.wins.map((row, i) =>
      row.map((n, j) => n + (counts.ties[i]?.[j] as number) / 2),
    )
    expect(halves).toEqual(wins_matrix_ties_as_half)
  })
})

describe("Bradley and Terry's model", () => {
  test.skipIf(!study)('is that of choix and of the logit of statsmodels', () => {
    const { expected, votes } = study!
    const { items, log_strength_sum_zero, ...rest } = expected.bradley_terry
    const decided = countWins(
      votes.filter(({ vote }) => vote !== 'tie'),
      items,
    )
    const found = bradleyTerry(decided)
    if (!found.ok) throw new Error(found.reason)
    expect(found).toMatchObject({ n: 265 })
    expect(found.logLikelihood).toBeCloseTo(rest.log_likelihood, 9)
    found.items.forEach(({ item, strength }, i) => {
      expect(item).toBe(items[i])
      expect(strength).toBeCloseTo(log_strength_sum_zero['without_ties_mm']![i] as number, 9)
    })
    const c = found.covariance
    rest.statsmodels_logit_standard_errors_against_alpha.forEach((error, i) => {
      const variance = c[0]![0]! + c[i + 1]![i + 1]! - 2 * c[0]![i + 1]!
      expect(Math.sqrt(variance)).toBeCloseTo(error, 8)
    })
    const tied = bradleyTerry(countWins(votes, items))
    if (!tied.ok) throw new Error(tied.reason)
    tied.items.forEach(({ strength }, i) => {
      expect(strength).toBeCloseTo(
        log_strength_sum_zero['ties_as_half_ilsr_dense']![i] as number,
        8,
      )
    })
  })

  test("is the logit regression of R's glm", () => {
    const decided = countWins(
      reference.comparisons.filter(({ vote }) => vote !== 'tie'),
      ['w', 'x', 'y', 'z'],
    )
    const found = bradleyTerry(decided)
    if (!found.ok) throw new Error(found.reason)
    expect(found.logLikelihood).toBeCloseTo(reference.bradleyTerry.logLikelihood, 8)
    reference.bradleyTerry.estimates.forEach((value, i) => {
      expect(found.items[i + 1]!.strength - found.items[0]!.strength).toBeCloseTo(value, 6)
    })
  })

  test('two items that met 3 to 1: log 3 apart', () => {
    const found = bradleyTerry([won('a', 'b'), won('a', 'b'), won('b', 'a'), won('a', 'b')])
    if (!found.ok) throw new Error(found.reason)
    expect(found.items[0]?.strength).toBeCloseTo(Math.log(3) / 2, 10)
    expect(found.probability[0]?.[1]).toBeCloseTo(0.75, 10)
    // Information of the difference: 4 x 3/4 x 1/4; a strength is half of it.
    expect(found.items[0]?.standardError).toBeCloseTo(Math.sqrt(4 / 3) / 2, 8)
  })

  test('strengths do not depend on the order of votes and sides', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.constantFrom('a', 'b', 'c', 'd'),
            fc.constantFrom('a', 'b', 'c', 'd'),
            fc.constantFrom('left', 'right', 'tie'),
          ),
          { maxLength: 40 },
        ),
        (rows) => {
          const votes = rows.map(([left, right, vote]) => ({ left, right, vote }) as Comparison)
          const turned = votes.toReversed().map(({ left, right, vote }): Comparison => ({
            left: right,
            right: left,
            vote: vote === 'tie' ? 'tie' : vote === 'left' ? 'right' : 'left',
          }))
          for (const fit of [bradleyTerry, raoKupper]) {
            const [a, b] = [fit(votes), fit(turned)]
            expect(a.ok).toBe(b.ok)
            if (!a.ok || !b.ok) continue
            expect(a.items.reduce((sum, { strength }) => sum + strength, 0)).toBeCloseTo(0, 9)
            for (const { item, strength } of a.items) {
              expect(Number.isFinite(strength)).toBe(true)
              expect(b.items.find((one) => one.item === item)?.strength).toBeCloseTo(strength, 6)
            }
          }
        },
      ),
    )
  })

  test('says which items cannot be put on the scale', () => {
    const islands = [won('a', 'b'), won('b', 'a'), tie('c', 'd')]
    expect(connectedness(countWins(islands)).compared).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ])
    expect(bradleyTerry(islands)).toMatchObject({
      ok: false,
      reason: 'a, b never met c, d: there is no common scale.',
    })
    const unbeaten = [won('a', 'b'), won('a', 'c'), tie('c', 'b')]
    expect(connectedness(countWins(unbeaten)).mixed).toEqual([['a'], ['b', 'c']])
    expect(raoKupper(unbeaten)).toMatchObject({
      ok: false,
      reason: 'All votes between a and the others went one way: the difference has no bound.',
    })
    expect(bradleyTerry([])).toMatchObject({ ok: false, n: 0 })
    expect(
      bradleyTerry(countWins([won('a', 'b'), won('b', 'a')], ['a', 'b', 'new'])),
    ).toMatchObject({ ok: false })
  })
})

describe("Rao and Kupper's model", () => {
  test("is the cumulative logit with symmetric thresholds of R's clm", () => {
    const found = raoKupper(countWins(reference.comparisons, ['w', 'x', 'y', 'z']))
    if (!found.ok) throw new Error(found.reason)
    const { estimates, errors, logLikelihood } = reference.raoKupper
    expect(found).toMatchObject({ n: reference.comparisons.length })
    expect(found.logLikelihood).toBeCloseTo(logLikelihood, 8)
    expect(Math.log(found.theta.value)).toBeCloseTo(estimates[0] as number, 6)
    expect(found.theta.logError).toBeCloseTo(errors[0] as number, 6)
    const c = found.covariance
    for (const i of [1, 2, 3]) {
      expect(found.items[i]!.strength - found.items[0]!.strength).toBeCloseTo(
        estimates[i] as number,
        6,
      )
      const variance = c[0]![0]! + c[i]![i]! - 2 * c[0]![i]!
      expect(Math.sqrt(variance)).toBeCloseTo(errors[i] as number, 6)
    }
  })

  test('equal items: theta follows from the share of ties', () => {
    // With equal strengths P(tie) = (theta - 1) / (theta + 1): one tie in two makes 3.
    const found = raoKupper([won('a', 'b'), won('b', 'a'), tie('a', 'b'), tie('a', 'b')])
    if (!found.ok) throw new Error(found.reason)
    expect(found.theta.value).toBeCloseTo(3, 8)
    expect(found.items[0]?.strength).toBeCloseTo(0, 10)
  })

  test('without ties it is that of Bradley and Terry with theta 1; with nothing else it has no answer', () => {
    const votes = [won('a', 'b'), won('b', 'a'), won('a', 'b')]
    const [a, b] = [raoKupper(votes), bradleyTerry(votes)]
    if (!a.ok || !b.ok) throw new Error('not defined')
    expect(a.theta).toEqual({ value: 1, low: null, high: null, logError: null })
    expect(a.items).toEqual(b.items)
    // One win and one tie each: theta and the difference grow together without end.
    expect(raoKupper([won('a', 'c'), tie('a', 'b'), tie('a', 'c')])).toMatchObject({
      ok: false,
      reason: 'The likelihood has no top: too few votes decide, or too few are ties.',
    })
    expect(raoKupper([tie('a', 'b')])).toMatchObject({ ok: false, reason: 'All votes are ties.' })
  })
})
