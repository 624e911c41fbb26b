import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { TrainingRun } from '#shared/contract/training.ts'
import { AppError } from '#shared/errors.ts'
import { openCorpus } from '../../../src/main/store/open.ts'
import type { Corpus } from '../../../src/main/store/open.ts'
import { ensureModel, scoreKinds } from '../../../src/main/store/repositories/models.ts'
import { listPairs, pairDetail, pairRows } from '../../../src/main/store/repositories/pairs.ts'
import {
  countScorable,
  scorableText,
  unscoredPairs,
} from '../../../src/main/store/repositories/score-queue.ts'
import { putScores } from '../../../src/main/store/repositories/scores.ts'
import {
  contextsAfter,
  createSpanSet,
  currentSpanSet,
  eachInSet,
  finishSpanSet,
  latestSpanSet,
  listSpanSets,
  putSpans,
  resumableSpanSet,
  spanSet,
  spansOf,
  useSpanSet,
} from '../../../src/main/store/repositories/span-sets.ts'
import type { FoundSpan } from '../../../src/main/store/repositories/span-sets.ts'
import {
  listTrainingRuns,
  markRunsInterrupted,
  saveTrainingRun,
} from '../../../src/main/store/repositories/training-runs.ts'
import { pairIdsWhere } from '../../../src/main/store/reads/score-ref.ts'
import { corpusOf } from './label-support.ts'

let folder: string
let path: string
let corpus: Corpus
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-spans-'))
  path = join(folder, 'a.gleaner')
  corpus = corpusOf(path, [
    {
      pairs: [
        { alt: 'a red boat', before: '🏖️ A red boat', caption: 'Boat', after: 'in the harbour' },
        { alt: 'logo', before: 'Nothing here', after: null },
      ],
    },
    { pairs: [{ alt: null, caption: 'Only a caption' }, { alt: ' ' }] },
  ])
})
afterEach(() => {
  corpus.close()
  rmSync(folder, { recursive: true, force: true })
})

const MODEL = { id: 'my-head', digest: 'd'.repeat(64) }
const newSet = (over: Partial<Parameters<typeof createSpanSet>[1]> = {}) =>
  createSpanSet(corpus.writer, {
    kind: 'model',
    title: 'Predictions',
    model: MODEL,
    config: { nBest: 3, where: '' },
    software: 'test',
    ...over,
  })
const boat: FoundSpan = {
  place: { source: 'before', start: 3, end: 13, quote: 'A red boat' },
  kind: null,
  score: 0.75,
}
const none = (score: number): FoundSpan => ({ place: null, kind: null, score })
const kindOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    if (error instanceof AppError) return error.kind
    throw error
  }
  return 'nothing was thrown'
}

describe('a set of spans', () => {
  test('goes on after the pair that was committed last, over reopening', () => {
    const { id } = newSet()
    putSpans(corpus.writer, {
      set: id,
      pairs: [{ pairId: 1, spans: [boat, none(0.2)] }],
      nextPair: 1,
    })
    corpus.close()
    corpus = openCorpus(path)
    // Keys in another order are the same configuration.
    const again = resumableSpanSet(corpus.reader, {
      kind: 'model',
      model: { ...MODEL },
      config: { where: '', nBest: 3 },
    })
    expect(again).toMatchObject({ id, nextPair: 1, pairs: 1, described: 1, complete: false })
    putSpans(corpus.writer, {
      set: id,
      pairs: [
        { pairId: 2, spans: [none(0.9)] },
        { pairId: 3, spans: [] },
      ],
      nextPair: 4,
    })
    // A batch that comes late does not move the place back.
    putSpans(corpus.writer, { set: id, pairs: [], nextPair: 2 })
    finishSpanSet(corpus.writer, { set: id, report: { any: ['thing'] } })
    expect(spanSet(corpus.reader, id)).toMatchObject({
      pairs: 3,
      described: 1,
      nextPair: 4,
      complete: true,
      report: { any: ['thing'] },
    })
    expect(
      resumableSpanSet(corpus.reader, { ...spanSet(corpus.reader, id), model: MODEL }),
    ).toBeNull()
  })

  test.each([
    ['another model', { model: { id: 'my-head', digest: 'e'.repeat(64) } }],
    ['another configuration', { config: { nBest: 1, where: '' } }],
    ['another kind', { kind: 'alt' as const }],
  ])('is not gone on with by %s', (_, over) => {
    newSet()
    const asked = { kind: 'model' as const, model: MODEL, config: { nBest: 3, where: '' }, ...over }
    expect(resumableSpanSet(corpus.reader, asked)).toBeNull()
  })

  test('holds spans best first, and "nothing describes it"', () => {
    const { id } = newSet()
    const pairs = [
      { pairId: 1, spans: [boat, none(0.2)] },
      { pairId: 2, spans: [none(0.9)] },
    ]
    putSpans(corpus.writer, { set: id, pairs, nextPair: 2 })
    expect(spansOf(corpus.reader, id, [1, 2, 3])).toEqual(
      new Map(pairs.map(({ pairId, spans }) => [pairId, spans])),
    )
    expect([...eachInSet(corpus.reader, id)]).toEqual(pairs)
  })

  test.each<[string, FoundSpan]>([
    ['a quote that is not what stands there', { ...boat, place: { ...boat.place!, start: 4 } }],
    // In UTF-16 units "A red boat" begins at 4, as the emoji is three of them.
    [
      'offsets in UTF-16 units',
      { ...boat, place: { source: 'before', start: 4, end: 14, quote: 'A red boat' } },
    ],
    ['an empty span', { ...boat, place: { source: 'before', start: 3, end: 3, quote: '' } }],
    ['a confidence above 1', { ...boat, score: 1.01 }],
    ['a confidence that is no number', { ...boat, score: NaN }],
  ])('refuses %s, and keeps nothing of its batch', (_, bad) => {
    const { id } = newSet()
    const batch = {
      set: id,
      pairs: [
        { pairId: 2, spans: [none(0.5)] },
        { pairId: 1, spans: [bad] },
      ],
      nextPair: 2,
    }
    expect(kindOf(() => putSpans(corpus.writer, batch))).toBe('invalid-input')
    expect(spanSet(corpus.reader, id)).toMatchObject({ pairs: 0, described: 0, nextPair: 0 })
    expect([...eachInSet(corpus.reader, id)]).toEqual([])
  })

  test('refuses a text that a pair does not have, a pair twice, and a set that is not there', () => {
    const { id } = newSet()
    const put = (pairId: number, span: FoundSpan, set = id): unknown =>
      putSpans(corpus.writer, { set, pairs: [{ pairId, spans: [span] }], nextPair: pairId })
    expect(
      kindOf(() => put(2, { ...boat, place: { source: 'after', start: 0, end: 1, quote: 'x' } })),
    ).toBe('invalid-input')
    expect(kindOf(() => put(99, boat))).toBe('not-found')
    put(1, boat)
    expect(kindOf(() => put(1, boat))).toBe('conflict')
    expect(kindOf(() => putSpans(corpus.writer, { set: 77, pairs: [], nextPair: 1 }))).toBe(
      'not-found',
    )
    expect(kindOf(() => spanSet(corpus.reader, 77))).toBe('not-found')
  })

  test('is listed newest first, and one of them is chosen', () => {
    const first = newSet()
    const second = newSet({ kind: 'alt', title: 'Alts', model: null })
    expect(
      listSpanSets(corpus.reader).map(({ id, title, model, digest, current }) => [
        id,
        title,
        model,
        digest,
        current,
      ]),
    ).toEqual([
      [second.id, 'Alts', null, null, false],
      [first.id, 'Predictions', 'my-head', MODEL.digest, false],
    ])
    useSpanSet(corpus.writer, first.id)
    expect(currentSpanSet(corpus.reader)).toBe(first.id)
    expect(listSpanSets(corpus.reader).map(({ current }) => current)).toEqual([false, true])
    expect(kindOf(() => useSpanSet(corpus.writer, 77))).toBe('not-found')
    expect(currentSpanSet(corpus.reader)).toBe(first.id)
    useSpanSet(corpus.writer, null)
    expect(currentSpanSet(corpus.reader)).toBeNull()
    corpus.writer.exec(`INSERT INTO meta (key, value) VALUES ('span-set', '1 OR 1')`)
    expect(currentSpanSet(corpus.reader)).toBeNull()
    expect(latestSpanSet(corpus.reader, 'alt')).toBeNull()
    finishSpanSet(corpus.writer, { set: second.id })
    expect(latestSpanSet(corpus.reader, 'alt')?.id).toBe(second.id)
  })
})

describe('a pass over the texts', () => {
  test('sees every pair once, in parts, with its words and page', () => {
    const seen = []
    for (let afterId = 0; ;) {
      const rows = contextsAfter(corpus.reader, { afterId, limit: 3 })
      seen.push(...rows)
      if (rows.length < 3) break
      afterId = rows.at(-1)?.pairId ?? 0
    }
    expect(seen.map(({ pairId }) => pairId)).toEqual([1, 2, 3, 4])
    expect(seen[0]).toEqual({
      pairId: 1,
      alt: 'a red boat',
      title: null,
      before: '🏖️ A red boat',
      caption: 'Boat',
      after: 'in the harbour',
      language: 'en',
      pageUrl: 'https://site.example/0',
      host: 'site.example',
    })
    expect(seen[2]).toMatchObject({ before: null, caption: 'Only a caption', after: null })
  })

  test('can be limited to what a filter keeps', () => {
    const ids = pairIdsWhere(corpus.reader, 'caption:*')
    expect([...ids]).toEqual([1, 3])
    const after = (afterId: number, limit = 10): number[] =>
      contextsAfter(corpus.reader, { afterId, limit, ids }).map(({ pairId }) => pairId)
    expect(after(0)).toEqual([1, 3])
    expect(after(0, 1)).toEqual([1])
    expect(after(1)).toEqual([3])
    expect(after(2)).toEqual([3])
    expect(after(3)).toEqual([])
  })
})

describe('the text source span', () => {
  const modelId = (): number =>
    ensureModel(corpus.writer, {
      digest: 'c'.repeat(64),
      name: 'clip',
      title: 'CLIP',
      manifest: '{}',
    })
  const other: FoundSpan = {
    place: { source: 'after', start: 7, end: 14, quote: 'harbour' },
    kind: null,
    score: 0.5,
  }
  function twoSets(): [number, number] {
    const [a, b] = [newSet().id, newSet({ title: 'Others' }).id]
    putSpans(corpus.writer, {
      set: a,
      pairs: [
        { pairId: 1, spans: [boat] },
        { pairId: 2, spans: [none(0.9)] },
      ],
      nextPair: 2,
    })
    putSpans(corpus.writer, { set: b, pairs: [{ pairId: 1, spans: [other] }], nextPair: 1 })
    corpus.writer.exec(`UPDATE images SET status = 'ok', sha256 = printf('%064d', id)`)
    return [a, b]
  }

  test('is the best span of the current set, everywhere a pair is shown', () => {
    const [a, b] = twoSets()
    const shown = () => {
      const detail = pairDetail(corpus.reader, 1)
      return [
        detail.text.span,
        listPairs(corpus.reader, { where: '', afterId: 0, limit: 1 })[0]?.text.span,
        pairRows(corpus.reader, { ids: [1], prefer: 'span', score: null })[0]?.text,
        detail.span && [detail.span.title, detail.span.place?.source, detail.span.confidence],
      ]
    }
    expect(shown()).toEqual([null, null, 'a red boat', null])
    useSpanSet(corpus.writer, a)
    expect(shown()).toEqual([
      'A red boat',
      'A red boat',
      'A red boat',
      ['Predictions', 'before', 0.75],
    ])
    useSpanSet(corpus.writer, b)
    expect(shown()).toEqual(['harbour', 'harbour', 'harbour', ['Others', 'after', 0.5]])
    useSpanSet(corpus.writer, a)
    expect(pairDetail(corpus.reader, 2).span).toEqual({
      set: a,
      title: 'Predictions',
      place: null,
      kind: null,
      confidence: 0.9,
    })
    expect(pairDetail(corpus.reader, 2).text.span).toBeNull()
    // Another text is shown where there is no span.
    expect(pairRows(corpus.reader, { ids: [2], prefer: 'span', score: null })[0]).toMatchObject({
      text: 'logo',
      textSource: 'alt',
    })
    expect(pairDetail(corpus.reader, 3).span).toBeNull()
  })

  test('is scored by set: another set never overwrites, and only the current one is seen', () => {
    const [a, b] = twoSets()
    const model = modelId()
    expect(kindOf(() => scorableText(corpus.reader, 'span'))).toBe('invalid-input')
    useSpanSet(corpus.writer, a)
    const textA = scorableText(corpus.reader, 'span')
    expect(countScorable(corpus.reader, { modelId: model, text: textA })).toEqual({
      total: 1,
      scored: 0,
    })
    expect(
      unscoredPairs(corpus.reader, { modelId: model, text: textA, afterId: 0, limit: 9 }),
    ).toMatchObject([{ pairId: 1, text: 'A red boat' }])
    // Another set is chosen while the scores of the first are being worked out.
    useSpanSet(corpus.writer, b)
    putScores(corpus.writer, { modelId: model, text: textA, scores: [{ pairId: 1, cosine: 0.25 }] })
    putScores(corpus.writer, {
      modelId: model,
      text: scorableText(corpus.reader, 'span'),
      scores: [{ pairId: 1, cosine: 0.5 }],
    })
    putScores(corpus.writer, {
      modelId: model,
      text: 'alt',
      scores: [{ pairId: 1, cosine: 0.125 }],
    })
    const scores = (): unknown => pairDetail(corpus.reader, 1).scores
    expect(scores()).toEqual([
      { model: 'clip', text: 'alt', cosine: 0.125 },
      { model: 'clip', text: 'span', cosine: 0.5 },
    ])
    useSpanSet(corpus.writer, a)
    expect(scores()).toEqual([
      { model: 'clip', text: 'alt', cosine: 0.125 },
      { model: 'clip', text: 'span', cosine: 0.25 },
    ])
    expect(countScorable(corpus.reader, { modelId: model, text: textA })).toEqual({
      total: 1,
      scored: 1,
    })
    expect(listPairs(corpus.reader, { where: 'score.span>=0.3', afterId: 0, limit: 9 })).toEqual([])
    useSpanSet(corpus.writer, null)
    expect(scoreKinds(corpus.reader).map(({ text }) => text)).toEqual(['alt'])
  })

  test('of several the best one alone is scored, searched and shown, each pair once', () => {
    const { id } = newSet({ title: 'Next best' })
    const nothing: FoundSpan = {
      place: { source: 'before', start: 0, end: 7, quote: 'Nothing' },
      kind: null,
      score: 0.1,
    }
    putSpans(corpus.writer, {
      set: id,
      pairs: [
        { pairId: 1, spans: [boat, other, none(0.1)] },
        { pairId: 2, spans: [none(0.9), nothing] },
      ],
      nextPair: 2,
    })
    corpus.writer.exec(`UPDATE images SET status = 'ok', sha256 = printf('%064d', id)`)
    useSpanSet(corpus.writer, id)
    const args = { modelId: modelId(), text: scorableText(corpus.reader, 'span') }
    expect(countScorable(corpus.reader, args)).toEqual({ total: 1, scored: 0 })
    expect(unscoredPairs(corpus.reader, { ...args, afterId: 0, limit: 9 })).toMatchObject([
      { pairId: 1, text: 'A red boat' },
    ])
    const ids = (where: string): number[] => [...pairIdsWhere(corpus.reader, where)]
    expect(ids('confidence>=0')).toEqual([1, 2])
    expect(ids('span:*')).toEqual([1])
    expect(ids('span:harbour')).toEqual([])
    expect(ids('confidence<0.6')).toEqual([])
    expect(
      listPairs(corpus.reader, { where: '', afterId: 0, limit: 9 }).map((pair) => [
        pair.id,
        pair.text.span,
      ]),
    ).toEqual([
      [1, 'A red boat'],
      [2, null],
      [3, null],
      [4, null],
    ])
  })

  test('can be searched for, and so can its confidence', () => {
    const [a] = twoSets()
    const ids = (where: string): number[] => [...pairIdsWhere(corpus.reader, where)]
    expect(ids('span:*')).toEqual([])
    useSpanSet(corpus.writer, a)
    expect(ids('span:*')).toEqual([1])
    expect(ids('-span:*')).toEqual([2, 3, 4])
    expect(ids('span:"red boat"')).toEqual([1])
    expect(ids('span:/^A\\s/')).toEqual([1])
    expect(ids('confidence>=0.7')).toEqual([1, 2])
    expect(ids('confidence>=0.7 span:* host:site.example')).toEqual([1])
    expect(ids('confidence:*')).toEqual([1, 2])
    expect(ids('-confidence:0..1')).toEqual([3, 4])
  })
})

test('a filter tells how alts stand in the texts, by the newest search that was finished', () => {
  const ids = (where: string): number[] => [...pairIdsWhere(corpus.reader, where)]
  expect(ids('altspan:exact')).toEqual([])
  const { id } = newSet({ kind: 'alt', model: null })
  const found = { ...boat, kind: 'normalised', score: 0.9 }
  putSpans(corpus.writer, {
    set: id,
    pairs: [
      { pairId: 1, spans: [found] },
      { pairId: 2, spans: [] },
    ],
    nextPair: 4,
  })
  expect(ids('altspan:*')).toEqual([])
  finishSpanSet(corpus.writer, { set: id })
  expect(ids('altspan:*')).toEqual([1])
  expect(ids('altspan:normalised')).toEqual([1])
  expect(ids('altspan:exact')).toEqual([])
  expect(ids('altspan:/^n/')).toEqual([1, 2])
  // Pairs without an alt text have nothing that could be there or not.
  expect(ids('altspan:none')).toEqual([2])
  corpus.writer.exec('UPDATE span_sets SET next_pair = 1')
  expect(ids('altspan:none')).toEqual([])
})

describe('training runs', () => {
  const run: TrainingRun = {
    id: 'r1',
    kind: 'head',
    title: 'Head',
    state: 'running',
    createdAt: '2024-05-01T10:00:00.000Z',
    finishedAt: null,
    encoder: 'bert',
    config: { epochs: 3 },
    splits: [{ split: 'train', texts: 3, answers: 2, sites: 1 }],
    history: [],
    bestEpoch: null,
    test: [],
    temperature: null,
    calibrationError: null,
    model: null,
    warnings: [],
    error: null,
  }

  test('are kept as they go on, newest first, and are interrupted when the program died', () => {
    saveTrainingRun(corpus.writer, run)
    saveTrainingRun(corpus.writer, {
      ...run,
      id: 'r2',
      state: 'done',
      createdAt: '2024-05-02T10:00:00.000Z',
    })
    saveTrainingRun(corpus.writer, { ...run, warnings: ['w'] })
    expect(
      listTrainingRuns(corpus.reader).map(({ id, warnings }) => [id, warnings.length]),
    ).toEqual([
      ['r2', 0],
      ['r1', 1],
    ])
    expect(markRunsInterrupted(corpus.writer)).toBe(1)
    expect(listTrainingRuns(corpus.reader).map(({ state }) => state)).toEqual([
      'done',
      'interrupted',
    ])
  })

  test('with a loss that is no number are refused', () => {
    expect(() => saveTrainingRun(corpus.writer, { ...run, temperature: NaN })).toThrow(/number/)
  })
})
