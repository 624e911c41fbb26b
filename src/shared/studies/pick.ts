import { z } from 'zod'

/** Which pictures are behind a number of a report: those for which all that is said holds. */
export const StudyPick = z.object({
  models: z.array(z.string()).optional(),
  aspect: z.string().optional(),
  kind: z.string().optional(),
  level: z.number().int().optional(),
  group: z.string().optional(),
  /** Rated so on the aspect. */
  value: z.number().optional(),
  image: z.number().int().optional(),
})
export type StudyPick = z.infer<typeof StudyPick>

/** As the key of a mark in a figure. */
export function pickKey(pick: StudyPick): string {
  return JSON.stringify(pick)
}

/** null: it is none. */
export function pickOf(key: string): StudyPick | null {
  try {
    return StudyPick.safeParse(JSON.parse(key)).data ?? null
  } catch {
    return null
  }
}
