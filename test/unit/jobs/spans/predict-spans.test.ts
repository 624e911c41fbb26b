/** What becomes of a model's answers; the model itself is made up here. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { PredictSpansInput } from '#shared/contract/jobs.ts'
import { AppError } from '#shared/errors.ts'
import type { PairContext } from '#shared/text/context.ts'
import type { InferenceHost } from '../../../../src/main/inference/host/client.ts'
import { SpanManifest } from '../../../../src/main/inference/kinds/span/manifest.ts'
import type { SpanLogits, SpanModel } from '../../../../src/main/inference/kinds/span/types.ts'
import { runPredictSpans } from '../../../../src/main/jobs/spans/predict-spans.ts'
import type { Corpus } from '../../../../src/main/store/open.ts'
import { listFailures } from '../../../../src/main/store/repositories/list-failures.ts'
import {
  currentSpanSet,
  listSpanSets,
  spansOf,
} from '../../../../src/main/store/repositories/span-sets.ts'
import { jobContext } from '../../../support/ingest.ts'
import { corpusOf } from '../../store/label-support.ts'

let folder: string
let corpus: Corpus
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-predict-'))
  const texts = ['a red boat', 'nothing here', 'it breaks now', 'it is nan', null, 'a blue boat']
  corpus = corpusOf(join(folder, 'a.gleaner'), [{ pairs: texts.map((before) => ({ before })) }])
})
afterEach(() => {
  corpus.close()
  rmSync(folder, { recursive: true, force: true })
})

/** "boat" is marked with a logit of 3 at each end, "nothing" has 2; a token is a word. */
function answer({ text }: PairContext): SpanLogits {
  const words = [...text.matchAll(/\S+/g)]
  const row = (): Float32Array =>
    Float32Array.from([
      2,
      ...words.map(([word]) => (word === 'boat' ? 3 : word === 'nan' ? NaN : 0)),
    ])
  return {
    offsets: Int32Array.from(words.flatMap(({ 0: word, index }) => [index, index + word.length])),
    isCut: false,
    windows: [{ tokenOffset: 0, start: row(), end: row() }],
  }
}

function predict(
  decode: Partial<SpanManifest['decode']> = {},
  spanLogits = (contexts: readonly PairContext[]): SpanLogits[] => {
    if (contexts.some(({ text }) => text.includes('breaks'))) {
      throw new AppError('model', 'it stumbles over this text')
    }
    return contexts.map(answer)
  },
): Promise<void> {
  const manifest = SpanManifest.parse({
    format: 1,
    kind: 'span',
    id: 'made-up',
    name: 'Made up',
    graph: { file: 'm.onnx', ids: 'i', mask: null, types: null, start: 's', end: 'e' },
    text: { tokenizer: 't.json', maxLength: 64 },
    decode,
  })
  const model = { id: 'made-up', digest: 'd'.repeat(64), manifest } as SpanModel
  const host = {
    open: () =>
      Promise.resolve({
        model,
        device: 'cpu',
        passedOver: [],
        spanLogits: (contexts: readonly PairContext[]) =>
          Promise.resolve().then(() => spanLogits(contexts)),
        release: () => Promise.resolve(),
      }),
  } as unknown as InferenceHost
  const input = PredictSpansInput.parse({ corpus: corpus.path, model: 'made-up', nBest: 2 })
  return runPredictSpans(corpus, input, jobContext(), model, host)
}
const found = (set: number, pair: number) =>
  spansOf(corpus.reader, set, [pair])
    .get(pair)
    ?.map(({ place, score }) => [place?.quote ?? null, score])

it('the decision stands first, then the next best, with "nothing" where it belongs', async () => {
  await predict()
  // "boat" has exp(6), "nothing" exp(4), two that end with "boat" exp(3), the three others exp(0).
  const sum = Math.exp(6) + Math.exp(4) + 2 * Math.exp(3) + 3
  const boat = found(1, 1) ?? []
  expect(boat).toHaveLength(3)
  expect(boat[0]).toEqual(['boat', expect.closeTo(Math.exp(6) / sum, 6)])
  expect(boat[1]).toEqual([
    expect.stringContaining('red boat'),
    expect.closeTo(Math.exp(3) / sum, 6),
  ])
  expect(boat[2]).toEqual([null, expect.closeTo(Math.exp(4) / sum, 6)])
  const none = found(1, 2) ?? []
  expect(none[0]?.[0]).toBeNull()
  expect(none.slice(1).map(([quote]) => quote)).not.toContain(null)
  expect(none[0]?.[1]).toBeGreaterThan(none[1]?.[1] as number)
  expect(listSpanSets(corpus.reader)).toMatchObject([
    { pairs: 6, described: 2, complete: true, current: true },
  ])
})

it('a text that breaks the model, or gets no number from it, fails alone and is counted', async () => {
  await predict()
  expect([3, 4, 5].map((pair) => found(1, pair))).toEqual([undefined, undefined, undefined])
  expect(found(1, 6)?.[0]?.[0]).toBe('boat')
  const { failures } = listFailures(corpus.reader, { offset: 0, limit: 9 })
  expect(failures).toMatchObject([
    { stage: 'span', reason: 'span-not-predicted', detail: 'pair 3: it stumbles over this text' },
    { stage: 'span', reason: 'span-not-predicted' },
  ])
  expect(failures[1]?.detail).toMatch(/^pair 4: .*not finite/)
})

it('a model that breaks at every text is the one to blame: nothing is said of any', async () => {
  const broken = (): SpanLogits[] => {
    throw new AppError('model', 'the graph is broken')
  }
  await expect(predict({}, broken)).rejects.toThrow('the graph is broken')
  expect(listSpanSets(corpus.reader)).toMatchObject([{ pairs: 0, complete: false }])
  expect(currentSpanSet(corpus.reader)).toBeNull()
  expect(listFailures(corpus.reader, { offset: 0, limit: 9 }).total).toBe(0)
})

it('what the model was calibrated to decides, and how sure it is', async () => {
  await predict()
  await predict({ temperature: 3 })
  await predict({ nullThreshold: -3 })
  await predict({ maxSpanTokens: 1 })
  const sure = (set: number): number => found(set, 1)?.[0]?.[1] as number
  expect(found(2, 1)?.[0]?.[0]).toBe('boat')
  expect(sure(2)).toBeLessThan(sure(1))
  // "Nothing" wins unless the words are better by more than three.
  expect(found(3, 1)?.[0]?.[0]).toBeNull()
  expect(found(4, 1)?.map(([quote]) => quote)).not.toContain('red boat')
})
