import { dirname } from 'node:path'
import { AppError } from '#shared/errors.ts'

function codeOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error) {
    return String((error as { code: unknown }).code)
  }
  return ''
}

/**
 * Says in plain words what a file system or SQLite refused to do to a corpus. An AppError passes
 * through; what is not known here becomes `internal`.
 */
export function toStoreError(error: unknown, path: string): AppError {
  if (error instanceof AppError) return error
  const code = codeOf(error)
  const detail = error instanceof Error ? error.message : String(error)
  const made = (kind: AppError['kind'], message: string, hint?: string): AppError =>
    new AppError(kind, message, hint, { cause: error, details: detail })
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'SQLITE_FULL':
      return made(
        'io',
        `The disk of ${path} is full.`,
        'Free some space; everything committed so far is kept and the job can be resumed.',
      )
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return made(
        'io',
        `${path} cannot be written to.`,
        'Copy the corpus to a folder of your own, or open it read-only.',
      )
    case 'ENOENT':
    case 'ENOTDIR':
      return made('not-found', `There is nothing at ${path}.`, 'Check the path.')
  }
  if (code.startsWith('SQLITE_READONLY')) {
    return made(
      'io',
      `${path} cannot be written to.`,
      'Copy the corpus to a folder of your own, or open it read-only.',
    )
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return made('busy', `Another program is writing to ${path}.`, 'Close it there first.')
  }
  if (code === 'SQLITE_NOTADB') {
    return made(
      'damaged',
      `The corpus.db of ${path} is no SQLite database.`,
      'Restore the folder from a copy.',
    )
  }
  if (code.startsWith('SQLITE_CORRUPT')) {
    return made(
      'damaged',
      `The database of ${path} is damaged.`,
      'Restore the folder from a copy, or ingest its archives into a new corpus.',
    )
  }
  if (
    code.startsWith('SQLITE_CANTOPEN') ||
    code.startsWith('SQLITE_IOERR') ||
    /^E[A-Z]+$/.test(code)
  ) {
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
