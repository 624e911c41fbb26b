import type { Corpus } from '../../store/open.ts'
import { queuedPictures } from '../../store/repositories/picture-queue.ts'
import type { PictureSelection, QueuedPicture } from '../../store/repositories/picture-queue.ts'

/** Read from the database at once. */
const PAGE = 500

/** Pictures that are still to be looked for, by id, until the signal aborts; then `more`. */
export function* eachQueued(
  corpus: Corpus,
  selection: PictureSelection,
  signal: AbortSignal,
  more: readonly QueuedPicture[] = [],
): Generator<QueuedPicture, void, void> {
  let afterId = 0
  while (!signal.aborted) {
    const page = queuedPictures(corpus.writer, selection, afterId, PAGE)
    const last = page.at(-1)
    if (!last) break
    afterId = last.id
    for (const picture of page) {
      if (signal.aborted) return
      yield picture
    }
  }
  for (const picture of more) {
    if (signal.aborted) return
    yield picture
  }
}
