import type { CorpusPart } from '#shared/contract/index.ts'
import type { Settings } from '#shared/settings.ts'
import type { Entries } from './entries.ts'

/** `signal.reason` where a job ends with the engine and goes on at its next start. */
export const ENGINE_STOPS = 'the engine stops'

/** What a job may ask of the one who runs it. */
export interface JobContext {
  /** Canceled, or the engine stops: end cleanly after the batch at hand. */
  signal: AbortSignal
  /** Cheap; the runner throttles and works out rate and time left. */
  progress(progress: { done: number; total: number | null; unit: string; note: string }): void
  /** Something that did not stop the job and must be seen. */
  warn(message: string): void
  result(label: string, value: string): void
  changed(what: CorpusPart[]): void
  entries: Entries
  settings: Settings
}
