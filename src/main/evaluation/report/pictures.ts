import type { ResultNumber, ResultPicture, StudyResults } from '#shared/contract/results.ts'
import { clusterMeans } from '../../statistics/rating.ts'
import { meanNumber, method, type Maker } from './numbers.ts'
import { asRatings, pick, type NumericRating, type Prepared } from './prepared.ts'

/** Pictures at each end of a model. */
const AT_ENDS = 4
const DISAGREEMENTS = 6

/** The aspect that a picture stands for as a whole: "overall", else the first primary one. */
export function leadingAspect(of: Prepared): string {
  const bounded = of.aspects.filter(({ top }) => top !== null)
  const found =
    bounded.find(({ id, primary }) => id === 'overall' && primary) ??
    bounded.find(({ primary }) => primary) ??
    of.aspects[0]
  return found?.id ?? ''
}

type Pictures = Pick<StudyResults, 'extremes' | 'disagreements' | 'rankedBy'>

/**
 * The best and the worst pictures of each model, and those that raters see most differently. None
 * while the study is blind: who knows the models by their looks would know their codes.
 */
export function pictures(of: Prepared): Pictures {
  const leading = leadingAspect(of)
  const name = of.aspects.find(({ id }) => id === leading)?.name ?? leading
  const rankedBy = `mean rating on ${name}, then over all aspects`
  if (of.rows.study.blind) return { extremes: [], disagreements: [], rankedBy }
  const tops = new Map(of.aspects.map(({ id, top }) => [id, top]))
  const byImage = [...Map.groupBy(of.numeric, ({ image }) => image).values()]
  const ranked = byImage.map((rows) => ({ rows, by: scoresOf(rows, leading, tops) }))
  return {
    rankedBy,
    extremes: of.models.map((model) => {
      const mine = ranked
        .filter(({ rows }) => rows[0]?.model === model)
        .filter(({ by }) => by !== null)
        .map(({ rows, by }) => ({ rows, by: by as [number, number] }))
        .sort((a, b) => b.by[0] - a.by[0] || b.by[1] - a.by[1] || imageOf(a) - imageOf(b))
      // A picture is at one end only.
      const most = Math.min(AT_ENDS, Math.floor(mine.length / 2))
      const show = (some: typeof mine): ResultPicture[] =>
        some.map(({ rows, by }) => pictureOf(of, rows, by[0]))
      return {
        model,
        best: show(mine.slice(0, most)),
        worst: show(most === 0 ? [] : mine.slice(-most).reverse()),
      }
    }),
    disagreements: disagreements(of),
  }
}

const imageOf = ({ rows }: { rows: readonly NumericRating[] }): number => rows[0]?.image ?? 0

/** Mean on the leading aspect, and over all bounded ones as shares of their tops. */
function scoresOf(
  rows: readonly NumericRating[],
  leading: string,
  tops: ReadonlyMap<string, number | null>,
): [number, number] | null {
  const led = rows.filter(({ aspect }) => aspect === leading)
  if (led.length === 0) return null
  const shares = rows.flatMap(({ aspect, number }) => {
    const top = tops.get(aspect)
    return typeof top === 'number' ? [number / top] : []
  })
  return [meanOf(led.map(({ number }) => number)), shares.length === 0 ? 0 : meanOf(shares)]
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

function pictureOf(of: Prepared, rows: readonly NumericRating[], score: number): ResultPicture {
  const { image, model, group, kind, level, take } = rows[0] as NumericRating
  const answers = of.answers.filter((row) => row.image === image)
  return {
    image,
    model,
    group,
    kind,
    level,
    take,
    prompt: of.rows.prompts.find((one) => one.group === group && one.level === level)?.text ?? '',
    ratings: of.aspects.map(({ id }) => ({
      aspect: id,
      values: answers
        .filter(({ aspect }) => aspect === id)
        .map(({ rater, value }) => ({ rater, answer: value }))
        .sort((a, b) => Number(a.rater.slice(1)) - Number(b.rater.slice(1))),
    })),
    score,
  }
}

function disagreements(of: Prepared): Pictures['disagreements'] {
  const found = [
    ...Map.groupBy(of.numeric, ({ image, aspect }) => `${image} ${aspect}`).values(),
  ].flatMap((rows) => {
    const { aspect, image } = rows[0] as NumericRating
    const top = of.aspects.find(({ id }) => id === aspect)?.top
    if (rows.length < 2 || typeof top !== 'number') return []
    const values = rows.map(({ number }) => number)
    const range = (Math.max(...values) - Math.min(...values)) / top
    const mean = meanOf(values)
    const deviation = Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2))) / top
    return range === 0 ? [] : [{ rows, aspect, image, range, deviation }]
  })
  found.sort((a, b) => b.range - a.range || b.deviation - a.deviation || a.image - b.image)
  const seen = new Set<number>()
  const shown: Pictures['disagreements'] = []
  for (const { rows, aspect, image, range } of found) {
    if (shown.length === DISAGREEMENTS) break
    // A picture once, under the aspect on which it divides most.
    if (seen.has(image)) continue
    seen.add(image)
    shown.push({ ...pictureOf(of, rows, range), aspect })
  }
  return shown
}

/** Means by group of prompts and model on the leading aspect. */
export function byGroup(make: Maker, of: Prepared): StudyResults['byGroup'] {
  const aspect = leadingAspect(of)
  const how = method(
    make,
    'group-mean',
    'Mean of the means of the prompts of the group; the interval is that of the BCa bootstrap over its prompts, which are few.',
  )
  const groups = [...Map.groupBy(of.rows.prompts, ({ group }) => group)]
  return {
    aspect,
    rows: groups.map(([group, prompts]) => ({
      group,
      kind: prompts[0]?.kind ?? '',
      means: of.models.map((model): ResultNumber => {
        const rows = pick(of.numeric, { aspect, model }).filter((row) => row.group === group)
        const values = [...clusterMeans(asRatings(rows)).values()]
        return meanNumber(make, values, { unit: 'prompts', how })
      }),
    })),
  }
}
