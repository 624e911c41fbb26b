import type { ExportInput } from '#shared/contract/jobs.ts'
import type { TextSource } from '#shared/domain.ts'
import { AppError } from '#shared/errors.ts'
import { EXPORT_NEEDS } from '#shared/export-needs.ts'
import { SHARD_SIZE } from '../../export/keys.ts'
import type { ExportRecipe, PictureChoice } from '../../export/types.ts'

/** The texts in the order in which they are tried. */
export function textsOf({ text, fallback }: Pick<ExportInput, 'text' | 'fallback'>): TextSource[] {
  return [...new Set([text, ...fallback])]
}

/**
 * What was chosen of shards, pictures and parts, as the recipe holds it: nothing where it is as
 * usual.
 * @throws AppError `invalid-input` where the format cannot do it
 */
export function chosenOf(
  input: ExportInput,
): Pick<ExportRecipe, 'shardSize' | 'pictures' | 'split'> {
  const hasPictures = EXPORT_NEEDS[input.format].pictures !== null
  const pictures = picturesOf(input)
  if (pictures && !hasPictures) {
    throw new AppError(
      'invalid-input',
      `${input.format} holds no pictures that could be resized or encoded.`,
      'Leave --resize and --pictures out, or choose another format.',
    )
  }
  const { shardSize } = input
  if (shardSize !== undefined) {
    if (input.format === 'warc' || input.format === 'jsonl') {
      throw new AppError(
        'invalid-input',
        `${input.format} has no shards of a number of samples.`,
        'Leave the shard size out, or choose another format.',
      )
    }
    if (hasPictures && shardSize > SHARD_SIZE) {
      throw new AppError(
        'invalid-input',
        `A shard of ${input.format} holds ${SHARD_SIZE} samples at most: keys have four digits within it.`,
        `Choose a shard size up to ${SHARD_SIZE}.`,
      )
    }
  }
  return {
    ...(shardSize === undefined ? {} : { shardSize }),
    ...(pictures ? { pictures } : {}),
    ...(input.split ? { split: input.split } : {}),
  }
}

/** `how` is filled in by who writes them. */
function picturesOf({ pictures, quality, resize, size }: ExportInput): PictureChoice | null {
  if (pictures === 'keep' && resize === 'none') return null
  return { format: pictures, quality, resize, size, how: '' }
}
