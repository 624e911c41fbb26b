import { z } from 'zod'
import { CorpusPath, ModelId, PairId } from '../domain.ts'
import { CONTEXT_SOURCES } from '../text/context.ts'
import { call } from './call.ts'

/** Where words of a pair stand: code points of one of its texts, half-open, with the words themselves. */
export const SpanPlace = z.object({
  source: z.enum(CONTEXT_SOURCES),
  start: z.number().int().min(0),
  end: z.number().int().min(0),
  quote: z.string(),
})
export type SpanPlace = z.infer<typeof SpanPlace>

/**
 * Spans that came into being together: the alts found in the texts, the predictions of one model.
 * `labels` is made of what people said, by `spans.freezeLabels`.
 */
export const SPAN_SET_KINDS = ['alt', 'model', 'labels'] as const
export const SpanSet = z.object({
  id: z.number().int().positive(),
  kind: z.enum(SPAN_SET_KINDS),
  title: z.string(),
  /** Of a span model: its id and digest. */
  model: z.string().nullable(),
  digest: z.string().nullable(),
  /** Pairs looked at, and those with a span. */
  pairs: z.number().int(),
  described: z.number().int(),
  createdAt: z.string(),
  /** The pass reached the end of the corpus as it was then. */
  complete: z.boolean(),
  /** This is the text source `span` now. */
  current: z.boolean(),
})
export type SpanSet = z.infer<typeof SpanSet>

/** One way to know that an alt says nothing; `src/main/labeling/useless-alt-rules.ts` holds ours. */
export const UselessAltRuleValue = z.object({
  name: z.string().min(1),
  explanation: z.string(),
  test: z.union([
    z.object({ pattern: z.string() }),
    z.object({ measure: z.string(), atLeast: z.number(), minWords: z.number() }),
  ]),
  examples: z.array(z.string()),
  spares: z.array(z.string()),
})
export type UselessAltRuleValue = z.infer<typeof UselessAltRuleValue>

const AltExample = z.object({
  pair: PairId,
  alt: z.string(),
  place: SpanPlace,
  kind: z.string(),
  score: z.number(),
  /** Up to 60 code points on either side. */
  left: z.string(),
  right: z.string(),
})

/** How often each rule fired, and what it took. */
export const AltReport = z.object({
  pairs: z.number().int(),
  useless: z.array(z.object({ rule: z.string(), explanation: z.string(), n: z.number().int() })),
  lookedFor: z.number().int(),
  /** By kind of the best match: exact, normalised, near, none. */
  best: z.record(z.string(), z.number().int()),
  sources: z.record(z.string(), z.number().int()),
  several: z.number().int(),
  nearMisses: z.array(z.object({ similarity: z.string(), n: z.number().int() })),
  examples: z.array(AltExample),
  nearMissExamples: z.array(AltExample),
})
export type AltReport = z.infer<typeof AltReport>

/** Means over pairs that have both a label and a prediction; see src/main/labeling/span-metrics.ts. */
const Measure = z.object({
  name: z.string(),
  n: z.number().int(),
  exactMatch: z.number(),
  iou: z.number(),
  f1: z.number(),
})
export type SpanMeasure = z.infer<typeof Measure>

const InSet = z.object({ corpus: CorpusPath, set: z.number().int().positive() })

export const spans = {
  'spans.sets': call(z.object({ corpus: CorpusPath }), z.array(SpanSet)),
  /** Chooses what the text source `span` means; null = nothing. Scores of the others are kept. */
  'spans.use': call(
    z.object({ corpus: CorpusPath, set: z.number().int().positive().nullable() }),
    z.object({}),
  ),
  /** Makes a set of the labels as they are now: the review's word, else what all annotators agree on. */
  'spans.freezeLabels': call(z.object({ corpus: CorpusPath }), SpanSet),
  /** Of a set of kind `alt`. null while it has not been made. */
  'spans.altReport': call(InSet, AltReport.nullable()),
  /** The rules for useless alts in use: one's own, or those of the program. */
  'spans.rules': call(
    z.object({}),
    z.object({ rules: z.array(UselessAltRuleValue), own: z.boolean() }),
  ),
  /** Keeps one's own rules; null = back to those of the program. Refused when an example fails. */
  'spans.setRules': call(
    z.object({ rules: z.array(UselessAltRuleValue).nullable() }),
    z.object({}),
  ),
  /** What rules would take of this corpus, without keeping them. */
  'spans.tryRules': call(
    z.object({ corpus: CorpusPath, rules: z.array(UselessAltRuleValue) }),
    z.object({
      alts: z.number().int(),
      taken: z.array(
        z.object({ rule: z.string(), n: z.number().int(), examples: z.array(z.string()) }),
      ),
    }),
  ),
  /** A set against the labels of people: all together, by description type, and "no description". */
  'spans.measures': call(InSet, z.array(Measure)),
  /**
   * How many pictures get a usable description: a text whose cosine by `model` is at least
   * `minCosine`, of a span only where its confidence is at least `minConfidence`.
   */
  'spans.coverage': call(
    InSet.extend({ model: ModelId, minCosine: z.number(), minConfidence: z.number().default(0) }),
    z.object({
      pictures: z.number().int(),
      altOnly: z.number().int(),
      spanOnly: z.number().int(),
      both: z.number().int(),
      neither: z.number().int(),
      /** Pairs whose span has no score by this model yet; they count as not usable. */
      unscored: z.number().int(),
    }),
  ),
  /** Confidence against cosine: counts by cell, rows from the least cosine up. */
  'spans.density': call(
    InSet.extend({
      model: ModelId,
      columns: z.number().int().min(2).max(200).default(64),
      rows: z.number().int().min(2).max(200).default(64),
    }),
    z.object({
      columns: z.number().int(),
      rows: z.number().int(),
      confidence: z.tuple([z.number(), z.number()]),
      cosine: z.tuple([z.number(), z.number()]),
      counts: z.array(z.number().int()),
      n: z.number().int(),
      /** Pearson's r and Spearman's rho; null below 3 points or without variance. */
      pearson: z.number().nullable(),
      spearman: z.number().nullable(),
    }),
  ),
}
