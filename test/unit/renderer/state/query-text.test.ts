import { describe, expect, test } from 'vitest'
import {
  and,
  cutoffQuery,
  explicitScores,
  filterParts,
  idQuery,
  MAX_ID_RANGES,
} from '../../../../src/renderer/src/state/query-text.ts'
import { parseQuery } from '../../../../src/shared/query/index.ts'

const source = { model: 'clip-vit-b32', text: 'alt' as const }

describe('queries that the window writes', () => {
  test('a cutoff is added to the filter', () => {
    expect(cutoffQuery(source, 0.283, 'boat')).toBe('boat score[clip-vit-b32].alt>=0.283')
    expect(cutoffQuery(source, 0.283)).toBe('score[clip-vit-b32].alt>=0.283')
  })

  test('a new cutoff takes the place of the old one of the same score', () => {
    const first = cutoffQuery(source, 0.2, 'boat')
    expect(cutoffQuery(source, 0.3, first)).toBe('boat score[clip-vit-b32].alt>=0.3')
    const other = cutoffQuery({ ...source, text: 'caption' }, 0.25, first)
    expect(other).toContain('.alt>=0.2')
    expect(other).toContain('.caption>=0.25')
  })

  test('an alternative in the filter stays in parentheses', () => {
    const joined = cutoffQuery(source, 0.3, 'boat OR ship')
    expect(joined).toBe('(boat OR ship) score[clip-vit-b32].alt>=0.3')
    expect(parseQuery(joined).kind).toBe('and')
  })

  test('ids become runs, whatever their order', () => {
    expect(idQuery([9, 2, 1, 3, 3])).toBe('id:1..3 OR id=9')
    expect(() => parseQuery(idQuery([1, 5, 9]))).not.toThrow()
  })

  test('a list of ids that is no filter any more is refused with a hint', () => {
    const ids = Array.from({ length: MAX_ID_RANGES + 1 }, (_, i) => i * 2 + 1)
    expect(() => idQuery(ids)).toThrow(/separate ID ranges/)
  })

  test('each condition is a part that can be taken away', () => {
    const where = 'boat (alt:red OR alt:blue) -status:ok width>=512'
    const parts = filterParts(where)
    expect(parts).toHaveLength(4)
    expect(and(...parts)).toBe(and(where))
    expect(and(...parts.filter((_, i) => i !== 1))).toBe('boat -status:ok width>=512')
  })

  test('one alternative is one part', () => {
    expect(filterParts('boat OR ship')).toEqual(['boat OR ship'])
    expect(filterParts('  ')).toEqual([])
  })

  test('a bare score is named before a query leaves the view', () => {
    expect(explicitScores('boat (score>=0.3 OR -score:*)', source)).toBe(
      'boat (score[clip-vit-b32].alt>=0.3 OR -score[clip-vit-b32].alt:*)',
    )
    expect(explicitScores('score.caption<0.2', source)).toBe('score[clip-vit-b32].caption<0.2')
    expect(explicitScores('boat', null)).toBe('boat')
    expect(explicitScores('(not closed', source)).toBe('(not closed')
  })
})
