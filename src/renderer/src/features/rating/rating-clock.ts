/** Longer without a key or a move of the pointer: the rater was away, and the time says nothing. */
const AWAY_MS = 120_000
/** An absence that is a rest. */
const REST_MS = 300_000

/** How long pictures are in view, without the time in which the window was not in front. */
export interface RatingClock {
  /** A key or the pointer moved. */
  touch(): void
  pause(): void
  resume(): void
  /** A picture has come into view. */
  shown(): void
  /** Milliseconds that it was in view since then or since the last lap; null = the rater was away. */
  lap(): number | null
  /** Milliseconds of this item, as its laps told; null = the rater was away in one. */
  item(): number | null
  /** Milliseconds at the pictures since the last rest. */
  sitting(): number
  /** The rater has rested. */
  rested(): void
}

export function createRatingClock(now: () => number = () => performance.now()): RatingClock {
  let inFront = true
  let since: number | null = null
  let spent = 0
  let item: number | null = 0
  let away = false
  let sitting = 0
  let touched = now()

  function settle(): void {
    const at = now()
    if (since === null) return
    if (at - touched > AWAY_MS) away = true
    else sitting += at - since
    spent += at - since
    since = at
  }
  function touch(): void {
    const at = now()
    settle()
    if (at - touched > REST_MS) sitting = 0
    touched = at
  }
  return {
    touch,
    pause() {
      settle()
      inFront = false
      since = null
    },
    resume() {
      touch()
      inFront = true
      since ??= now()
    },
    shown() {
      settle()
      spent = 0
      item = 0
      away = false
      touched = now()
      since = inFront ? touched : null
    },
    lap() {
      settle()
      const ms = away ? null : Math.round(spent)
      item = ms === null || item === null ? null : item + ms
      spent = 0
      away = false
      touched = now()
      return ms
    },
    item: () => item,
    sitting() {
      settle()
      return sitting
    },
    rested() {
      settle()
      sitting = 0
    },
  }
}
