import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { LabelState } from '#shared/contract/labels.ts'
import { DEFAULT_TYPES, OPEN_LABEL } from '#shared/contract/labels.ts'
import { AppError } from '#shared/errors.ts'
import { openCorpus } from '../../../src/main/store/open.ts'
import type { Corpus } from '../../../src/main/store/open.ts'
import {
  freezeLabels,
  goldLabels,
  itemsForAgreement,
  meanIou,
  placesIou,
  tidyPlaces,
} from '../../../src/main/store/repositories/gold-labels.ts'
import {
  annotators,
  labelState,
  labelTypes,
  putLabelEvent,
  redoLabel,
  setLabelTypes,
  undoLabel,
} from '../../../src/main/store/repositories/labels.ts'
import type { Speaker } from '../../../src/main/store/repositories/labels.ts'
import { spansOf } from '../../../src/main/store/repositories/span-sets.ts'
import { pairIdsWhere } from '../../../src/main/store/reads/score-ref.ts'
import { transaction } from '../../../src/main/store/statements.ts'
import { corpusOf, labeled, placeOf } from './label-support.ts'
import { growth } from '../../support/growth.ts'

let folder: string
let path: string
let corpus: Corpus
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-labels-'))
  path = join(folder, 'a.gleaner')
  const words = { before: '👩‍🚀  A red boat ', caption: 'Harbour', after: 'at dawn' }
  corpus = corpusOf(path, [{ pairs: [words, words, words, words] }])
})
afterEach(() => {
  vi.useRealTimers()
  corpus.close()
  rmSync(folder, { recursive: true, force: true })
})

const anna: Speaker = { annotator: 'anna', review: false }
const ben: Speaker = { annotator: 'ben', review: false }
const say = (speaker: Speaker, pairId: number, state: LabelState, seconds: number | null = null) =>
  putLabelEvent(corpus.writer, { ...speaker, pairId, state, seconds, software: 'test' })
const undo = (speaker: Speaker) => undoLabel(corpus.writer, { ...speaker, software: 'test' })
const redo = (speaker: Speaker) => redoLabel(corpus.writer, { ...speaker, software: 'test' })
const state = (speaker: Speaker, pairId: number): LabelState =>
  labelState(corpus.reader, { ...speaker, pairId })
const at = (source: 'before' | 'caption' | 'after', start: number, end: number, type?: string) =>
  placeOf(corpus.reader, 1, source, start, end, type)
const note = (text: string): LabelState => ({ ...OPEN_LABEL, note: text })
const kindOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    if (error instanceof AppError) return error.kind
    throw error
  }
  return 'nothing was thrown'
}

describe('a label', () => {
  test('is what its speaker said last, and nothing that was said is lost', () => {
    expect(state(anna, 1)).toEqual(OPEN_LABEL)
    const boat = labeled([at('before', 5, 15)], { note: 'sure', flagged: true })
    say(anna, 1, boat)
    say(anna, 1, labeled([]))
    say(ben, 1, { ...OPEN_LABEL, status: 'skipped' })
    say({ ...anna, review: true }, 1, note('r'))
    expect(state(anna, 1)).toEqual(labeled([]))
    expect(state(ben, 1).status).toBe('skipped')
    expect(state({ ...anna, review: true }, 1).note).toBe('r')
    expect(corpus.reader.prepare('SELECT count(*) FROM label_events').pluck().get()).toBe(4)
  })

  test.each<[string, () => unknown, string]>([
    [
      'a quote that is not there',
      () => say(anna, 1, labeled([{ ...at('before', 5, 15), quote: 'A red goat' }])),
      'invalid-input',
    ],
    ['an empty span', () => say(anna, 1, labeled([at('before', 5, 5)])), 'invalid-input'],
    [
      'spans of a pair that is skipped',
      () => say(anna, 1, { ...labeled([at('before', 5, 15)]), status: 'skipped' }),
      'invalid-input',
    ],
    ['a pair that is not there', () => say(anna, 99, labeled([])), 'not-found'],
  ])('is refused with %s', (_, work, kind) => {
    expect(kindOf(work)).toBe(kind)
    expect(corpus.reader.prepare('SELECT count(*) FROM label_events').pluck().get()).toBe(0)
  })

  test('follows the one before also where the clock went back', () => {
    vi.useFakeTimers({ now: Date.parse('2024-05-05T12:00:00Z'), toFake: ['Date'] })
    say(anna, 1, note('first'))
    vi.setSystemTime(Date.parse('2024-05-05T11:00:00Z'))
    say(anna, 1, note('second'))
    say(anna, 1, note('third'))
    expect(state(anna, 1).note).toBe('third')
    expect(undo(anna)?.state.note).toBe('second')
    expect(corpus.reader.prepare('SELECT DISTINCT at FROM label_events').all()).toHaveLength(4)
  })
})

describe('undo and redo', () => {
  test('go through all actions of one speaker and leave the others alone', () => {
    say(anna, 1, note('a'))
    say(ben, 1, note('b'))
    say(anna, 2, note('c'))
    expect(undo(anna)).toEqual({ pair: 2, state: OPEN_LABEL })
    expect(undo(anna)).toEqual({ pair: 1, state: OPEN_LABEL })
    expect(undo(anna)).toBeNull()
    expect(state(ben, 1).note).toBe('b')
    expect(redo(ben)).toBeNull()
    expect(redo(anna)).toEqual({ pair: 1, state: note('a') })
    expect(redo(anna)).toEqual({ pair: 2, state: note('c') })
    expect(redo(anna)).toBeNull()
    expect(undo(anna)).toEqual({ pair: 2, state: OPEN_LABEL })
    say(anna, 1, note('d'))
    expect(redo(anna)).toBeNull()
    expect(undo(anna)).toEqual({ pair: 1, state: note('a') })
  })

  test('equal a plain stack in memory, whatever is done and however often the corpus is opened', () => {
    const command = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({
          do: fc.constant('set' as const),
          who: fc.integer({ min: 0, max: 1 }),
          pair: fc.integer({ min: 1, max: 4 }),
        }),
      },
      {
        weight: 5,
        arbitrary: fc.record({
          do: fc.constant('undo' as const),
          who: fc.integer({ min: 0, max: 1 }),
        }),
      },
      {
        weight: 4,
        arbitrary: fc.record({
          do: fc.constant('redo' as const),
          who: fc.integer({ min: 0, max: 1 }),
        }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('reopen' as const) }) },
    )
    const people = [anna, { annotator: 'anna', review: true }] as const
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        corpus.writer.exec('DELETE FROM label_events')
        const model = people.map(() => ({
          now: new Map<number, LabelState>(),
          done: [] as { pair: number; before: LabelState; after: LabelState }[],
          undone: [] as { pair: number; before: LabelState; after: LabelState }[],
        }))
        for (const [number, step] of commands.entries()) {
          if (step.do === 'reopen') {
            corpus.close()
            corpus = openCorpus(path)
          } else {
            const speaker = people[step.who] as Speaker
            const mine = model[step.who]!
            if (step.do === 'set') {
              const after = note(String(number))
              const before = mine.now.get(step.pair) ?? OPEN_LABEL
              say(speaker, step.pair, after)
              mine.now.set(step.pair, after)
              mine.done.push({ pair: step.pair, before, after })
              mine.undone = []
            } else {
              const [from, to] =
                step.do === 'undo' ? [mine.done, mine.undone] : [mine.undone, mine.done]
              const action = from.pop()
              const got = step.do === 'undo' ? undo(speaker) : redo(speaker)
              if (!action) expect(got).toBeNull()
              else {
                const left = step.do === 'undo' ? action.before : action.after
                expect(got).toEqual({ pair: action.pair, state: left })
                mine.now.set(action.pair, left)
                to.push(action)
              }
            }
          }
        }
        for (const [who, mine] of model.entries())
          for (const pair of [1, 2, 3, 4])
            expect(state(people[who] as Speaker, pair)).toEqual(mine.now.get(pair) ?? OPEN_LABEL)
      }),
      { numRuns: 60 },
    )
  })

  test('are not slowed down by thousands of actions', async () => {
    // As many people as sizes: what one did is nothing to the other.
    const of = (n: number): Speaker => ({ ...anna, annotator: `anna ${n}` })
    transaction(corpus.writer, () => {
      for (const n of [300, 3000]) {
        for (let i = 0; i < n; i++) say(of(n), 1 + (i % 4), note(String(i)))
        for (let i = 0; i < n / 6; i++) undo(of(n))
      }
    })
    const work = (n: number): void => {
      expect(undo(of(n))?.state.note).toBe(String((n * 5) / 6 - 5))
      expect(redo(of(n))?.state.note).toBe(String((n * 5) / 6 - 1))
    }
    // Each undone and brought back adds a little to both.
    expect(await growth(work, { from: 300, times: 10, atMost: 30 })).toBeLessThan(30)
  })
})

test('a program that is killed while it labels loses nothing that it acknowledged', () => {
  // The child becomes the writer.
  corpus.close()
  const child = spawnSync(
    process.execPath,
    [join(import.meta.dirname, '../../support/label-child.ts'), path],
    {
      encoding: 'utf8',
    },
  )
  expect(child.signal).toBe('SIGKILL')
  const acknowledged = child.stdout.trim().split('\n').map(Number)
  expect(acknowledged.length).toBe(50)
  corpus = openCorpus(path)
  expect(corpus.reader.prepare('SELECT count(*) FROM label_events').pluck().get()).toBe(50)
  expect(state({ annotator: 'child', review: false }, 1).note).toBe('49')
  expect(undo({ annotator: 'child', review: false })?.state.note).toBe('48')
})

test('description types are those of the program until somebody sets others', () => {
  expect(labelTypes(corpus.reader)).toEqual(DEFAULT_TYPES)
  const own = [{ name: 'scene', help: '', key: 's' }]
  setLabelTypes(corpus.writer, own)
  expect(labelTypes(corpus.reader)).toEqual(own)
  const twice = [...own, { name: 'sign', help: '', key: 's' }]
  expect(kindOf(() => setLabelTypes(corpus.writer, twice))).toBe('invalid-input')
})

test('annotators are listed with what holds of theirs now', () => {
  say(anna, 1, labeled([at('before', 5, 15)]))
  say(anna, 2, labeled([]))
  say(anna, 3, { ...OPEN_LABEL, status: 'skipped' })
  say(anna, 4, { ...OPEN_LABEL, flagged: true })
  say(anna, 1, labeled([]))
  say({ ...ben, review: true }, 1, labeled([at('before', 5, 15)]))
  expect(annotators(corpus.reader)).toMatchObject([
    { name: 'anna', review: false, labeled: 2, none: 2, skipped: 1, flagged: 1 },
    { name: 'ben', review: true, labeled: 1, none: 0, skipped: 0, flagged: 0 },
  ])
})

test('a filter finds pairs by what people say of them now', () => {
  const ids = (where: string): number[] => [...pairIdsWhere(corpus.reader, where)]
  say(anna, 1, labeled([at('before', 5, 15), at('caption', 0, 7, 'caption')]))
  say(anna, 2, labeled([]))
  say(ben, 2, labeled([at('caption', 0, 7, 'caption')], { flagged: true }))
  say(anna, 3, { ...OPEN_LABEL, status: 'skipped', flagged: true })
  say(anna, 4, labeled([]))
  undo(anna)
  expect(ids('labeled:*')).toEqual([1, 2])
  expect(ids('labeled:Anna')).toEqual([1, 2])
  expect(ids('labeled:ben')).toEqual([2])
  expect(ids('labeled=Ben')).toEqual([])
  expect(ids('-labeled:*')).toEqual([3, 4])
  expect(ids('labeled:/^(anna|ben)$/ labeled:ben')).toEqual([2])
  expect(ids('flagged:*')).toEqual([2, 3])
  expect(ids('flagged:anna')).toEqual([3])
  expect(ids('label:caption')).toEqual([1, 2])
  expect(ids('label:content')).toEqual([1])
  expect(ids('labeled:anna -label:content')).toEqual([2])
  expect(ids('label:*')).toEqual([1, 2])
})

describe('what holds of a pair', () => {
  const all = () =>
    Object.fromEntries([...goldLabels(corpus.reader)].map(({ pairId, ...gold }) => [pairId, gold]))

  test('is what all agree on, whatever the order and the white space at the edges', () => {
    say(anna, 1, labeled([at('caption', 0, 7), at('before', 4, 15)]))
    // White space on both sides, and the same span twice.
    say(ben, 1, labeled([at('before', 5, 16), at('caption', 0, 7), at('caption', 0, 7)]))
    expect(all()[1]).toEqual({
      origin: 'label',
      annotators: ['anna', 'ben'],
      spans: [
        { source: 'before', start: 5, end: 15, quote: 'A red boat', type: 'content' },
        { source: 'caption', start: 0, end: 7, quote: 'Harbour', type: 'content' },
      ],
    })
  })

  test('is a conflict where they differ, until a review settles it', () => {
    say(anna, 1, labeled([at('caption', 0, 7)]))
    say(ben, 1, labeled([]))
    say(anna, 2, labeled([]))
    say(ben, 2, { ...OPEN_LABEL, status: 'skipped' })
    say(anna, 3, note('nothing said yet'))
    expect(all()).toEqual({
      1: { origin: 'conflict', annotators: ['anna', 'ben'], spans: [] },
      2: { origin: 'label', annotators: ['anna'], spans: [] },
    })
    say({ annotator: 'cleo', review: true }, 1, labeled([at('after', 0, 7)]))
    say({ annotator: 'ada', review: true }, 1, labeled([]))
    expect(all()[1]).toEqual({ origin: 'review', annotators: ['ada'], spans: [] })
    say({ annotator: 'cleo', review: true }, 1, labeled([at('caption', 0, 7)]))
    expect(all()[1]).toMatchObject({ annotators: ['cleo'], spans: [{ quote: 'Harbour' }] })
    undo({ annotator: 'cleo', review: true })
    undo({ annotator: 'ada', review: true })
    expect(all()[1]).toMatchObject({
      origin: 'review',
      annotators: ['cleo'],
      spans: [{ quote: 'at dawn' }],
    })
    undo({ annotator: 'cleo', review: true })
    expect(all()[1]).toMatchObject({ origin: 'conflict' })
    // The originals are all still there.
    expect(state(anna, 1).spans).toHaveLength(1)
    expect(corpus.reader.prepare('SELECT count(*) FROM label_events').pluck().get()).toBe(11)
  })

  test('is the word of the review that came last, also within one millisecond', () => {
    vi.useFakeTimers({ now: Date.parse('2024-05-05T12:00:00Z'), toFake: ['Date'] })
    for (const annotator of ['cleo', 'ada', 'cleo', 'ben', 'ada', 'cleo']) {
      say({ annotator, review: true }, 1, labeled([]))
      expect(all()[1]?.annotators).toEqual([annotator])
    }
  })

  test('has the type that most of them gave', () => {
    say(anna, 1, labeled([at('caption', 0, 7, 'title')]))
    say(ben, 1, labeled([at('caption', 0, 7, 'caption')]))
    expect(all()[1]?.spans.map(({ type }) => type)).toEqual(['title'])
    say({ annotator: 'cleo', review: false }, 1, labeled([at('caption', 0, 7, 'caption')]))
    expect(all()[1]?.spans.map(({ type }) => type)).toEqual(['caption'])
  })

  test('can be asked for some pairs', () => {
    say(anna, 1, labeled([]))
    say(anna, 3, labeled([]))
    expect(
      [...goldLabels(corpus.reader, { ids: Int32Array.of(2, 3) })].map(({ pairId }) => pairId),
    ).toEqual([3])
  })

  test('can be frozen as a set of spans, without conflicts', () => {
    say(anna, 1, labeled([at('caption', 0, 7, 'caption'), at('before', 5, 15)]))
    say(anna, 2, labeled([]))
    say(anna, 3, labeled([]))
    say(ben, 3, labeled([at('caption', 0, 7)]))
    const set = freezeLabels(corpus.writer, { title: 'Labels', software: 'test' })
    expect(set).toMatchObject({
      kind: 'labels',
      pairs: 2,
      described: 1,
      complete: true,
      report: { review: 0, label: 2, conflict: 1 },
    })
    expect(spansOf(corpus.reader, set.id, [1, 2, 3])).toEqual(
      new Map([
        [
          1,
          [
            {
              place: { source: 'before', start: 5, end: 15, quote: 'A red boat' },
              kind: 'content',
              score: null,
            },
            {
              place: { source: 'caption', start: 0, end: 7, quote: 'Harbour' },
              kind: 'caption',
              score: null,
            },
          ],
        ],
        [2, [{ place: null, kind: null, score: null }]],
      ]),
    )
  })
})

test('texts for the measures of agreement hold each annotator on the running text', () => {
  say(anna, 1, labeled([at('caption', 0, 7, 'caption')]))
  say(ben, 1, labeled([]))
  say({ ...ben, review: true }, 1, labeled([]))
  say(anna, 2, labeled([]))
  const [item, ...more] = itemsForAgreement(corpus.reader)
  expect(more).toEqual([])
  expect(item?.id).toBe('1')
  expect(item?.annotations).toEqual([
    { annotator: 'anna', spans: [{ start: 17, end: 24, type: 'caption' }] },
    { annotator: 'ben', spans: [] },
  ])
  expect([...(item?.text ?? '')].slice(17, 24).join('')).toBe('Harbour')
})

test('overlap of annotators counts code points over all texts of a pair', () => {
  const boat = at('before', 5, 15)
  expect(placesIou([], [])).toBe(1)
  expect(placesIou([boat], [])).toBe(0)
  expect(placesIou([boat], [at('before', 10, 15), at('caption', 0, 5)])).toBe(5 / 15)
  // The same numbers in another text are other words.
  expect(placesIou([at('caption', 0, 5)], [at('after', 0, 5)])).toBe(0)
  expect(meanIou([labeled([boat])])).toBeNull()
  expect(meanIou([labeled([boat]), labeled([boat]), labeled([])])).toBeCloseTo(1 / 3, 12)
  expect(tidyPlaces([{ ...boat, start: 3, end: 5, quote: '  ' }])).toEqual([])
})
