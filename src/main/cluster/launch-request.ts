import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { AppError, systemMessage } from '#shared/errors.ts'
import type { Launcher } from '#shared/settings.ts'
import { sha256Of } from '../files/digest.ts'
import { fillCommand } from './shell.ts'

/** What a launcher is about to do with a package: what a person is asked, and remembered by. */
export interface LaunchRequest {
  /** The package on this machine. */
  folder: string
  /** Where commands run: a host, or null for this machine. */
  host: string | null
  /** Every command that may be run, as the shell gets it. */
  commands: string[]
  /** Of launcher, folder and what may be run in it: beginning needs it. */
  begin: string
  /** Of launcher and folder: following what was begun needs it, whatever the run wrote. */
  follow: string
}

/** Made by runs, by Python, and data: nothing that a command begins with. */
const NOT_LOOKED_AT = new Set(['run', 'model', 'data', '__pycache__', 'venv', '.venv'])
/** Larger files in the folder itself are no scripts. */
const MAX_SCRIPT = 32 * 1024 * 1024
const MAX_ENTRIES = 200

/** @throws AppError `conflict` where the package cannot be looked at */
export function launchRequest(package_: string, launcher: Launcher): LaunchRequest {
  const folder = resolve(package_)
  const { kind, host, submit, status, cancel } = launcher
  const isQueue = kind === 'batch'
  const places: Record<string, string> =
    kind === 'ssh'
      ? { package: '.', script: 'train.py' }
      : { package: folder, script: join(folder, kind === 'batch' ? 'job.sh' : 'train.py') }
  const who = [kind, host, launcher.folder, submit, status, cancel, folder]
  return {
    folder,
    host: kind === 'ssh' ? host : null,
    commands: [
      fillCommand(submit, places),
      ...(isQueue
        ? [status, cancel]
            .filter((one) => one !== null && one !== '')
            .map((one) => fillCommand(one as string, places))
        : []),
    ],
    begin: digestOf(['begin', ...who, ...scriptsOf(folder)]),
    follow: digestOf(['follow', ...who]),
  }
}

const digestOf = (parts: unknown[]): string => sha256Of(JSON.stringify(parts))

/** Names and contents of what lies in the folder itself: Python takes modules from there, too. */
function scriptsOf(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => !NOT_LOOKED_AT.has(name))
    if (names.length > MAX_ENTRIES) throw new Error(`it holds ${names.length} files`)
    return names.sort().map((name) => {
      const path = join(folder, name)
      const state = lstatSync(path)
      if (state.isSymbolicLink()) return `${name} -> ${readlinkSync(path)}`
      if (!state.isFile()) return `${name}/`
      if (state.size > MAX_SCRIPT) throw new Error(`${name} has ${state.size} bytes`)
      return `${name} ${sha256Of(readFileSync(path))}`
    })
  } catch (error) {
    throw new AppError(
      'conflict',
      `${folder} cannot be looked at as a training package.`,
      'Write the package once more, into a new folder.',
      { cause: error, details: systemMessage(error) },
    )
  }
}
