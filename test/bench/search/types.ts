export interface Timed {
  /** By the clock. */
  ms: number[]
  /** Of the processor, all threads together: what other work on the machine changes little. */
  cpuMs: number[]
  rows: number[][]
}

/** What one engine did in a process of its own. */
export interface EngineRun {
  buildS: number
  all: Timed
  filtered: Timed
  /** MB, after the queries. */
  rssMB: number
  peakMB: number
}
