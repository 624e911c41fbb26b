/** What one engine did in a process of its own. */
export interface EngineRun {
  buildS: number
  all: { ms: number[]; rows: number[][] }
  filtered: { ms: number[]; rows: number[][] }
  /** MB, after the queries. */
  rssMB: number
  peakMB: number
}
