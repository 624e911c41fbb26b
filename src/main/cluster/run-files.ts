import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Runs the command in its package, appends to the log, and leaves the exit code as a whole file. */
export const recorded = (command: string): string =>
  `mkdir -p run; rm -f run/exit; ( ${command}\n) >> run/log.txt 2>&1; code=$?; echo $code > run/exit.part; mv run/exit.part run/exit`

/** The exit code that a run left in its package; null where there is none yet. */
export function exitCode(folder: string): number | null {
  const path = join(folder, 'run', 'exit')
  if (!existsSync(path)) return null
  const code = Number.parseInt(readFileSync(path, 'utf8'), 10)
  return Number.isNaN(code) ? null : code
}
