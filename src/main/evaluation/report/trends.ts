import type { ResultTrend } from '#shared/contract/results.ts'
import { trend, type TrendPoint } from '../../statistics/trends/trend.ts'
import { method, missing, type Maker } from './numbers.ts'
import { pick, type Prepared } from './prepared.ts'

const HOUR_MS = 3_600_000

/** Whether ratings move over the session: by position in the rater's order, and by the clock. */
export function trends(make: Maker, of: Prepared): ResultTrend[] {
  const first = new Map<string, number>()
  for (const { rater, at } of of.numeric) {
    const time = Date.parse(at)
    const before = first.get(rater)
    if (before === undefined || time < before) first.set(rater, time)
  }
  return of.aspects.flatMap(({ id }) => {
    const rows = pick(of.numeric, { aspect: id })
    const positions = rows.flatMap((row): TrendPoint[] =>
      row.position === null
        ? []
        : [{ x: row.position / 100, value: row.number, cluster: row.rater }],
    )
    const times = rows.map((row): TrendPoint => ({
      x: (Date.parse(row.at) - (first.get(row.rater) as number)) / HOUR_MS,
      value: row.number,
      cluster: row.rater,
    }))
    return [
      one(make, id, 'position', positions, 'No rating says its position: they came from a table.'),
      one(make, id, 'time', times, 'There are no ratings.'),
    ]
  })
}

function one(
  make: Maker,
  aspect: string,
  over: 'position' | 'time',
  points: readonly TrendPoint[],
  none: string,
): ResultTrend {
  make.pause()
  const how = method(
    make,
    `trend-${over}`,
    `Slope of the ratings over ${over === 'position' ? 'their position in the rater’s order, for 100 items' : 'the time since the rater’s first answer, for an hour'}, within raters, by least squares; interval and p by an error robust to clusters (raters) with Student’s t on raters - 1 degrees of freedom. With fewer than about ten raters p is too small: a hint only.`,
  )
  if (points.length === 0) {
    return { aspect, over, slope: missing(0, 'ratings', how, none), p: null }
  }
  const found = trend(points, { level: make.level })
  if (!found.ok) {
    return { aspect, over, slope: missing(found.n, 'ratings', how, found.reason), p: null }
  }
  const { slope, low, high, p, n } = found
  return {
    aspect,
    over,
    slope: {
      value: slope,
      interval: { lo: low, hi: high },
      n,
      unit: 'ratings',
      how,
      why: null,
    },
    p,
  }
}
