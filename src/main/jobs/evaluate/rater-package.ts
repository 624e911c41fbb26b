import { z } from 'zod'
import { Token } from '#shared/contract/ratings.ts'
import { StudyName, StudyPrompt } from '#shared/contract/studies.ts'
import { StudyDesign } from '#shared/studies/design.ts'
import { TASK_KINDS } from '../../evaluation/studies/tasks.ts'

/** Its name in the package. */
export const PACKAGE_FILE = 'study.json'
export const PACKAGE_FORMAT = 'gleaner rater package 1'

/** Pictures, and prompts; of tasks three times as many. More nobody rates. */
export const MOST = 50_000
/** What `study.json` holds at most, in bytes: parsed, it takes some ten times as much memory. */
export const MOST_WORDS = 48 << 20
/** Pixels of a picture at most; more is shown smaller nowhere, and takes minutes to unpack. */
const MOST_PIXELS = 50_000_000

/**
 * What a rater's package says: all that is needed to rate, and nothing of which model made what.
 * Prompts are named by their position, pictures and tasks by tokens.
 */
export const RaterPackage = z
  .object({
    format: z.literal(PACKAGE_FORMAT),
    software: z.string().max(200),
    uid: z.string().min(8).max(100),
    name: StudyName,
    hash: z.string().regex(/^[0-9a-f]{64}$/),
    design: StudyDesign,
    width: z.number().int().min(1).max(20_000),
    height: z.number().int().min(1).max(20_000),
    prompts: z
      .array(
        StudyPrompt.extend({
          group: z.string().max(1000),
          kind: z.string().max(1000),
          text: z.string().max(20_000),
        }),
      )
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
  .refine(({ width, height }) => width * height <= MOST_PIXELS, 'its pictures are too large')
export type RaterPackage = z.infer<typeof RaterPackage>

/** Where a picture lies in the package. */
export function pictureName(token: string): string {
  return `pictures/${token}.png`
}
