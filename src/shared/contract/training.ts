import { z } from 'zod'
import { CorpusPath } from '../domain.ts'
import { call } from './call.ts'
import { Device, Started } from './jobs.ts'
import { SpanModelInfo, TextEncoderInfo } from './models.ts'

/** An encoder for training heads, or a span model that predicts. */
export const TextModelInfo = z.discriminatedUnion('kind', [SpanModelInfo, TextEncoderInfo])
export type TextModelInfo = z.infer<typeof TextModelInfo>

/** What a head learns from. */
export const TrainingData = z.object({
  corpus: CorpusPath,
  /** Labels of people: the review's word, else what all annotators of the pair agree on. */
  labels: z.boolean().default(true),
  /** A set of alts found in the texts; used for pairs without a label. null = labels only. */
  alts: z.number().int().positive().nullable().default(null),
  /** Least similarity of an alt's span. */
  minAltScore: z.number().min(0).max(1).default(0.8),
  /** Least words of an alt's span. */
  minAltWords: z.number().int().min(1).default(2),
  where: z.string().default(''),
  /** Only labels of these description types; null = all. */
  types: z.array(z.string()).nullable().default(null),
  split: z
    .object({
      train: z.number().min(0).max(1),
      validation: z.number().min(0).max(1),
      test: z.number().min(0).max(1),
      seed: z.number().int(),
    })
    .default({ train: 0.7, validation: 0.15, test: 0.15, seed: 1 }),
})
export type TrainingData = z.infer<typeof TrainingData>

export const AltSpansInput = z.object({
  corpus: CorpusPath,
  /** Least similarity of a near match; undefined = the rules' own. */
  threshold: z.number().min(0.5).max(1).optional(),
})
export const TrainSpansInput = TrainingData.extend({
  encoder: z.string().min(1).optional(),
  device: Device.default('auto'),
  /** Name of the model that comes out; undefined = made of the encoder and the date. */
  name: z.string().trim().min(1).max(100).optional(),
  hidden: z.number().int().min(0).max(4096).default(64),
  epochs: z.number().int().min(1).max(1000).default(40),
  batchSize: z.number().int().min(1).max(1024).default(16),
  learningRate: z.number().positive().max(1).default(3e-3),
  weightDecay: z.number().min(0).max(1).default(0.01),
  crossEntropy: z.number().min(0).default(1),
  softIou: z.number().min(0).default(1),
  patience: z.number().int().min(0).default(10),
  monitor: z.enum(['loss', 'iou']).default('iou'),
  maxSpanTokens: z.number().int().min(1).max(512).default(64),
  seed: z.number().int().default(1),
})
export const PredictSpansInput = z.object({
  corpus: CorpusPath,
  model: z.string().min(1),
  device: Device.default('auto'),
  where: z.string().default(''),
  nBest: z.number().int().min(1).max(20).default(3),
})
export const SpanPackageInput = TrainingData.extend({
  out: z.string().min(1),
  /** Name or folder of the model that the script fine-tunes, as transformers knows it. */
  base: z.string().min(1),
  epochs: z.number().int().min(1).max(1000).default(3),
  learningRate: z.number().positive().max(1).default(3e-5),
  batchSize: z.number().int().min(1).max(1024).default(16),
  maxLength: z.number().int().min(32).max(8192).default(384),
  crossEntropy: z.number().min(0).default(1),
  softIou: z.number().min(0).default(1),
  seed: z.number().int().default(1),
})
export const LaunchInput = z.object({
  corpus: CorpusPath,
  /** The folder that `jobs.spanPackage` wrote. */
  package: z.string().min(1),
  /** Name of a launcher in the settings. */
  launcher: z.string().min(1),
})
export type AltSpansInput = z.infer<typeof AltSpansInput>
export type TrainSpansInput = z.infer<typeof TrainSpansInput>
export type PredictSpansInput = z.infer<typeof PredictSpansInput>
export type SpanPackageInput = z.infer<typeof SpanPackageInput>
export type LaunchInput = z.infer<typeof LaunchInput>

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
  /** Encoders and span models on this machine; broken ones with their reason. */
  'training.models': call(z.object({}), z.array(TextModelInfo)),
  /** Registers a folder: a BERT-like encoder in ONNX, or a span model (a fine-tuned one, too). */
  'training.addModel': call(z.object({ source: z.string().min(1) }), TextModelInfo),
  /** Forgets a folder of one's own; deletes a model that was trained here. */
  'training.removeModel': call(z.object({ id: z.string() }), z.object({})),
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
  /** Finds the alts in the other texts; a new set of spans with its report. */
  'jobs.altSpans': call(AltSpansInput, Started),
  /** Trains a start/end head on a frozen encoder; a run and a span model come out. */
  'jobs.trainSpans': call(TrainSpansInput, Started),
  /** Predicts a description for every pair with words around it; a set of spans comes out. */
  'jobs.predictSpans': call(PredictSpansInput, Started),
  /** Writes data, script and instructions for fine-tuning the whole model elsewhere. */
  'jobs.spanPackage': call(SpanPackageInput, Started),
  /** Runs a package by a configured command, follows it, and takes the model in. */
  'jobs.launch': call(LaunchInput, Started),
  /** Newest first. */
  'training.runs': call(z.object({ corpus: CorpusPath }), z.array(TrainingRun)),
}
