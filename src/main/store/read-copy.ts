import {
  constants,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import { formatBytes } from '#shared/format.ts'
import { sha256Of } from '../files/digest.ts'
import { freeBytes } from '../files/disk.ts'

/** Copies of this program, shared by its threads and taken away when it ends. */
const made = new Set<string>()

/**
 * A copy of a database to read from, for one that lies where nothing may be written: as long as it
 * is in WAL mode, SQLite must make a file beside it. What the WAL holds is part of the copy. Threads
 * and processes that ask for the same state share one.
 * @returns the file of the copy
 * @throws AppError `io` where there is no room for it
 */
export function readCopy(file: string): string {
  const parts = [file, `${file}-wal`].filter((part) => existsSync(part))
  const states = parts.map((part) => statSync(part))
  const key = states.map(({ dev, ino, size, mtimeMs }) => `${dev} ${ino} ${size} ${mtimeMs}`)
  const folder = join(ownFolder(), sha256Of(`${file}\n${key.join('\n')}`).slice(0, 32))
  const copy = join(folder, 'copy.db')
  if (existsSync(copy)) return copy
  const bytes = states.reduce((sum, { size }) => sum + size, 0)
  const free = freeBytes(tmpdir())
  if (free !== null && free < bytes * 1.1) {
    throw new AppError(
      'io',
      `${file} lies where nothing can be written, and ${tmpdir()} has no room for a copy to read from (${formatBytes(bytes)}).`,
      'Copy the corpus to a disk that can be written to.',
    )
  }
  const temporary = `${folder}.${process.pid}-${Date.now()}`
  mkdirSync(temporary, { mode: 0o700 })
  try {
    for (const part of parts) {
      const to = join(temporary, `copy.db${part.slice(file.length)}`)
      copyFileSync(part, to, constants.COPYFILE_FICLONE)
    }
    renameSync(temporary, folder)
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true })
    // Another thread was quicker.
    if (!existsSync(copy)) throw error
  }
  if (made.size === 0) process.once('exit', removeCopies)
  made.add(folder)
  return copy
}

function removeCopies(): void {
  for (const folder of made) rmSync(folder, { recursive: true, force: true })
}

/** Below the folder for temporary files, for this user alone. */
function ownFolder(): string {
  const folder = join(tmpdir(), `gleaner-read-${userInfo().username}`)
  mkdirSync(folder, { mode: 0o700, recursive: true })
  const { uid } = lstatSync(folder)
  const me = process.getuid?.()
  if (!lstatSync(folder).isDirectory() || (me !== undefined && uid !== me)) {
    throw new AppError('refused', `${folder} belongs to somebody else.`, 'Remove it.')
  }
  return folder
}
