import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  openTokenCounter,
  type TokenCount,
  type TokenCounter,
} from '../../../../src/main/inference/tasks/count-tokens.ts'
import { openTextTokenizer } from '../../../../src/main/inference/tokenize/text-tokenizer.ts'
import { clipTokenizerJson } from '../../../support/clip-tokenizer.ts'
import { expectedOf, tinyModel } from '../../../support/models.ts'
import { sharedData } from '../../../support/shared-data.ts'
import { tokenizers } from '../../../support/tokenizers.ts'

const merges = sharedData('clip/reference/bpe_simple_vocab_16e6.txt.gz')
const REFERENCE = new URL('../../../fixtures/inference/clip-tokens.json', import.meta.url)

test('CLIP reads 77 tokens: 75 of the text between the two that it adds', async () => {
  const counter = await openTokenCounter(tokenizers, await tinyModel('tiny-clip'))
  expect(counter.limit).toBe(77)
  const letters = (n: number): string => Array.from({ length: n }, () => 'a').join(' ')
  expect(await counter.of([''])).toEqual([{ tokens: 2, cutAt: null }])
  expect(await counter.of([letters(75)])).toEqual([{ tokens: 77, cutAt: null }])
  // The 75th letter ends at 2 * 75 - 1.
  expect(await counter.of([letters(76)])).toEqual([{ tokens: 78, cutAt: 149 }])
  expect(await counter.of([letters(500)])).toEqual([{ tokens: 502, cutAt: 149 }])
})

test.skipIf(merges === null)(
  "tokens of CLIP's own vocabulary are as many as transformers counts",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gleaner-clip-'))
    try {
      const json = JSON.stringify(clipTokenizerJson(merges as string))
      writeFileSync(join(folder, 'tokenizer.json'), json)
      const { manifest } = await tinyModel('tiny-clip')
      const text = { ...manifest.text, tokenizer: 'tokenizer.json', clean: 'none' as const }
      const counter = await openTokenCounter(tokenizers, {
        folder,
        manifest: { ...manifest, text },
      })
      const { chosen } = JSON.parse(readFileSync(REFERENCE, 'utf8')) as {
        chosen: { text: string; ids: number[]; full: number }[]
      }
      let cuts = 0
      for (const one of chosen) {
        const { tokens, cutAt } = await counted(counter, one.text)
        // The reference has cut at 77.
        expect(Math.min(tokens, 77), one.text).toBe(one.full)
        expect(cutAt !== null, one.text).toBe(tokens > 77)
        if (cutAt !== null) cuts++
      }
      expect(chosen.length).toBeGreaterThan(30)
      expect(cuts).toBeGreaterThan(0)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
)

async function counted(counter: TokenCounter, text: string): Promise<TokenCount> {
  const [count] = await counter.of([text])
  return count as TokenCount
}

const TEXTS = [
  'Ein Boot im Hafen, 1874 – “naïve” résumé 🚤 '.repeat(12),
  'antidisestablishmentarianism '.repeat(30),
  `  ${'many    spaces\n'.repeat(60)}`,
  'word&amp;word '.repeat(60),
]

test.each([
  ['tiny-clip', 'none'],
  ['tiny-clip', 'openai'],
  ['tiny-siglip', 'siglip'],
] as const)(
  'what %s (cleaning: %s) is said to read are the tokens that it reads',
  async (name, clean) => {
    const { folder, manifest } = await tinyModel(name)
    const text = { ...manifest.text, clean }
    const counter = await openTokenCounter(tokenizers, { folder, manifest: { ...manifest, text } })
    const path = join(folder, text.tokenizer)
    const tokenizer = await openTextTokenizer(tokenizers, path, text)
    const idsOf = async (of: string): Promise<number[]> => (await tokenizer.ids([of]))[0] ?? []
    const kept = counter.limit - (text.endId === null ? 0 : 1)
    let cuts = 0
    for (const given of [...TEXTS, ...expectedOf(name).texts.map((one) => one.text)]) {
      const { tokens, cutAt } = await counted(counter, given)
      if (tokens <= counter.limit) {
        expect(cutAt).toBeNull()
        continue
      }
      cuts++
      expect(cutAt).not.toBeNull()
      const points = [...given]
      const read = points.slice(0, cutAt ?? 0).join('')
      // Where the cut is within a word, its end can be other tokens.
      const same = kept - 2
      expect((await idsOf(read)).slice(0, same)).toEqual((await idsOf(given)).slice(0, same))
      // Nothing less would do: without its last word it is not all that is read.
      const less = read.replace(/\s*\S+\s*$/u, '')
      expect((await idsOf(less)).length).toBeLessThan(kept + 1)
    }
    expect(cuts).toBeGreaterThan(2)
  },
)
