import { describe, expect, it } from 'vitest'
import { meanCosineOfAll, recallAt, retrievalRanks } from '../../support/retrieval.ts'

const vectors = (...rows: number[][]) => ({
  data: Float32Array.from(rows.flat()),
  dims: rows[0]?.length ?? 1,
})

describe('retrieval', () => {
  it('ranks the best of the relevant candidates', () => {
    const queries = vectors([1, 0], [0, 1], [0.6, 0.8])
    const candidates = vectors([0.8, 0.6], [1, 0], [0, 1])
    // Cosines: 0.8 1 0 | 0.6 0 1 | 0.96 0.6 0.8
    expect(retrievalRanks(queries, candidates, [0, 0, 2], [0, 1, 2])).toEqual([2, 2, 2])
    expect(retrievalRanks(queries, candidates, [1, 2, 0], [0, 1, 2])).toEqual([1, 1, 1])
    // Several are relevant: the best counts.
    expect(retrievalRanks(queries, candidates, [1, 1, 1], [1, 1, 0])).toEqual([1, 2, 1])
    expect(retrievalRanks(queries, candidates, [7, 0, 0], [0, 0, 0])).toEqual([Infinity, 1, 1])
  })

  it('does not count vectors that are all alike as found', () => {
    const same = vectors([1, 0], [1, 0], [1, 0])
    expect(retrievalRanks(same, same, [0, 1, 2], [0, 1, 2])).toEqual([3, 3, 3])
  })

  it('gives the share of queries that find within k', () => {
    expect(recallAt([1, 2, 6, Infinity], 1)).toBe(0.25)
    expect(recallAt([1, 2, 6, Infinity], 5)).toBe(0.5)
    expect(() => recallAt([], 1)).toThrow(RangeError)
  })

  it('means all cosines, not only the matched ones', () => {
    const a = vectors([1, 0], [0, 1])
    const b = vectors([1, 0], [0.6, 0.8])
    expect(meanCosineOfAll(a, b)).toBeCloseTo((1 + 0.6 + 0 + 0.8) / 4, 7)
    expect(() => meanCosineOfAll(a, vectors([1, 0, 0]))).toThrow(RangeError)
  })
})
