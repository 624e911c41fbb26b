import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { LabeledPlace } from '#shared/contract/labels.ts'
import type { ContextSource } from '#shared/text/context.ts'
import { training as contract } from '#shared/contract/training.ts'
import { measureSet } from '../../../../src/main/jobs/spans/measure-set.ts'
import { spanSamples } from '../../../../src/main/jobs/spans/span-samples.ts'
import type { Corpus } from '../../../../src/main/store/open.ts'
import { putLabelEvent } from '../../../../src/main/store/repositories/labels.ts'
import {
  createSpanSet,
  finishSpanSet,
  putSpans,
} from '../../../../src/main/store/repositories/span-sets.ts'
import { corpusOf, labeled, placeOf } from '../../store/label-support.ts'

let folder: string
let corpus: Corpus
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-measures-'))
  const words = { before: 'The red boat lies there', caption: 'The red boat lies here' }
  corpus = corpusOf(join(folder, 'a.gleaner'), [{ pairs: Array.from({ length: 6 }, () => words) }])
})
afterEach(() => {
  corpus.close()
  rmSync(folder, { recursive: true, force: true })
})

const at = (pair: number, source: ContextSource, start: number, end: number, type?: string) =>
  placeOf(corpus.reader, pair, source, start, end, type)
function say(pairId: number, spans: LabeledPlace[], annotator = 'ann'): void {
  const args = { annotator, review: false, pairId, seconds: null, software: 'test' }
  putLabelEvent(corpus.writer, { ...args, state: labeled(spans) })
}
/** What a model says of each pair: its best span, or nothing. */
function predicted(spans: [pairId: number, place: LabeledPlace | null][]): number {
  const { id } = createSpanSet(corpus.writer, {
    kind: 'model',
    title: 'Predictions',
    model: { id: 'my-head', digest: 'd'.repeat(64) },
    config: {},
    software: 'test',
  })
  const pairs = spans.map(([pairId, found]) => {
    const place = found && {
      source: found.source,
      start: found.start,
      end: found.end,
      quote: found.quote,
    }
    return { pairId, spans: [{ place, kind: null, score: 0.5 }] }
  })
  putSpans(corpus.writer, { set: id, pairs, nextPair: 6 })
  finishSpanSet(corpus.writer, { set: id })
  return id
}

it('a set is measured on the pairs that have both, by type, with “nothing” on either side', () => {
  // Half of it; the same words of another text; nothing against words; words against nothing.
  say(1, [at(1, 'before', 0, 12, 'title')])
  say(2, [at(2, 'before', 0, 12, 'title')])
  say(3, [at(3, 'caption', 0, 12)])
  say(4, [])
  say(5, [])
  // Two people disagree: it says nothing of the set.
  say(6, [at(6, 'before', 0, 12)])
  say(6, [], 'bob')
  const set = predicted([
    [1, at(1, 'before', 0, 6)],
    [2, at(2, 'caption', 0, 12)],
    [3, null],
    [4, at(4, 'before', 0, 12)],
    [5, null],
    [6, at(6, 'before', 0, 12)],
  ])
  const measures = measureSet(corpus.reader, set)
  expect(measures.map(({ name, n }) => [name, n])).toEqual([
    ['all', 5],
    ['title', 2],
    ['content', 1],
    ['no description', 2],
  ])
  const [all, title, content, none] = measures
  expect(all?.exactMatch).toBeCloseTo(1 / 5, 12)
  expect(all?.iou).toBeCloseTo((0.5 + 1) / 5, 12)
  expect(all?.f1).toBeCloseTo((2 / 3 + 1) / 5, 12)
  expect(title).toMatchObject({ exactMatch: 0, iou: 0.25 })
  expect(content).toMatchObject({ exactMatch: 0, iou: 0, f1: 0 })
  expect(none).toMatchObject({ exactMatch: 0.5, iou: 0.5, f1: 0.5 })
})

it('of several marked spans the one that agrees best counts, with its type; unlabeled pairs do not', () => {
  say(1, [at(1, 'before', 0, 12, 'title'), at(1, 'before', 13, 23), at(1, 'caption', 0, 3, 'name')])
  const set = predicted([
    [1, at(1, 'before', 13, 23)],
    [2, at(2, 'before', 0, 12)],
  ])
  expect(measureSet(corpus.reader, set)).toEqual([
    { name: 'all', n: 1, exactMatch: 1, iou: 1, f1: 1 },
    { name: 'content', n: 1, exactMatch: 1, iou: 1, f1: 1 },
  ])
})

it('each sample of a set can be read, and their mean is what is measured', () => {
  say(1, [at(1, 'before', 0, 12, 'title')])
  say(2, [at(2, 'caption', 0, 12, 'title'), at(2, 'before', 0, 12)])
  say(3, [at(3, 'caption', 0, 12)])
  say(4, [])
  const set = predicted([
    [1, at(1, 'before', 0, 6)],
    [2, at(2, 'before', 0, 12)],
    [3, null],
    [4, at(4, 'before', 0, 12)],
  ])
  const ask = (bin: number | null, offset = 0) =>
    spanSamples(corpus.reader, { source: { of: 'set', set }, bin, offset, limit: 2 })
  const all = ask(null)
  expect(contract['training.samples'].output.parse(all)).toEqual(all)
  // 6 of 12, the second of two labels, nothing found, nothing to be found.
  expect(all).toMatchObject({ n: 4, mean: (0.5 + 1) / 4, median: 0.25, total: 4 })
  expect(all.mean).toBe(measureSet(corpus.reader, set)[0]?.iou)
  expect(all.bins.map(({ n }) => n)).toEqual([2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1])
  expect(all.rows.map(({ pair }) => pair)).toEqual([3, 4])
  expect(ask(null, 2).rows.map(({ pair }) => pair)).toEqual([1, 2])
  expect(ask(0)).toMatchObject({
    total: 2,
    rows: [
      { pair: 3, iou: 0, gold: true, found: false },
      { pair: 4, iou: 0, gold: false, found: true },
    ],
  })
  const [half] = ask(5).rows
  expect(half?.pieces.filter(({ gold }) => gold).map(({ text }) => text)).toEqual([
    'The re',
    'd boat',
  ])
  expect(half?.pieces.find(({ found }) => found)).toEqual({
    text: 'The re',
    gold: true,
    found: true,
  })
  // The spans of a caption lie behind the text before it.
  const [whole] = ask(11).rows
  expect(whole?.pieces.filter(({ gold, found }) => gold && found).map(({ text }) => text)).toEqual([
    'The red boat',
  ])
})
