import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { AppError } from '#shared/errors.ts'
import { openBytes, readError } from './bytes.ts'
import type { ArchiveSource } from './types.ts'

const EDGE = 1 << 20

/**
 * Quick identity of an archive: SHA-256 (hex) over its size (decimal digits), its first and its
 * last megabyte. Files of up to 2 MB are covered whole. A compressed entry of a WACZ is
 * identified by its compressed bytes' edges within the ZIP's file.
 * @throws AppError `invalid-input` for a stream, `not-found` or `io` when it cannot be read.
 */
export async function fingerprint(source: ArchiveSource): Promise<string> {
  if (source.kind === 'stream') {
    throw new AppError('invalid-input', `${source.name} is a stream and can be read only once.`)
  }
  try {
    const file = await open(source.path, 'r')
    try {
      const whole = (await file.stat()).size
      const start = source.kind === 'file' ? source.start : 0
      const size = source.kind === 'file' ? (source.size ?? whole - start) : whole
      const hash = createHash('sha256')
      hash.update(String(size))
      if (source.kind === 'zip-entry') hash.update(`!${source.entry ?? ''}`)
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
    throw readError(source.path, error)
  }
}

/**
 * SHA-256 (hex) of an archive's bytes; of a WACZ entry, those of the entry.
 * @throws AppError `not-found`, `io`, `canceled`.
 */
export async function sha256File(source: ArchiveSource, signal?: AbortSignal): Promise<string> {
  const bytes = await openBytes(source, 0)
  try {
    const hash = createHash('sha256')
    for (;;) {
      if (signal?.aborted) throw new AppError('canceled', `Reading ${source.name} was canceled.`)
      const chunk = await bytes.next()
      if (!chunk) return hash.digest('hex')
      hash.update(chunk)
    }
  } finally {
    await bytes.close()
  }
}
