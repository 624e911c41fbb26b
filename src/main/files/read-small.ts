import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { AppError } from '#shared/errors.ts'
import { notAFile, readError } from './read-error.ts'

const MB = 1 << 20

/** What files that are read whole may hold at most, bytes: far more than any that somebody made. */
export const MOST_BYTES = {
  /** A description that people write: `gleaner.json`, `config.json`, settings. */
  manifest: MB,
  /** A list that the program or an exporter writes: recent corpora, results, a package. */
  list: 64 * MB,
} as const

/**
 * The text (UTF-8) of a file that is read whole, if it is no larger than such a file may be. Pipes
 * and devices are refused before they are opened for good: reading one may never end.
 * @throws AppError `not-found`, `io`, `invalid-input` (a folder, a pipe), `unsupported` (too large)
 */
export function readSmall(path: string, what: keyof typeof MOST_BYTES): string {
  const most = MOST_BYTES[what]
  try {
    // Without waiting for whoever writes to a pipe; Windows has no such flag and no such pipes.
    const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    try {
      const found = fstatSync(file)
      if (!found.isFile() && !found.isDirectory()) throw notAFile(path)
      if (found.size > most) throw tooLarge(path, found.size, most)
      return readAtMost(path, file, found.size, most)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    throw readError(path, error)
  }
}

/** The size may grow meanwhile, and some file systems say 0. */
function readAtMost(path: string, file: number, size: number, most: number): string {
  const pieces: Buffer[] = []
  let length = 0
  for (;;) {
    const piece = Buffer.allocUnsafe(Math.max(4096, size + 1 - length))
    const read = readSync(file, piece, 0, piece.length, null)
    if (read === 0) return Buffer.concat(pieces).toString('utf8')
    length += read
    if (length > most) throw tooLarge(path, length, most)
    pieces.push(piece.subarray(0, read))
  }
}

function tooLarge(path: string, size: number, most: number): AppError {
  const mb = (bytes: number): string => `${Math.ceil(bytes / MB).toLocaleString('en')} MB`
  return new AppError(
    'unsupported',
    `${path} is too large: ${mb(size)}, at most ${mb(most)} are read.`,
    'Get it again, or look into what wrote it.',
  )
}
