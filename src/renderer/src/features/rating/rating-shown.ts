import { ref, shallowReactive } from 'vue'
import { studyPictureUrl } from '../../bridge/pictures.ts'
import { createPictureShelf, loadPicture, type PictureState } from './rating-pictures.ts'

/** Bytes of decoded pixels that may be held ahead. */
const MOST_BYTES = 256 * 2 ** 20

/**
 * The pictures of the items around, and which of them are on the screen.
 * @param corpus folder of the corpus
 * @param cameUp an item's pictures have come into view
 */
export function createPictures(corpus: () => string, cameUp: () => void) {
  const version = ref(0)
  /** `task/token` of what was painted since the item came. */
  const painted = shallowReactive(new Set<string>())
  const shelf = createPictureShelf<ImageBitmap>({
    load: (token) => loadPicture(studyPictureUrl(token, corpus())),
    most: MOST_BYTES,
    onChange: () => version.value++,
  })
  const seen = (task: string, images: readonly string[]): boolean =>
    images.every((image) => painted.has(`${task}/${image}`))

  return {
    want: shelf.want,
    get(token: string): PictureState<ImageBitmap> {
      void version.value
      return shelf.get(token)
    },
    /** Another item comes: nothing of it has been seen. */
    cover: (): void => painted.clear(),
    /** A picture of an item stands on the screen. */
    paint(task: string, token: string, images: readonly string[]): void {
      if (painted.has(`${task}/${token}`)) return
      painted.add(`${task}/${token}`)
      if (seen(task, images)) cameUp()
    },
    seen,
    broken: (images: readonly string[]): boolean =>
      images.some((image) => shelf.get(image).state === 'failed'),
    retry(): void {
      shelf.retry()
      version.value++
    },
    clear(): void {
      shelf.clear()
      painted.clear()
    },
    bytes: (): number => shelf.bytes,
  }
}

export type Pictures = ReturnType<typeof createPictures>
