import { z } from 'zod'
import { Token } from '#shared/contract/ratings.ts'
import { StudyPrompt } from '#shared/contract/studies.ts'
import { StudyDesign } from '#shared/studies/design.ts'
import { TASK_KINDS } from '../../evaluation/studies/tasks.ts'

/** Its name in the package. */
export const PACKAGE_FILE = 'study.json'
export const PACKAGE_FORMAT = 'gleaner rater package 1'

const MOST = 200_000

/**
 * What a rater's package says: all that is needed to rate, and nothing of which model made what.
 * Prompts are named by their position, pictures and tasks by tokens.
 */
export const RaterPackage = z.object({
  format: z.literal(PACKAGE_FORMAT),
  software: z.string().max(200),
  uid: z.string().min(8).max(100),
  name: z.string().min(1).max(100),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  design: StudyDesign,
  width: z.number().int().min(1).max(20_000),
  height: z.number().int().min(1).max(20_000),
  prompts: z
    .array(StudyPrompt.extend({ text: z.string().max(20_000) }))
    .min(1)
    .max(MOST),
  images: z
    .array(
      z.object({
        token: Token,
        prompt: z.number().int().min(0),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .min(1)
    .max(MOST),
  tasks: z
    .array(
      z.object({
        token: Token,
        kind: z.enum(TASK_KINDS),
        image: Token,
        other: Token.nullable(),
        prompt: z.number().int().min(0),
        repeats: Token.nullable(),
      }),
    )
    .min(1)
    .max(MOST * 3),
})
export type RaterPackage = z.infer<typeof RaterPackage>

/** Where a picture lies in the package. */
export function pictureName(token: string): string {
  return `pictures/${token}.png`
}
