import { closeSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { randomBytes } from 'node:crypto'

/** Codes by which a file system says that there is no room: the disk, the user's quota, the largest file. */
const NO_ROOM = ['ENOSPC', 'EDQUOT', 'EFBIG'] as const
export type NoRoom = (typeof NO_ROOM)[number]
const NOT_WRITABLE = ['EACCES', 'EPERM', 'EROFS'] as const
export type NotWritable = (typeof NOT_WRITABLE)[number]

export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return ''
  return String((error as { code: unknown }).code)
}

export function isNoRoom(code: string): code is NoRoom {
  return (NO_ROOM as readonly string[]).includes(code)
}

export function isNotWritable(code: string): code is NotWritable {
  return (NOT_WRITABLE as readonly string[]).includes(code)
}

/** The nearest folder at or above a path that is there. */
function folderOf(path: string): string {
  let folder = resolve(path)
  for (;;) {
    const found = statSync(folder, { throwIfNoEntry: false })
    if (found?.isDirectory()) return folder
    const above = dirname(folder)
    if (above === folder) return folder
    folder = above
  }
}

/** Where the disk begins that holds a path: the topmost folder of the same device. */
export function diskOf(path: string): string {
  try {
    let folder = folderOf(path)
    const { dev } = statSync(folder)
    for (;;) {
      const above = dirname(folder)
      if (above === folder || statSync(above).dev !== dev) return folder
      folder = above
    }
  } catch {
    return dirname(path)
  }
}

/** Free bytes of the disk that holds a path, for this user; null where it cannot be told. */
export function freeBytes(path: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(folderOf(path))
    return bavail * bsize
  } catch {
    return null
  }
}

/** More than a page of SQLite, so that a disk with a few bytes left counts as full. */
const PROBE_BYTES = 1 << 16

/**
 * Why nothing more can be written below a path, asked by writing a little: SQLite tells of a quota
 * or a read-only disk only that something failed.
 * @returns the code of the file system; null where writing works
 */
export function whyNotWritable(path: string): string | null {
  const probe = join(folderOf(path), `.probe-${process.pid}-${randomBytes(4).toString('hex')}`)
  try {
    const file = openSync(probe, 'wx')
    try {
      writeSync(file, Buffer.alloc(PROBE_BYTES))
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    return null
  } catch (error) {
    return codeOf(error) || 'EIO'
  } finally {
    try {
      rmSync(probe, { force: true })
    } catch {
      // Nothing was made.
    }
  }
}
