import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PromptText } from '#shared/contract/index.ts'
import {
  freeGroup,
  laddersOf,
  linesOf,
  moved,
  piecesOf,
  textsOf,
  withGroup,
  without,
  withText,
} from '../../../../../src/renderer/src/features/generate/ladders.ts'
import {
  groupsWithin,
  offsetsOf,
} from '../../../../../src/renderer/src/features/generate/virtual-ladders.ts'

const ladder = (group: string, ...texts: string[]): PromptText[] =>
  texts.map((text, i) => ({ group, kind: 'x', level: i + 1, text }))
const SET = [...ladder('a', 'a1', 'a2', 'a3'), ...ladder('b', 'b1', 'b2'), ...ladder('c', 'c1')]
const brief = (texts: readonly PromptText[]): string =>
  texts.map(({ group, level, text }) => `${group}${level}:${text}`).join(' ')

test('one moves through headings and prompts in the order of the set', () => {
  expect(textsOf(laddersOf(SET))).toEqual(SET)
  expect(linesOf(laddersOf(SET)).map(({ group, level }) => `${group}${level ?? ''}`)).toEqual(
    'a a1 a2 a3 b b1 b2 c c1'.split(' '),
  )
})

describe('a change', () => {
  test('of a text keeps its place; a level that is new comes behind its group', () => {
    expect(brief(withText(SET, { group: 'a', kind: 'x', level: 2 }, 'new'))).toBe(
      'a1:a1 a2:new a3:a3 b1:b1 b2:b2 c1:c1',
    )
    expect(brief(withText(SET, { group: 'b', kind: 'x', level: 3 }, 'b3'))).toBe(
      'a1:a1 a2:a2 a3:a3 b1:b1 b2:b2 b3:b3 c1:c1',
    )
  })

  test('of a name or kind is one of all its prompts', () => {
    expect(withGroup(SET, 'b', { group: 'd', kind: 'y' }).slice(3, 5)).toEqual([
      { group: 'd', kind: 'y', level: 1, text: 'b1' },
      { group: 'd', kind: 'y', level: 2, text: 'b2' },
    ])
    expect(freeGroup(SET, 'a')).toBe('a 2')
    expect(freeGroup(SET, 'z')).toBe('z')
  })

  test('that deletes a level closes the gap; of a heading, deletes the group', () => {
    expect(brief(without(SET, { group: 'a', level: 2 }))).toBe('a1:a1 a2:a3 b1:b1 b2:b2 c1:c1')
    expect(brief(without(SET, { group: 'a', level: null }))).toBe('b1:b1 b2:b2 c1:c1')
  })

  test('of order swaps neighbours, and stops at the ends', () => {
    const made = moved(SET, { group: 'a', level: 1 }, 1)
    expect(made?.line).toEqual({ group: 'a', level: 2 })
    expect(brief(made?.texts ?? [])).toBe('a1:a2 a2:a1 a3:a3 b1:b1 b2:b2 c1:c1')
    expect(brief(moved(SET, { group: 'c', level: null }, -1)?.texts ?? [])).toBe(
      'a1:a1 a2:a2 a3:a3 c1:c1 b1:b1 b2:b2',
    )
    expect(moved(SET, { group: 'a', level: 1 }, -1)).toBeNull()
    expect(moved(SET, { group: 'c', level: null }, 1)).toBeNull()
  })
})

test('a prompt is shown in pieces: what is kept, what is added, what is not read', () => {
  expect(piecesOf('a 🚤 at sea', [[4, 10]], 7)).toEqual([
    { text: 'a 🚤 ', added: false, cut: false },
    { text: 'at ', added: true, cut: false },
    { text: 'sea', added: true, cut: true },
  ])
})

test('only groups near what is seen are drawn, and all of those', () => {
  const heights = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 50 })
  fc.assert(
    fc.property(heights, fc.nat(20_000), fc.integer({ min: 1, max: 2000 }), (all, top, size) => {
      const offsets = offsetsOf(all)
      const [from, to] = groupsWithin(offsets, top, top + size)
      for (const [i] of all.entries()) {
        const [start, end] = [offsets[i] as number, offsets[i + 1] as number]
        const isSeen = end > top && start <= top + size
        if (isSeen) expect(i >= from && i < to).toBe(true)
      }
      expect(to - from).toBeLessThanOrEqual(all.length)
    }),
  )
})
