import { randomBytes } from 'node:crypto'
import { lstat, mkdir, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { AppError, systemMessage } from '#shared/errors.ts'
import { isAlive } from '../processes/alive.ts'
import { codeOf, diskOf } from '../files/disk.ts'
import { syncFolder } from './folder.ts'
import { MANIFEST, Manifest } from './manifest.ts'

const HOST = hostname().replace(/[^A-Za-z0-9]+/g, '-') || 'host'
/** Partial folders that this process is writing right now. */
const active = new Set<string>()

/** Says what a failed file operation means to the person who waits for the export. */
export function fileError(error: unknown, out: string): unknown {
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new AppError(
        'io',
        `The disk of ${out} is full; the export was not written.`,
        `Free some space on ${diskOf(out)} or choose a folder on another disk, then export again.`,
        { cause: error, details: systemMessage(error) },
      )
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new AppError(
        'io',
        `${dirname(out)} cannot be written to.`,
        'Choose a folder of your own.',
        { cause: error, details: systemMessage(error) },
      )
    case 'ENOTDIR':
      return new AppError(
        'invalid-input',
        `${out} cannot be made: a part of its path is a file.`,
        'Choose another folder.',
        { cause: error },
      )
    default:
      return error
  }
}

/**
 * What stands at the place of the export.
 * @returns null where it is free (nothing, or an empty folder), the manifest of an earlier export.
 * @throws AppError `conflict` where there is something else.
 */
export async function inspectTarget(out: string): Promise<Manifest | null> {
  const hint = 'Choose a new folder, or remove this one first.'
  try {
    if (!(await lstat(out)).isDirectory()) {
      throw new AppError('conflict', `${out} exists and is no folder.`, hint)
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
  if ((await readdir(out)).length === 0) return null
  let text: string
  try {
    text = await readFile(join(out, MANIFEST), 'utf8')
  } catch {
    throw new AppError('conflict', `${out} is not empty and holds no export of Gleaner.`, hint)
  }
  try {
    return Manifest.parse(JSON.parse(text))
  } catch {
    throw new AppError('conflict', `${out} holds a ${MANIFEST} that Gleaner did not write.`, hint)
  }
}

/** The listed files of an export are all there, each in its size. */
export async function isWhole(out: string, manifest: Manifest): Promise<boolean> {
  for (const { path, bytes } of [...manifest.files.list, manifest.files.checksums]) {
    const size = await stat(join(out, path)).then(
      (info) => info.size,
      () => -1,
    )
    if (size !== bytes) return false
  }
  return true
}

/** Makes the temporary folder beside the target, after removing what dead runs have left. */
export async function makePartial(out: string): Promise<string> {
  const parent = dirname(out)
  await mkdir(parent, { recursive: true })
  await removeStale(out)
  const partial = `${out}.partial-${HOST}-${process.pid}-${randomBytes(4).toString('hex')}`
  await mkdir(partial)
  active.add(partial)
  return partial
}

/** Gives the finished folder its name. */
export async function publish(partial: string, out: string): Promise<void> {
  // An empty folder may stand at the place; not every system renames over one.
  await rmdir(out).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw takenMeanwhile(out, error)
  })
  await rename(partial, out).catch((error: unknown) => {
    throw ['ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '') ? takenMeanwhile(out, error) : error
  })
  active.delete(partial)
  await syncFolder(dirname(out))
}

function takenMeanwhile(out: string, cause: unknown): AppError {
  return new AppError(
    'conflict',
    `Something was put at ${out} while the export ran.`,
    'Choose a new folder.',
    { cause },
  )
}

export async function discard(partial: string): Promise<void> {
  await rm(partial, { recursive: true, force: true })
  active.delete(partial)
}

/** Removes partial folders of this target whose process, on this machine, is gone. */
async function removeStale(out: string): Promise<void> {
  const prefix = `${basename(out)}.partial-${HOST}-`
  for (const name of await readdir(dirname(out))) {
    if (!name.startsWith(prefix)) continue
    const match = /^(\d+)-[0-9a-f]{8}$/.exec(name.slice(prefix.length))
    const path = join(dirname(out), name)
    if (!match || active.has(path)) continue
    const pid = Number(match[1])
    // Our own number, and not active: it was another process's before a restart.
    const isWritten = pid !== process.pid && isAlive(pid)
    if (!isWritten) await rm(path, { recursive: true, force: true })
  }
}
