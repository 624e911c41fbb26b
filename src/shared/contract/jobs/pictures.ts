import { z } from 'zod'
import { CorpusPath } from '../../domain.ts'
import { baseName } from '../../format.ts'
import { ImagesFrom } from '../choices.ts'
import { defineJob } from './define.ts'

export const PicturesInput = z.object({
  corpus: CorpusPath,
  images: ImagesFrom,
  /** Try again what failed before. */
  retryFailed: z.boolean().default(false),
  /** Only pictures of pairs that match, in the query language; of all pairs unless told. */
  where: z.string().optional(),
})
export type PicturesInput = z.infer<typeof PicturesInput>

/** Looks for pictures that are not there yet. */
export const lookForPictures = defineJob({
  kind: 'pictures',
  call: 'jobs.pictures',
  input: PicturesInput,
  title: ({ images, where = '' }) =>
    `Pictures from ${images.startsWith('folder:') ? baseName(images.slice(7)) : images}${where === '' ? '' : `, ${shortened(where)}`}`,
  lane: 'corpus',
  makes: 'pictures',
})

/** A filter in a line; a selection is a long list of ids. */
function shortened(where: string): string {
  return where.length > 60 ? `${where.slice(0, 59)}…` : where
}
