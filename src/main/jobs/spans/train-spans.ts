import type { TrainSpansInput } from '#shared/contract/jobs.ts'
import type { TrainingRun } from '#shared/contract/training.ts'
import { AppError, errorLine } from '#shared/errors.ts'
import type { Span } from '#shared/text/spans.ts'
import { createInferenceHost, type InferenceHost } from '../../inference/host/client.ts'
import type { SpanModel } from '../../inference/kinds/span/types.ts'
import type {
  EncodedContext,
  EncodedWindow,
  LoadedEncoder,
  TextEncoderModel,
} from '../../inference/kinds/text-encoder/types.ts'
import type { ModelsFolders } from '../../inference/models/types.ts'
import {
  describeSpanModel,
  removeModelOfRun,
  writeSpanModel,
} from '../../inference/tasks/write-span-model.ts'
import { longestSentence, nearestBlock } from '../../labeling/baselines.ts'
import { SPAN_LOSS_DEFAULTS } from '../../labeling/losses.ts'
import { seededRandom } from '#shared/random.ts'
import { exportHead } from '../../labeling/span-head.ts'
import { exactMatch, iou, overlapF1, toTokenSpan } from '../../labeling/span-metrics.ts'
import type { MaybeSpan } from '../../labeling/span-metrics.ts'
import type { TrainedHead } from '../../labeling/train-span-head.ts'
import type { Corpus } from '../../store/open.ts'
import { listTrainingRuns, saveTrainingRun } from '../../store/repositories/training-runs.ts'
import {
  saveTrainingSamples,
  type TrainingSample,
} from '../../store/repositories/training-samples.ts'
import { runSpanTask } from './span-calls.ts'
import { decodeContext } from './decode-context.ts'
import { createFeaturesFile } from './features-file.ts'
import type { CachedWindow, FeaturesFile } from './features-file.ts'
import { ENGINE_STOPS } from '../run/job.ts'
import type { JobContext } from '../run/job.ts'
import { collectTrainingData } from './training-data.ts'
import type { TrainingSet, TrainingText } from './training-data.ts'
import { trainSpans } from '#shared/contract/jobs/train-spans.ts'
import { versionsOf } from '../../store/reads/version-query.ts'
import { implementJob } from '../run/implement.ts'
import { textEncoder } from '../../inference/kinds/text-encoder/kind.ts'
import { resolveModel } from '../../inference/models/registry.ts'

/** Texts that are encoded in one call: so many, or so many UTF-16 units of them. */
const CALL = 16
const CALL_UNITS = 60_000
/** Windows without the description that are learned from, of one text. */
const MOST_NEGATIVE = 3

/**
 * Trains a start/end head on a frozen encoder and writes a span model and a run with its curves.
 *
 * The encoder's words on all texts are kept in a file of the corpus folder while the head is
 * trained in a thread of its own; each epoch is written down. The test sites are measured with the
 * model as it was written, beside two guesses that need no model.
 *
 * Canceled during the training, the best head so far becomes the model, without the test. When the
 * program stops, or is killed, the run counts as interrupted; when the job goes on it begins anew.
 *
 * @param shared an inference host that is already there; without it one is started and closed
 * @throws AppError `invalid-input` (too little to learn from, the filter), `io` (no room for the
 *   encoded texts), `model` or `unsupported` when the encoder does not run or cannot carry a head
 */
export async function runTrainSpans(
  corpus: Corpus,
  input: TrainSpansInput,
  ctx: JobContext,
  folders: ModelsFolders,
  encoder: TextEncoderModel,
  shared?: InferenceHost,
): Promise<void> {
  const { writer } = corpus
  const known = listTrainingRuns(writer)
  const id = idOfRun(known, ctx.id)
  removeModelOfRun(folders, id)
  // One such job of a corpus runs at a time: what still seems to run was killed.
  for (const left of known) {
    if (left.kind !== 'head' || left.state !== 'running') continue
    saveTrainingRun(writer, { ...left, state: 'interrupted' })
  }
  const createdAt = new Date().toISOString()
  const title =
    input.name ?? `${encoder.manifest.name} head ${createdAt.slice(0, 16).replace('T', ' ')}`
  const run: TrainingRun = {
    id,
    kind: 'head',
    title,
    state: 'running',
    createdAt,
    finishedAt: null,
    encoder: encoder.id,
    config: {
      ...input,
      encoder: encoder.id,
      encoderDigest: encoder.digest,
      ...versionsOf(writer, input.where),
    },
    splits: [],
    history: [],
    bestEpoch: null,
    test: [],
    temperature: null,
    calibrationError: null,
    model: null,
    warnings: [],
    error: null,
  }
  const save = (): void => {
    saveTrainingRun(writer, run)
    ctx.changed(['training'])
  }
  const finish = (state: TrainingRun['state']): void => {
    run.state = state
    run.finishedAt = new Date().toISOString()
    save()
  }
  save()
  const host = shared ?? createInferenceHost(ctx.entries.inferenceHost, { signal: ctx.signal })
  try {
    await train({ corpus, input, ctx, folders, encoder, host, run, save })
    if (!ctx.signal.aborted) ctx.conclude(() => finish('done'))
    else finish(isStopping(ctx.signal) ? 'interrupted' : 'canceled')
  } catch (error) {
    if (ctx.signal.aborted) return finish(isStopping(ctx.signal) ? 'interrupted' : 'canceled')
    run.error = errorLine(error)
    finish('failed')
    throw error
  } finally {
    if (!shared) await host.close()
  }
}

/** A job that goes on takes the place of its run that was interrupted. */
function idOfRun(known: readonly TrainingRun[], job: string): string {
  for (let n = 1; ; n++) {
    const id = n === 1 ? job : `${job}-${n}`
    const run = known.find((one) => one.id === id)
    if (!run || run.state === 'running' || run.state === 'interrupted') return id
  }
}

interface Work {
  corpus: Corpus
  input: TrainSpansInput
  ctx: JobContext
  folders: ModelsFolders
  encoder: TextEncoderModel
  host: InferenceHost
  run: TrainingRun
  save(): void
}

async function train(work: Work): Promise<void> {
  const { corpus, input, ctx, encoder, host, run, save } = work
  const warn = (message: string): void => {
    if (run.warnings.includes(message)) return
    run.warnings.push(message)
    ctx.warn(message)
  }
  ctx.progress({ done: 0, total: null, unit: 'texts', note: 'collecting labels and alt texts' })
  const data = await collectTrainingData(corpus, input, ctx.entries, ctx.signal)
  const file = createFeaturesFile(corpus.path)
  try {
    run.splits = data.splits
    for (const warning of data.warnings) warn(warning)
    checkEnough(data)
    save()
    if (ctx.signal.aborted) return
    const device = input.device === 'auto' ? ctx.settings.device : input.device
    const loaded = await host.open(encoder, device)
    if (loaded.device === 'cpu' && loaded.passedOver.length > 0) {
      ctx.warn(
        `Encoding runs on the CPU because no faster device can be used (${loaded.passedOver.join('; ')}).`,
      )
    }
    const windows = await encodeTexts(data, file, input, ctx, loaded)
    await loaded.release()
    if (windows.unseen > 0) {
      warn(
        windows.unseen === 1
          ? '1 text is excluded: its description does not fit in one window of the encoder.'
          : `${windows.unseen} texts are excluded: their descriptions do not fit in one window of the encoder.`,
      )
    }
    if (windows.tooLong > 0) {
      warn(
        windows.tooLong === 1
          ? `1 description is longer than ${input.maxSpanTokens} tokens and cannot be predicted in full.`
          : `${windows.tooLong} descriptions are longer than ${input.maxSpanTokens} tokens and cannot be predicted in full.`,
      )
    }
    if (ctx.signal.aborted) return
    const trained = await trainHead(work, file, loaded.featureDim, windows)
    for (const warning of trained.warnings) warn(warning)
    // Nothing was learned before the first epoch was over.
    if (trained.bestEpoch === 0 || isStopping(ctx.signal)) return
    ctx.progress({ ...epochs(trained.history.length, input), note: 'writing model' })
    const model = await writeModel(work, trained)
    run.bestEpoch = trained.bestEpoch
    run.temperature = finite(trained.calibration.temperature)
    run.calibrationError = finite(trained.reliability.error)
    run.model = model.id
    describeSpanModel(model, encoder, run)
    save()
    ctx.result('Model', model.id)
    const best = trained.history.find(({ epoch }) => epoch === trained.bestEpoch)
    if (best) {
      ctx.result(
        'Validation',
        `exact match ${best.exactMatch.toFixed(3)}, IoU ${best.iou.toFixed(3)} in tokens, epoch ${best.epoch} of ${trained.history.length}`,
      )
    }
    file.remove()
    if (ctx.signal.aborted) return
    run.test = await testModel(work, data, model)
    describeSpanModel(model, encoder, run)
    for (const row of run.test) {
      ctx.result(
        `Test, ${row.name}`,
        `exact match ${row.exactMatch.toFixed(3)}, IoU ${row.iou.toFixed(3)}, F1 ${row.f1.toFixed(3)} in code points, n = ${row.n}`,
      )
    }
  } finally {
    file.remove()
    data.close()
  }
}

/** The program stops: the job goes on at its next start. A person cancels for another reason. */
const isStopping = (signal: AbortSignal): boolean =>
  signal.aborted && signal.reason === ENGINE_STOPS

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

function checkEnough(data: TrainingSet): void {
  for (const split of ['train', 'validation'] as const) {
    const answers = data.splits.find((one) => one.split === split)?.answers ?? 0
    if (answers > 0) continue
    throw new AppError(
      'invalid-input',
      `No text in the ${split} split has a description: there is too little training data.`,
      data.warnings[0] ?? 'Label pairs from more sites.',
    )
  }
}

interface Windows {
  train: CachedWindow[]
  validation: CachedWindow[]
  /** Texts whose description no window holds. */
  unseen: number
  /** Descriptions longer than any span that is decoded. */
  tooLong: number
}

/** Runs the encoder once over the texts of training and validation. */
async function encodeTexts(
  data: TrainingSet,
  file: FeaturesFile,
  input: TrainSpansInput,
  ctx: JobContext,
  loaded: LoadedEncoder,
): Promise<Windows> {
  const total = data.splits
    .filter(({ split }) => split !== 'test')
    .reduce((sum, { texts }) => sum + texts, 0)
  const windows: Windows = { train: [], validation: [], unseen: 0, tooLong: 0 }
  let done = 0
  const say = (): void =>
    ctx.progress({
      done,
      total,
      unit: 'texts',
      note: `device ${loaded.device} · encoding, ${(file.bytes / 1e6).toFixed(0)} MB`,
    })
  say()
  const encode = async (texts: TrainingText[]): Promise<void> => {
    const answers = await loaded.encodeContexts(texts.map(({ context }) => context))
    for (const [i, text] of texts.entries()) keep(text, answers[i] as EncodedContext)
    done += texts.length
    // What is to come will be like what was.
    file.checkRoom((file.bytes / done) * (total - done))
    say()
  }
  const keep = (text: TrainingText, encoded: EncodedContext): void => {
    const { offsets } = encoded
    const n = offsets.length / 2
    const starts = Int32Array.from({ length: n }, (_, token) => offsets[2 * token] as number)
    const ends = Int32Array.from({ length: n }, (_, token) => offsets[2 * token + 1] as number)
    const wanted = text.spans[0]
    const gold = wanted ? goldTokens(wanted, starts, ends) : null
    const held = encoded.windows.map((window) => ({ window, gold: goldRows(window, gold) }))
    const positive = held.filter((one) => one.gold !== null)
    if (wanted && positive.length === 0) {
      windows.unseen++
      return
    }
    if (gold && gold.end - gold.start > input.maxSpanTokens) windows.tooLong++
    const negative = held.filter((one) => one.gold === null)
    const isTraining = text.split === 'train'
    const kept = isTraining
      ? [...positive, ...someOf(negative, MOST_NEGATIVE, text.pairId + input.seed)]
      : held
    for (const one of kept) {
      // A long text counts as much as a short one: once for its answer, once for the rest of it.
      const peers = (one.gold ? positive : negative).length
      windows[isTraining ? 'train' : 'validation'].push({
        document: text.id,
        tokenOffset: one.window.tokenOffset,
        at: file.append(one.window.features),
        rows: one.window.rows,
        gold: one.gold,
        weight: 1 / (isTraining && !one.gold ? Math.min(peers, MOST_NEGATIVE) : peers),
      })
    }
  }
  for (const texts of inCalls(data, ({ split }) => split !== 'test')) {
    if (ctx.signal.aborted) break
    await encode(texts)
  }
  return windows
}

/** Memory holds what the encoder says of one call's texts, and a page may be long. */
function* inCalls(
  data: TrainingSet,
  isWanted: (text: TrainingText) => boolean,
): Generator<TrainingText[], void, void> {
  let texts: TrainingText[] = []
  let units = 0
  for (const text of data.texts()) {
    if (!isWanted(text)) continue
    const { length } = text.context.text
    if (texts.length > 0 && (texts.length === CALL || units + length > CALL_UNITS)) {
      yield texts
      texts = []
      units = 0
    }
    texts.push(text)
    units += length
  }
  if (texts.length > 0) yield texts
}

/** The tokens that a description touches, where all of it is looked at. */
function goldTokens(span: Span, starts: Int32Array, ends: Int32Array): MaybeSpan {
  const tokens = toTokenSpan(span, starts, ends)
  if (!tokens) return null
  // Cut off by the border of what is looked at: words of it are missing.
  const isWhole =
    (starts[tokens.start] as number) <= span.start + EDGE &&
    (ends[tokens.end - 1] as number) >= span.end - EDGE
  return isWhole ? tokens : null
}
/** Signs at the edge of a description that a tokenizer may drop, in code points. */
const EDGE = 3

/** Rows of the window that hold the description, inclusive; null where not all of it is inside. */
function goldRows(window: EncodedWindow, gold: MaybeSpan): { first: number; last: number } | null {
  if (gold === null) return null
  const first = gold.start - window.tokenOffset + 1
  const last = gold.end - window.tokenOffset
  return first >= 1 && last < window.rows ? { first, last } : null
}

function someOf<T>(list: readonly T[], n: number, seed: number): T[] {
  if (list.length <= n) return [...list]
  const order = Int32Array.from(list, (_, i) => i)
  seededRandom(seed).shuffle(order)
  return [...order.subarray(0, n)].sort((a, b) => a - b).map((i) => list[i] as T)
}

const epochs = (
  done: number,
  { epochs: total }: TrainSpansInput,
): { done: number; total: number; unit: string } => ({ done, total, unit: 'epochs' })

async function trainHead(
  work: Work,
  file: FeaturesFile,
  dim: number,
  windows: Windows,
): Promise<TrainedHead> {
  const { input, ctx, run, save } = work
  ctx.progress({
    ...epochs(0, input),
    note: `training on ${windows.train.length.toLocaleString('en')} windows`,
  })
  return runSpanTask(
    ctx.entries.spanWorker,
    'trainHead',
    {
      file: file.path,
      dim,
      train: windows.train,
      validation: windows.validation,
      options: {
        hidden: input.hidden,
        epochs: input.epochs,
        batchSize: input.batchSize,
        learningRate: input.learningRate,
        weightDecay: input.weightDecay,
        loss: {
          ...SPAN_LOSS_DEFAULTS,
          crossEntropy: input.crossEntropy,
          softIou: input.softIou,
        },
        seed: input.seed,
        patience: input.patience,
        monitor: input.monitor,
        maxLength: input.maxSpanTokens,
      },
    },
    {
      signal: ctx.signal,
      // A canceled head is still calibrated.
      graceMs: 120_000,
      onEvent(record) {
        run.history.push(record)
        save()
        ctx.progress({
          ...epochs(record.epoch, input),
          note: `training: validation IoU ${record.iou.toFixed(3)}, exact match ${record.exactMatch.toFixed(3)}`,
        })
      },
    },
  )
}

function writeModel(work: Work, trained: TrainedHead): Promise<SpanModel> {
  const { input, folders, encoder, run } = work
  const answers = run.splits.find(({ split }) => split === 'train')?.answers ?? 0
  const about = {
    name: run.title,
    description: `A head of ${input.hidden} hidden units on ${encoder.manifest.name}, trained on ${answers.toLocaleString('en')} descriptions on ${run.createdAt.slice(0, 10)}.`,
    decode: {
      maxSpanTokens: input.maxSpanTokens,
      temperature: trained.calibration.temperature,
      nullThreshold: 0,
    },
  }
  return writeSpanModel(folders, encoder, exportHead(trained.head), about, run)
}

/** On the texts of the test sites that have a description: the model as written, then the guesses. */
async function testModel(
  work: Work,
  data: TrainingSet,
  model: SpanModel,
): Promise<TrainingRun['test']> {
  const { corpus, input, ctx, host, run } = work
  const device = input.device === 'auto' ? ctx.settings.device : input.device
  const loaded = await host.open(model, device)
  const sums = [model.manifest.name, 'nearest block', 'longest sentence'].map((name) => ({
    name,
    n: 0,
    exactMatch: 0,
    iou: 0,
    f1: 0,
  }))
  const samples: TrainingSample[] = []
  const count = (place: number, predicted: MaybeSpan, gold: Span): void => {
    const sum = sums[place] as (typeof sums)[number]
    sum.n++
    sum.exactMatch += exactMatch(predicted, gold)
    sum.iou += iou(predicted, gold)
    sum.f1 += overlapF1(predicted ? [predicted] : [], [gold]).f1
  }
  const total = data.splits.find(({ split }) => split === 'test')?.answers ?? 0
  let done = 0
  const measure = async (texts: TrainingText[]): Promise<void> => {
    const logits = await loaded.spanLogits(texts.map(({ context }) => context))
    for (const [i, { pairId: pair, context, spans, distances }] of texts.entries()) {
      const [gold] = spans
      const answer = logits[i]
      if (!gold || !answer) continue
      const decoded = decodeContext(context, answer, model.manifest.decode, 1)
      const found = decoded?.best?.span ?? null
      count(0, found, gold)
      samples.push({ pairId: pair, gold, found, iou: iou(found, gold) })
      count(1, nearestBlock(context, distances), gold)
      count(2, longestSentence(context), gold)
    }
    done += texts.length
    ctx.progress({ done, total, unit: 'texts', note: 'evaluating on the test sites' })
  }
  for (const texts of inCalls(data, ({ split, spans }) => split === 'test' && spans.length > 0)) {
    if (ctx.signal.aborted) return []
    await measure(texts)
  }
  await loaded.release()
  saveTrainingSamples(corpus.writer, run.id, samples)
  return sums
    .filter(({ n }) => n > 0)
    .map(({ name, n, exactMatch: exact, iou: overlap, f1 }) => ({
      name,
      n,
      exactMatch: exact / n,
      iou: overlap / n,
      f1: f1 / n,
    }))
}

export const trainSpansJob = implementJob(
  trainSpans,
  async ({ corpus, input, context, machine }) => {
    const encoder = await resolveModel(machine.folders, textEncoder, input.encoder)
    await runTrainSpans(corpus, input, context, machine.folders, encoder)
    machine.modelsChanged()
  },
)
