import { createPictureHost } from '../../images/host-client.ts'
import type { PictureHost } from '../../images/host-client.ts'
import { SIDE } from '../../search/duplicates/fingerprint.ts'
import { blobPath } from '../../store/blobs.ts'
import type { Corpus } from '../../store/open.ts'
import { getThumb } from '../../store/repositories/thumbs.ts'
import type { JobContext } from '../run/job.ts'
import type { MissingPicture, SeenPicture } from './seen-picture.ts'
import type { DuplicateThread } from './duplicate-thread.ts'

/** Asked for, looked at and written together; a kill loses at most these. */
const BATCH = 256
/** Names that are asked for at once. */
const NAMES = 20_000

/**
 * Gives a fingerprint to every picture of a corpus that has none, from its thumbnail, so that it does
 * not depend on which of its files is still there. What cannot be decoded is kept with its reason.
 */
export async function makeFingerprints(
  corpus: Corpus,
  thread: DuplicateThread,
  ctx: JobContext,
): Promise<void> {
  let host: PictureHost | null = null
  let [after, done, total] = ['', 0, 0]
  try {
    for (;;) {
      const { value } = await thread.call('missing', { path: corpus.path, after, limit: NAMES })
      if (value.note !== null) ctx.warn(value.note)
      if (value.pictures.length === 0) return
      total = done + value.total
      host ??= createPictureHost(ctx.entries.pictureHost)
      for (let from = 0; from < value.pictures.length; from += BATCH) {
        ctx.signal.throwIfAborted()
        ctx.progress({ done, total, unit: 'pictures', note: 'fingerprints' })
        const batch = value.pictures.slice(from, from + BATCH)
        const pictures = await seenOf(corpus, host, batch)
        await thread.call('fingerprint', { path: corpus.path, pictures })
        done += batch.length
      }
      after = value.pictures.at(-1)?.sha256 ?? after
    }
  } finally {
    await host?.close()
  }
}

/** At most twice as many at once as the host decodes. */
async function seenOf(
  corpus: Corpus,
  host: PictureHost,
  batch: readonly MissingPicture[],
): Promise<SeenPicture[]> {
  const seen: SeenPicture[] = []
  const step = host.parallel * 2
  for (let from = 0; from < batch.length; from += step) {
    const some = batch.slice(from, from + step)
    const found = some.map(async (picture): Promise<SeenPicture> => {
      const thumb = getThumb(corpus.thumbs, picture.sha256)
      const looked = thumb
        ? await host.pixels(Uint8Array.from(thumb.bytes), SIDE)
        : await pixelsOf(host, { path: blobPath(corpus.path, picture.sha256) })
      return looked.ok
        ? { ...picture, pixels: looked, reason: null }
        : { ...picture, pixels: null, reason: looked.reason }
    })
    seen.push(...(await Promise.all(found)))
  }
  return seen
}

/** As of a thumbnail that is there: the same bytes give the same fingerprint. */
export async function pixelsOf(
  host: PictureHost,
  picture: Uint8Array | { path: string },
): Promise<
  | {
      ok: true
      data: Uint8Array
      width: number
      height: number
      of: { width: number; height: number }
    }
  | { ok: false; reason: string }
> {
  const decoded = await host.decode(picture)
  if (!decoded.ok) return decoded
  const pixels = await host.pixels(decoded.thumbnail.webp, SIDE)
  if (!pixels.ok) return pixels
  const { width, height } = decoded.info
  return { ...pixels, of: { width, height } }
}
