import type { DuplicateKind } from '#shared/duplicates.ts'
import { AppError } from '#shared/errors.ts'
import { HIGHEST_PERCEPTUAL, PERCEPTUAL_THRESHOLD } from '../../search/duplicates/perceptual.ts'
import { SEMANTIC_THRESHOLD } from '../../search/duplicates/semantic.ts'
import { TEXT_THRESHOLD } from '../../search/duplicates/texts.ts'

/** Below this pictures of one subject are taken for one picture, and cells hold too many of them. */
const LEAST_COSINE = 0.5
const LEAST_JACCARD = 0.5

/** The threshold that is meant. @throws AppError `invalid-input` */
export function checkThreshold(kind: DuplicateKind, given: number | undefined): number {
  switch (kind) {
    case 'exact':
      if (given === undefined) return 0
      throw new AppError(
        'invalid-input',
        'Exact duplicates have no threshold: their bytes are the same.',
        'Leave it out, or choose another kind.',
      )
    case 'perceptual':
      if (given === undefined) return PERCEPTUAL_THRESHOLD
      if (Number.isInteger(given) && given >= 0 && given <= HIGHEST_PERCEPTUAL) return given
      throw wrong(kind, `a whole number of bits from 0 to ${HIGHEST_PERCEPTUAL}`)
    case 'semantic':
      if (given === undefined) return SEMANTIC_THRESHOLD
      if (given >= LEAST_COSINE && given <= 1) return given
      throw wrong(kind, `a cosine from ${LEAST_COSINE} to 1`)
    case 'text':
      if (given === undefined) return TEXT_THRESHOLD
      if (given >= LEAST_JACCARD && given <= 1) return given
      throw wrong(kind, `a Jaccard similarity from ${LEAST_JACCARD} to 1`)
  }
}

function wrong(kind: DuplicateKind, what: string): AppError {
  return new AppError(
    'invalid-input',
    `The threshold of ${kind} duplicates does not fit.`,
    `Give ${what}.`,
  )
}
