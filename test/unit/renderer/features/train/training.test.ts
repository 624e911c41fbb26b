import { createPinia, setActivePinia } from 'pinia'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { SpanPackageInput, TrainingData, TrainSpansInput } from '#shared/contract/index.ts'
import type { EpochRecord, TrainingRun } from '#shared/contract/index.ts'
import { Launcher } from '#shared/settings.ts'
import { createClient, provideClient } from '../../../../../src/renderer/src/bridge/client.ts'
import { LAUNCHER_PRESETS } from '../../../../../src/renderer/src/features/train/launchers.ts'
import {
  bestRecord,
  curvesOf,
  differences,
  LOSSES,
  partingEpoch,
  partingText,
} from '../../../../../src/renderer/src/features/train/run-curves.ts'
import {
  draftOf,
  ruleOf,
  wrongWith,
} from '../../../../../src/renderer/src/features/train/useless-rules.ts'
import { useMachine } from '../../../../../src/renderer/src/state/machine.ts'
import { usePairs } from '../../../../../src/renderer/src/state/pairs.ts'
import { useUndo } from '../../../../../src/renderer/src/state/undo.ts'
import { useJobs } from '../../../../../src/renderer/src/state/jobs.ts'
import { useSession } from '../../../../../src/renderer/src/state/session.ts'
import { DATA_DEFAULTS } from '../../../../../src/renderer/src/features/train/train-data.ts'
import {
  HEAD_DEFAULTS,
  PACKAGE_DEFAULTS,
} from '../../../../../src/renderer/src/features/train/train-launch.ts'
import { useTraining } from '../../../../../src/renderer/src/features/train/training.ts'
import { USELESS_ALT_RULES } from '../../../../../src/main/labeling/useless-alt-rules.ts'
import { TEXT_KINDS } from '../../../../../src/shared/contract/training.ts'
import type { Job } from '../../../../../src/shared/contract/jobs.ts'
import { AppError, toErrorValue } from '../../../../../src/shared/errors.ts'
import { addSpanPairs, storyPairs } from '../../../../integration/spans-support.ts'
import { MODELS } from '../../../../support/models.ts'
import { addRuns, addStoryScores, addStorySpans } from '../../../../support/story-corpora.ts'
import { startWindowEngine, type WindowEngine } from '../../../../support/window-engine.ts'

const CLIP = 'Xenova/clip-vit-base-patch32'
let bridge: WindowEngine
let corpus: string
/** A call that the engine refuses. */
let refused: string | null = null
let stop = async (): Promise<void> => {}
let asked: { name: string; input: Record<string, unknown> }[] = []

beforeAll(async () => {
  bridge = startWindowEngine()
  const reply = await bridge.call('models.add', { source: join(MODELS, 'tiny-bert') })
  expect(reply.ok).toBe(true)
})
afterAll(() => bridge.stop())

let seen: string | null = null

function makeCorpus(what: 'done' | 'fresh'): string {
  return bridge.corpus(what, (empty) => {
    addSpanPairs(empty, storyPairs(200))
    if (what === 'fresh') return
    addStorySpans(empty, 'alt', 'alts')
    addStoryScores(empty, addStorySpans(empty, 'model', 'head-2'), CLIP)
    addRuns(empty)
  })
}

test('a folder with a model that training does not work with is refused', async () => {
  const source = join(MODELS, 'tiny-clip')
  const reply = await bridge.call('models.add', { source, kinds: TEXT_KINDS })
  expect(reply).toMatchObject({ ok: false, error: { kind: 'invalid-input' } })
  const added = (await bridge.call('models.list', {})) as { value: { id: string }[] }
  expect(added.value.map(({ id }) => id)).not.toContain('tiny-clip')
})

test('the scoring of spans is found by its text, behind a newer one of another text', async () => {
  const training = await open()
  const scoring = (id: string, subject: string, second: number): Job => ({
    id,
    kind: 'score',
    corpus,
    title: `Score ${subject === 'alt' ? 'alt by span-clip' : 'them'}`,
    subject,
    state: 'running',
    progress: { done: 1, total: 2, unit: 'pairs', rate: null, eta: null, note: '' },
    createdAt: `2026-01-01T00:00:0${second}Z`,
    finishedAt: null,
    error: null,
    warnings: [],
    result: [],
  })
  useJobs().take(scoring('spans', 'span', 1))
  useJobs().take(scoring('alts', 'alt', 2))
  expect(training.jobOf('score', 'span')?.id).toBe('spans')
  expect(training.jobOf('score')?.id).toBe('alts')
  expect(useJobs().making(['scores'], corpus)).toHaveLength(2)
  expect(useJobs().making(['pairs'], corpus)).toEqual([])
  useJobs().byId = new Map()
})

/** A corpus in which nothing was done, or all once: one to look at, or one of the test's own. */
async function open(
  what: 'fresh' | 'to look at' | 'to change' = 'to look at',
): Promise<ReturnType<typeof useTraining>> {
  setActivePinia(createPinia())
  if (what === 'to look at') corpus = seen ??= makeCorpus('done')
  else corpus = makeCorpus(what === 'fresh' ? 'fresh' : 'done')
  asked = []
  const client = createClient({
    ...bridge,
    call(name, input) {
      asked.push({ name, input: input as Record<string, unknown> })
      if (name === refused) {
        const error = toErrorValue(new AppError('damaged', 'The database is damaged.'))
        return Promise.resolve({ ok: false, error })
      }
      return bridge.call(name, input)
    },
  })
  provideClient(client)
  const jobs = useJobs()
  const unhear = client.on('jobs.changed', jobs.take)
  stop = async () => {
    // A job that still runs would make the stores of this test the active ones again.
    unhear()
    for (const { id } of jobs.live) await bridge.call('jobs.cancel', { job: id })
  }
  await useMachine().load()
  await useSession().open(corpus)
  await usePairs().enter(corpus)
  const training = useTraining()
  training.enter(corpus)
  await training.load()
  return training
}
const calls = (name: string) => asked.filter((item) => item.name === name)
const last = (name: string) => calls(name).at(-1)?.input

afterEach(async () => {
  await stop()
  refused = null
  provideClient(null)
})

test('what is offered at first is what the engine takes where nothing is said', () => {
  expect({ corpus: 'c', ...DATA_DEFAULTS }).toEqual(TrainingData.parse({ corpus: 'c' }))
  const head = TrainSpansInput.parse({ corpus: 'c' }) as Record<string, unknown>
  for (const [key, value] of Object.entries(HEAD_DEFAULTS)) expect(head[key], key).toEqual(value)
  const pack = SpanPackageInput.parse({ corpus: 'c', out: 'o', base: 'b' }) as Record<
    string,
    unknown
  >
  for (const [key, value] of Object.entries(PACKAGE_DEFAULTS)) expect(pack[key], key).toEqual(value)
  for (const { launcher } of LAUNCHER_PRESETS) expect(Launcher.parse(launcher)).toEqual(launcher)
})

describe('the order of the work', () => {
  test('begins with the alts where nothing was done, and nothing can be trained', async () => {
    const training = await open('fresh')
    expect(training.next).toBe('alts')
    expect(training.obstacle).toBe('There are no training texts.')
    await training.train()
    expect(calls('jobs.trainSpans')).toHaveLength(0)
  })

  test('needs texts to train on and texts to validate on', async () => {
    const training = await open()
    const obstacleWith = (train: number, validation: number): string | null => {
      const texts = { train, validation, test: 5 }
      const splits = (['train', 'validation', 'test'] as const).map((split) => ({
        split,
        texts: texts[split],
        answers: texts[split],
        sites: texts[split],
      }))
      training.preview = { splits, origins: [], warnings: [] }
      return training.obstacle
    }
    expect(obstacleWith(5, 5)).toBeNull()
    expect(obstacleWith(5, 0)).toBe('There are no validation texts.')
    expect(obstacleWith(0, 5)).toBe('There are no training texts.')
  })

  test('goes on as things come to be', async () => {
    const training = await open('fresh')
    await training.findAlts()
    await vi.waitFor(() => expect(training.isLive('alt-spans')).toBe(false), 20_000)
    await training.refresh(['spans'])
    // The set that was found is what is learned from.
    expect(training.data.alts).toBe(training.altSet?.id)
    expect(training.report?.lookedFor).toBeGreaterThan(0)
    expect(training.next).toBe('train')
    expect(training.obstacle).toBeNull()
  })

  test('ends with the plots once spans in use have scores', async () => {
    const training = await open()
    expect(training.currentSet?.kind).toBe('model')
    expect(training.scoredSpans).toBeGreaterThan(0)
    expect(training.next).toBe('plots')
  })
})

describe('the data', () => {
  test('is counted again when the hand rests, and the last word counts', async () => {
    const training = await open()
    const before = calls('training.preview').length
    training.setData({ minAltWords: 3 })
    training.setData({ minAltWords: 4 })
    training.setData({ minAltWords: 5, where: 'status:ok' })
    await vi.waitFor(() => expect(training.counting).toBe(false), 20_000)
    expect(calls('training.preview').length).toBe(before + 1)
    expect(last('training.preview')).toMatchObject({ minAltWords: 5, where: 'status:ok' })
  })

  test('takes the newest alts, but not against the word of a person', async () => {
    const training = await open('to change')
    expect(training.data.alts).toBe(1)
    training.setData({ alts: null })
    await training.refresh(['spans'])
    expect(training.data.alts).toBeNull()
    training.setData({ alts: 1 })
    await training.findAlts()
    await vi.waitFor(() => expect(training.isLive('alt-spans')).toBe(false), 20_000)
    await training.refresh(['spans'])
    expect(training.altSet?.id).toBe(3)
    expect(training.data.alts).toBe(3)
  })

  test('is counted once at a time, however often it changes meanwhile', async () => {
    const training = await open()
    const before = calls('training.preview').length
    await Promise.all([1, 2, 3, 4, 5].map(() => training.loadPreview()))
    expect(calls('training.preview').length).toBe(before + 2)
    expect(training.counting).toBe(false)
  })

  test('with a mistake in its filter says so, and cannot be trained on', async () => {
    const training = await open()
    training.setData({ where: '(' })
    await vi.waitFor(() => expect(training.previewError).not.toBeNull(), 20_000)
    expect(training.obstacle).not.toBeNull()
  })

  test('goes with the training as it was chosen', async () => {
    const training = await open('to change')
    training.setData({
      minAltScore: 0.9,
      split: { train: 0.6, validation: 0.2, test: 0.2, seed: 7 },
    })
    await vi.waitFor(() => expect(training.counting).toBe(false), 20_000)
    training.head = { ...training.head, hidden: 0, softIou: 2 }
    training.name = '  first try '
    await training.train()
    expect(last('jobs.trainSpans')).toMatchObject({
      corpus,
      alts: 1,
      minAltScore: 0.9,
      split: { train: 0.6, seed: 7 },
      hidden: 0,
      softIou: 2,
      name: 'first try',
      encoder: training.encoder,
    })
  })
})

describe('runs', () => {
  test('that begin are looked at, and their curves grow while they run', async () => {
    const training = await open('to change')
    training.head = { ...training.head, epochs: 1000, patience: 0 }
    await training.train()
    await vi.waitFor(async () => {
      await training.refresh(['training'])
      expect(training.run?.state).toBe('running')
    }, 30_000)
    await vi.waitFor(async () => {
      await training.refresh(['training'])
      expect(training.run?.history.length).toBeGreaterThan(2)
    }, 30_000)
    expect(training.run?.bestEpoch).toBeNull()
    expect(bestRecord(training.run as TrainingRun)).not.toBeNull()
  })

  test('are not laid over themselves', async () => {
    const training = await open()
    training.secondRun = training.run?.id ?? null
    expect(training.other).toBeNull()
    training.secondRun = 'r1'
    expect(training.other?.id).toBe('r1')
  })
})

describe('sets of spans', () => {
  test('the one in use changes at once, and goes back when the engine refuses', async () => {
    const training = await open('to change')
    const done = training.use(1)
    expect(training.currentSet?.id).toBe(1)
    await done
    expect(last('spans.use')).toEqual({ corpus, set: 1 })
    // The plots are of the one in use, else of the newest predictions.
    expect(training.shownSet?.id).toBe(1)
    await training.use(null)
    expect(training.currentSet).toBeNull()
    expect(training.shownSet).toMatchObject({ id: 2, kind: 'model' })
    useUndo().undo()
    await vi.waitFor(() => expect(last('spans.use')).toEqual({ corpus, set: 1 }), 20_000)
    expect(training.currentSet?.id).toBe(1)
    const refusing = await open()
    refused = 'spans.use'
    await refusing.use(1)
    expect(refusing.currentSet?.id).toBe(2)
  })

  test('are covered at the cutoff of the model, and the coverage follows the hand', async () => {
    const training = await open()
    training.setStep('plots')
    await vi.waitFor(() => expect(training.coverage).not.toBeNull(), 20_000)
    // LAION-5B's, for this model.
    expect(last('spans.coverage')).toMatchObject({ set: 2, minCosine: 0.28, minConfidence: 0 })
    for (let i = 0; i < 20; i++) training.setMinCosine(0.2 + i / 100)
    await vi.waitFor(() => expect(training.coverageLate).toBe(false), 20_000)
    expect(last('spans.coverage')).toMatchObject({ minCosine: 0.39 })
    expect(calls('spans.coverage').length).toBeLessThan(20)
  })
})

const record = (epoch: number, validationLoss: number, iou: number): EpochRecord => ({
  epoch,
  trainLoss: 1 / epoch,
  trainCrossEntropy: 1,
  trainSoftIou: 1,
  validationLoss,
  validationCrossEntropy: 1,
  validationSoftIou: 1,
  exactMatch: iou / 2,
  iou,
  f1: iou,
  seconds: 1,
})

describe('curves', () => {
  test('that part are told from those that do not', () => {
    const parting = [
      record(1, 1, 0.3),
      record(2, 0.8, 0.5),
      record(3, 0.83, 0.52),
      record(4, 0.9, 0.55),
    ]
    expect(partingEpoch(parting)).toBe(2)
    expect(partingText(parting)).toContain('since epoch 2')
    // One epoch is not yet a direction; a loss that rises with a falling IoU is plain overfitting.
    expect(partingEpoch(parting.slice(0, 3))).toBeNull()
    expect(
      partingEpoch([...parting.slice(0, 2), record(3, 0.9, 0.49), record(4, 1, 0.4)]),
    ).toBeNull()
    expect(partingEpoch([record(1, 1, 0.3), record(2, 0.8, 0.4), record(3, 0.7, 0.5)])).toBeNull()
    expect(partingEpoch([])).toBeNull()
    // Less than 1 % of loss, or less than 0.005 of IoU, is no parting.
    const then = (loss: number, iou: number): number | null =>
      partingEpoch([record(1, 1, 0.5), record(2, 1.1, 0.5), record(3, loss, 0.5 + iou)])
    expect(then(1.011, 0.0051)).toBe(1)
    expect(then(1.009, 0.0051)).toBeNull()
    expect(then(1.011, 0.0049)).toBeNull()
  })

  test('mark the stated best epoch, else the best so far by what is looked at', async () => {
    const training = await open()
    const [run] = training.runs as [TrainingRun]
    const history = [record(1, 0.5, 0.3), record(2, 0.9, 0.6), record(3, 1, 0.4)]
    const running = { ...run, history, bestEpoch: null }
    expect(bestRecord(running)?.epoch).toBe(2)
    expect(bestRecord({ ...running, config: { monitor: 'loss' } })?.epoch).toBe(1)
    expect(bestRecord({ ...running, bestEpoch: 3 })?.epoch).toBe(3)
    expect(bestRecord({ ...running, history: [] })).toBeNull()
  })

  test('of two runs are told apart by name and colour, and leave out what is no number', async () => {
    const training = await open()
    const [run, other] = training.runs as [TrainingRun, TrainingRun]
    const broken = { ...other, history: [record(1, Number.NaN, 0.3), record(2, 0.5, 0.4)] }
    const curves = curvesOf(run, broken, LOSSES)
    expect(curves.map((curve) => [curve.name, curve.second, curve.dashed])).toEqual([
      ['validation, A', false, false],
      ['training, A', false, true],
      ['validation, B', true, false],
      ['training, B', true, true],
    ])
    expect(curves[2]?.points).toEqual([{ x: 2, y: 0.5 }])
    expect(differences(run, other)).toEqual([
      { key: 'hidden', a: '64', b: '0' },
      { key: 'softIou', a: '1', b: '0' },
    ])
    // A name is no setting; an encoder is told also where the inputs do not name it.
    const bare = (encoder: string, name: string): TrainingRun => ({
      ...run,
      encoder,
      config: { name, corpus: name },
    })
    expect(differences(bare('one', 'a'), bare('other', 'b'))).toEqual([
      { key: 'encoder', a: 'one', b: 'other' },
    ])
  })
})

describe('rules for useless alts', () => {
  test('of the program come out of the editor as they went in, and are right', () => {
    const drafts = USELESS_ALT_RULES.map((rule) =>
      draftOf({ ...rule, examples: [...rule.examples], spares: [...rule.spares] }),
    )
    expect(drafts.map(ruleOf)).toEqual(JSON.parse(JSON.stringify(USELESS_ALT_RULES)))
    drafts.forEach((draft, i) => expect(wrongWith(draft, drafts, i)).toBeNull())
  })

  test('that cannot work are named before they are tried', () => {
    const [first] = USELESS_ALT_RULES.map((rule) =>
      draftOf({ ...rule, examples: [...rule.examples], spares: [...rule.spares] }),
    )
    if (!first) throw new Error('no rule')
    expect(wrongWith({ ...first, pattern: '(' }, [first], 0)).toContain(
      'not a valid regular expression',
    )
    expect(wrongWith({ ...first, pattern: '' }, [first], 0)).not.toBeNull()
    expect(wrongWith({ ...first, name: 'Two Words' }, [first], 0)).not.toBeNull()
    expect(wrongWith(first, [first, { ...first }], 0)).toContain('Two rules')
    expect(wrongWith({ ...first, kind: 'measure', atLeast: 0 }, [first], 0)).not.toBeNull()
    expect(wrongWith({ ...first, kind: 'measure' }, [first], 0)).toBeNull()
    for (const minWords of [0, 1.5, Number.NaN]) {
      expect(wrongWith({ ...first, kind: 'measure', minWords }, [first], 0)).toContain('at least 1')
    }
  })
})
