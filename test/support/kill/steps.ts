/**
 * Counts what a program does to its disk, so that it can be killed at a chosen step of its work
 * instead of at a time: the writes of its main thread to files and to SQLite. Imported before the program.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import SQLite from 'better-sqlite3'

/** After which step the program ends itself; 0 = never. */
let last = 0
let steps = 0
let isArmed = false
let atStep = (): void => void process.kill(process.pid, 'SIGKILL')

/** Counts from here on. @param then what happens at step `at`; without it the program is killed */
export function countSteps(at: number, then?: () => void): void {
  last = at
  if (then) atStep = then
  isArmed = true
}

export const stepsDone = (): number => steps

function step(): void {
  if (!isArmed) return
  steps++
  if (steps === last) atStep()
}

type Loose = Record<string, (...args: unknown[]) => unknown>

/** Counts before the call, so that what is asked for at the last step does not happen any more. */
function counted(target: object, names: readonly string[]): void {
  const loose = target as Loose
  for (const name of names) {
    const real = loose[name]
    if (real === undefined) continue
    loose[name] = function (this: unknown, ...args: unknown[]) {
      step()
      return real.apply(this, args)
    }
  }
}

const CHANGES = ['writeFile', 'appendFile', 'rename', 'rm', 'unlink', 'mkdir', 'rmdir', 'symlink']
const MORE = ['copyFile', 'cp', 'link', 'truncate', 'mkdtemp', 'write', 'ftruncate', 'fsync']
const NAMES = [...CHANGES, ...MORE]
counted(fs, [...NAMES, ...NAMES.map((name) => `${name}Sync`)])
counted(fs.promises, NAMES)
syncBuiltinESMExports()

const probe = new SQLite(':memory:')
counted(Object.getPrototypeOf(probe.prepare('SELECT 1')) as object, ['run'])
counted(SQLite.prototype, ['exec'])
probe.close()
