import type { Answers, RatingTask } from '#shared/contract/ratings.ts'

/** Tasks asked for at once, as many as the engine takes. */
const BATCH = 20
/** A batch is asked for when fewer than these are ahead. */
const AHEAD = 8
/** Tasks kept, those nearest to the present one. */
const KEPT = 120

export interface TaskShelf {
  get(task: string): RatingTask | undefined
  /** Answers of a task have changed. */
  put(task: string, answers: Answers): void
  /** Reads what lies around a place and is not there. */
  want(at: number): void
  clear(): void
  readonly size: number
}

export interface TaskShelfOptions {
  /** Of the queue, in its order. */
  tokens(): readonly string[]
  read(tokens: string[]): Promise<RatingTask[]>
  /** What was read is there. */
  onLoad(): void
  onError(error: unknown): void
}

/** Tasks that are read ahead of the present one, in batches; never more than a fixed number. */
export function createTaskShelf(options: TaskShelfOptions): TaskShelf {
  const held = new Map<string, RatingTask>()
  let busy = false
  let generation = 0
  let wanted = 0

  const missing = (from: number, to: number): string[] =>
    options
      .tokens()
      .slice(Math.max(0, from), to)
      .filter((token) => !held.has(token))

  function letGo(): void {
    if (held.size <= KEPT) return
    const near = new Set(
      options.tokens().slice(Math.max(0, wanted - KEPT / 3), wanted + (2 * KEPT) / 3),
    )
    for (const token of held.keys()) if (!near.has(token)) held.delete(token)
  }

  async function read(): Promise<void> {
    // The present one first; a step back is as likely as one ahead.
    const here = missing(wanted, wanted + 1)
    const near = missing(wanted - 3, wanted + AHEAD)
    if (near.length === 0) return
    const tokens = [...new Set([...here, ...near, ...missing(wanted, wanted + BATCH)])]
    const mine = generation
    busy = true
    try {
      const tasks = await options.read(tokens.slice(0, BATCH))
      if (mine !== generation) return
      for (const task of tasks) held.set(task.task, task)
      letGo()
      options.onLoad()
    } catch (error) {
      if (mine === generation) options.onError(error)
      return
    } finally {
      if (mine === generation) busy = false
    }
    await read()
  }

  return {
    get: (task) => held.get(task),
    put(task, answers) {
      const known = held.get(task)
      if (known) held.set(task, { ...known, answers })
    },
    want(at) {
      wanted = at
      if (!busy) void read()
    },
    clear() {
      generation++
      busy = false
      held.clear()
    },
    get size() {
      return held.size
    },
  }
}
