import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { Launcher } from '#shared/settings.ts'
import { writeWhole } from '../files/write-whole.ts'
import { readSmall } from '../files/read-small.ts'

/** A training that was begun, as it is written down in its package. */
const LaunchedRun = z
  .object({
    launcher: Launcher,
    /** Process id, here or on the host, or the number that the queue gave. */
    handle: z.string().min(1),
    /** Of a process here: when it began, so that another one with its number is not taken for it. */
    born: z.string().nullable(),
    startedAt: z.string(),
  })
  // It becomes part of a command, and a group that is ended: 1 and 0 would be everybody's.
  .refine(
    ({ launcher, handle }) => launcher.kind === 'batch' || /^([2-9]|[1-9]\d{1,9})$/.test(handle),
  )
export type LaunchedRun = z.infer<typeof LaunchedRun>

const statePath = (folder: string): string => join(folder, 'run', 'launched.json')

/** The run that a package is in, or null. Checked: a package may come from somebody else. */
export function readLaunched(folder: string): LaunchedRun | null {
  try {
    return LaunchedRun.parse(JSON.parse(readSmall(statePath(folder), 'manifest')))
  } catch {
    return null
  }
}

export function writeLaunched(folder: string, run: LaunchedRun | null): void {
  const path = statePath(folder)
  if (run === null) {
    rmSync(path, { force: true })
    return
  }
  writeWhole(path, `${JSON.stringify(run, null, 2)}\n`)
}
