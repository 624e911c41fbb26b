import { z } from 'zod'

/** What a person may say of a pair. */
export const MARKS = ['keep', 'reject', 'unsure'] as const
export const Mark = z.enum(MARKS)
export type Mark = z.infer<typeof Mark>

/** What all who marked a pair say of it; `disputed` where they differ. */
export const PAIR_MARKS = [...MARKS, 'disputed'] as const
export const PairMark = z.enum(PAIR_MARKS)
export type PairMark = z.infer<typeof PairMark>

const MAX_TAG = 60
export const MAX_NOTE = 10_000

/** One spelling of a tag: lower case, composed, single spaces; '' where nothing is left. */
export function normalTag(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[",\p{C}]/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim()
    .slice(0, MAX_TAG)
    .trim()
}

export const Tag = z
  .string()
  .max(1000)
  .transform(normalTag)
  .refine((tag) => tag !== '', 'a tag needs a letter')

/** What one action changes; what is absent stays. */
export const MarkChange = z.object({
  /** null = no mark. */
  mark: Mark.nullable().optional(),
  addTags: z.array(Tag).max(100).optional(),
  removeTags: z.array(Tag).max(100).optional(),
  /** '' = no note. */
  note: z.string().max(MAX_NOTE).optional(),
})
export type MarkChange = z.infer<typeof MarkChange>

/** What people say of a pair together. */
export const PairSaid = z.object({
  mark: PairMark.nullable(),
  /** Of all people, in order of the alphabet. */
  tags: z.array(z.string()),
  /** The notes of several people each with its name before it, a line each; null = none. */
  note: z.string().nullable(),
})
export type PairSaid = z.infer<typeof PairSaid>

export const NOTHING_SAID: PairSaid = { mark: null, tags: [], note: null }

/** What one person says of a pair now. */
export const PersonSaid = z.object({
  person: z.string(),
  mark: Mark.nullable(),
  tags: z.array(z.string()),
  note: z.string().nullable(),
})
export type PersonSaid = z.infer<typeof PersonSaid>

/** Who marked, and what is marked, tagged and noted now. */
export const MarkSummary = z.object({
  /** Pairs by what all say of them. */
  marks: z.record(PairMark, z.number().int()),
  tags: z.array(z.object({ tag: z.string(), n: z.number().int() })),
  /** Pairs with a note. */
  noted: z.number().int(),
  people: z.array(
    z.object({
      name: z.string(),
      keep: z.number().int(),
      reject: z.number().int(),
      unsure: z.number().int(),
      tagged: z.number().int(),
      noted: z.number().int(),
    }),
  ),
})
export type MarkSummary = z.infer<typeof MarkSummary>
