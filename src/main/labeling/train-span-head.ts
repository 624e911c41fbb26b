import type { EpochRecord } from '#shared/contract/training.ts'
import { AppError } from '#shared/errors.ts'
import { ADAM_DEFAULTS, adam } from './adam.ts'
import { calibrationError, fitTemperature } from './calibration.ts'
import type { Calibration, CalibrationCase, ReliabilityBin } from './calibration.ts'
import { DECODE_DEFAULTS, decodeSpans } from './decode-spans.ts'
import type { SpanWindow } from './decode-spans.ts'
import { SPAN_LOSS_DEFAULTS } from './losses.ts'
import type { SpanLossOptions } from './losses.ts'
import { seededRandom } from '#shared/random.ts'
import { headLoss, newHead } from './span-head.ts'
import type { SpanExample, SpanHead } from './span-head.ts'
import { exactMatch, iou, overlapF1 } from './span-metrics.ts'
import type { MaybeSpan } from './span-metrics.ts'

/**
 * Examples by place, so that each epoch has an order of its own without all embeddings in memory.
 * Windows of one text stand next to each other.
 */
export interface ExampleSource {
  count: number
  dim: number
  get(index: number): SpanExample | Promise<SpanExample>
}

export function examplesOf(examples: readonly SpanExample[], dim: number): ExampleSource {
  return { count: examples.length, dim, get: (index) => examples[index] as SpanExample }
}

export interface TrainOptions {
  /** 0 = linear. */
  hidden: number
  epochs: number
  /** Windows in a step. */
  batchSize: number
  learningRate: number
  weightDecay: number
  loss: SpanLossOptions
  seed: number
  /** Epochs without a better value before training stops; 0 = never stops early. */
  patience: number
  /** What early stopping and the choice of the best epoch look at, on validation. */
  monitor: 'loss' | 'iou'
  /** Longest span in tokens, for decoding. */
  maxLength: number
  /** Going on from a head of the same shape. */
  from: SpanHead | null
  signal: AbortSignal | null
  onEpoch: ((record: EpochRecord) => void) | null
}

const TRAIN_DEFAULTS: TrainOptions = {
  hidden: 0,
  epochs: 40,
  batchSize: 16,
  learningRate: ADAM_DEFAULTS.learningRate,
  weightDecay: 0.01,
  loss: SPAN_LOSS_DEFAULTS,
  seed: 1,
  patience: 5,
  monitor: 'iou',
  maxLength: DECODE_DEFAULTS.maxLength,
  from: null,
  signal: null,
  onEpoch: null,
}

export interface TrainedHead {
  head: SpanHead
  history: EpochRecord[]
  /** The epoch whose weights these are. */
  bestEpoch: number
  stopped: 'all-epochs' | 'early' | 'canceled'
  warnings: string[]
  /** Temperature from the validation set. */
  calibration: Calibration
  /** Of the confidence after scaling, against exact match on validation. */
  reliability: { error: number; bins: ReliabilityBin[] }
}

export interface Evaluation {
  texts: number
  windows: number
  loss: number
  crossEntropy: number
  softIou: number
  exactMatch: number
  iou: number
  f1: number
  /** Means over the texts that have a gold span, and over those that have none. */
  answerable: { texts: number; exactMatch: number; iou: number }
  unanswerable: { texts: number; exactMatch: number }
}

/**
 * Trains a head by Adam on mini-batches, with early stopping, and calibrates it. Yields to other
 * work between batches. When `signal` says stop, the best weights so far come back.
 * @throws AppError `invalid-input` when there is nothing to train or validate on, when sizes do not
 *   fit, or when the loss is no longer a number.
 */
export async function trainSpanHead(
  train: ExampleSource,
  validation: ExampleSource,
  options: Partial<TrainOptions> = {},
): Promise<TrainedHead> {
  const settings = { ...TRAIN_DEFAULTS, ...options }
  checkInput(train, validation, settings)
  const head = settings.from
    ? { ...settings.from, parameters: settings.from.parameters.slice() }
    : newHead(train.dim, settings.hidden, settings.seed)
  const step = adam(head.parameters.length, settings)
  const random = seededRandom(settings.seed)
  const order = Int32Array.from({ length: train.count }, (_, i) => i)
  const gradient = new Float64Array(head.parameters.length)
  const history: EpochRecord[] = []
  // Of all epochs: a short one alone would never let anybody in.
  const breathe = breather()
  const patience = patienceOf(settings)
  let best = { epoch: 0, parameters: head.parameters.slice() }
  let stopped: TrainedHead['stopped'] = 'all-epochs'
  for (let epoch = 1; epoch <= settings.epochs; epoch++) {
    const began = performance.now()
    random.shuffle(order)
    const sums = await trainEpoch(head, train, order, gradient, step, settings, breathe)
    if (sums === null) {
      stopped = 'canceled'
      break
    }
    const checked = await evaluateHead(head, validation, settings)
    const record: EpochRecord = {
      epoch,
      trainLoss: sums.loss,
      trainCrossEntropy: sums.crossEntropy,
      trainSoftIou: sums.softIou,
      validationLoss: checked.loss,
      validationCrossEntropy: checked.crossEntropy,
      validationSoftIou: checked.softIou,
      exactMatch: checked.exactMatch,
      iou: checked.iou,
      f1: checked.f1,
      seconds: (performance.now() - began) / 1000,
    }
    history.push(record)
    settings.onEpoch?.(record)
    const verdict = patience(record)
    if (verdict.better) best = { epoch, parameters: head.parameters.slice() }
    if (verdict.stop) {
      stopped = 'early'
      break
    }
  }
  head.parameters.set(best.parameters)
  const calibrated = await calibrate(head, validation, settings)
  const warning = divergenceWarning(history)
  return {
    head,
    history,
    bestEpoch: best.epoch,
    stopped,
    warnings: warning === null ? [] : [warning],
    ...calibrated,
  }
}

function checkInput(train: ExampleSource, validation: ExampleSource, settings: TrainOptions): void {
  if (train.count === 0) throw new AppError('invalid-input', 'There is no training data.')
  if (validation.count === 0) {
    throw new AppError(
      'invalid-input',
      'There is no validation data.',
      'Label items of more sites, or give validation a larger share.',
    )
  }
  if (train.dim !== validation.dim) {
    throw new AppError(
      'invalid-input',
      `Train has ${train.dim} inputs, validation ${validation.dim}.`,
    )
  }
  const { from } = settings
  if (from && (from.dim !== train.dim || from.hidden !== settings.hidden)) {
    throw new AppError('invalid-input', 'The head to go on from has another shape.')
  }
  if (!(settings.batchSize >= 1) || !(settings.epochs >= 1) || !(settings.learningRate > 0)) {
    throw new AppError('invalid-input', 'Batch size, epochs and learning rate must be above 0.')
  }
}

interface LossSums {
  loss: number
  crossEntropy: number
  softIou: number
}

async function trainEpoch(
  head: SpanHead,
  source: ExampleSource,
  order: Int32Array,
  gradient: Float64Array,
  step: (parameters: Float64Array, gradient: Float64Array) => void,
  settings: TrainOptions,
  breathe: () => Promise<void>,
): Promise<LossSums | null> {
  const sums = { loss: 0, crossEntropy: 0, softIou: 0, weight: 0 }
  for (let from = 0; from < order.length; from += settings.batchSize) {
    if (settings.signal?.aborted) return null
    gradient.fill(0)
    let weight = 0
    for (const index of order.subarray(from, from + settings.batchSize)) {
      const example = await source.get(index)
      const counts = example.weight ?? 1
      if (counts === 0) continue
      const found = headLoss(head, example, settings.loss, gradient, counts)
      weight += counts
      sums.loss += counts * found.loss
      sums.crossEntropy += counts * found.crossEntropy
      sums.softIou += counts * found.softIouLoss
    }
    if (weight === 0) continue
    sums.weight += weight
    for (let i = 0; i < gradient.length; i++) gradient[i] = (gradient[i] as number) / weight
    step(head.parameters, gradient)
    await breathe()
  }
  if (!Number.isFinite(sums.loss)) {
    throw new AppError(
      'invalid-input',
      'The training loss is no longer a number.',
      'Take a smaller learning rate, and check the embeddings for values that are not finite.',
    )
  }
  const { weight } = sums
  return weight === 0
    ? { loss: 0, crossEntropy: 0, softIou: 0 }
    : {
        loss: sums.loss / weight,
        crossEntropy: sums.crossEntropy / weight,
        softIou: sums.softIou / weight,
      }
}

/** Lets other work of the process in, every 20 ms. */
function breather(): () => Promise<void> {
  let last = performance.now()
  return async () => {
    if (performance.now() - last < 20) return
    await new Promise<void>((resolve) => setImmediate(resolve))
    last = performance.now()
  }
}

/** A text with the logits of its windows, merged from neighbouring examples. */
async function* textsOf(
  head: SpanHead,
  source: ExampleSource,
  loss: SpanLossOptions,
): AsyncGenerator<CalibrationCase & { sums: LossSums }> {
  let document: string | null = null
  let windows: SpanWindow[] = []
  let gold: CalibrationCase['gold'] = null
  let sums: LossSums = { loss: 0, crossEntropy: 0, softIou: 0 }
  for (let index = 0; index < source.count; index++) {
    const example = await source.get(index)
    if (document !== null && example.document !== document) {
      yield { windows, gold, sums }
      windows = []
      gold = null
      sums = { loss: 0, crossEntropy: 0, softIou: 0 }
    }
    document = example.document
    const found = headLoss(head, example, loss)
    windows.push({ start: found.start, end: found.end, tokenOffset: example.tokenOffset })
    sums.loss += found.loss
    sums.crossEntropy += found.crossEntropy
    sums.softIou += found.softIouLoss
    if (gold === null && example.gold !== null) {
      const shift = example.tokenOffset - 1
      gold = { first: example.gold.first + shift, last: example.gold.last + shift }
    }
  }
  if (windows.length > 0) yield { windows, gold, sums }
}

const halfOpen = (span: { first: number; last: number } | null): MaybeSpan =>
  span && { start: span.first, end: span.last + 1 }

/** Losses by window and measures by text, windows merged. Means of nothing are 0. */
export async function evaluateHead(
  head: SpanHead,
  source: ExampleSource,
  options: { loss?: SpanLossOptions; maxLength?: number } = {},
): Promise<Evaluation> {
  const loss = options.loss ?? SPAN_LOSS_DEFAULTS
  const maxLength = options.maxLength ?? DECODE_DEFAULTS.maxLength
  const total = { texts: 0, loss: 0, crossEntropy: 0, softIou: 0, f1: 0 }
  const answerable = { texts: 0, exactMatch: 0, iou: 0 }
  const unanswerable = { texts: 0, exactMatch: 0 }
  const breathe = breather()
  for await (const { windows, gold, sums } of textsOf(head, source, loss)) {
    const predicted = halfOpen(decodeSpans(windows, { maxLength, nBest: 1 }).best)
    const wanted = halfOpen(gold)
    const exact = exactMatch(predicted, wanted)
    total.texts++
    total.loss += sums.loss
    total.crossEntropy += sums.crossEntropy
    total.softIou += sums.softIou
    total.f1 += overlapF1(predicted ? [predicted] : [], wanted ? [wanted] : []).f1
    if (wanted) {
      answerable.texts++
      answerable.exactMatch += exact
      answerable.iou += iou(predicted, wanted)
    } else {
      unanswerable.texts++
      unanswerable.exactMatch += exact
    }
    await breathe()
  }
  const mean = (sum: number, n: number): number => (n === 0 ? 0 : sum / n)
  return {
    texts: total.texts,
    windows: source.count,
    loss: mean(total.loss, source.count),
    crossEntropy: mean(total.crossEntropy, source.count),
    softIou: mean(total.softIou, source.count),
    exactMatch: mean(answerable.exactMatch + unanswerable.exactMatch, total.texts),
    // No answer, rightly: IoU of nothing with nothing is 1.
    iou: mean(answerable.iou + unanswerable.exactMatch, total.texts),
    f1: mean(total.f1, total.texts),
    answerable: {
      texts: answerable.texts,
      exactMatch: mean(answerable.exactMatch, answerable.texts),
      iou: mean(answerable.iou, answerable.texts),
    },
    unanswerable: {
      texts: unanswerable.texts,
      exactMatch: mean(unanswerable.exactMatch, unanswerable.texts),
    },
  }
}

async function calibrate(
  head: SpanHead,
  validation: ExampleSource,
  settings: TrainOptions,
): Promise<Pick<TrainedHead, 'calibration' | 'reliability'>> {
  const { maxLength } = settings
  const cases: CalibrationCase[] = []
  for await (const { windows, gold } of textsOf(head, validation, settings.loss)) {
    cases.push({ windows, gold })
  }
  const calibration = fitTemperature(cases, maxLength)
  const { temperature } = calibration
  const confidences: number[] = []
  const correct: number[] = []
  for (const { windows, gold } of cases) {
    const { best, confidence } = decodeSpans(windows, { maxLength, nBest: 1, temperature })
    confidences.push(confidence)
    correct.push(exactMatch(halfOpen(best), halfOpen(gold)))
  }
  return { calibration, reliability: calibrationError(confidences, correct) }
}

/** Says after each epoch whether it is the best so far, and whether to stop. */
function patienceOf(
  settings: Pick<TrainOptions, 'monitor' | 'patience'>,
): (record: EpochRecord) => { better: boolean; stop: boolean } {
  let best = -Infinity
  let tieBreak = Infinity
  let since = 0
  return (record) => {
    const value = settings.monitor === 'iou' ? record.iou : -record.validationLoss
    // Equal IoU with a lower loss is taken, but does not buy time.
    const better = value > best || (value === best && record.validationLoss < tieBreak)
    since = value > best + 1e-9 ? 0 : since + 1
    if (better) {
      best = value
      tieBreak = record.validationLoss
    }
    return { better, stop: settings.patience > 0 && since >= settings.patience }
  }
}

/** How long the loss must have risen, and by how much the IoU must have grown, for the warning. */
const RISING_EPOCHS = 2
const LEAST_RISE = 0.01
const LEAST_GAIN = 0.005

/**
 * The two curves pull apart: validation loss has been above its least value for at least two
 * epochs, by 1 % or more, while the best IoU since then is at least 0.005 above what it was there.
 * Then the spans still get better while the confidence gets worse. null = no such thing.
 */
export function divergenceWarning(
  history: readonly Pick<EpochRecord, 'epoch' | 'validationLoss' | 'iou'>[],
): string | null {
  let least = history[0]
  for (const record of history) {
    if (least && record.validationLoss < least.validationLoss) least = record
  }
  const last = history.at(-1)
  if (!least || !last) return null
  const floor = least
  const later = history.filter((record) => record.epoch > floor.epoch)
  if (later.length < RISING_EPOCHS) return null
  const rose = last.validationLoss > floor.validationLoss * (1 + LEAST_RISE)
  const top = later.reduce((best, record) => (record.iou > best.iou ? record : best))
  if (!rose || top.iou < floor.iou + LEAST_GAIN) return null
  const show = (value: number): string => value.toFixed(3)
  return (
    `Validation loss has risen from ${show(floor.validationLoss)} (epoch ${floor.epoch}) to ` +
    `${show(last.validationLoss)} (epoch ${last.epoch}) while IoU still rose from ` +
    `${show(floor.iou)} to ${show(top.iou)} (epoch ${top.epoch}): spans get better, but the ` +
    `model becomes overconfident. Trust its confidence only after calibration, or stop at epoch ` +
    `${floor.epoch}.`
  )
}
