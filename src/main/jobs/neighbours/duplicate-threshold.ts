import { DUPLICATE_THRESHOLDS } from '#shared/duplicates.ts'
import type { DuplicateKind } from '#shared/duplicates.ts'
import { AppError } from '#shared/errors.ts'

/** The threshold that is meant. @throws AppError `invalid-input` */
export function checkThreshold(kind: DuplicateKind, given: number | undefined): number {
  if (kind === 'exact') {
    if (given === undefined) return 0
    throw new AppError(
      'invalid-input',
      'Exact duplicates have no threshold: their bytes are the same.',
      'Leave it out, or choose another kind.',
    )
  }
  const { usual, least, most } = DUPLICATE_THRESHOLDS[kind]
  if (given === undefined) return usual
  const isWhole = kind !== 'perceptual' || Number.isInteger(given)
  if (isWhole && given >= least && given <= most) return given
  throw wrong(kind, `${NUMBERS[kind]} from ${least} to ${most}`)
}

const NUMBERS = {
  perceptual: 'a whole number of bits',
  semantic: 'a cosine',
  text: 'a Jaccard similarity',
} as const

function wrong(kind: DuplicateKind, what: string): AppError {
  return new AppError(
    'invalid-input',
    `The threshold of ${kind} duplicates does not fit.`,
    `Give ${what}.`,
  )
}
