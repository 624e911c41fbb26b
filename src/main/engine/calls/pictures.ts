import type { z } from 'zod'
import type { Handlers } from '#shared/contract/index.ts'
import type { PictureAnswer, PictureCallName, pictureCalls } from '#shared/contract/pictures.ts'
import { AppError } from '#shared/errors.ts'
import { BlobDamage, readSound } from '../../files/sound-blob.ts'
import { writeWhole } from '../../files/write-whole.ts'
import { blobPath } from '../../store/blobs.ts'
import { toStoreError } from '../../store/errors.ts'
import type { Corpus } from '../../store/open.ts'
import { mimeOfPicture } from '../../store/repositories/images.ts'
import { getThumb } from '../../store/repositories/thumbs.ts'
import type { Thumb } from '../../store/repositories/thumbs.ts'
import type { EngineContext } from '../context.ts'

/** The calls that answer with bytes. */
export function createPictureHandlers({ corpora, blindPictures }: EngineContext): {
  [N in PictureCallName]: (args: z.output<(typeof pictureCalls)[N]>) => Promise<PictureAnswer>
} {
  return {
    'pictures.thumb': ({ corpus, sha256 }) =>
      readPicture(corpora.get(corpus).corpus, sha256, 'thumb'),
    'pictures.original': ({ corpus, sha256 }) =>
      readPicture(corpora.get(corpus).corpus, sha256, 'original'),
    'pictures.study': ({ corpus, token }) => blindPictures.get(corpora.get(corpus).corpus, token),
  }
}

/** What is done with a picture's file. */
export function pictureFileCalls({ corpora }: EngineContext): Pick<Handlers, 'pictures.save'> {
  return {
    async 'pictures.save'({ corpus, sha256, out }) {
      const { bytes } = await readPicture(corpora.get(corpus).corpus, sha256, 'original')
      try {
        writeWhole(out, bytes)
      } catch (error) {
        throw toStoreError(error, out)
      }
      return { bytes: bytes.byteLength }
    },
  }
}

/** null too where `thumbs.db` is damaged: it is made anew when the corpus is opened again. */
function thumbOf(corpus: Corpus, sha256: string): Thumb | null {
  try {
    return getThumb(corpus.thumbs, sha256)
  } catch {
    return null
  }
}

/** The bytes of a picture of a corpus. @throws AppError `not-found` */
async function readPicture(
  corpus: Corpus,
  sha256: string,
  size: 'thumb' | 'original',
): Promise<PictureAnswer> {
  if (size === 'thumb') {
    const thumb = thumbOf(corpus, sha256)
    if (thumb) return { mime: thumb.mime, bytes: thumb.bytes }
  }
  // Without a thumbnail the picture itself is shown; only what was decoded once has a mime.
  const mime = mimeOfPicture(corpus.reader, sha256)
  if (mime === null) throw new AppError('not-found', `There is no picture ${sha256}.`)
  try {
    return { mime, bytes: await readSound(blobPath(corpus.path, sha256)) }
  } catch (error) {
    throw new AppError(
      'not-found',
      error instanceof BlobDamage
        ? `The file of picture ${sha256} is damaged.`
        : `The file of picture ${sha256} is missing from blobs/.`,
      'Look for the pictures again.',
      { cause: error },
    )
  }
}
