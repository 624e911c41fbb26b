/** What there is to learn from, out of labels and found alts. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { TrainingData } from '#shared/contract/training-data.ts'
import { joinContext } from '#shared/text/context.ts'
import type { ContextTexts } from '#shared/text/context.ts'
import { sliceCodePoints } from '#shared/text/offsets.ts'
import { quoteSpan } from '#shared/text/spans.ts'
import { indexTrainingData } from '../../../../src/main/jobs/spans/training-index.ts'
import type { TrainingIndex } from '../../../../src/main/jobs/spans/training-index.ts'
import type { Corpus } from '../../../../src/main/store/open.ts'
import { putLabelEvent } from '../../../../src/main/store/repositories/labels.ts'
import {
  contextOf,
  createSpanSet,
  finishSpanSet,
  putSpans,
} from '../../../../src/main/store/repositories/span-sets.ts'
import { corpusOf, labeled } from '../../store/label-support.ts'
import type { Words } from '../../store/label-support.ts'

let folder: string
let corpus: Corpus
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-training-'))
})
afterEach(() => {
  corpus.close()
  rmSync(folder, { recursive: true, force: true })
})

/** One pair a page, each on a site of its own. */
function sites(words: readonly Words[]): void {
  corpus = corpusOf(
    join(folder, 'a.gleaner'),
    words.map((pair, i) => ({ url: `https://site${i}.example/`, pairs: [pair] })),
  )
}

type Source = 'before' | 'caption' | 'after'
function placeOf(pair: number, source: Source, quote: string) {
  const text = contextOf(corpus.reader, pair)?.[source] ?? ''
  const start = [...text.slice(0, text.indexOf(quote))].length
  return { source, ...quoteSpan(text, start, start + [...quote].length) }
}
function label(pairId: number, source: Source, quote: string): void {
  const state = labeled([{ ...placeOf(pairId, source, quote), type: 'content' }])
  const who = { annotator: 'ann', review: false, seconds: null, software: 'test' }
  putLabelEvent(corpus.writer, { ...who, pairId, state })
}
type Found = [pairId: number, source: Source, quote: string, score?: number]
function alts(found: readonly Found[]): number {
  const { id } = createSpanSet(corpus.writer, {
    kind: 'alt',
    title: 'Alts',
    model: null,
    config: {},
    software: 'test',
  })
  const pairs = found.map(([pairId, source, quote, score = 1]) => ({
    pairId,
    spans: [{ place: placeOf(pairId, source, quote), kind: 'near', score }],
  }))
  putSpans(corpus.writer, { set: id, pairs, nextPair: 1000 })
  finishSpanSet(corpus.writer, { set: id })
  return id
}

const index = (more: Partial<TrainingData> = {}): TrainingIndex =>
  indexTrainingData(corpus.reader, TrainingData.parse({ corpus: corpus.path, ...more }))
const idsOf = (more: Partial<TrainingData> = {}): number[] =>
  index(more).items.map(({ pairId }) => pairId)

const NAMES = 'ant bee cow dog elk fox gnu hen ibis jay kite lynx mole newt owl pig'.split(' ')

it.each([
  ['text before the picture', (name: string, own: string) => [name, own, own] as const],
  ['caption', (name: string, own: string) => [own, name, own] as const],
  ['text after the picture', (name: string, own: string) => [own, own, name] as const],
])('sites that have one %s are in one split', (_, textsOf) => {
  const pairs = NAMES.flatMap((name) =>
    ['north', 'south'].map((side): Words => {
      const same = `The very same words of an ${name} here`
      const [before, caption, after] = textsOf(same, `On the ${side} side an old ${name} is`)
      return { before: `${before}.`, caption: `${caption}!`, after: `${after}?` }
    }),
  )
  sites(pairs)
  for (const [i, { before }] of pairs.entries()) {
    label(i + 1, 'before', (before ?? '').split(' ').slice(0, 2).join(' '))
  }
  const { items } = index()
  expect(items).toHaveLength(pairs.length)
  expect(new Set(items.map(({ split }) => split)).size).toBe(3)
  for (let i = 0; i < items.length; i += 2) expect(items[i]?.split).toBe(items[i + 1]?.split)
})

it('sites whose pictures are described by the same words are in one split, whatever stands around', () => {
  const pairs = NAMES.flatMap((name) =>
    ['north', 'south'].map((side) => ({
      before: `From the ${side} comes this: A young ${name} drinks at dawn, of the ${side}`,
    })),
  )
  sites(pairs)
  for (const [i] of pairs.entries()) {
    label(i + 1, 'before', `A young ${NAMES[i >> 1] ?? ''} drinks at dawn`)
  }
  const { items } = index()
  expect(new Set(items.map(({ split }) => split)).size).toBe(3)
  for (let i = 0; i < items.length; i += 2) expect(items[i]?.split).toBe(items[i + 1]?.split)
})

it('the seed deals the sites, the same each time', () => {
  sites(NAMES.map((name) => ({ before: `An ${name} of its own` })))
  for (const [i, name] of NAMES.entries()) label(i + 1, 'before', name)
  const splits = (seed: number): string[] =>
    index({ split: { train: 0.5, validation: 0.25, test: 0.25, seed } }).items.map(
      ({ split }) => split,
    )
  expect(splits(1)).toEqual(splits(1))
  expect(splits(2)).not.toEqual(splits(1))
  expect(splits(1).filter((split) => split === 'train')).toHaveLength(8)
})

it('a filter holds for labels and alts; an alt must be similar enough and have words enough', () => {
  sites(NAMES.map((name) => ({ before: `Here is an ${name} as it was` })))
  label(1, 'before', 'ant')
  label(2, 'before', 'bee')
  const set = alts([
    [3, 'before', 'an cow as'],
    [4, 'before', 'an dog as', 0.85],
    [5, 'before', 'an elk as', 0.79],
    [6, 'before', 'an fox'],
    [7, 'before', 'gnu'],
  ])
  expect(idsOf({ alts: set })).toEqual([1, 2, 3, 4, 6])
  expect(idsOf({ alts: set, minAltScore: 0.9 })).toEqual([1, 2, 3, 6])
  expect(idsOf({ alts: set, minAltScore: 0 })).toEqual([1, 2, 3, 4, 5, 6])
  expect(idsOf({ alts: set, minAltWords: 3 })).toEqual([1, 2, 3, 4])
  expect(idsOf({ alts: set, minAltWords: 1 })).toEqual([1, 2, 3, 4, 6, 7])
  expect(idsOf({ alts: set, where: 'id>=2 id<=3' })).toEqual([2, 3])
  expect(idsOf({ alts: set, labels: false })).toEqual([3, 4, 6])
})

it('a text that repeats is kept once, a label before an alt; around another place it is another text', () => {
  const same = { before: 'A first line\nand a second', after: 'then a third' }
  sites([
    same,
    same,
    { before: 'A first line', after: 'and a second\nthen a third' },
    { before: 'Nothing like it', after: 'at all' },
  ])
  const set = alts([
    [1, 'before', 'first line'],
    [3, 'before', 'first line'],
  ])
  label(2, 'before', 'a second')
  const { items, warnings } = index({ alts: set })
  expect(items.map(({ pairId, origin }) => [pairId, origin])).toEqual([
    [2, 'label'],
    [3, 'near'],
  ])
  expect(warnings.join('\n')).toContain('Duplicate texts excluded: 1.')
})

it('spans are slices of the running text without white space at their edges; what does not fit is counted', () => {
  sites([
    { before: '🏖️ By the sea', caption: 'A red boat 🍎 lies', after: 'and waits' },
    { before: 'One day', after: 'a tall ship came in' },
    { before: 'Another day', after: 'a small ship left' },
  ])
  const set = alts([
    [1, 'caption', ' red boat 🍎 '],
    [2, 'after', 'tall ship'],
    [3, 'after', 'small ship'],
  ])
  corpus.writer.exec(`UPDATE contexts SET after = 'a great ship left' WHERE pair_id = 3`)
  const found = index({ alts: set }).items
  expect(found.map(({ spans }) => spans.map(({ quote }) => quote))).toEqual([
    ['red boat 🍎'],
    ['tall ship'],
  ])
  for (const { pairId, spans } of found) {
    const context = joinContext(contextOf(corpus.reader, pairId) as ContextTexts)
    for (const { start, end, quote } of spans) {
      expect(sliceCodePoints(context.text, start, end)).toBe(quote)
    }
  }
  expect(index({ alts: set }).warnings.join('\n')).toContain(
    'Texts excluded because their spans do not match the text: 1.',
  )
})
