import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import type { Launcher } from '#shared/settings.ts'
import { isAlive } from '../processes/alive.ts'
import type { Launching } from './launching.ts'
import { started } from './programs.ts'
import { exitCode, recorded } from './run-files.ts'
import { fillCommand } from './shell.ts'

/** Runs a package on this machine, as a process that outlives this one. */
export function local(launcher: Launcher): Launching {
  return {
    every: 1000,
    async start(folder) {
      if (process.platform === 'win32') {
        throw new AppError(
          'unsupported',
          'A command of this machine can be followed on Linux and macOS only.',
          'Run the package by hand as its README says, then add its folder "model" to the models.',
        )
      }
      const places = { package: folder, script: join(folder, 'train.py') }
      const child = spawn('sh', ['-c', recorded(fillCommand(launcher.submit, places))], {
        cwd: folder,
        detached: true,
        stdio: 'ignore',
      })
      await started(child, 'sh')
      child.unref()
      const handle = String(child.pid)
      return { handle, born: bornAt(handle) }
    },
    look(folder, { handle, born }) {
      const exit = exitCode(folder)
      if (exit !== null) return Promise.resolve({ running: false, exit })
      // Looked for once more: it may have ended between the two looks.
      const running = isThere(handle, born)
      return Promise.resolve({ running, exit: running ? null : exitCode(folder) })
    },
    collect: () => Promise.resolve(),
    cancel(_folder, { handle, born }) {
      if (isThere(handle, born)) {
        try {
          // The group: the shell and all that it started.
          process.kill(-Number(handle), 'SIGTERM')
        } catch (error) {
          // It ended meanwhile.
          if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
        }
      }
      return Promise.resolve()
    },
  }
}

/** Whether the process runs, and not another one with its number. */
const isThere = (handle: string, born: string | null): boolean =>
  isAlive(Number(handle)) && bornAt(handle) === born

/** When a process began, in ticks since the machine did; null where that cannot be seen. */
function bornAt(pid: string): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in brackets may hold anything.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}
