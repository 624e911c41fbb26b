import { describe, expect, test } from 'vitest'
import {
  DEFAULT_TYPES,
  OPEN_LABEL,
  type LabeledPlace,
  type LabelItem,
  type LabelState,
  type Suggestion,
} from '../../../../../src/shared/contract/index.ts'
import { createLabelClock } from '../../../../../src/renderer/src/features/label/label-clock.ts'
import {
  firstOption,
  optionsOf,
  replaceSpan,
  RESERVED_LETTERS,
  sameAnswer,
  typesProblem,
  withoutSpan,
  withSpan,
} from '../../../../../src/renderer/src/features/label/label-state.ts'

const TEXT = 'Two boats lie at the quay of the old harbour'
const span = (start: number, end: number, type = 'content'): LabeledPlace => ({
  source: 'before',
  start,
  end,
  quote: TEXT.slice(start, end),
  type,
})
const labeled = (...spans: LabeledPlace[]): LabelState => ({
  ...OPEN_LABEL,
  status: 'labeled',
  spans,
})
const proposal = (
  origin: Suggestion['origin'],
  start: number,
  end: number,
  score: number | null,
): Suggestion => ({ origin, name: origin, place: { ...span(start, end), type: null }, score })

function item(patch: Partial<LabelItem>): LabelItem {
  return {
    pair: 1,
    row: {
      id: 1,
      imageUrl: 'https://example.org/1.jpg',
      status: 'ok',
      sha256: null,
      width: 1,
      height: 1,
      text: null,
      textSource: null,
      cosine: null,
      found: null,
      mark: null,
      tags: [],
      noted: false,
      blurred: false,
    },
    alt: null,
    title: null,
    before: TEXT,
    caption: null,
    after: null,
    language: 'en',
    pageUrl: 'https://example.org/',
    pageTitle: null,
    suggestions: [],
    noneConfidence: null,
    state: OPEN_LABEL,
    others: [],
    ...patch,
  }
}

describe('what can be taken', () => {
  test('stands once where model and alt propose the same words', () => {
    const options = optionsOf(
      item({
        suggestions: [
          proposal('model', 0, 9, 0.8),
          proposal('alt', 0, 9, 1),
          proposal('alt', 10, 13, 0.9),
        ],
      }),
      false,
    )
    expect(options.map(({ kind }) => kind)).toEqual(['span', 'span', 'none'])
    expect(options[0]).toMatchObject({ sources: [{ origin: 'model' }, { origin: 'alt' }] })
  })

  test('has the type that was proposed first, else the one that anybody proposed', () => {
    const typed = (type: string | null): Suggestion => ({
      ...proposal('annotator', 0, 9, null),
      place: { ...span(0, 9), type },
    })
    const typeOf = (...types: (string | null)[]) =>
      optionsOf(item({ suggestions: types.map(typed) }), false)[0]
    expect(typeOf('title', 'caption')).toMatchObject({ type: 'title' })
    expect(typeOf(null, 'caption')).toMatchObject({ type: 'caption' })
  })

  test('is the first proposal, or "no description" where the model is surer of that', () => {
    const one = (score: number, none: number | null) =>
      optionsOf(
        item({ suggestions: [proposal('model', 0, 9, score)], noneConfidence: none }),
        false,
      )
    expect(firstOption(one(0.6, 0.3))).toBe(0)
    expect(firstOption(one(0.3, 0.6))).toBe(1)
    expect(firstOption(one(0.3, null))).toBe(0)
    const alt = item({ suggestions: [proposal('alt', 0, 9, 0.9)], noneConfidence: 0.95 })
    expect(firstOption(optionsOf(alt, false))).toBe(0)
  })

  test('is nothing where nobody proposes anything', () => {
    expect(firstOption(optionsOf(item({}), false))).toBe(-1)
    expect(firstOption(optionsOf(item({ noneConfidence: 0.2 }), false))).toBe(-1)
    expect(firstOption(optionsOf(item({ noneConfidence: 0.7 }), false))).toBe(0)
  })

  test('is in a review what annotators said, equal answers together, the most frequent first', () => {
    const options = optionsOf(
      item({
        others: [
          { annotator: 'Anna', state: labeled(span(0, 9)) },
          { annotator: 'Ben', state: labeled(span(10, 13), span(0, 3)) },
          { annotator: 'Carla', state: { ...labeled(span(0, 3), span(10, 13)), note: 'x' } },
          { annotator: 'Dan', state: { ...OPEN_LABEL, status: 'skipped' } },
          { annotator: 'Eva', state: labeled() },
        ],
        // The same once more, span by span: they are among the answers.
        suggestions: [proposal('annotator', 0, 9, null), proposal('annotator', 0, 3, null)],
      }),
      true,
    )
    expect(options.map((option) => option.kind === 'answer' && option.annotators)).toEqual([
      ['Ben', 'Carla'],
      ['Anna'],
      ['Eva'],
    ])
    expect(firstOption(options)).toBe(0)
  })
})

describe('an answer', () => {
  test('is the same whatever the order of its spans', () => {
    expect(sameAnswer(labeled(span(0, 3), span(10, 13)), labeled(span(10, 13), span(0, 3)))).toBe(
      true,
    )
    expect(sameAnswer(labeled(span(0, 3)), labeled(span(0, 3, 'title')))).toBe(false)
    expect(sameAnswer(labeled(), OPEN_LABEL)).toBe(false)
  })

  test('holds several spans in the order in which they are read; a new one replaces what it touches', () => {
    const two = withSpan(labeled(span(10, 13)), span(0, 9))
    expect(two.spans.map(({ start }) => start)).toEqual([0, 10])
    expect(withSpan(two, span(4, 12)).spans).toEqual([span(4, 12)])
  })

  test('does not let a span run into its neighbour', () => {
    const two = labeled(span(0, 9), span(10, 13))
    expect(replaceSpan(two, 0, span(0, 12))).toBeNull()
    expect(replaceSpan(two, 0, span(0, 10))?.spans[0]).toEqual(span(0, 10))
  })

  test('is open again without its last span, not "no description"', () => {
    expect(withoutSpan(labeled(span(0, 3)), 0)).toEqual(OPEN_LABEL)
  })
})

describe('description types', () => {
  test('that come with the program are fine', () => {
    expect(typesProblem(DEFAULT_TYPES)).toBeNull()
  })

  test('may not share a name or a letter, nor take one that means something else', () => {
    const type = (name: string, key: string | null) => ({ name, key })
    expect(typesProblem([])).toMatch(/At least one/)
    expect(typesProblem([type('a', 'x'), type('b', 'x')])).toMatch(/have the same key, X/)
    expect(typesProblem([type('a', null), type(' a ', null)])).toMatch(/Two types/)
    for (const key of Object.keys(RESERVED_LETTERS)) {
      expect(typesProblem([type('mine', key)])).toMatch(/choose another letter/)
    }
    expect(typesProblem([type('mine', '7')])).toMatch(/a letter from a to z/)
  })
})

describe('the time of an item', () => {
  test('leaves out the window in the back, and is not measured when one was away', () => {
    let now = 0
    const clock = createLabelClock(() => now)
    now = 2000
    clock.pause()
    now = 60_000
    clock.resume()
    now = 61_500
    expect(clock.lap()).toBe(3.5)
    now = 63_000
    expect(clock.lap()).toBe(1.5)
    now = 63_000 + 200_000
    clock.touch()
    expect(clock.lap()).toBeNull()
    now += 1000
    expect(clock.lap()).toBe(1)
    // Nothing moved at all: nobody was there.
    now += 200_000
    expect(clock.lap()).toBeNull()
    now += 200_000
    clock.pause()
    clock.resume()
    expect(clock.lap()).toBeNull()
  })

  test('begins anew with another item', () => {
    let now = 0
    const clock = createLabelClock(() => now)
    now = 3000
    clock.pause()
    clock.resume()
    now = 4000
    clock.restart()
    now = 6000
    expect(clock.lap()).toBe(2)
    now += 200_000
    clock.touch()
    clock.restart()
    now += 500
    expect(clock.lap()).toBe(0.5)
  })
})
