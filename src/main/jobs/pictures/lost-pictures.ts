import { setImmediate } from 'node:timers/promises'
import { hasWholeBlob } from '../../store/blobs.ts'
import type { Corpus } from '../../store/open.ts'
import { heldByCorpus } from '../../store/repositories/picture-queue.ts'
import type { QueuedPicture } from '../../store/repositories/picture-queue.ts'
import { hasThumb } from '../../store/repositories/thumbs.ts'

/** Looked through at once. */
const PAGE = 500

export interface Lost {
  /** Their blobs are gone, empty or cut off. */
  blobs: QueuedPicture[]
  /** Their thumbnails are gone, and their blobs are there. */
  thumbs: string[]
}

/** Pictures that the corpus counts as had, and whose files it has not. */
export async function findLost(corpus: Corpus, signal: AbortSignal): Promise<Lost> {
  const lost: Lost = { blobs: [], thumbs: [] }
  const seen = new Set<string>()
  for (let afterId = 0; !signal.aborted;) {
    const page = heldByCorpus(corpus.writer, afterId, PAGE)
    const last = page.at(-1)
    if (!last) break
    afterId = last.id
    for (const { sha256, bytes, ...picture } of page) {
      if (!hasWholeBlob(corpus.path, sha256, bytes)) lost.blobs.push(picture)
      else if (!seen.has(sha256) && !hasThumb(corpus.thumbs, sha256)) {
        seen.add(sha256)
        lost.thumbs.push(sha256)
      }
    }
    // The engine goes on answering.
    await setImmediate()
  }
  return lost
}
