import { z } from 'zod'
import { Device } from '../choices.ts'
import { TrainingData } from '../training-data.ts'
import { defineJob } from './define.ts'

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
export type TrainSpansInput = z.infer<typeof TrainSpansInput>

/** Trains a start/end head on a frozen encoder; a run and a span model come out. */
export const trainSpans = defineJob({
  kind: 'train-spans',
  call: 'jobs.trainSpans',
  input: TrainSpansInput,
  title: ({ name }) => `Train ${name ?? 'a head for descriptions'}`,
  lane: 'corpus',
})
