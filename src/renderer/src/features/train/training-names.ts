import type { TrainingRun } from '#shared/contract/index.ts'
import { t, type TextKey } from '../../texts/index.ts'

/** What the engine calls by a short name, as people read it; what is unknown keeps its name. */
type Names = Readonly<Record<string, TextKey>>

function named(names: Names, name: string): string {
  const key = names[name]
  return key ? t(key) : name
}

export const RUN_STATES = {
  running: 'train.runs.states.running',
  done: 'train.runs.states.done',
  failed: 'train.runs.states.failed',
  canceled: 'train.runs.states.canceled',
  interrupted: 'train.runs.states.interrupted',
} as const satisfies Record<TrainingRun['state'], TextKey>

const SPLITS: Names = {
  train: 'train.splits.train',
  validation: 'train.splits.validation',
  test: 'train.splits.test',
}
export const splitName = (split: string): string => named(SPLITS, split)

const ORIGINS: Names = {
  label: 'train.data.originNames.label',
  none: 'train.data.originNames.none',
  exact: 'train.data.originNames.exact',
  normalised: 'train.data.originNames.normalised',
  near: 'train.data.originNames.near',
}
/** Where the annotation of a training text comes from. */
export const originName = (origin: string): string => named(ORIGINS, origin)

const BASELINES: Names = {
  'nearest block': 'train.runs.nearestBlock',
  'longest sentence': 'train.runs.longestSentence',
}
export const baselineName = (name: string): string => named(BASELINES, name)

const SETTINGS: Names = {
  hidden: 'train.runs.settings.hidden',
  epochs: 'train.runs.settings.epochs',
  batchSize: 'train.runs.settings.batchSize',
  learningRate: 'train.runs.settings.learningRate',
  weightDecay: 'train.runs.settings.weightDecay',
  crossEntropy: 'train.runs.settings.crossEntropy',
  softIou: 'train.runs.settings.softIou',
  patience: 'train.runs.settings.patience',
  monitor: 'train.runs.settings.monitor',
  maxSpanTokens: 'train.runs.settings.maxSpanTokens',
  minAltScore: 'train.runs.settings.minAltScore',
  minAltWords: 'train.runs.settings.minAltWords',
  where: 'train.runs.settings.where',
  encoder: 'train.runs.settings.encoder',
  encoderDigest: 'train.runs.settings.encoderDigest',
  alts: 'train.runs.settings.alts',
  labels: 'train.runs.settings.labels',
  types: 'train.runs.settings.types',
  split: 'train.runs.settings.split',
  seed: 'train.runs.settings.seed',
  device: 'train.runs.settings.device',
  base: 'train.runs.settings.base',
  maxLength: 'train.runs.settings.maxLength',
}
/** A setting of a run, as in the difference of two runs. */
export const settingName = (key: string): string => named(SETTINGS, key)
