import type { AltKind } from '#shared/alt-kinds.ts'
import type { CallArgs, CallOutput } from '#shared/contract/index.ts'
import type { AltKindRules } from '#shared/contract/alt-kinds.ts'
import type { AltReport, SpanMeasure, UselessAltRuleValue } from '#shared/contract/spans.ts'
import type { TrainingData } from '#shared/contract/training-data.ts'
import type { EpochRecord } from '#shared/contract/training.ts'
import type { Agreement, AgreementOptions } from '../../labeling/agreement.ts'
import type { AltTemplate } from '../../labeling/alt-templates.ts'
import type { FindAltOptions } from '../../labeling/find-alt-spans.ts'
import type { SpanLossOptions } from '../../labeling/losses.ts'
import type { TrainedHead } from '../../labeling/train-span-head.ts'
import type { UselessAltRule } from '../../labeling/useless-alt-rules.ts'
import type { FoundSpan } from '../../store/repositories/span-sets.ts'
import { createAside } from '../run/aside.ts'
import type { CachedWindow } from './features-file.ts'
import type { TrainingIndex } from './training-index.ts'

/** Work on descriptions that is done in a thread of its own: `span-tasks.ts` does it. */
export interface SpanCalls {
  collectTraining: { input: { path: string; input: TrainingData }; value: TrainingIndex }
  /** Canceled: the report as far as it got. */
  findAlts: { input: AltsOrder; value: AltReport; event: AltBatch }
  /** What rules would take: each spelling of an alt is judged once, the most frequent ones shown. */
  tryRules: {
    input: { path: string; rules: unknown }
    value: { alts: number; taken: { rule: string; n: number; examples: string[] }[] }
  }
  /** Canceled: what was emitted so far. */
  sortAlts: { input: SortOrder; value: Record<string, never>; event: SortedBatch }
  checkRules: { input: { rules: unknown }; value: UselessAltRule[] }
  agreement: {
    input: { path: string; where: string; options: Partial<AgreementOptions> }
    value: Agreement
  }
  measureSet: { input: { path: string; set: number }; value: SpanMeasure[] }
  spanSamples: {
    input: { path: string; args: Omit<CallArgs<'training.samples'>, 'corpus'> }
    value: CallOutput<'training.samples'>
  }
  /** Canceled: the best head so far. */
  trainHead: { input: HeadOrder; value: TrainedHead; event: EpochRecord }
}

/** Runs one of them in the thread `entries.spanWorker`. */
export const runSpanTask = createAside<SpanCalls>()

export interface SortOrder extends AltKindRules {
  path: string
  useless: readonly UselessAltRuleValue[]
  /** The explanation of the rule for texts that stand on many sites. */
  repeatedMeans: string
}

/** Told by `sortAlts`, in order of id. */
export interface SortedBatch {
  /** With the first: the rules, and what stands on many sites. */
  head?: {
    rules: { kind: AltKind; name: string; explanation: string }[]
    templates: AltTemplate[]
  }
  ids: number[]
  /** Places in `ALT_KINDS`. */
  kinds: number[]
  /** Places in `head.rules`; -1 = no rule. */
  rules: number[]
}

export interface AltsOrder {
  path: string
  rules: readonly UselessAltRule[]
  find: Partial<FindAltOptions>
  afterId: number
  /** Of the pairs before. */
  report: AltReport | null
}

/** Told by `findAlts` after each batch; what it covers is to be kept in one transaction. */
export interface AltBatch {
  pairs: { pairId: number; spans: FoundSpan[] }[]
  nextPair: number
  /** Of all pairs up to here. */
  report: AltReport
}

export interface HeadOrder {
  /** The features file, and how many numbers a row has. */
  file: string
  dim: number
  train: CachedWindow[]
  /** Windows of one text stand next to each other. */
  validation: CachedWindow[]
  options: {
    hidden: number
    epochs: number
    batchSize: number
    learningRate: number
    weightDecay: number
    loss: SpanLossOptions
    seed: number
    patience: number
    monitor: 'loss' | 'iou'
    maxLength: number
  }
}
