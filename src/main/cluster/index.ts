import type { Launcher } from '#shared/settings.ts'
import { batch } from './batch.ts'
import type { Launching } from './launching.ts'
import { local } from './local.ts'
import { overSsh } from './ssh.ts'

export { launchRequest } from './launch-request.ts'
export type { LaunchRequest } from './launch-request.ts'
export { readLaunched, writeLaunched } from './launched-run.ts'
export type { LaunchedRun } from './launched-run.ts'
export type { Launching, RunState } from './launching.ts'

/**
 * The way to run a package by a launcher.
 * @throws AppError `invalid-input` where the launcher lacks what its kind needs.
 */
export function launching(launcher: Launcher): Launching {
  switch (launcher.kind) {
    case 'local':
      return local(launcher)
    case 'ssh':
      return overSsh(launcher)
    case 'batch':
      return batch(launcher)
  }
}
