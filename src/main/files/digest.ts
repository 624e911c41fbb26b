import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { AppError } from '#shared/errors.ts'
import { readError } from './read-error.ts'

const PIECE = 1 << 20

/** SHA-256 in lower-case hex; of a text, over its UTF-8. */
export function sha256Of(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

/**
 * SHA-256 (lower-case hex) of a file's bytes, read piece by piece.
 * @throws AppError `not-found`, `io`, `invalid-input` (a folder), `canceled`
 */
export async function sha256OfFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  try {
    for await (const piece of createReadStream(path, { highWaterMark: PIECE })) {
      if (signal?.aborted) throw new AppError('canceled', `Reading ${path} was canceled.`)
      hash.update(piece as Buffer)
    }
  } catch (error) {
    throw readError(path, error)
  }
  return hash.digest('hex')
}
