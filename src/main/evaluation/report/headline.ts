import type { ResultDifference, StudyResults } from '#shared/contract/results.ts'
import { many, num, percentOf, pWords } from './words.ts'

/** Of the tests of the primary family, after Holm. */
const ALPHA = 0.05
/** Below this many prompts with a difference no signed-rank test can reach the level. */
const LEAST_PROMPTS = 6
/** Half of the largest score and more apart in what cannot be judged is told. */
const CANNOT_APART = 0.05

type Of = Omit<StudyResults, 'headline' | 'methodsText'>

/** What can be said, and what a reader must know before believing it. */
export function headline(of: Of): StudyResults['headline'] {
  return { sentence: sentence(of), cautions: cautions(of) }
}

function sentence(of: Of): string {
  const { counts, models, comparisons } = of
  if (counts.answers === 0 && counts.votes === 0) {
    return 'Nothing can be said: there are no ratings that count yet.'
  }
  if (models.length < 2) {
    return `Nothing can be compared: there is one model (${models[0] ?? 'none'}). Its means stand below.`
  }
  const family = of.differences.filter((row) => row.family === 'primary')
  const parts = [
    ...(counts.answers > counts.cannot ? ratingParts(of, family) : []),
    ...(comparisons ? comparisonParts(of) : []),
  ]
  return parts.length === 0
    ? 'Nothing can be said: no prompt was rated for two models.'
    : parts.join(' ')
}

function ratingParts(of: Of, family: readonly ResultDifference[]): string[] {
  const able = family.filter(({ difference }) => difference.value !== null)
  if (able.length === 0) return []
  const raters = many(of.counts.raters, 'rater')
  const most = Math.max(...able.map(({ difference }) => difference.n))
  if (most < LEAST_PROMPTS) {
    return [
      `Nothing can be said: ${many(most, 'prompt')} rated for both models cannot show a difference (${LEAST_PROMPTS} at least).`,
    ]
  }
  const found = able
    .filter(({ pHolm }) => pHolm !== null && pHolm < ALPHA)
    .sort((a, b) => leading(of, b) - leading(of, a) || size(of, b) - size(of, a))
  const open = able.filter((row) => !found.includes(row))
  const first = found[0]
  if (!first) {
    const row = [...able].sort((a, b) => leading(of, b) - leading(of, a))[0] as ResultDifference
    return [
      `No difference between the models is shown: ${nameOf(of, row.aspect)}, ${row.b} minus ${row.a}, ${numbers(of, row)}, ${many(row.difference.n, 'prompt')}, ${raters}; ${pWords(row.pHolm, 'p')} after Holm over ${many(of.family, 'test')}. That is not to say that there is none.`,
    ]
  }
  const rest = found.slice(1).map((row) => short(of, row))
  return [
    `${winner(first)} was rated higher than ${loser(first)} on ${nameOf(of, first.aspect)} by ${numbers(of, first, true)}, ${many(first.difference.n, 'prompt')}, ${raters} (${pWords(first.pHolm)}, Wilcoxon, after Holm over ${many(of.family, 'test')}).`,
    ...(rest.length === 0 ? [] : [`Also: ${rest.join('; ')}.`]),
    ...(open.length === 0
      ? []
      : [
          `No difference is shown on ${open.map((row) => (of.models.length > 2 ? `${nameOf(of, row.aspect)} (${row.a}, ${row.b})` : nameOf(of, row.aspect))).join(', ')}.`,
        ]),
  ]
}

const winner = (row: ResultDifference): string => ((row.difference.value ?? 0) > 0 ? row.b : row.a)
const loser = (row: ResultDifference): string => ((row.difference.value ?? 0) > 0 ? row.a : row.b)

function nameOf(of: Of, aspect: string): string {
  return (of.aspects.find(({ id }) => id === aspect)?.name ?? aspect).toLowerCase()
}

/** "overall" first where it is primary. */
const leading = (of: Of, row: ResultDifference): number =>
  row.aspect === of.byGroup.aspect ? 1 : 0

const size = (of: Of, row: ResultDifference): number =>
  Math.abs(row.difference.value ?? 0) / (of.aspects.find(({ id }) => id === row.aspect)?.top ?? 5)

/** "0.82 of 5 points (95 % interval 0.45 to 1.20)" */
function numbers(of: Of, row: ResultDifference, absolute = false): string {
  const { value, interval } = row.difference
  const turn = absolute && (value ?? 0) < 0 ? -1 : 1
  const top = of.aspects.find(({ id }) => id === row.aspect)?.top
  const ends = interval && [turn * interval.lo, turn * interval.hi].sort((a, b) => a - b)
  const unit = typeof top === 'number' ? ` of ${top} points` : ''
  const range = ends
    ? ` (${percentOf(of.options.level)} interval ${num(ends[0] as number)} to ${num(ends[1] as number)})`
    : ''
  return `${num(turn * (value ?? 0))}${unit}${range}`
}

function short(of: Of, row: ResultDifference): string {
  const who = of.models.length > 2 ? `${winner(row)} over ${loser(row)}` : winner(row)
  return `${who} on ${nameOf(of, row.aspect)} by ${numbers(of, row, true)}`
}

function comparisonParts(of: Of): string[] {
  return (of.comparisons?.pairs ?? []).flatMap((pair) => {
    const { value, interval, n } = pair.rateB
    if (value === null) return []
    const better = value >= 0.5 ? pair.b : pair.a
    const other = value >= 0.5 ? pair.a : pair.b
    const turn = (share: number): number => (value >= 0.5 ? share : 1 - share)
    const ends = interval && [turn(interval.lo), turn(interval.hi)].sort((a, b) => a - b)
    const range = ends
      ? `, ${percentOf(of.options.level)} interval ${percentOf(ends[0] as number)} to ${percentOf(ends[1] as number)}`
      : ''
    const shown = pair.pHolm !== null && pair.pHolm < ALPHA
    const what = `${better} was preferred to ${other} in ${percentOf(turn(value))} of ${many(n, 'comparison')} (ties half${range}; ${pWords(pair.pHolm)} after Holm)`
    return [shown ? `Side by side, ${what}.` : `Side by side no preference is shown: ${what}.`]
  })
}

function cautions(of: Of): string[] {
  const { counts, study, options } = of
  const found: string[] = []
  if (study.blind) {
    found.push(
      'The study is blind: models go by their codes, and no pictures are shown. Unblinding it is an act of its own.',
    )
  }
  if (study.state === 'draft') found.push('The study is a draft: nothing of it is fixed yet.')
  if (counts.unblinded > 0) {
    found.push(
      `${many(counts.unblinded, 'answer was', 'answers were')} given after the study was unblinded; ${options.unblinded === 'out' ? 'they are left out of all numbers' : 'they are in all numbers, because that was asked for'}.`,
    )
  }
  if (options.without.length > 0) {
    found.push(
      `Left out because a person said so: all answers of ${options.without.join(', ')} (${counts.leftOut.toLocaleString('en-US')}).`,
    )
  }
  if (counts.missing > 0) {
    found.push(
      `${many(counts.missing, 'picture is', 'pictures are')} missing; only prompts that both models have are compared.`,
    )
  }
  if (counts.raters === 1) {
    found.push('One rater only: nothing is known of whether others would agree.')
  }
  const cannot = counts.byModel.map(({ cannot: { value } }) => value ?? 0)
  if (cannot.length > 1 && Math.max(...cannot) - Math.min(...cannot) > CANNOT_APART) {
    found.push(
      `What cannot be judged differs by model (${counts.byModel.map(({ model, cannot: { value } }) => `${model} ${percentOf(value, 1)}`).join(', ')}): the means are those of the rest.`,
    )
  }
  const ends = (at: 'atCeiling' | 'atFloor', words: string): void => {
    const rows = of.use.filter((row) => row[at])
    if (rows.length === 0) return
    found.push(
      `${words}: ${rows.map((row) => `${row.model} on ${nameOf(of, row.aspect)} (${percentOf(at === 'atCeiling' ? row.ceiling : row.floor)})`).join(', ')}. There the scale cannot tell pictures apart.`,
    )
  }
  ends('atCeiling', 'More than 40 % of the ratings lie at the top of the scale')
  ends('atFloor', 'More than 40 % of the ratings lie at the bottom of the scale')
  const wide = of.differences.filter(
    ({ family, pHolm, overGroups: groups }) =>
      family === 'primary' &&
      pHolm !== null &&
      pHolm < ALPHA &&
      groups?.interval &&
      groups.interval.lo <= 0 &&
      groups.interval.hi >= 0,
  )
  if (wide.length > 0) {
    found.push(
      `With whole groups of prompts drawn, 0 lies in the interval on ${[...new Set(wide.map((row) => nameOf(of, row.aspect)))].join(', ')}: the prompts of a group go together, and less is sure than the tests by prompt say.`,
    )
  }
  const moved = of.trends.filter(({ p }) => p !== null && p < ALPHA)
  if (moved.length > 0) {
    found.push(
      `Ratings move over the session (${[...new Set(moved.map((row) => `${nameOf(of, row.aspect)} by ${row.over}`))].join(', ')}); orders are random for each rater, so that this adds noise and favours no model.`,
    )
  }
  return found
}
