import { z } from 'zod'
import { CorpusPath } from '../../domain.ts'
import { defineJob } from './define.ts'

export const AltSpansInput = z.object({
  corpus: CorpusPath,
  /** Least similarity of a near match; undefined = the rules' own. */
  threshold: z.number().min(0.5).max(1).optional(),
})
export type AltSpansInput = z.infer<typeof AltSpansInput>

/** Finds the alts in the other texts; a new set of spans with its report. */
export const altSpans = defineJob({
  kind: 'alt-spans',
  call: 'jobs.altSpans',
  input: AltSpansInput,
  title: () => 'Find alts in the texts',
  lane: 'corpus',
})
