import { readFile } from 'node:fs/promises'
import type { PictureAnswer } from '#shared/contract/pictures.ts'
import { AppError } from '#shared/errors.ts'
import { blobPath } from '../../store/blobs.ts'
import type { Corpus } from '../../store/open.ts'
import { mimeOfPicture } from '../../store/repositories/images.ts'
import { getThumb } from '../../store/repositories/thumbs.ts'

/** The bytes of a picture of a corpus. @throws AppError `not-found` */
export async function readPicture(
  corpus: Corpus,
  sha256: string,
  size: 'thumb' | 'original',
): Promise<PictureAnswer> {
  if (size === 'thumb') {
    const thumb = getThumb(corpus.thumbs, sha256)
    if (thumb) return { mime: thumb.mime, bytes: thumb.bytes }
  }
  // Without a thumbnail the picture itself is shown; only what was decoded once has a mime.
  const mime = mimeOfPicture(corpus.reader, sha256)
  if (mime === null) throw new AppError('not-found', `There is no picture ${sha256}.`)
  try {
    return { mime, bytes: await readFile(blobPath(corpus.path, sha256)) }
  } catch (error) {
    throw new AppError(
      'not-found',
      `The file of picture ${sha256} is missing from blobs/.`,
      'Look for the pictures again.',
      { cause: error },
    )
  }
}
