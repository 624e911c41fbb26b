import type { ResultPicture } from '../contract/results.ts'
import { CANNOT_JUDGE } from './design.ts'

/**
 * The answers to an aspect of a picture, in the order of all who rated the picture: x for "cannot
 * judge", · for who left it open, a dash where nobody answered.
 */
export function answersShown(picture: Pick<ResultPicture, 'ratings'>, aspect: string): string {
  const all = picture.ratings.flatMap(({ values }) => values.map(({ rater }) => rater))
  const raters = [...new Set(all)].sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)))
  const values = picture.ratings.find((one) => one.aspect === aspect)?.values ?? []
  if (values.length === 0) return '–'
  return raters
    .map((rater) => values.find((one) => one.rater === rater)?.answer ?? '·')
    .map((answer) => (answer === CANNOT_JUDGE ? 'x' : answer))
    .join(' ')
}
