/** A gap without any key or pointer that is longer says that the person was away. */
const AWAY_MS = 120_000

/** How long somebody works on an item: without the time in which the window was not in front. */
export interface LabelClock {
  /** A key or the pointer moved. */
  touch(): void
  pause(): void
  resume(): void
  /** Another item is shown. */
  restart(): void
  /** Seconds since the item was opened or last written; null when the person was away meanwhile. */
  lap(): number | null
}

export function createLabelClock(now: () => number = () => performance.now()): LabelClock {
  let spent = 0
  let since: number | null = now()
  let touched = now()
  let away = false

  function settle(): void {
    const at = now()
    if (since !== null) {
      if (at - touched > AWAY_MS) away = true
      spent += at - since
      since = at
    }
  }
  return {
    touch() {
      const at = now()
      if (since !== null && at - touched > AWAY_MS) away = true
      touched = at
    },
    pause() {
      settle()
      since = null
    },
    resume() {
      if (since === null) {
        since = now()
        touched = since
      }
    },
    restart() {
      spent = 0
      away = false
      touched = now()
      if (since !== null) since = touched
    },
    lap() {
      settle()
      const seconds = away ? null : Math.round(spent) / 1000
      spent = 0
      away = false
      touched = now()
      return seconds
    },
  }
}
