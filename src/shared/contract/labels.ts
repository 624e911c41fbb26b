import { z } from 'zod'
import { CorpusPath, PairId, PairRow } from '../domain.ts'
import { call } from './call.ts'
import { SpanPlace } from './spans.ts'

export const DescriptionType = z.object({
  name: z.string().trim().min(1).max(60),
  help: z.string().max(500).default(''),
  /** A letter that sets it. */
  key: z
    .string()
    .regex(/^[a-z]$/)
    .nullable()
    .default(null),
})
export type DescriptionType = z.infer<typeof DescriptionType>

export const DEFAULT_TYPES: readonly DescriptionType[] = [
  { name: 'content', help: 'says what the picture shows', key: 'c' },
  { name: 'context', help: 'says where, when or why', key: 'x' },
  { name: 'caption', help: 'written as the caption of the picture', key: 'p' },
  { name: 'title', help: 'names the work or the thing', key: 't' },
  { name: 'credit', help: 'says who made it or where it is from', key: 'r' },
]

export const LabeledPlace = SpanPlace.extend({ type: z.string().min(1).max(60) })
export type LabeledPlace = z.infer<typeof LabeledPlace>

/** All that one person says of one pair. */
export const LabelState = z.object({
  /** `labeled` without spans = no description here. `open` = nothing said, or taken back. */
  status: z.enum(['open', 'labeled', 'skipped']),
  spans: z.array(LabeledPlace).max(100),
  flagged: z.boolean(),
  note: z.string().max(10_000),
})
export type LabelState = z.infer<typeof LabelState>
export const OPEN_LABEL: LabelState = { status: 'open', spans: [], flagged: false, note: '' }

export const Annotator = z.string().trim().min(1).max(100)
/** Who speaks: an annotator, or the one who settles what annotators disagree on. */
const Speaker = z.object({
  corpus: CorpusPath,
  annotator: Annotator,
  review: z.boolean().default(false),
})

export const LABEL_ORDERS = ['uncertain', 'disagreement', 'random', 'page'] as const
export const LABEL_SCOPES = ['open', 'all', 'labeled', 'skipped', 'flagged'] as const

/** A proposal, told apart by where it comes from. */
export const Suggestion = z.object({
  origin: z.enum(['model', 'alt', 'annotator']),
  /** Name of the model, kind of the match, or the annotator (in a review). */
  name: z.string(),
  place: SpanPlace.extend({ type: z.string().nullable() }),
  /** Confidence of the model or similarity of the alt, 0..1; null for people. */
  score: z.number().nullable(),
})
export type Suggestion = z.infer<typeof Suggestion>

export const LabelItem = z.object({
  pair: PairId,
  row: PairRow,
  alt: z.string().nullable(),
  title: z.string().nullable(),
  before: z.string().nullable(),
  caption: z.string().nullable(),
  after: z.string().nullable(),
  /** BCP 47 where the page says it. */
  language: z.string().nullable(),
  pageUrl: z.string(),
  pageTitle: z.string().nullable(),
  /** Best first. */
  suggestions: z.array(Suggestion),
  /** The model's confidence that nothing describes the picture; null without a prediction. */
  noneConfidence: z.number().nullable(),
  state: LabelState,
  /** Only in a review: what each annotator said. */
  others: z.array(z.object({ annotator: z.string(), state: LabelState })),
})
export type LabelItem = z.infer<typeof LabelItem>

const Estimate = z.object({
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
})

export const labels = {
  'labels.types': call(z.object({ corpus: CorpusPath }), z.array(DescriptionType)),
  'labels.setTypes': call(
    z.object({ corpus: CorpusPath, types: z.array(DescriptionType).min(1).max(26) }),
    z.object({}),
  ),
  'labels.annotators': call(
    z.object({ corpus: CorpusPath }),
    z.array(
      z.object({
        name: z.string(),
        review: z.boolean(),
        labeled: z.number().int(),
        none: z.number().int(),
        skipped: z.number().int(),
        flagged: z.number().int(),
        lastAt: z.string(),
      }),
    ),
  ),
  /**
   * Pairs in the order in which they are to be labeled, fixed until asked anew.
   * - `uncertain`: least confident prediction of the set in use first, where a model made it; pairs without one
   *   after
   * - `disagreement`: least agreement between annotators (IoU) first, only pairs with two or more
   * - `random`: a shuffle by `seed`; `page`: as they stand on their pages
   */
  'labels.queue': call(
    Speaker.extend({
      order: z.enum(LABEL_ORDERS),
      scope: z.enum(LABEL_SCOPES).default('open'),
      where: z.string().default(''),
      seed: z.number().int().default(1),
    }),
    z.object({
      queue: z.string(),
      total: z.number().int(),
      /** Pairs with a prediction to be uncertain of; 0 = `uncertain` is the order of the pages. */
      predicted: z.number().int(),
    }),
  ),
  'labels.queuePage': call(
    Speaker.extend({
      queue: z.string(),
      offset: z.number().int().min(0),
      limit: z.number().int().min(1).max(1000),
    }),
    z.array(z.object({ pair: PairId, status: LabelState.shape.status, flagged: z.boolean() })),
  ),
  'labels.item': call(Speaker.extend({ pair: PairId }), LabelItem),
  /** One more event; nothing is ever overwritten. Quotes are checked against the texts. */
  'labels.set': call(
    Speaker.extend({
      pair: PairId,
      state: LabelState,
      /** Time spent on the item since it was opened or last written; null = not measured. */
      seconds: z.number().min(0).nullable().default(null),
    }),
    z.object({ event: z.string() }),
  ),
  /** Takes the speaker's last action back, also one of an earlier session. null = there is none. */
  'labels.undo': call(Speaker, z.object({ pair: PairId, state: LabelState }).nullable()),
  'labels.redo': call(Speaker, z.object({ pair: PairId, state: LabelState }).nullable()),
  'labels.progress': call(
    Speaker.extend({ where: z.string().default('') }),
    z.object({
      total: z.number().int(),
      labeled: z.number().int(),
      none: z.number().int(),
      skipped: z.number().int(),
      flagged: z.number().int(),
      /** Pairs of the whole corpus whose label is another one than it was at the last midnight. */
      today: z.number().int(),
      /** Over the last 50 labeled items with a time; null = fewer than 3. */
      medianSeconds: z.number().nullable(),
      perHour: z.number().nullable(),
    }),
  ),
  /** What a speaker says now of pairs, the latest first; open ones are left out. */
  'labels.list': call(
    Speaker.extend({
      /** `none` = labeled without a description. */
      status: z.enum(['labeled', 'none', 'skipped', 'flagged']).nullable().default(null),
      /** With a span of this type. */
      type: z.string().nullable().default(null),
      /** YYYY-MM-DD of this machine's clock. */
      day: z.iso.date().nullable().default(null),
      /** In the words that were marked, or in the note; whatever its case. */
      text: z.string().max(1000).default(''),
      offset: z.number().int().min(0).default(0),
      limit: z.number().int().min(1).max(500).default(100),
    }),
    z.object({
      /** Of those that fit. */
      total: z.number().int(),
      rows: z.array(z.object({ row: PairRow, state: LabelState, at: z.string() })),
      /** Of all that the speaker said, whatever is asked for. */
      days: z.array(z.object({ day: z.string(), n: z.number().int() })),
      types: z.array(z.object({ type: z.string(), n: z.number().int() })),
    }),
  ),
  /** Between all annotators (reviews aside) on the pairs that two or more have labeled. */
  'labels.agreement': call(
    z.object({
      corpus: CorpusPath,
      where: z.string().default(''),
      unit: z.enum(['word', 'code-point']).default('word'),
      types: z.boolean().default(false),
      resamples: z.number().int().min(0).max(10_000).default(1000),
      seed: z.number().int().default(1),
    }),
    z.object({
      annotators: z.array(z.string()),
      items: z.number().int(),
      exactMatch: Estimate,
      f1: Estimate,
      iou: Estimate,
      /** Krippendorff's alpha, nominal over units, and alpha_U over the continuum. */
      alpha: Estimate,
      alphaUnitizing: Estimate.extend({ items: z.number().int() }),
      /** Level of the intervals, e.g. 0.95. */
      level: z.number(),
    }),
  ),
  /** All events as JSON Lines, to be merged on another machine. */
  'labels.export': call(
    z.object({ corpus: CorpusPath, out: z.string().min(1) }),
    z.object({ events: z.number().int() }),
  ),
  /** Takes in events of other machines; pairs are found by page, picture and place on the page. */
  'labels.merge': call(
    z.object({ corpus: CorpusPath, files: z.array(z.string().min(1)).min(1) }),
    z.object({
      added: z.number().int(),
      known: z.number().int(),
      refused: z.array(z.object({ reason: z.string(), n: z.number().int(), example: z.string() })),
    }),
  ),
}
