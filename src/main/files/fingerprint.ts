import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { readError } from './read-error.ts'

const EDGE = 1 << 20

/** The part of a file that is meant, in bytes; all of it where nothing is said. */
export interface FilePart {
  start?: number
  /** null: to the end of the file. */
  size?: number | null
  /** Tells two things apart whose bytes are the same file's. */
  mark?: string
}

/**
 * Quick identity of a file or a part of it: SHA-256 (lower-case hex) over its size (decimal digits),
 * the mark if there is one, its first and its last megabyte. Up to 2 MB are covered whole.
 * @throws AppError `not-found`, `io`, `invalid-input` (a folder)
 */
export async function fingerprintFile(
  path: string,
  { start = 0, size: given = null, mark = '' }: FilePart = {},
): Promise<string> {
  try {
    const file = await open(path, 'r')
    try {
      const size = given ?? (await file.stat()).size - start
      const hash = createHash('sha256').update(String(size)).update(mark)
      const head = Math.min(size, EDGE)
      const tail = Math.min(size - head, EDGE)
      for (const [at, length] of [
        [start, head],
        [start + size - tail, tail],
      ] as const) {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at)
        hash.update(buffer.subarray(0, bytesRead))
      }
      return hash.digest('hex')
    } finally {
      await file.close()
    }
  } catch (error) {
    throw readError(path, error)
  }
}
