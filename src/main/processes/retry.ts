import { HelperCrash } from './crash.ts'

/** Work that several ask of one helper at once, and that is done again when it dies. */
export interface Retry {
  /** Resolves when nothing is being done again: what starts now disturbs nobody. */
  settled(): Promise<void>
  /** Runs after everything else that runs alone. */
  alone<T>(run: () => Promise<T>): Promise<T>
  /** Runs; when the helper dies with it, once more and alone. @throws HelperCrash the second time */
  steady<T>(run: () => Promise<T>): Promise<T>
}

/** Sees that after a crash its calls are made again one at a time, so that the guilty one shows. */
export function createRetry(): Retry {
  let recovery: Promise<void> | null = null
  let waiting = 0

  const settled = async (): Promise<void> => {
    while (recovery) await recovery
  }
  const alone = <T>(run: () => Promise<T>): Promise<T> => {
    waiting++
    const mine = (recovery ?? Promise.resolve()).then(run)
    const done = (): void => {
      if (--waiting === 0) recovery = null
    }
    recovery = mine.then(done, done)
    return mine
  }
  return {
    settled,
    alone,
    async steady(run) {
      await settled()
      try {
        return await run()
      } catch (error) {
        if (!(error instanceof HelperCrash)) throw error
        return alone(run)
      }
    },
  }
}
