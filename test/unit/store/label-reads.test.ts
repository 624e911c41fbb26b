import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { contract } from '#shared/contract/index.ts'
import { OPEN_LABEL } from '#shared/contract/labels.ts'
import type { LabelState } from '#shared/contract/labels.ts'
import { seededRandom } from '../../../src/shared/random.ts'
import { createCorpus, openCorpus } from '../../../src/main/store/open.ts'
import type { Corpus } from '../../../src/main/store/open.ts'
import { createReadService } from '../../../src/main/store/reads/read-service.ts'
import { createReads } from '../../../src/main/store/reads/reads.ts'
import type { Reads } from '../../../src/main/store/reads/reads.ts'
import { ensureModel } from '../../../src/main/store/repositories/models.ts'
import {
  insertLabelEvent,
  putLabelEvent,
  undoLabel,
} from '../../../src/main/store/repositories/labels.ts'
import type { Speaker } from '../../../src/main/store/repositories/labels.ts'
import { putScores } from '../../../src/main/store/repositories/scores.ts'
import {
  contextOf,
  createSpanSet,
  finishSpanSet,
  putSpans,
  useSpanSet,
} from '../../../src/main/store/repositories/span-sets.ts'
import type { FoundSpan } from '../../../src/main/store/repositories/span-sets.ts'
import { sliceCodePoints } from '#shared/text/offsets.ts'
import { transaction } from '../../../src/main/store/statements.ts'
import { fillCorpus } from '../../support/synthetic.ts'
import { labeled, placeOf } from './label-support.ts'

const PAIRS = 300
let folder: string
let corpus: Corpus
let reads: Reads
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-label-reads-'))
  createCorpus(join(folder, 'a.gleaner'))
  corpus = openCorpus(join(folder, 'a.gleaner'))
  fillCorpus(corpus, { pairs: PAIRS })
})
afterAll(() => {
  vi.useRealTimers()
  corpus.close()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(() => {
  vi.useRealTimers()
  useSpanSet(corpus.writer, null)
  corpus.writer.exec(
    'DELETE FROM label_events; DELETE FROM spans; DELETE FROM span_sets; DELETE FROM scores',
  )
  reads = createReads(corpus.reader)
})

const anna: Speaker = { annotator: 'anna', review: false }
const ben: Speaker = { annotator: 'ben', review: false }
const say = (speaker: Speaker, pairId: number, state: LabelState, seconds: number | null = null) =>
  putLabelEvent(corpus.writer, { ...speaker, pairId, state, seconds, software: 'test' })
const skipped: LabelState = { ...OPEN_LABEL, status: 'skipped' }
const words = (pair: number, start: number, end: number, type?: string) =>
  placeOf(corpus.reader, pair, 'before', start, end, type)

type QueueArgs = Parameters<Reads['labelQueue']>[0]
const queue = (over: Partial<QueueArgs> = {}) =>
  reads.labelQueue({ ...anna, order: 'page', scope: 'open', where: '', seed: 1, ...over })
const idsOf = (over: Partial<QueueArgs> = {}): number[] => {
  const { queue: name, total } = queue(over)
  const page = reads.labelQueuePage({ ...anna, ...over, queue: name, offset: 0, limit: 1000 })
  expect(page).toHaveLength(total)
  return page.map(({ pair }) => pair)
}
const all = Array.from({ length: PAIRS }, (_, i) => i + 1)

function newSet(kind: 'model' | 'alt', spans: [pair: number, FoundSpan[]][]): number {
  const { id } = createSpanSet(corpus.writer, {
    kind,
    title: `A set of ${kind}`,
    model: kind === 'model' ? { id: 'my-head', digest: 'd'.repeat(64) } : null,
    config: {},
    software: 'test',
  })
  const pairs = spans.map(([pairId, found]) => ({ pairId, spans: found }))
  putSpans(corpus.writer, { set: id, pairs, nextPair: PAIRS })
  finishSpanSet(corpus.writer, { set: id })
  return id
}
const found = (pair: number, score: number | null, kind: string | null = null): FoundSpan => {
  const { source, start, end, quote } = words(pair, 0, 3)
  return { place: { source, start, end, quote }, kind, score }
}
const nothing = (score: number): FoundSpan => ({ place: null, kind: null, score })

describe('a queue', () => {
  test('holds what its scope says of one speaker', () => {
    say(anna, 1, labeled([words(1, 0, 3)]))
    say(anna, 2, skipped)
    say(anna, 3, { ...OPEN_LABEL, flagged: true })
    say(ben, 4, labeled([]))
    expect(idsOf()).toEqual(all.slice(2))
    expect(idsOf({ scope: 'all' })).toEqual(all)
    expect(idsOf({ scope: 'labeled' })).toEqual([1])
    expect(idsOf({ scope: 'skipped' })).toEqual([2])
    expect(idsOf({ scope: 'flagged' })).toEqual([3])
    expect(idsOf({ ...ben, scope: 'labeled' })).toEqual([4])
    expect(idsOf({ scope: 'all', where: 'id:3..5' })).toEqual([3, 4, 5])
    expect(idsOf({ scope: 'all', where: 'labeled:*' })).toEqual([1, 4])
    undoLabel(corpus.writer, { ...anna, software: 'test' })
    expect(idsOf({ scope: 'flagged' })).toEqual([])
  })

  test('stays as it was while its items are labeled, and tells their state', () => {
    const { queue: name } = queue({ where: 'id<=3' })
    say(anna, 2, labeled([], { flagged: true }))
    say(ben, 1, labeled([]))
    const page = () => reads.labelQueuePage({ ...anna, queue: name, offset: 0, limit: 9 })
    expect(page()).toEqual([
      { pair: 1, status: 'open', flagged: false },
      { pair: 2, status: 'labeled', flagged: true },
      { pair: 3, status: 'open', flagged: false },
    ])
    expect(idsOf({ where: 'id<=3' })).toEqual([1, 3])
    expect(reads.labelQueuePage({ ...anna, queue: name, offset: 1, limit: 1 })).toHaveLength(1)
    expect(reads.labelQueuePage({ ...anna, queue: name, offset: 5, limit: 1 })).toEqual([])
    // Asked of a thread that was started anew.
    const again = createReads(corpus.reader)
    expect(
      again.labelQueuePage({ ...anna, queue: name, offset: 0, limit: 9 }).map(({ pair }) => pair),
    ).toEqual([1, 3])
    expect(() => reads.labelQueuePage({ ...anna, queue: 'x', offset: 0, limit: 1 })).toThrow(
      /no such queue/,
    )
  })

  test('in random order depends on the seed alone, not on the filter', () => {
    const random = idsOf({ order: 'random', scope: 'all' })
    expect([...random].sort((a, b) => a - b)).toEqual(all)
    expect(random).not.toEqual(all)
    expect(idsOf({ order: 'random', scope: 'all', seed: 2 })).not.toEqual(random)
    expect(idsOf({ order: 'random', scope: 'all', where: 'id:10..60' })).toEqual(
      random.filter((id) => id >= 10 && id <= 60),
    )
    // Each tenth holds about as many of the early pairs.
    const early = random.slice(0, 150).filter((id) => id <= 150).length
    expect(early).toBeGreaterThan(50)
    expect(early).toBeLessThan(100)
  })

  test('in order of uncertainty begins with the least confident, also in "nothing"', () => {
    expect(idsOf({ order: 'uncertain', where: 'id<=5' })).toEqual([1, 2, 3, 4, 5])
    const predicted = (): number =>
      reads.labelQueue({ ...anna, order: 'page', scope: 'all', where: '', seed: 1 }).predicted
    // Without predictions that is the order of the pages, and it is said.
    expect(predicted()).toBe(0)
    const set = newSet('model', [
      [2, [found(2, 0.9)]],
      [3, [nothing(0.4), found(3, 0.1)]],
      [4, [found(4, 0.2)]],
      [5, [found(5, null)]],
    ])
    useSpanSet(corpus.writer, set)
    expect(idsOf({ order: 'uncertain', where: 'id<=5' })).toEqual([4, 3, 2, 1, 5])
    expect(predicted()).toBe(3)
    // A set that is in use may still grow.
    putSpans(corpus.writer, {
      set,
      pairs: [{ pairId: 1, spans: [found(1, 0.3)] }],
      nextPair: PAIRS,
    })
    expect(idsOf({ order: 'uncertain', where: 'id<=5' })).toEqual([4, 1, 3, 2, 5])
  })

  test('of disagreements begins with the least overlap and has only pairs of two people', () => {
    say(anna, 1, labeled([words(1, 0, 4)]))
    say(ben, 1, labeled([words(1, 0, 3)]))
    say(anna, 2, labeled([words(2, 0, 4)]))
    say(ben, 2, labeled([]))
    say(anna, 3, labeled([words(3, 0, 4)]))
    say(ben, 3, labeled([words(3, 0, 4)]))
    say(anna, 4, labeled([]))
    say(anna, 5, labeled([]))
    say(ben, 5, skipped)
    const cleo: Speaker = { annotator: 'cleo', review: true }
    expect(idsOf({ ...cleo, order: 'disagreement' })).toEqual([2, 1, 3])
    // A review asks only about what somebody has labeled.
    expect(idsOf({ ...cleo })).toEqual([1, 2, 3, 4, 5])
    say(cleo, 2, labeled([]))
    expect(idsOf({ ...cleo, order: 'disagreement' })).toEqual([1, 3])
    expect(idsOf({ ...anna, order: 'disagreement', scope: 'all' })).toEqual([2, 1, 3])
  })
})

describe('progress', () => {
  const progress = (over: Partial<Parameters<Reads['labelProgress']>[0]> = {}) =>
    reads.labelProgress({ ...anna, where: '', ...over })

  test('counts what holds now, within a filter', () => {
    say(anna, 1, labeled([words(1, 0, 3)]))
    say(anna, 2, labeled([], { flagged: true }))
    say(anna, 3, skipped)
    say(anna, 1, labeled([]))
    say(ben, 4, labeled([]))
    expect(progress()).toEqual({
      total: PAIRS,
      labeled: 2,
      none: 2,
      skipped: 1,
      flagged: 1,
      today: 2,
      medianSeconds: null,
      perHour: null,
    })
    expect(progress({ where: 'id>=2 id<10' })).toMatchObject({ total: 8, labeled: 1, skipped: 1 })
    // A review can settle what is labeled.
    expect(progress({ annotator: 'anna', review: true })).toMatchObject({ total: 3, labeled: 0 })
    undoLabel(corpus.writer, { ...anna, software: 'test' })
    expect(progress()).toMatchObject({ labeled: 2, none: 1 })
  })

  test('takes what was said last by time, not what came in last from another machine', () => {
    say(anna, 1, labeled([]), 4)
    expect(progress()).toMatchObject({ labeled: 1 })
    insertLabelEvent(corpus.writer, {
      ...anna,
      uid: '00000000-0000-4000-8000-000000000001',
      pairId: 1,
      kind: 'set',
      target: null,
      state: skipped,
      seconds: 2,
      software: 'test',
      at: '2024-01-01T00:00:00.000Z',
    })
    expect(progress()).toMatchObject({ labeled: 1, skipped: 0 })
    expect(createReads(corpus.reader).labelProgress({ ...anna, where: '' })).toEqual(progress())
  })

  test('takes the time of an item from all that was done to it, over the last 50', () => {
    vi.useFakeTimers({ now: Date.parse('2024-05-05T12:00:00Z'), toFake: ['Date'] })
    say(anna, 299, labeled([]), 500)
    for (let pair = 1; pair <= 49; pair++) {
      say(anna, pair, skipped, 4)
      say(anna, pair, labeled([]), pair % 2 ? 6 : 16)
      // Two items tell no pace.
      if (pair === 1) expect(progress()).toMatchObject({ medianSeconds: null, perHour: null })
      if (pair === 2)
        expect(progress()).toMatchObject({ medianSeconds: 20, perHour: (3600 * 3) / 530 })
    }
    say(anna, 100, labeled([]), null)
    // 25 of 10 s, 24 of 20 s, one of 500 s.
    expect(progress()).toMatchObject({ labeled: 51, medianSeconds: 15, today: 51 })
    expect(progress().perHour).toBeCloseTo((3600 * 50) / (250 + 480 + 500), 9)
    vi.setSystemTime(Date.parse('2024-05-07T12:00:00Z'))
    say(anna, 50, labeled([]), 10)
    // The slow one is the 51st now.
    expect(progress()).toMatchObject({ medianSeconds: 10, today: 1 })
  })
})

describe('what was labeled today', () => {
  const today = (over: Partial<Parameters<Reads['labelProgress']>[0]> = {}): number =>
    reads.labelProgress({ ...anna, where: '', ...over }).today

  test('is of this person and day, whatever the queue asks for', () => {
    // Local time: the day ends at midnight of this machine.
    vi.useFakeTimers({ now: new Date(2024, 4, 5, 23, 50), toFake: ['Date'] })
    for (const pair of [1, 2, 3]) say(anna, pair, labeled([words(pair, 0, 4)]))
    expect(today()).toBe(3)
    vi.setSystemTime(new Date(2024, 4, 6, 0, 10))
    expect(today()).toBe(0)
    say(anna, 4, labeled([words(4, 0, 4)]))
    say(anna, 5, labeled([]))
    say(anna, 6, skipped)
    say(ben, 7, labeled([]))
    expect(today()).toBe(2)
    // A filter and a scope narrow the queue, not the day.
    expect(today({ where: 'id=200' })).toBe(2)
    expect(today({ ...ben })).toBe(1)
    expect(today({ ...anna, review: true })).toBe(0)
  })

  test('counts another answer to a pair of yesterday, not a flag on it, nor what is taken back', () => {
    vi.useFakeTimers({ now: new Date(2024, 4, 5, 12), toFake: ['Date'] })
    for (const pair of [1, 2, 3]) say(anna, pair, labeled([words(pair, 0, 4)]))
    vi.setSystemTime(new Date(2024, 4, 6, 12))
    say(anna, 1, labeled([words(1, 0, 4)], { flagged: true }))
    expect(today()).toBe(0)
    say(anna, 2, labeled([words(2, 4, 8)]))
    expect(today()).toBe(1)
    say(anna, 3, labeled([]))
    expect(today()).toBe(2)
    undoLabel(corpus.writer, { ...anna, software: 'test' })
    expect(today()).toBe(1)
    // The same pair twice is one.
    say(anna, 2, labeled([words(2, 0, 8)]))
    expect(today()).toBe(1)
  })
})

describe('the list of what one labeled', () => {
  const list = (over: Partial<Parameters<Reads['labelList']>[0]> = {}) =>
    reads.labelList({
      ...anna,
      status: null,
      type: null,
      day: null,
      text: '',
      offset: 0,
      limit: 100,
      ...over,
    })
  const pairs = (over: Parameters<typeof list>[0] = {}): number[] =>
    list(over).rows.map(({ row }) => row.id)

  test('is narrowed by type, day, state and words, the latest first, with counts of all', () => {
    vi.useFakeTimers({ now: new Date(2024, 4, 5, 12), toFake: ['Date'] })
    say(anna, 1, labeled([words(1, 0, 4, 'content'), words(1, 5, 9, 'credit')]))
    say(anna, 2, labeled([]))
    vi.setSystemTime(new Date(2024, 4, 6, 12))
    say(anna, 3, labeled([words(3, 0, 4, 'content')], { note: 'ÜBER 100 % sure_' }))
    say(anna, 4, skipped)
    say(anna, 5, labeled([words(5, 0, 4, 'credit')], { flagged: true }))
    say(ben, 6, labeled([words(6, 0, 4, 'content')]))
    say(anna, 7, labeled([]))
    undoLabel(corpus.writer, { ...anna, software: 'test' })
    const all = list()
    expect(contract['labels.list'].output.parse(all)).toEqual(all)
    expect(all).toMatchObject({
      total: 5,
      days: [
        { day: '2024-05-06', n: 3 },
        { day: '2024-05-05', n: 2 },
      ],
      types: [
        { type: 'content', n: 2 },
        { type: 'credit', n: 2 },
      ],
    })
    expect(pairs()).toEqual([5, 4, 3, 2, 1])
    expect(pairs({ type: 'credit' })).toEqual([5, 1])
    expect(pairs({ day: '2024-05-05' })).toEqual([2, 1])
    expect(pairs({ day: '2024-05-05', type: 'credit' })).toEqual([1])
    expect(pairs({ status: 'none' })).toEqual([2])
    expect(pairs({ status: 'skipped' })).toEqual([4])
    expect(pairs({ status: 'flagged' })).toEqual([5])
    expect(pairs({ status: 'labeled' })).toEqual([5, 3, 2, 1])
    expect(pairs({ text: 'über 100' })).toEqual([3])
    // These stand for themselves.
    expect(pairs({ text: 's_re' })).toEqual([])
    expect(pairs({ text: '%' })).toEqual([3])
    const [quote] = words(1, 5, 9).quote.match(/\S+/) ?? []
    expect(pairs({ text: quote?.toUpperCase() ?? '?' })).toContain(1)
    expect(pairs({ limit: 2, offset: 1 })).toEqual([4, 3])
    expect(list({ limit: 2, offset: 1 }).total).toBe(5)
    expect(pairs({ annotator: 'nobody' })).toEqual([])
  })
})

describe('an item', () => {
  test('brings its words, what models and alts propose, and what is said of it', () => {
    const pair = 7
    newSet('model', [[pair, [nothing(0.6), found(pair, 0.3), found(pair, 0.1)]]])
    newSet('alt', [[pair, [found(pair, 0.9, 'near')]]])
    say(anna, pair, labeled([words(pair, 4, 8, 'title')]))
    const item = reads.labelItem({ ...anna, pair })
    expect(contract['labels.item'].output.parse(item)).toEqual(item)
    expect(item).toMatchObject({
      pair,
      row: { id: pair },
      before: contextOf(corpus.reader, pair)?.before,
      pageUrl: 'https://site0.example/page/0',
      pageTitle: 'Page 0',
      noneConfidence: 0.6,
      state: { spans: [{ start: 4, end: 8 }] },
      others: [],
    })
    expect(item.suggestions.map(({ origin, name, score }) => [origin, name, score])).toEqual([
      ['model', 'my-head', 0.3],
      ['model', 'my-head', 0.1],
      ['alt', 'near', 0.9],
    ])
  })

  test('proposes what the set in use says, else the newest of its kind', () => {
    const scores = () => reads.labelItem({ ...anna, pair: 7 }).suggestions.map((one) => one.score)
    const older = newSet('model', [[7, [found(7, 0.25)]]])
    const newer = newSet('model', [[7, [found(7, 0.75)]]])
    expect(scores()).toEqual([0.75])
    useSpanSet(corpus.writer, older)
    expect(scores()).toEqual([0.25])
    useSpanSet(corpus.writer, newer)
    expect(scores()).toEqual([0.75])
    useSpanSet(corpus.writer, newSet('alt', [[7, [found(7, 1, 'exact')]]]))
    expect(scores()).toEqual([0.75, 1])
  })

  test('shows the others only to a review', () => {
    say(anna, 7, labeled([words(7, 4, 8, 'title')]))
    say(ben, 7, labeled([]))
    say({ annotator: 'cleo', review: false }, 7, { ...OPEN_LABEL, note: 'later' })
    expect(reads.labelItem({ ...ben, pair: 7 })).toMatchObject({ others: [], suggestions: [] })
    const item = reads.labelItem({ annotator: 'cleo', review: true, pair: 7 })
    expect(item.others.map(({ annotator, state }) => [annotator, state.spans.length])).toEqual([
      ['anna', 1],
      ['ben', 0],
    ])
    expect(item.suggestions).toMatchObject([
      { origin: 'annotator', name: 'anna', score: null, place: { type: 'title' } },
    ])
    expect(item.state).toEqual(OPEN_LABEL)
  })

  test('that is not there is an error', () => {
    expect(() => reads.labelItem({ ...anna, pair: 9999 })).toThrow(/no pair 9999/)
  })
})

describe('spans and scores', () => {
  const model = 'test/clip'
  const put = (text: 'alt' | `span@${number}`, scores: [number, number][]): void => {
    const modelId = ensureModel(corpus.writer, {
      digest: 'a'.repeat(64),
      name: model,
      title: 'CLIP',
      manifest: '{}',
    })
    putScores(corpus.writer, {
      modelId,
      text,
      scores: scores.map(([pairId, cosine]) => ({ pairId, cosine })),
    })
  }

  test('coverage counts each picture once, by its best words', () => {
    // Pictures of pairs 9 and 10 of each ten are one.
    corpus.writer.exec(`UPDATE images SET status = 'ok', sha256 = 'x'`)
    corpus.writer.exec(
      `UPDATE images SET status = 'missing', sha256 = NULL WHERE id = (SELECT image_id FROM pairs WHERE id = 8)`,
    )
    const set = newSet('model', [
      [1, [found(1, 0.9)]],
      [2, [found(2, 0.9)]],
      [3, [found(3, 0.4)]],
      [4, [nothing(0.9)]],
      [5, [found(5, 0.9)]],
      [8, [found(8, 0.9)]],
      [10, [found(10, 0.9)]],
    ])
    put('alt', [
      [1, 0.3],
      [4, 0.3],
      [5, 0.1],
      [9, 0.3],
    ])
    put(`span@${set}`, [
      [1, 0.3],
      [2, 0.28],
      [3, 0.3],
      [10, 0.3],
    ])
    const pictures = corpus.reader
      .prepare(`SELECT count(*) FROM images WHERE status = 'ok'`)
      .pluck()
      .get() as number
    expect(reads.spanCoverage({ set, model, minCosine: 0.28, minConfidence: 0.5 })).toEqual({
      pictures,
      // Pair 4; pair 2; pair 1, and the picture of 9 and 10.
      altOnly: 1,
      spanOnly: 1,
      both: 2,
      neither: pictures - 4,
      unscored: 1,
    })
    expect(reads.spanCoverage({ set, model, minCosine: 0.28, minConfidence: 0 })).toMatchObject({
      spanOnly: 2,
    })
    // What a person marked has no confidence: it is sure.
    const marked = newSet('model', [[2, [found(2, null)]]])
    put(`span@${marked}`, [[2, 0.3]])
    expect(
      reads.spanCoverage({ set: marked, model, minCosine: 0.28, minConfidence: 1 }),
    ).toMatchObject({ spanOnly: 1 })
    // Another set has no scores yet.
    const other = newSet('model', [[1, [found(1, 0.9)]]])
    expect(
      reads.spanCoverage({ set: other, model, minCosine: 0.28, minConfidence: 0 }),
    ).toMatchObject({ altOnly: 3, spanOnly: 0, both: 0, unscored: 1 })
    expect(() =>
      reads.spanCoverage({ set, model: 'else', minCosine: 0, minConfidence: 0 }),
    ).toThrow(/no scores of a model/)
  })

  test('density is that of a plain count, with both correlations', () => {
    const random = seededRandom(5).next
    const points = all.slice(0, 200).map((id) => {
      const confidence = Math.fround(Math.round(random() * 20) / 20)
      return { id, confidence, cosine: Math.fround(0.1 + 0.2 * confidence + 0.1 * random()) }
    })
    const set = newSet('model', [
      ...points.map(({ id, confidence }): [number, FoundSpan[]] => [id, [found(id, confidence)]]),
      // Neither of these is a point.
      [201, [nothing(0.5)]],
      [202, [found(202, null)]],
      [203, [found(203, 0.5)]],
    ])
    put(`span@${set}`, [
      ...points.map(({ id, cosine }): [number, number] => [id, cosine]),
      [201, 0.9],
      [202, 0.9],
    ])
    const density = reads.spanDensity({ set, model, columns: 8, rows: 5 })
    const low = Math.min(...points.map(({ cosine }) => cosine))
    const high = Math.max(...points.map(({ cosine }) => cosine))
    const counts = new Array<number>(40).fill(0)
    for (const { confidence, cosine } of points) {
      const row = Math.min(4, Math.floor(((cosine - low) / (high - low)) * 5))
      counts[row * 8 + Math.min(7, Math.floor(confidence * 8))]!++
    }
    expect(density).toMatchObject({ n: 200, confidence: [0, 1], cosine: [low, high], counts })
    expect(density.pearson).toBeGreaterThan(0.8)
    expect(density.spearman).toBeGreaterThan(0.8)
    expect(contract['spans.density'].output.parse(density)).toEqual(density)
    // One value of the cosine has a row in which it lies, too.
    const single = newSet('model', [[1, [found(1, 1)]]])
    put(`span@${single}`, [[1, 0.25]])
    expect(reads.spanDensity({ set: single, model, columns: 2, rows: 2 })).toMatchObject({
      cosine: [0.245, 0.255],
      counts: [0, 0, 0, 1],
      n: 1,
    })
    const empty = newSet('model', [])
    expect(reads.spanDensity({ set: empty, model, columns: 2, rows: 2 })).toEqual({
      columns: 2,
      rows: 2,
      confidence: [0, 1],
      cosine: [0, 1],
      counts: [0, 0, 0, 0],
      n: 0,
      pearson: null,
      spearman: null,
    })
  })

  test('all of it follows the set that is chosen', () => {
    const [a, b] = [
      newSet('model', [[1, [found(1, 0.9)]]]),
      newSet('model', [[2, [found(2, 0.9)]]]),
    ]
    put(`span@${a}`, [[1, 0.5]])
    put(`span@${b}`, [[2, 0.25]])
    const use = (set: number): void => {
      useSpanSet(corpus.writer, set)
      reads.invalidate(['spans'])
    }
    const scope = { model, text: 'span' as const, where: '' }
    const seen = () => ({
      sources: reads.sources().map(({ text, n, mean }) => [text, n, mean]),
      above: reads.countAbove({ ...scope, minCosine: 0.4 }).kept,
      within: reads.countAbove({ ...scope, where: 'span:*', minCosine: 0 }).kept,
      mean: reads.histogram({ ...scope, bins: 2 }).mean,
      selected: [reads.select({ where: 'score.span>=0.4', sort: 'id', score: null, seed: 0 })].map(
        ({ selection }) => reads.page({ selection, offset: 0, limit: 9 }).map(({ id }) => id),
      )[0],
      present: [
        reads.select({ where: 'span:*', sort: 'id', score: { model, text: 'span' }, seed: 0 }),
      ].map(({ selection }) =>
        reads
          .page({ selection, offset: 0, limit: 9 })
          .map(({ id, textSource, cosine }) => [id, textSource, cosine]),
      )[0],
      preview: reads.exportPreview({ format: 'parquet', where: '', text: 'span' }).exported,
      stats: reads.stats().withSpan,
    })
    expect(reads.stats().withSpan).toBeNull()
    expect(reads.exportPreview({ format: 'parquet', where: '', text: 'span' })).toMatchObject({
      exported: 0,
      skipped: [{ reason: 'no-text', n: PAIRS }],
    })
    use(a)
    expect(seen()).toEqual({
      sources: [['span', 1, 0.5]],
      above: 1,
      within: 1,
      mean: 0.5,
      selected: [1],
      present: [[1, 'span', 0.5]],
      preview: 1,
      stats: 1,
    })
    use(b)
    expect(seen()).toEqual({
      sources: [['span', 1, 0.25]],
      above: 0,
      within: 1,
      mean: 0.25,
      selected: [],
      present: [[2, 'span', 0.25]],
      preview: 1,
      stats: 1,
    })
  })
})

test('names and types of labels are suggested, most frequent first', () => {
  say(anna, 1, labeled([words(1, 0, 3, 'caption')]))
  say(ben, 2, labeled([words(2, 0, 3, 'caption'), words(2, 4, 6, 'title')], { flagged: true }))
  say(ben, 3, labeled([]))
  reads.invalidate(['labels'])
  const suggest = (field: string, prefix = '') =>
    reads.suggest({ field, prefix }).map(({ value, n }) => [value, n])
  expect(suggest('labeled')).toEqual([
    ['ben', 2],
    ['anna', 1],
  ])
  expect(suggest('labeled', 'A')).toEqual([['anna', 1]])
  expect(suggest('flagged')).toEqual([['ben', 1]])
  expect(suggest('label')).toEqual([
    ['caption', 2],
    ['title', 1],
  ])
})

test('the reading thread answers the new questions, too', async () => {
  const service = createReadService(
    corpus.path,
    new URL('../../../src/main/store/reads/query-worker.ts', import.meta.url),
  )
  try {
    say(anna, 1, labeled([]))
    const asked = { ...anna, order: 'page', scope: 'open', where: 'id<3', seed: 1 } as const
    const { queue: name, total } = await service.labelQueue(asked)
    expect(total).toBe(1)
    expect(await service.labelQueuePage({ ...anna, queue: name, offset: 0, limit: 5 })).toEqual([
      { pair: 2, status: 'open', flagged: false },
    ])
    expect(await service.labelProgress({ ...anna, where: '' })).toMatchObject({ labeled: 1 })
    expect(await service.labelItem({ ...anna, pair: 1 })).toMatchObject({
      state: { status: 'labeled' },
    })
    const set = newSet('model', [])
    ensureModel(corpus.writer, {
      digest: 'a'.repeat(64),
      name: 'test/clip',
      title: 'CLIP',
      manifest: '{}',
    })
    expect(
      await service.spanDensity({ set, model: 'test/clip', columns: 2, rows: 2 }),
    ).toMatchObject({ n: 0 })
    expect(
      await service.spanCoverage({ set, model: 'test/clip', minCosine: 0, minConfidence: 0 }),
    ).toMatchObject({ both: 0 })
  } finally {
    await service.close()
  }
})

describe('with 200,000 pairs', () => {
  let large: Corpus
  let asked: Reads
  let set: number
  const N = Number(process.env.GLEANER_LABEL_PAIRS ?? 200_000)
  beforeAll(() => {
    createCorpus(join(folder, 'large.gleaner'))
    large = openCorpus(join(folder, 'large.gleaner'))
    fillCorpus(large, { pairs: N, scores: ['alt'] })
    const db = large.writer
    set = createSpanSet(db, {
      kind: 'model',
      title: 'x',
      model: { id: 'm', digest: 'd' },
      config: {},
      software: 'test',
    }).id
    const random = seededRandom(3).next
    for (let from = 1; from <= N; from += 20_000) {
      const to = Math.min(N, from + 19_999)
      transaction(db, () => {
        const pairs = Array.from({ length: to - from + 1 }, (_, i) => {
          const pairId = from + i
          const quote = sliceCodePoints(contextOf(db, pairId)?.before ?? '', 0, 3)
          const place = { source: 'before' as const, start: 0, end: 3, quote }
          return {
            pairId,
            spans: [{ place: random() < 0.2 ? null : place, kind: null, score: random() }],
          }
        })
        putSpans(db, { set, pairs, nextPair: to })
        db.prepare(
          `INSERT INTO scores (model_id, text_source, pair_id, cosine) SELECT 1, 'span@${set}', pair_id, 0.2 + 0.1 * score + 0.01 * (pair_id % 7) FROM spans
          WHERE set_id = ? AND pair_id BETWEEN ? AND ? AND start IS NOT NULL`,
        ).run(set, from, to)
      })
    }
    finishSpanSet(db, { set })
    useSpanSet(db, set)
    transaction(db, () => {
      for (let i = 0; i < 2000; i++) {
        const pairId = 1 + i * 50
        const args = { pairId, seconds: 5, software: 'test', state: labeled([]) }
        putLabelEvent(db, { ...anna, ...args })
        if (i % 2 === 0) putLabelEvent(db, { ...ben, ...args })
      }
    })
    asked = createReads(large.reader)
  }, 300_000)
  afterAll(() => large.close())

  /** Milliseconds of the processor for the first time, and the least of three more. */
  function timed(work: () => unknown): { first: number; again: number } {
    const once = (): number => {
      const before = process.threadCpuUsage()
      work()
      const { user, system } = process.threadCpuUsage(before)
      return (user + system) / 1000
    }
    const first = once()
    return { first, again: Math.min(once(), once(), once()) }
  }

  test('queues and densities are there at once', () => {
    const times: Record<string, { first: number; again: number }> = {}
    const model = 'test/clip'
    for (const order of ['uncertain', 'random', 'page', 'disagreement'] as const) {
      let seconds = 5
      times[`queue ${order}`] = timed(() => {
        // One more label: what is asked then is asked anew.
        putLabelEvent(large.writer, {
          ...anna,
          pairId: 2,
          seconds: seconds++,
          software: 'test',
          state: labeled([]),
        })
        return asked.labelQueue({ ...anna, order, scope: 'open', where: '', seed: 1 })
      })
    }
    const { queue: name, total } = asked.labelQueue({
      ...anna,
      order: 'uncertain',
      scope: 'open',
      where: '',
      seed: 1,
    })
    expect(total).toBe(N - 2001)
    times.page = timed(() =>
      asked.labelQueuePage({ ...anna, queue: name, offset: 100_000, limit: 200 }),
    )
    times.progress = timed(() => asked.labelProgress({ ...anna, where: '' }))
    times.density = timed(() => asked.spanDensity({ set, model, columns: 64, rows: 64 }))
    times.coverage = timed(() =>
      asked.spanCoverage({ set, model, minCosine: 0.25, minConfidence: 0.5 }),
    )
    // Beside one look at every pair and span, which each of them is about.
    const look = timed(() =>
      large.reader
        .prepare(
          `SELECT sum(length(p.alt)), sum(s.score), sum(s.start IS NOT NULL) FROM pairs p
           LEFT JOIN spans s ON s.set_id = ? AND s.pair_id = p.id AND s.rank = 0`,
        )
        .get(set),
    )
    if (process.env.GLEANER_LABEL_PAIRS) console.table({ ...times, look })
    for (const [what, { first, again }] of Object.entries(times)) {
      expect(first / look.again, what).toBeLessThan(30)
      expect(again / look.again, what).toBeLessThan(10)
    }
  })
})
