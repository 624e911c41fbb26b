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
})
export type PicturesInput = z.infer<typeof PicturesInput>

/** Looks for pictures that are not there yet. */
export const lookForPictures = defineJob({
  kind: 'pictures',
  call: 'jobs.pictures',
  input: PicturesInput,
  title: ({ images }) =>
    `Pictures from ${images.startsWith('folder:') ? baseName(images.slice(7)) : images}`,
  lane: 'corpus',
  makes: 'pictures',
})
