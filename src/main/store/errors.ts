import { dirname, join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import { formatBytes } from '#shared/format.ts'
import {
  codeOf,
  diskOf,
  freeBytes,
  isNoRoom,
  isNotWritable,
  whyNotWritable,
} from '../files/disk.ts'
import { askForCheck } from './rebuild.ts'

type Made = (kind: AppError['kind'], message: string, hint?: string) => AppError

/**
 * Says in plain words what a file system or SQLite refused to do to a corpus, naming the disk that
 * is full and the file that is damaged. An AppError passes through; what is not known here becomes
 * `internal`.
 * @param path the corpus, or what else was read or written
 */
export function toStoreError(error: unknown, path: string): AppError {
  if (error instanceof AppError) return error
  const code = codeOf(error)
  const detail = error instanceof Error ? error.message : String(error)
  const made: Made = (kind, message, hint) =>
    new AppError(kind, message, hint, { cause: error, details: detail })
  if (isNoRoom(code) || code === 'SQLITE_FULL') return noRoom(code, path, made)
  if (isNotWritable(code) || code.startsWith('SQLITE_READONLY')) return notWritable(path, made)
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return made('not-found', `There is nothing at ${path}.`, 'Check the path.')
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return made('busy', `Another program is writing to ${path}.`, 'Close it there first.')
  }
  if (code === 'SQLITE_NOTADB') {
    return made(
      'damaged',
      `${join(path, 'corpus.db')} is no SQLite database.`,
      'Restore the folder from a copy.',
    )
  }
  if (code.startsWith('SQLITE_CORRUPT')) {
    askForCheck(path)
    return made(
      'damaged',
      `${join(path, 'corpus.db')} is damaged.`,
      'Open the corpus again: its indexes are then checked and rebuilt. Where that does not help, restore the folder from a copy, or ingest its archives into a new corpus.',
    )
  }
  const isDisk = code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_IOERR')
  if (isDisk || /^E[A-Z]+$/.test(code)) {
    // SQLite says only that it failed; the disk itself says why.
    const why = isDisk ? whyNotWritable(path) : null
    if (why !== null && isNoRoom(why)) return noRoom(why, path, made)
    if (why !== null && isNotWritable(why)) return notWritable(path, made)
    return made(
      'io',
      `${path} cannot be read or written.`,
      'Check that its disk is there, sound and not full, then try again.',
    )
  }
  return made(
    'internal',
    `Reading or writing ${path} failed.`,
    'Please report this with the details.',
  )
}

function noRoom(code: string, path: string, made: Made): AppError {
  const disk = diskOf(path)
  const kept = 'Everything committed so far is kept; what was stopped can then be started again.'
  if (code === 'EDQUOT') {
    return made(
      'io',
      `Your quota on the disk of ${path} is used up.`,
      `Delete files of yours below ${disk}, or ask for more room. ${kept}`,
    )
  }
  if (code === 'EFBIG') {
    return made(
      'io',
      `A file of ${path} would grow larger than its disk or this user is allowed.`,
      `Move the folder to a disk that takes larger files (FAT32 ends at 4 GB), or raise the limit (ulimit -f). ${kept}`,
    )
  }
  const free = freeBytes(path)
  return made(
    'io',
    `The disk of ${path} is full.`,
    `Free some space on ${disk}${free === null ? '' : ` (${formatBytes(free)} left)`}. ${kept}`,
  )
}

function notWritable(path: string, made: Made): AppError {
  return made(
    'io',
    `${path} cannot be written to.`,
    'Copy the corpus to a folder of your own to change it; here it can be read.',
  )
}

/**
 * What a system call or SQLite threw in a job, in the words of `toStoreError`; anything else as it is.
 * @param corpus of the job, null = none
 * @param places other paths that the job reads and writes: a write that finds no room does not say where
 */
export function toJobError(
  error: unknown,
  corpus: string | null,
  places: readonly string[],
): unknown {
  const code = codeOf(error)
  if (error instanceof AppError || !/^(SQLITE_|E[A-Z0-9]+$)/.test(code)) return error
  const { path } = error as { path?: unknown }
  const known = [...(corpus === null ? [] : [corpus]), ...places]
  if (code.startsWith('SQLITE_')) return corpus === null ? error : toStoreError(error, corpus)
  if (typeof path === 'string') return toStoreError(error, path)
  if (!isNoRoom(code) || known.length === 0) return error
  const free = (place: string): number => freeBytes(place) ?? Infinity
  return toStoreError(
    error,
    known.reduce((a, b) => (free(b) < free(a) ? b : a)),
  )
}

/** Runs `work`, turning what the disk or SQLite throws into an AppError that names the corpus. */
export function withStoreErrors<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw toStoreError(error, path)
  }
}

/** What went wrong while files were merged into a corpus: SQLite speaks of the corpus, all else of the files. */
export function toMergeError(
  error: unknown,
  corpus: { readonly name: string },
  files: readonly string[],
): AppError {
  const isCorpus = codeOf(error).startsWith('SQLITE')
  return toStoreError(error, isCorpus ? dirname(corpus.name) : files.join(', '))
}
