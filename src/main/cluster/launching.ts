import type { LaunchedRun } from './launched-run.ts'

/** What is known of a run at one moment. */
export interface RunState {
  running: boolean
  /** Exit code, where it is over and said so. */
  exit: number | null
}

/** One way to run a package; `folder` is the package on this machine. */
export interface Launching {
  start(folder: string): Promise<{ handle: string; born: string | null }>
  /** Looks, and brings log and metrics up to date. Throws when it cannot look right now. */
  look(folder: string, run: LaunchedRun): Promise<RunState>
  /** Brings the result, after the end. */
  collect(folder: string, run: LaunchedRun): Promise<void>
  cancel(folder: string, run: LaunchedRun): Promise<void>
  /** Between two looks, ms. */
  every: number
}
