import type { LabelState } from '#shared/contract/index.ts'
import { toErrorValue } from '#shared/errors.ts'
import { sameState } from './label-state.ts'

/** One thing that was said, on its way to the corpus. */
export interface LabelWrite {
  corpus: string
  annotator: string
  review: boolean
  pair: number
  state: LabelState
  seconds: number | null
}

export interface LabelWriter {
  write(entry: LabelWrite): void
  /** Resolves when nothing is under way, also after a failure. */
  settled(): Promise<void>
  readonly pending: number
}

export interface LabelWriterOptions {
  send(entry: LabelWrite): Promise<unknown>
  /** What the corpus holds of an entry's pair now. */
  read(entry: LabelWrite): Promise<LabelState>
  /** Resolves when the engine answers again; false = it does not come back. */
  engineBack(): Promise<boolean>
  onPending(n: number): void
  onKept(entry: LabelWrite): void
  /** Could not be kept; what was said later of the same pair goes with it. */
  onLost(entry: LabelWrite, error: unknown): void
}

/** Errors that an engine leaves behind that died, or that is being started. */
export function isEngineGone(error: unknown): boolean {
  return ['busy', 'internal'].includes(toErrorValue(error).kind)
}

/**
 * Writes one after the other in the order in which it was said, so that undo walks back the same
 * way. When the engine dies meanwhile, the writes wait for the next one; what the dead one may
 * have kept already is not written twice.
 */
export function createLabelWriter(options: LabelWriterOptions): LabelWriter {
  const queue: LabelWrite[] = []
  let running: Promise<void> | null = null

  async function keep(entry: LabelWrite): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        await options.send(entry)
        return
      } catch (error) {
        if (attempt >= 5 || !isEngineGone(error) || !(await options.engineBack())) throw error
        try {
          if (sameState(await options.read(entry), entry.state)) return
        } catch {
          // The next attempt says what is wrong.
        }
      }
    }
  }

  async function drain(): Promise<void> {
    for (let entry = queue[0]; entry; entry = queue[0]) {
      try {
        await keep(entry)
        queue.shift()
        options.onKept(entry)
      } catch (error) {
        const { pair } = entry
        queue.splice(0, queue.length, ...queue.filter((other) => other.pair !== pair))
        options.onLost(entry, error)
      }
      options.onPending(queue.length)
    }
  }

  return {
    write(entry) {
      queue.push(entry)
      options.onPending(queue.length)
      running ??= drain().finally(() => (running = null))
    },
    async settled() {
      while (running) await running
    },
    get pending() {
      return queue.length
    },
  }
}
