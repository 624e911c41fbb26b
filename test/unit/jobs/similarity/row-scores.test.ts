import { expect, it } from 'vitest'
import type { LoadedPictureText } from '../../../../src/main/inference/kinds/picture-text/types.ts'
import type { PictureFinder } from '../../../../src/main/jobs/similarity/find-pictures.ts'
import { createRowScorer } from '../../../../src/main/jobs/similarity/row-scores.ts'
import { createVectorCache } from '../../../../src/main/jobs/similarity/vector-cache.ts'

/** Unit vectors by the number that a name ends with. */
function vector(name: string): [number, number] {
  const angle = Number(/\d+$/.exec(name)?.[0])
  return [Math.cos(angle), Math.sin(angle)]
}
let encoded: string[] = []
const model = {
  model: { manifest: { embeddingDim: 2 } },
  encodeImages(pictures: { path: string }[]) {
    encoded.push(...pictures.map(({ path }) => path))
    const failures = new Map(
      pictures.flatMap(({ path }, i) => (path.includes('broken') ? [[i, 'broken bytes']] : [])),
    )
    const vectors = Float32Array.from(pictures.flatMap(({ path }) => vector(path)))
    return Promise.resolve({ vectors, failures })
  },
  encodeTexts(texts: string[]) {
    encoded.push(...texts)
    return Promise.resolve(Float32Array.from(texts.flatMap(vector)))
  },
} as unknown as LoadedPictureText
const finder: PictureFinder = {
  keyOf: (cell) => (cell === '' ? null : cell),
  find: (path) => Promise.resolve(path.startsWith('gone') ? { failure: 'not there' } : { path }),
  close: () => Promise.resolve(),
}
const signal = new AbortController().signal

const rows = Array.from({ length: 900 }, (_, i) => ({
  picture: `${i % 50 === 7 ? 'gone' : i % 50 === 9 ? 'broken' : 'p'}${i % 300}`,
  text: i % 40 === 3 ? null : `${'long '.repeat(i % 30)}t${i % 170}`,
}))

it('gives each row its own cosine, also where the caches hold next to nothing', async () => {
  for (const bytes of [undefined, 1]) {
    encoded = []
    const scorer = createRowScorer([model, model], finder, signal, bytes)
    const answers = [
      ...(await scorer.score(rows.slice(0, 400))),
      ...(await scorer.score(rows.slice(400))),
    ]
    for (const [i, { picture, text }] of rows.entries()) {
      const answer = answers[i]
      if (text === null) expect(answer).toEqual({ problem: 'no text' })
      else if (picture.startsWith('gone')) expect(answer).toEqual({ problem: 'picture: not there' })
      else if (picture.startsWith('broken')) {
        expect(answer).toEqual({ problem: 'picture: broken bytes' })
      } else {
        const expected = Math.cos((i % 300) - (i % 170))
        const { cosines } = answer as { cosines: number[] }
        for (const cosine of cosines) expect(cosine).toBeCloseTo(expected, 5)
        expect(cosines).toHaveLength(2)
      }
    }
    // Once a model, while the cache holds them.
    if (bytes === undefined) {
      const of = (what: string): number => encoded.filter((name) => name === what).length
      expect([of('p5'), of('p6')]).toEqual([2, 2])
    }
  }
})

it('forgets the vector that nobody asked for longest', () => {
  const cache = createVectorCache(2, 700)
  for (const key of ['a', 'b']) cache.put(key, { failure: key })
  cache.get('a')
  cache.put('c', { failure: 'c' })
  expect([cache.get('a'), cache.get('b'), cache.get('c')].map((one) => one !== undefined)).toEqual([
    true,
    false,
    true,
  ])
  expect(cache.size).toBe(2)
})
