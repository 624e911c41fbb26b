import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import type { Launcher } from '#shared/settings.ts'
import type { Launching } from './launching.ts'
import { inShell } from './programs.ts'
import { exitCode } from './run-files.ts'
import { fillCommand } from './shell.ts'

/**
 * Hands a package to a queue (Slurm or another) on a disk that both see.
 * @throws AppError `invalid-input` where no command tells whether a job still runs.
 */
export function batch(launcher: Launcher): Launching {
  const { status, cancel } = launcher
  if (status === null) {
    throw new AppError(
      'invalid-input',
      `The launcher ${launcher.name} has no command that tells whether the job still runs.`,
      'For Slurm: squeue --noheader --jobs {run}',
    )
  }
  const places = (folder: string, run: string): Record<string, string> => ({
    package: folder,
    script: join(folder, 'job.sh'),
    run,
  })
  return {
    every: 5000,
    async start(folder) {
      rmSync(join(folder, 'run', 'exit'), { force: true })
      const said = await inShell(fillCommand(launcher.submit, places(folder, '')), folder)
      const handle = said.trim().split('\n').at(-1)?.trim().split(/[;\s]/)[0] ?? ''
      if (handle === '') {
        throw new AppError(
          'io',
          `The launcher ${launcher.name} printed no number of a job.`,
          'With Slurm: sbatch --parsable job.sh',
        )
      }
      return { handle, born: null }
    },
    async look(folder, { handle }) {
      const exit = exitCode(folder)
      if (exit !== null) return { running: false, exit }
      let said: string
      try {
        said = await inShell(fillCommand(status, places(folder, handle)), folder)
      } catch (error) {
        // squeue fails for a job that it has forgotten.
        if (/invalid job id/i.test(String(error))) said = ''
        else throw error
      }
      const running = said.trim() !== ''
      return { running, exit: running ? null : exitCode(folder) }
    },
    collect: () => Promise.resolve(),
    async cancel(folder, { handle }) {
      if (cancel !== null) await inShell(fillCommand(cancel, places(folder, handle)), folder)
    },
  }
}
