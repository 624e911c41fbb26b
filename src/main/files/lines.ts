import { createReadStream } from 'node:fs'
import { AppError } from '#shared/errors.ts'
import { readError } from './read-error.ts'

const PIECE = 1 << 20
/** Longer lines are none that the program wrote. */
const MOST = 64 << 20

/**
 * The lines of a file in UTF-8, ended by a line feed and nothing else.
 * @throws AppError `not-found`, `io`, `invalid-input` (a folder), `unsupported` (a line of 64 MB)
 */
export async function* linesOfFile(path: string): AsyncGenerator<string, void, void> {
  try {
    let rest = ''
    for await (const piece of createReadStream(path, { encoding: 'utf8', highWaterMark: PIECE })) {
      const lines = (rest + (piece as string)).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > MOST) throw new AppError('unsupported', `A line of ${path} is too long.`)
      yield* lines
    }
    if (rest !== '') yield rest
  } catch (error) {
    throw readError(path, error)
  }
}
