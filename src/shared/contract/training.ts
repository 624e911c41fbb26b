import { z } from 'zod'
import { CorpusPath } from '../domain.ts'
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

export const training = {
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
