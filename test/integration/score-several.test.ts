import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { scoreSeveral } from '../../src/main/jobs/score.ts'
import { listBestSets } from '../../src/main/store/repositories/best-sets.ts'
import { listPairs } from '../../src/main/store/repositories/pairs.ts'
import { PICTURES, tinyModel } from '../support/models.ts'
import { corpusOf, scoreContext } from './score-support.ts'

const picture = (name: string): Uint8Array => readFileSync(join(PICTURES, name))
const input = { corpus: 'a', text: 'alt', device: 'cpu' } as const

describe('scoring several texts by several models in one job', () => {
  test('scores each by each, and chooses the best text for each picture by each model', async () => {
    const corpus = corpusOf([
      {
        picture: picture('landscape.png'),
        imageUrl: 'http://x/1',
        alt: 'a cat',
        caption: 'a lake',
      },
      { picture: picture('landscape.png'), imageUrl: 'http://x/1', alt: 'same', caption: 'same' },
      { picture: picture('landscape.png'), imageUrl: 'http://x/1', alt: null, caption: 'alone' },
      { picture: null, imageUrl: 'http://x/2', alt: 'a dog', caption: 'a dog' },
    ])
    const ctx = scoreContext()
    await scoreSeveral(corpus, { ...input, texts: ['alt', 'caption', 'title'], best: true }, ctx, [
      await tinyModel('tiny-clip'),
      await tinyModel('tiny-siglip'),
    ])
    const pairs = listPairs(corpus.reader, { where: '', afterId: 0, limit: 10 })
    const of = (id: number): Record<string, number> =>
      Object.fromEntries(
        (pairs.find((pair) => pair.id === id)?.scores ?? []).map(({ model, text, cosine }) => [
          `${model} ${text}`,
          cosine,
        ]),
      )
    expect(Object.keys(of(4))).toEqual([])
    const sets = listBestSets(corpus.reader)
    expect(sets.map(({ model, current }) => [model, current])).toEqual([
      ['tiny-siglip', false],
      ['tiny-clip', true],
    ])
    for (const { ties, single, pairs: n, texts } of sets) {
      expect({ ties, single, n, texts }).toEqual({
        ...{ ties: 1, single: 1, n: 3 },
        texts: ['alt', 'caption'],
      })
    }
    // Of the model whose choice is in use.
    expect(of(1)['tiny-clip best']).toBe(
      Math.max(of(1)['tiny-clip alt']!, of(1)['tiny-clip caption']!),
    )
    expect(of(3)['tiny-clip best']).toBe(of(3)['tiny-clip caption'])
    expect(pairs.map(({ text }) => text.best).slice(1)).toEqual(['same', 'alone', null])
    expect(ctx.told.notes.some((note) => note.startsWith('4 of 4: caption'))).toBe(true)
    expect(ctx.told.results).toContainEqual([
      'Nothing to score',
      'no pair with a picture has title',
    ])
    corpus.close()
  })

  test('refuses the best of one text before anything is computed', async () => {
    const corpus = corpusOf([
      { picture: picture('landscape.png'), imageUrl: 'http://x/1', alt: 'a cat' },
    ])
    const ctx = scoreContext()
    await expect(
      scoreSeveral(corpus, { ...input, best: true }, ctx, [await tinyModel('tiny-clip')]),
    ).rejects.toThrow('The best of one text is that text')
    expect(ctx.told.progress).toEqual([])
    corpus.close()
  })
})
