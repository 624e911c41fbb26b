import type { PictureHost } from '../../images/host-client.ts'
import { blobPath } from '../../store/blobs.ts'
import type { Corpus } from '../../store/open.ts'
import { putThumbs } from '../../store/repositories/thumbs.ts'

/** Decoded and written at once. */
const BATCH = 32

/** Makes thumbnails that are gone again from the blobs. */
export async function mendThumbs(
  corpus: Corpus,
  host: PictureHost,
  names: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  for (let from = 0; from < names.length && !signal.aborted; from += BATCH) {
    const part = names.slice(from, from + BATCH)
    const made = await Promise.all(
      part.map((sha256) => host.decode({ path: blobPath(corpus.path, sha256) })),
    )
    putThumbs(
      corpus.thumbs,
      made.flatMap((one, i) => {
        if (!one.ok) return []
        const { width, height, webp } = one.thumbnail
        const thumb = { width, height, mime: 'image/webp', bytes: webp }
        return [{ sha256: part[i] as string, thumb }]
      }),
    )
  }
}
