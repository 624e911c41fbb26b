import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as ranges from '../../../../src/renderer/src/state/ranges.ts'

const step = fc.record({
  kind: fc.constantFrom('add' as const, 'remove' as const, 'toggle' as const),
  a: fc.integer({ min: 0, max: 60 }),
  b: fc.integer({ min: 0, max: 60 }),
})

describe('a selection as ranges', () => {
  test('is the same set as one kept item by item, after any steps', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let marked: ranges.Ranges = ranges.NONE
        const plain = new Set<number>()
        for (const { kind, a, b } of steps) {
          const [lo, hi] = [Math.min(a, b), Math.max(a, b)]
          if (kind === 'toggle') {
            marked = ranges.toggle(marked, a)
            if (!plain.delete(a)) plain.add(a)
            continue
          }
          marked = kind === 'add' ? ranges.add(marked, a, b) : ranges.remove(marked, a, b)
          for (let i = lo; i <= hi; i++) {
            if (kind === 'add') plain.add(i)
            else plain.delete(i)
          }
        }
        for (let i = 0; i <= 61; i++) expect(ranges.has(marked, i)).toBe(plain.has(i))
        expect(ranges.size(marked)).toBe(plain.size)
        for (let i = 1; i < marked.length; i++) {
          // Sorted and never adjoining: one set has one form.
          expect(marked[i]![0]).toBeGreaterThan(marked[i - 1]![1] + 1)
        }
      }),
    )
  })

  test('holds all of a million as one range', () => {
    const all = ranges.add(ranges.NONE, 0, 999_999)
    expect(all).toEqual([[0, 999_999]])
    expect(ranges.size(ranges.toggle(all, 500_000))).toBe(999_999)
  })

  test('joins what a lasso adds row by row', () => {
    expect(
      ranges.union(
        [[0, 3]],
        [
          [4, 5],
          [8, 9],
        ],
      ),
    ).toEqual([
      [0, 5],
      [8, 9],
    ])
  })
})
