/** What a head is given to learn from: which windows, what is marked in them, and how they count. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TrainSpansInput } from '#shared/contract/jobs.ts'
import { TrainingData } from '#shared/contract/training-data.ts'
import type { TrainingRun } from '#shared/contract/training.ts'
import type { Span } from '#shared/text/spans.ts'
import { createInferenceHost, type InferenceHost } from '../../src/main/inference/host/client.ts'
import { textEncoder } from '../../src/main/inference/kinds/text-encoder/kind.ts'
import { resolveModel } from '../../src/main/inference/models/registry.ts'
import type { HeadOrder } from '../../src/main/jobs/spans/span-calls.ts'
import { runTrainSpans } from '../../src/main/jobs/spans/train-spans.ts'
import { collectTrainingData } from '../../src/main/jobs/spans/training-data.ts'
import type { TrainingText } from '../../src/main/jobs/spans/training-data.ts'
import { longestSentence, nearestBlock } from '../../src/main/labeling/baselines.ts'
import { iou } from '../../src/main/labeling/span-metrics.ts'
import { listTrainingRuns } from '../../src/main/store/repositories/training-runs.ts'
import { jobContext } from '../support/ingest.ts'
import { INFERENCE_HOST, MODELS } from '../support/models.ts'
import { label, nameOf, spanCorpus, type SpanPair } from './spans-support.ts'
import { tokenizers } from '../support/tokenizers.ts'

const words = (n: number, name: string): string =>
  Array.from({ length: n }, (_, i) => `${name} ${nameOf(i)}`).join(' ')

let host: InferenceHost
let folder: string
let order: HeadOrder
let run: TrainingRun
let texts: TrainingText[]
/** Where the tokens of each text begin and end, code points. */
const offsets = new Map<string, Int32Array>()

const INPUT = {
  device: 'cpu' as const,
  hidden: 4,
  epochs: 2,
  batchSize: 7,
  learningRate: 0.01,
  weightDecay: 0.02,
  crossEntropy: 0.5,
  softIou: 0.25,
  patience: 3,
  monitor: 'loss' as const,
  maxSpanTokens: 20,
  seed: 5,
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-windows-'))
  host = createInferenceHost(INFERENCE_HOST)
  // Long texts on 24 sites, then two whose descriptions are long themselves, then one without any.
  const long = Array.from({ length: 24 }, (_, i): SpanPair => {
    const name = nameOf(i)
    return {
      host: `long-${name}.example`,
      before: `${words(90, name)}.\nA red boat near ${name} lies there.`,
      after: words(90, name),
    }
  })
  const corpus = spanCorpus([
    ...long,
    { host: 'unseen.example', before: `So it is: ${words(80, 'unseen')}` },
    { host: 'too-long.example', before: `So it is: ${words(5, 'lengthy')}` },
    { host: 'nothing.example', before: words(90, 'nothing') },
  ])
  for (const [i] of long.entries()) {
    label(corpus, i + 1, [{ source: 'before', quote: `A red boat near ${nameOf(i)}` }])
  }
  // The text before the picture stands nearer to it.
  corpus.writer.exec('UPDATE pairs SET before_distance = 0, after_distance = 2')
  label(corpus, 25, [{ source: 'before', quote: words(80, 'unseen') }])
  label(corpus, 26, [{ source: 'before', quote: words(5, 'lengthy') }])
  label(corpus, 27, [])
  const folders = { bundled: folder, user: folder, hubCache: folder, tokenizers }
  const encoder = await resolveModel(folders, textEncoder, join(MODELS, 'tiny-bert'))
  const ctx = jobContext()
  const spanWorker = new URL('./telling-worker.ts', import.meta.url)
  await runTrainSpans(
    corpus,
    TrainSpansInput.parse({ corpus: corpus.path, ...INPUT }),
    { ...ctx, entries: { ...ctx.entries, spanWorker } },
    folders,
    encoder,
    host,
  )
  const told = readdirSync(corpus.path).find((name) => name.endsWith('.told.json')) ?? ''
  order = JSON.parse(readFileSync(join(corpus.path, told), 'utf8')) as HeadOrder
  run = listTrainingRuns(corpus.reader)[0] as TrainingRun
  const set = await collectTrainingData(
    corpus,
    TrainingData.parse({ corpus: corpus.path }),
    ctx.entries,
  )
  texts = [...set.texts()]
  set.close()
  const loaded = await host.open(encoder, 'cpu')
  const encoded = await loaded.encodeContexts(texts.map(({ context }) => context))
  for (const [i, { id }] of texts.entries()) {
    offsets.set(id, encoded[i]?.offsets ?? new Int32Array())
  }
  corpus.close()
})
afterAll(async () => {
  await host.close()
  rmSync(folder, { recursive: true, force: true })
})

const byText = (windows: HeadOrder['train']) => {
  const found = new Map<string, HeadOrder['train']>()
  for (const window of windows) {
    found.set(window.document, [...(found.get(window.document) ?? []), window])
  }
  return found
}
const weight = (windows: HeadOrder['train']): number =>
  windows.reduce((sum, window) => sum + window.weight, 0)

describe('the windows of a training', () => {
  test('are those of its own split alone, without a description that no window holds', () => {
    for (const split of ['train', 'validation'] as const) {
      const wanted = texts.filter((text) => text.split === split && text.id !== 'pair-25')
      expect([...byText(order[split]).keys()]).toEqual(wanted.map(({ id }) => id))
      expect(wanted.length).toBeGreaterThan(1)
    }
    expect(run.warnings.join('\n')).toMatch(/^1 text is excluded: its description/m)
    expect(run.warnings.join('\n')).toMatch(/^1 description is longer than 20 tokens/m)
  })

  test('hold the description where it is marked, whole', () => {
    let marked = 0
    for (const window of [...order.train, ...order.validation]) {
      if (!window.gold) continue
      marked++
      const [span] = texts.find(({ id }) => id === window.document)?.spans ?? []
      const own = offsets.get(window.document) ?? []
      const token = (row: number): number => window.tokenOffset + row - 1
      expect(own[2 * token(window.gold.first)]).toBe(span?.start)
      expect(own[2 * token(window.gold.last) + 1]).toBe(span?.end)
    }
    expect(marked).toBeGreaterThan(15)
  })

  test('count once a text for its answer and once for all else, of which training sees at most three', () => {
    for (const [split, windows] of [
      ['train', order.train],
      ['validation', order.validation],
    ] as const) {
      for (const [id, own] of byText(windows)) {
        const positive = own.filter(({ gold }) => gold !== null)
        const negative = own.filter(({ gold }) => gold === null)
        const hasAnswer = id !== 'pair-27'
        expect(weight(positive)).toBeCloseTo(hasAnswer ? 1 : 0, 9)
        if (negative.length > 0) expect(weight(negative)).toBeCloseTo(1, 9)
        if (split === 'train') expect(negative.length).toBeLessThanOrEqual(3)
        else expect(own.length).toBeGreaterThan(4)
      }
    }
  })

  test('lie behind each other in the file, as long as they say', () => {
    const all = [...order.train, ...order.validation].sort((a, b) => a.at - b.at)
    let at = 0
    for (const window of all) {
      expect(window.at).toBe(at)
      at += window.rows * order.dim * 4
    }
  })
})

test('the guesses beside the head are measured on the descriptions of the test sites', () => {
  const tested = texts.filter(({ split, spans }) => split === 'test' && spans.length > 0)
  expect(tested.length).toBeGreaterThan(1)
  const mean = (guess: (text: TrainingText) => Span | null): number =>
    tested.reduce((sum, text) => sum + iou(guess(text), text.spans[0] ?? null), 0) / tested.length
  const near = mean(({ context, distances }) => nearestBlock(context, distances))
  const long = mean(({ context }) => longestSentence(context))
  expect(near).toBeGreaterThan(0)
  expect(near).not.toBeCloseTo(long, 3)
  expect(run.test.map(({ name, n, iou: told }) => [name, n, told])).toEqual([
    [expect.any(String), tested.length, expect.any(Number)],
    ['nearest block', tested.length, expect.closeTo(near, 9)],
    ['longest sentence', tested.length, expect.closeTo(long, 9)],
  ])
})

test('a head is trained as it was asked for', () => {
  expect(order.options).toMatchObject({
    hidden: 4,
    epochs: 2,
    batchSize: 7,
    learningRate: 0.01,
    weightDecay: 0.02,
    loss: { crossEntropy: 0.5, softIou: 0.25 },
    seed: 5,
    patience: 3,
    monitor: 'loss',
    maxLength: 20,
  })
  expect(run).toMatchObject({ state: 'done', config: { monitor: 'loss', softIou: 0.25 } })
  expect(run.history).toHaveLength(2)
})
