import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { countTokens } from '../../src/main/jobs/count-tokens.ts'
import { scoreSeveral } from '../../src/main/jobs/score.ts'
import { pairIdsWhere } from '../../src/main/store/reads/score-ref.ts'
import { pairTableRows } from '../../src/main/store/repositories/pair-table.ts'
import { PICTURES, tinyModel } from '../support/models.ts'
import { tokenizers } from '../support/tokenizers.ts'
import { corpusOf, scoreContext } from './score-support.ts'

const picture = readFileSync(join(PICTURES, 'landscape.png'))
const letters = (n: number): string => Array.from({ length: n }, () => 'a').join(' ')
const input = { corpus: 'a', text: 'alt', device: 'cpu' } as const
const ids = (where: string, db: Parameters<typeof pairIdsWhere>[0]): number[] => [
  ...pairIdsWhere(db, where, { model: 'tiny-clip', text: 'alt' }),
]

test('tokens of scored texts are counted once, also of scores that were made before, and filtered by', async () => {
  const texts = [3, 75, 76, 200, 3].map(letters)
  const corpus = corpusOf([
    ...texts.map((alt) => ({ picture, imageUrl: 'http://x/1', alt, caption: 'a dog' })),
    { picture: null, imageUrl: 'http://x/2', alt: letters(100) },
  ])
  const model = await tinyModel('tiny-clip')
  const { reader } = corpus
  await scoreSeveral(corpus, { ...input, texts: ['alt', 'caption'], best: true }, scoreContext(), [
    model,
  ])
  // As a corpus that was scored before counts were kept: nothing is passed over in silence.
  expect(() => ids('tokens>77', reader)).toThrow(/Not all tokens of score\[tiny-clip\]\.alt/)

  const ctx = scoreContext()
  await countTokens(corpus, ['alt', 'caption'], ctx, model, tokenizers)
  expect(ctx.told.results).toContainEqual([
    'Cut (alt, tiny-clip)',
    expect.stringMatching(/^2 of 5 texts at 77 tokens/),
  ])
  // With the two that CLIP adds, as the tokenizer of the reference counts; see count-tokens.test.ts.
  expect(ids('tokens>77', reader)).toEqual([3, 4])
  expect(ids('tokens=77', reader)).toEqual([2])
  expect(ids('tokens:5..77', reader)).toEqual([1, 2, 5])
  expect(ids('tokens[tiny-clip].caption>77', reader)).toEqual([])
  expect(ids('-tokens>77 tokens:*', reader)).toEqual([1, 2, 5])
  expect(ids('tokens.best>=4', reader)).toHaveLength(5)
  const rows = pairTableRows(reader, { ids: [3, 6], prefer: 'alt', score: null })
  expect(rows[0]?.scores.find(({ text }) => text === 'alt')?.tokens).toBe(78)
  expect(rows[1]?.scores).toEqual([])

  // Again there is nothing to count.
  const again = scoreContext()
  await countTokens(corpus, ['alt'], again, model, tokenizers)
  expect(again.told.notes).toEqual([])
  expect(() => ids('tokens[tiny-siglip].alt>3', reader)).toThrow(/no scores of a model/)
  corpus.close()
})
