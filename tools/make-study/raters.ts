import { stringify } from 'csv-stringify/sync'
import { random } from '../draw/random.ts'
import type { Random } from '../draw/random.ts'
import { ASPECTS } from './truth.ts'
import type { Aspect, Ratings } from './truth.ts'

/** A picture with its true ratings, as the truth of a study says. */
export interface RatedPicture {
  model: string
  kind: string
  group: string
  level: number
  seed: number
  ratings: Ratings
}

/** One rating of one aspect, 0 to 5. */
export interface Rating {
  rater: string
  model: string
  kind: string
  group: string
  level: number
  seed: number
  aspect: Aspect
  value: number
  at: string
}

/** How a simulated person rates, in steps of the scale. */
interface Habit {
  /** Added to everything. */
  bias: number
  /** Standard deviation of one rating around what the person would say on average. */
  noise: number
  /** Chance to overlook what is wrong with an aspect, and to give a 5. */
  overlooks: number
  /** Chance to leave an aspect without a rating. */
  skips: number
}

const normal = (rnd: Random): number =>
  Math.sqrt(-2 * Math.log(1 - rnd.next())) * Math.cos(2 * Math.PI * rnd.next())

const habitOf = (rnd: Random): Habit => ({
  bias: 0.35 * normal(rnd),
  noise: rnd.range(0.3, 0.7),
  overlooks: rnd.range(0.02, 0.08),
  skips: 0.01,
})

/** When simulated people begin; a fixed day, so that the same bytes come out. */
const BEGIN = Date.UTC(2026, 10, 16, 9)

/**
 * Lets `raters` simulated people rate every picture, each in an order of their own. A rating is the
 * true one (or 5 where the fault is overlooked) + the person's bias + noise, rounded and kept within
 * 0..5. Same seed, same ratings.
 */
export function simulateRatings(
  pictures: readonly RatedPicture[],
  raters: number,
  seed: string,
): Rating[] {
  return Array.from({ length: raters }, (_, i) => {
    const rater = `simulated-${i + 1}`
    const rnd = random(`${seed} ${rater}`)
    const habit = habitOf(rnd)
    let time = BEGIN + i * 86_400_000
    return rnd.shuffle(pictures).flatMap((picture) =>
      ASPECTS.flatMap((aspect): Rating[] => {
        time += Math.round(rnd.range(800, 5200))
        const truth = rnd.chance(habit.overlooks) ? 5 : picture.ratings[aspect]
        const said = Math.round(truth + habit.bias + habit.noise * normal(rnd))
        if (rnd.chance(habit.skips)) return []
        const { model, kind, group, level, seed: pictureSeed } = picture
        const value = Math.min(5, Math.max(0, said))
        const at = new Date(time).toISOString()
        return [{ rater, model, kind, group, level, seed: pictureSeed, aspect, value, at }]
      }),
    )
  }).flat()
}

/** `rater,item,model,kind,group,level,seed,aspect,value,at`; `item` stays empty. */
export function ratingsCsv(ratings: readonly Rating[]): string {
  return stringify([
    ['rater', 'item', 'model', 'kind', 'group', 'level', 'seed', 'aspect', 'value', 'at'],
    ...ratings.map((one) => [
      one.rater,
      '',
      one.model,
      one.kind,
      one.group,
      one.level,
      one.seed,
      one.aspect,
      one.value,
      one.at,
    ]),
  ])
}
