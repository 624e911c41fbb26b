import type { Answers, RatingMode } from '#shared/contract/ratings.ts'
import { toErrorValue, type ErrorKind, type ErrorValue } from '#shared/errors.ts'

/** One answer on its way to the corpus. */
export interface RatingWrite {
  corpus: string
  study: string
  rater: string
  mode: RatingMode
  task: string
  /** "" in a comparison. */
  aspect: string
  answer: string | null
  ms: number | null
  position: number | null
  zoom: number | null
  left: string | null
}

export interface RatingWriter {
  write(entry: RatingWrite): void
  /** Answers that an earlier program could not write, or had no time to say that it did. */
  restore(entries: readonly RatingWrite[]): void
  /** Tries what waits at once. */
  retry(): void
  /** Resolves when nothing is under way any more, or at the next failure. */
  settled(): Promise<void>
  /** Answers of a task as they are with what is still on its way. */
  over(task: string, answers: Answers): Answers
  readonly pending: readonly RatingWrite[]
}

export interface RatingWriterOptions {
  send(entry: RatingWrite): Promise<unknown>
  /** What the corpus holds of the entry's task. */
  read(entry: RatingWrite): Promise<Answers>
  /** Until another try, the `attempt`th from 1; ends early when `wake` resolves. */
  wait(attempt: number, wake: Promise<void>): Promise<void>
  /** What is under way changed; `error` is why it cannot be written now. */
  onChange(pending: readonly RatingWrite[], error: ErrorValue | null): void
  /** The corpus refuses this answer for good; later ones to the same aspect of the task go with it. */
  onRefused(entry: RatingWrite, error: unknown): void
}

/** What no second try helps against. Everything else (a dead engine, a full disk) may pass. */
const FOR_GOOD: ReadonlySet<ErrorKind> = new Set([
  'invalid-input',
  'not-found',
  'conflict',
  'refused',
])

/**
 * Writes answers one after the other in the order in which they were given. What cannot be written
 * now is kept and tried again until it is; what a dead engine may have kept is not written twice.
 */
export function createRatingWriter(options: RatingWriterOptions): RatingWriter {
  const queue: RatingWrite[] = []
  let running: Promise<void> | null = null
  let wake = (): void => undefined
  const waiting: (() => void)[] = []
  /** From before a restart: perhaps kept, perhaps not. */
  const doubtful = new WeakSet<RatingWrite>()

  const isKept = async (entry: RatingWrite): Promise<boolean> => {
    try {
      return ((await options.read(entry))[entry.aspect] ?? null) === entry.answer
    } catch {
      return false
    }
  }

  async function keep(entry: RatingWrite): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        if ((attempt > 1 || doubtful.has(entry)) && (await isKept(entry))) return
        await options.send(entry)
        return
      } catch (error) {
        const value = toErrorValue(error)
        if (FOR_GOOD.has(value.kind)) throw error
        options.onChange(queue, value)
        for (const resolve of waiting.splice(0)) resolve()
        await options.wait(attempt, new Promise((resolve) => (wake = resolve)))
      }
    }
  }

  async function drain(): Promise<void> {
    for (let entry = queue[0]; entry; entry = queue[0]) {
      const { task, aspect } = entry
      try {
        await keep(entry)
        queue.shift()
      } catch (error) {
        const rest = queue.filter((other) => other.task !== task || other.aspect !== aspect)
        queue.splice(0, queue.length, ...rest)
        options.onRefused(entry, error)
      }
      options.onChange(queue, null)
    }
  }

  return {
    write(entry) {
      queue.push(entry)
      running ??= drain().finally(() => (running = null))
      options.onChange(queue, null)
    },
    restore(entries) {
      if (queue.length > 0) return
      for (const entry of entries) {
        doubtful.add(entry)
        queue.push(entry)
      }
      if (queue.length > 0) running ??= drain().finally(() => (running = null))
    },
    retry: () => wake(),
    async settled() {
      if (!running) return
      await Promise.race([running, new Promise<void>((resolve) => waiting.push(resolve))])
    },
    over(task, answers) {
      const shown = { ...answers }
      for (const entry of queue) {
        if (entry.task !== task) continue
        if (entry.answer === null) delete shown[entry.aspect]
        else shown[entry.aspect] = entry.answer
      }
      return shown
    },
    get pending() {
      return queue
    },
  }
}
