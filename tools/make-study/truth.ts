import type { Picture } from './faults.ts'
import type { Prompt } from './ladders.ts'

export const ASPECTS = ['objects', 'attributes', 'relations', 'setting', 'overall'] as const
export type Aspect = (typeof ASPECTS)[number]
export type Ratings = Record<Aspect, number>

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** 5 x a share, as a whole number; halves go up. */
const rating = (share: number): number => Math.floor(5 * share + 0.5)

/**
 * The true ratings of a picture, 0 to 5, by what is in it and never by what was meant to be planted:
 * - objects: 5 x share of the things asked for that are there;
 * - attributes: 5 x share of the colours named that are seen on their thing (a thing that is not
 *   there shows none);
 * - relations (counts and relations): 5 x mean over the things asked for of the smaller count over
 *   the larger (0 when not there), and over each relation of 1 when both its things are there;
 * - setting: 5 x share of place and night, of those named, that are right;
 * - overall: 0.6 x the lowest of these four shares + 0.4 x their mean, x 5.
 * Where a prompt asks nothing of an aspect, nothing is wrong: 5. Rounded, halves up.
 */
export function trueRatings(prompt: Prompt, picture: Picture): Ratings {
  const found = prompt.things.map((asked) => ({
    asked,
    shown: picture.things.find((shown) => shown.part === asked.part && shown.thing === asked.thing),
  }))
  const there = (part: string): boolean =>
    found.some(({ asked, shown }) => asked.part === part && shown !== undefined)
  const share = (values: readonly number[]): number => (values.length === 0 ? 1 : mean(values))
  const settings: boolean[] = []
  if (prompt.place !== null) settings.push(picture.background === prompt.place)
  if (prompt.night) settings.push(picture.night)
  const relations: boolean[] = []
  if (prompt.relation !== null) relations.push(there('first') && there('second'))
  if (prompt.things.some(({ part }) => part === 'over'))
    relations.push(there('first') && there('over'))

  const objects = share(found.map(({ shown }) => (shown ? 1 : 0)))
  const attributes = share(
    found
      .filter(({ asked }) => asked.colour !== null)
      .map(({ asked, shown }) => (shown?.colour === asked.colour ? 1 : 0)),
  )
  const counts = share([
    ...found.map(({ asked, shown }) =>
      shown ? Math.min(asked.count, shown.count) / Math.max(asked.count, shown.count) : 0,
    ),
    ...relations.map(Number),
  ])
  const setting = share(settings.map(Number))
  const four = [objects, attributes, counts, setting]
  return {
    objects: rating(objects),
    attributes: rating(attributes),
    relations: rating(counts),
    setting: rating(setting),
    overall: rating(0.6 * Math.min(...four) + 0.4 * mean(four)),
  }
}
