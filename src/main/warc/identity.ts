import { createHash } from 'node:crypto'
import { AppError } from '#shared/errors.ts'
import { fingerprintFile } from '../files/fingerprint.ts'
import { openBytes } from './bytes.ts'
import type { ArchiveSource } from './types.ts'

/**
 * Quick identity of an archive, as of any file; one that is stored in a WACZ has that of its bytes.
 * A compressed entry of a WACZ is identified by its name with the ZIP's size and edges.
 * @throws AppError `invalid-input` for a stream, `not-found` or `io` when it cannot be read.
 */
export function fingerprint(source: ArchiveSource): Promise<string> {
  const { kind, path, start, size, entry } = source
  switch (kind) {
    case 'stream':
      return Promise.reject(
        new AppError('invalid-input', `${source.name} is a stream and can be read only once.`),
      )
    case 'file':
      return fingerprintFile(path, { start, size })
    case 'zip-entry':
      return fingerprintFile(path, { mark: `!${entry ?? ''}` })
  }
}

/**
 * SHA-256 (hex) of an archive's bytes; of a WACZ entry, those of the entry.
 * @throws AppError `not-found`, `io`, `canceled`.
 */
export async function sha256OfArchive(
  source: ArchiveSource,
  signal?: AbortSignal,
): Promise<string> {
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
