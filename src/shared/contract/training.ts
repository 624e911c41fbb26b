import { z } from 'zod'
import { CorpusPath, PairId } from '../domain.ts'
import { call } from './call.ts'
import { SpanModelInfo, TextEncoderInfo, type ModelInfo } from './models.ts'
import { TrainingData } from './training-data.ts'

/** An encoder for training heads, or a span model that predicts. */
export const TextModelInfo = z.discriminatedUnion('kind', [SpanModelInfo, TextEncoderInfo])
export type TextModelInfo = z.infer<typeof TextModelInfo>

/** The kinds of models that training works with. */
export const TEXT_KINDS = TextModelInfo.options.map(({ shape }) => shape.kind.value)

/** Whether training works with a model. */
export function isTextModel(info: ModelInfo): info is TextModelInfo {
  return info.kind === 'span' || info.kind === 'text-encoder'
}

/** Losses are means over windows, the others means over texts, in tokens. */
export const EpochRecord = z.object({
  /** From 1; 0 = before the first step. */
  epoch: z.number(),
  trainLoss: z.number(),
  trainCrossEntropy: z.number(),
  trainSoftIou: z.number(),
  validationLoss: z.number(),
  validationCrossEntropy: z.number(),
  validationSoftIou: z.number(),
  exactMatch: z.number(),
  iou: z.number(),
  f1: z.number(),
  seconds: z.number(),
})
export type EpochRecord = z.infer<typeof EpochRecord>

const Result = z.object({
  name: z.string(),
  n: z.number().int(),
  exactMatch: z.number(),
  iou: z.number(),
  f1: z.number(),
})

export const TrainingRun = z.object({
  id: z.string(),
  /** `head`: in the program. `package`: by the script of a training package. */
  kind: z.enum(['head', 'package']),
  title: z.string(),
  state: z.enum(['running', 'done', 'failed', 'canceled', 'interrupted']),
  createdAt: z.string(),
  finishedAt: z.string().nullable(),
  encoder: z.string(),
  /** The input as it was given, for the record. */
  config: z.record(z.string(), z.unknown()),
  splits: z.array(
    z.object({
      split: z.enum(['train', 'validation', 'test']),
      texts: z.number().int(),
      answers: z.number().int(),
      sites: z.number().int(),
    }),
  ),
  history: z.array(EpochRecord),
  bestEpoch: z.number().nullable(),
  /** On the test split: the model, then the baselines. Code points; texts with an answer. */
  test: z.array(Result),
  /** Divides the logits; from the validation set. */
  temperature: z.number().nullable(),
  calibrationError: z.number().nullable(),
  /** Id of the span model that came out. */
  model: z.string().nullable(),
  warnings: z.array(z.string()),
  error: z.string().nullable(),
})
export type TrainingRun = z.infer<typeof TrainingRun>

/** Where samples come from: the test of a run, or a set of spans against the labels of people. */
export const SampleSource = z.discriminatedUnion('of', [
  z.object({ of: z.literal('run'), run: z.string() }),
  z.object({ of: z.literal('set'), set: z.number().int().positive() }),
])
export type SampleSource = z.infer<typeof SampleSource>

/** One text that was measured: how much of what was to be found was found. */
export const SpanSample = z.object({
  pair: PairId,
  /** In code points. */
  iou: z.number(),
  /** The text around both spans, cut where one begins or ends. */
  pieces: z.array(z.object({ text: z.string(), gold: z.boolean(), found: z.boolean() })),
  /** There is nothing to be found, or nothing was found. */
  gold: z.boolean(),
  found: z.boolean(),
})
export type SpanSample = z.infer<typeof SpanSample>

export const training = {
  /**
   * IoU by sample: a histogram (exactly 0, ten parts between, exactly 1) and the samples of one of
   * its bins, or of all, from the worst up. A run that kept no samples has none.
   */
  'training.samples': call(
    z.object({
      corpus: CorpusPath,
      source: SampleSource,
      bin: z.number().int().min(0).max(11).nullable().default(null),
      offset: z.number().int().min(0).default(0),
      limit: z.number().int().min(0).max(200).default(50),
    }),
    z.object({
      n: z.number().int(),
      mean: z.number().nullable(),
      median: z.number().nullable(),
      bins: z.array(z.object({ lo: z.number(), hi: z.number(), n: z.number().int() })),
      /** Of the bin. */
      total: z.number().int(),
      rows: z.array(SpanSample),
    }),
  ),
  /** What there is to learn from, by split, before anything is started. */
  'training.preview': call(
    TrainingData,
    z.object({
      splits: TrainingRun.shape.splits,
      /** Texts by where their answer comes from: label, none (labeled), exact, normalised, near. */
      origins: z.array(z.object({ origin: z.string(), n: z.number().int() })),
      warnings: z.array(z.string()),
    }),
  ),
  /** Newest first. */
  'training.runs': call(z.object({ corpus: CorpusPath }), z.array(TrainingRun)),
}
