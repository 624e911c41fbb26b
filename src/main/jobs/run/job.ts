import type { CorpusPart } from '#shared/contract/index.ts'
import type { Settings } from '#shared/settings.ts'
import type { Entries } from './entries.ts'

/** `signal.reason` where a job ends with the engine and goes on at its next start. */
export const ENGINE_STOPS = 'the engine stops'

/** What a job may ask of the one who runs it. */
export interface JobContext {
  /** The job keeps its id when it goes on after the program ended, and when it is started again. */
  id: string
  /** Canceled, or the engine stops: end cleanly after the batch at hand. */
  signal: AbortSignal
  /** Cheap; the runner throttles and works out rate and time left. */
  progress(progress: { done: number; total: number | null; unit: string; note: string }): void
  /** Something that did not stop the job and must be seen. */
  warn(message: string): void
  result(label: string, value: string): void
  changed(what: CorpusPart[]): void
  /**
   * Does the last of a job's writing together with writing down that it is done: killed before,
   * it goes on, killed later, it does not begin anew. What is to be shown of it is told before.
   * @param last writes to the corpus at once, in the transaction that it is called in
   */
  conclude<T>(last: () => T): T
  entries: Entries
  settings: Settings
}
