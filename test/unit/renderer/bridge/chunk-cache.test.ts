import { describe, expect, test } from 'vitest'
import { createChunkCache } from '../../../../src/renderer/src/bridge/chunk-cache.ts'

function setUp(capacity = 3, parallel = 2) {
  const asked: number[] = []
  const waiting: (() => void)[] = []
  let loads = 0
  let base = 0
  const cache = createChunkCache<number>({
    chunk: 10,
    capacity,
    parallel,
    read: (offset, limit) =>
      new Promise((resolve) => {
        asked.push(offset)
        const from = base
        waiting.push(() => resolve(Array.from({ length: limit }, (_, i) => from + offset + i)))
      }),
    onLoad: () => loads++,
    onError: (error) => {
      throw error
    },
  })
  const answer = async () => {
    while (waiting.length > 0) {
      waiting.shift()?.()
      await new Promise((resolve) => setTimeout(resolve, 0))
    }
  }
  return { cache, asked, waiting, answer, loads: () => loads, shift: (n: number) => (base = n) }
}

describe('rows that are read in chunks', () => {
  test('are there once they came into view', async () => {
    const { cache, answer } = setUp()
    cache.want(5, 15)
    expect(cache.get(7)).toBeUndefined()
    await answer()
    expect(cache.get(7)).toBe(7)
    expect(cache.get(14)).toBe(14)
  })

  test('what was scrolled past is not asked', async () => {
    const { cache, asked, answer } = setUp(10, 1)
    for (let first = 0; first < 1000; first += 10) cache.want(first, first + 10)
    await answer()
    expect(asked).toEqual([0, 990])
  })

  test('only a few questions are under way', () => {
    const { cache, waiting } = setUp(10, 2)
    cache.want(0, 80)
    expect(waiting).toHaveLength(2)
  })

  test('the chunks used least recently are let go', async () => {
    const { cache, answer } = setUp(2)
    for (const first of [0, 10, 0, 20]) {
      cache.want(first, first + 10)
      await answer()
    }
    expect(cache.get(0)).toBe(0)
    expect(cache.get(20)).toBe(20)
    expect(cache.get(10)).toBeUndefined()
    expect(cache.loadedChunks).toBe(2)
  })

  test('an answer to an older list never appears in the newer one', async () => {
    const { cache, answer, shift } = setUp()
    cache.want(0, 10)
    cache.clear()
    shift(1000)
    cache.want(0, 10)
    await answer()
    expect(cache.get(3)).toBe(1003)
  })

  test('rows that may have changed stay visible until they are read again', async () => {
    const { cache, answer, shift } = setUp()
    cache.want(0, 10)
    await answer()
    cache.invalidate()
    shift(500)
    expect(cache.get(3)).toBe(3)
    cache.want(0, 10)
    expect(cache.get(3)).toBe(3)
    await answer()
    expect(cache.get(3)).toBe(503)
  })
})
