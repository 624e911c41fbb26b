import { comparePictures, pictureMerit } from '#shared/duplicates.ts'
import type { KeptPicture } from './picture-set.ts'

/** The best first: larger, less compressed, by format; of equals by name. */
export function bestFirst(pictures: readonly KeptPicture[]): KeptPicture[] {
  return pictures
    .map((picture) => ({ picture, merit: pictureMerit(picture) }))
    .sort(
      (a, b) =>
        comparePictures(a.merit, b.merit)[0] || (a.picture.sha256 < b.picture.sha256 ? -1 : 1),
    )
    .map(({ picture }) => picture)
}
