import { z } from 'zod'
import { CorpusPath, ImageStatus, ModelId, PairId, TextSource } from '../domain.ts'
import { call } from './call.ts'
import { Annotator } from './labels.ts'

/** Whether a text describes its picture. */
export const VERDICTS = ['right', 'wrong', 'unsure'] as const
export const Verdict = z.enum(VERDICTS)
export type Verdict = z.infer<typeof Verdict>

const SampleId = z.number().int().positive()
const share = z.number().min(0).max(1)

export const JudgedSample = z.object({
  id: SampleId,
  model: ModelId,
  modelName: z.string(),
  modelDigest: z.string(),
  text: TextSource,
  where: z.string(),
  /** The line that it was drawn around. */
  cutoff: z.number(),
  seed: z.number().int(),
  /** Scored pairs at that time, and how many of them at or above the line. */
  population: z.number().int(),
  kept: z.number().int(),
  /** By score, ascending; none reaches over the line. */
  strata: z.array(
    z.object({
      low: z.number(),
      high: z.number(),
      size: z.number().int(),
      drawn: z.number().int(),
    }),
  ),
  /** Pairs that were drawn, and different pictures with words among them: what is judged. */
  drawn: z.number().int(),
  subjects: z.number().int(),
  createdAt: z.string(),
  /** How many subjects each has judged. */
  judges: z.array(z.object({ name: z.string(), judged: z.number().int() })),
})
export type JudgedSample = z.infer<typeof JudgedSample>

/** Nothing in it tells the score or the side of the line. */
export const SheetItem = z.object({
  /** A pair that shows it. */
  pair: PairId,
  sha256: z.string().nullable(),
  status: ImageStatus,
  width: z.number().int().nullable(),
  height: z.number().int().nullable(),
  words: z.string(),
  /** Not to be seen before it is asked for. */
  blurred: z.boolean(),
  verdict: Verdict.nullable(),
})
export type SheetItem = z.infer<typeof SheetItem>

const Limits = z.object({ estimate: share, low: share, high: share })

export const JudgedCutoff = z.object({
  cutoff: z.number(),
  /** Of the population, at or above the cutoff. */
  kept: z.number().int(),
  judgedKept: z.number().int(),
  judgedDropped: z.number().int(),
  /** null = nothing was judged that it could be told by. */
  precision: Limits.extend({ effectiveN: z.number() }).nullable(),
  recall: Limits.nullable(),
})
export type JudgedCutoff = z.infer<typeof JudgedCutoff>

/** Estimates with "unsure" counted as one of the two. */
const Bound = z.object({ precision: share.nullable(), recall: share.nullable() })

export const JudgingReport = z.object({
  sample: JudgedSample,
  /** null = all, by majority; where they are even it counts as unsure. */
  judge: z.string().nullable(),
  /** Of the drawn pairs; the same picture with the same words counts as often as it was drawn. */
  counts: z.object({
    right: z.number().int(),
    wrong: z.number().int(),
    unsure: z.number().int(),
    open: z.number().int(),
  }),
  /** Of the intervals. */
  level: z.number(),
  /** At the cutoff that was asked for, else at the sample's line. */
  at: JudgedCutoff,
  /** The same if each "unsure" were right, and if each were wrong. */
  ifUnsure: z.object({ right: Bound, wrong: Bound }),
  curve: z.array(JudgedCutoff),
  target: z.object({
    precision: share,
    /** The lowest cutoffs that reach it by the estimate and by the lower limit; null = none does. */
    byEstimate: JudgedCutoff.nullable(),
    byBound: JudgedCutoff.nullable(),
  }),
  /** Scored pairs of the same filter now; other than the sample's population, it was drawn before. */
  populationNow: z.number().int(),
  /** For the methods section of a paper. */
  methods: z.string(),
})
export type JudgingReport = z.infer<typeof JudgingReport>

const Sample = z.object({ corpus: CorpusPath, sample: SampleId })
const Judge = Sample.extend({ judge: Annotator })

export const judging = {
  /** Draws a sample around a cutoff: docs/cutoff.md says how. */
  'judging.draw': call(
    z.object({
      corpus: CorpusPath,
      model: ModelId,
      text: TextSource,
      where: z.string().default(''),
      cutoff: z.number().min(-1).max(1),
      /** Pairs. */
      size: z.number().int().min(20).max(2000).default(200),
      seed: z.number().int().default(1),
    }),
    JudgedSample,
  ),
  /** The newest first. */
  'judging.samples': call(z.object({ corpus: CorpusPath }), z.array(JudgedSample)),
  /** What a person judges, in the order in which it is judged. */
  'judging.sheet': call(Judge, z.array(SheetItem)),
  /** Says what holds of the picture and the words of a drawn pair from now on; null = nothing. */
  'judging.set': call(
    Judge.extend({
      pair: PairId,
      verdict: Verdict.nullable(),
      seconds: z.number().min(0).nullable().default(null),
    }),
    z.object({ event: z.string() }),
  ),
  /** Takes back the last judgement of this sample that is not taken back; null = there is none. */
  'judging.undo': call(Judge, z.object({ pair: PairId, verdict: Verdict.nullable() }).nullable()),
  'judging.report': call(
    Sample.extend({
      judge: Annotator.nullable().default(null),
      cutoff: z.number().min(-1).max(1).nullable().default(null),
      /** Precision that a cutoff is looked for. */
      target: share.default(0.9),
    }),
    JudgingReport,
  ),
  /** One row for each drawn pair and judge. */
  'judging.export': call(
    Sample.extend({ out: z.string().min(1), format: z.enum(['csv', 'jsonl']).default('csv') }),
    z.object({ rows: z.number().int() }),
  ),
  /** Everything that was ever said, of all samples, as events for `judging.merge`. */
  'judging.saveEvents': call(
    z.object({ corpus: CorpusPath, out: z.string().min(1) }),
    z.object({ events: z.number().int() }),
  ),
  /** Takes in events of other machines; docs/cutoff.md says what fits. */
  'judging.merge': call(
    z.object({ corpus: CorpusPath, files: z.array(z.string().min(1)).min(1) }),
    z.object({
      added: z.number().int(),
      known: z.number().int(),
      refused: z.array(z.object({ reason: z.string(), n: z.number().int(), example: z.string() })),
    }),
  ),
}
