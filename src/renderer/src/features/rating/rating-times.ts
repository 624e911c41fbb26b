import { computed, ref, shallowRef } from 'vue'
import { keep, recall } from '../../bridge/persist.ts'
import { createRatingClock } from './rating-clock.ts'
import { isTiring, paceOf } from './rating-pace.ts'

/** Items whose seconds are remembered. */
const REMEMBERED = 200

interface Kept {
  /** Of the last items, in their order. */
  seconds: number[]
  /** At the pictures, in all. */
  total: number
}

const isKept = (value: unknown): value is Kept =>
  typeof value === 'object' && value !== null && 'total' in value && 'seconds' in value

/** How long a rater takes, over restarts; and when it is time to rest. */
export function createTimes(now?: () => number) {
  const clock = createRatingClock(now)
  const seconds = shallowRef<readonly number[]>([])
  const total = ref(0)
  /** Items of the present sitting, the last of `seconds`. */
  const items = ref(0)
  const minutes = ref(0)
  let place: { corpus: string; name: string } | null = null

  return {
    clock,
    pace: computed(() => paceOf(seconds.value)),
    /** Seconds at the pictures, in all. */
    total,
    /** Minutes since the last rest. */
    minutes,
    tiring: computed(() => items.value > 0 && isTiring(seconds.value.slice(-items.value))),
    /** Turns to one rater's work at one study. */
    enter(corpus: string, name: string): void {
      place = { corpus, name: `rating-times:${name}` }
      const kept = recall<Kept>(corpus, place.name, { seconds: [], total: 0 }, isKept)
      seconds.value = kept.seconds
      total.value = kept.total
      items.value = 0
    },
    /** An item is answered in full; `ms` null = the rater was away meanwhile. */
    finished(ms: number | null): void {
      minutes.value = clock.sitting() / 60_000
      if (ms === null) return
      total.value += ms / 1000
      seconds.value = [...seconds.value, ms / 1000].slice(-REMEMBERED)
      items.value = Math.min(items.value + 1, REMEMBERED)
      if (place) keep(place.corpus, place.name, { seconds: seconds.value, total: total.value })
    },
    rested(): void {
      clock.rested()
      minutes.value = 0
      items.value = 0
    },
  }
}

export type Times = ReturnType<typeof createTimes>
