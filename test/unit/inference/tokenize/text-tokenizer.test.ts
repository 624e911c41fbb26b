import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TextRecipe } from '../../../../src/main/inference/kinds/picture-text/manifest.ts'
import { openTextTokenizer } from '../../../../src/main/inference/tokenize/text-tokenizer.ts'
import type { TextTokenizer } from '../../../../src/main/inference/tokenize/text-tokenizer.ts'
import {
  clipReference,
  clipStrings,
  clipTokenizerJson,
  idDigest,
} from '../../../support/clip-tokenizer.ts'
import { sharedData } from '../../../support/shared-data.ts'
import { thousands } from '../../../support/subword-strings.ts'
import { tokenizers } from '../../../support/tokenizers.ts'

const reference = clipReference()
const points = JSON.parse(
  readFileSync(
    new URL('../../../fixtures/inference/clip-code-points.json', import.meta.url),
    'utf8',
  ),
) as { block: number; digests: string[] }

const recipe = TextRecipe.parse({
  contextLength: 77,
  padId: 49407,
  endId: 49407,
  padding: 'longest',
})
const merges = sharedData('clip/reference/bpe_simple_vocab_16e6.txt.gz')
/** Unicode 17 has more of them than the tables of the reference. */
const LAST_IDEOGRAPHS = 0x32000
const TAGS = 0xe0000
const all = process.env.GLEANER_ALL_STRINGS === '1'

describe.skipIf(merges === null)("CLIP's real tokenizer", () => {
  const folder = mkdtempSync(join(tmpdir(), 'gleaner-clip-'))
  let own: TextTokenizer
  beforeAll(async () => {
    const path = join(folder, 'tokenizer.json')
    writeFileSync(path, JSON.stringify(clipTokenizerJson(merges as string)))
    own = await openTextTokenizer(tokenizers, path, recipe)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test('gives the ids of the reference for every chosen string', async () => {
    const ids = await own.ids(reference.chosen.map(({ text }) => text))
    expect(ids).toEqual(reference.chosen.map((one) => one.ids))
  })

  test('keeps the end token at 76, 77 and 78 tokens', async () => {
    const ids = await own.ids([74, 75, 76].map((n) => Array(n).fill('cat').join(' ')))
    expect(ids.map(({ length }) => length)).toEqual([76, 77, 77])
    for (const list of ids) expect(list.at(-1)).toBe(49407)
  })

  test('gives the ids of the reference for generated strings', async () => {
    const count = all ? reference.count : 10_000
    const digests: string[] = []
    for (const part of thousands(clipStrings(reference, count))) {
      digests.push(idDigest(await own.ids(part)))
    }
    expect(digests).toEqual(reference.digests.slice(0, count / 1000))
  })

  test('takes every code point of Unicode for what it is, whatever Unicode this Node knows', async () => {
    const wrong: string[] = []
    for (const [i, digest] of points.digests.entries()) {
      const start = i * points.block
      // Behind these are ideographs, private use, and planes that nothing is assigned in.
      if (!all && start >= 0x20000 && start !== LAST_IDEOGRAPHS && start !== TAGS) continue
      const texts = Array.from({ length: points.block }, (_, n) => start + n)
        .filter((code) => code < 0xd800 || code > 0xdfff)
        .map((code) => `q${String.fromCodePoint(code)}q1`)
      if (idDigest(await own.ids(texts)) !== digest) wrong.push(start.toString(16))
    }
    expect(points.digests).toHaveLength(0x110000 / points.block)
    expect(wrong).toEqual([])
  }, 120_000)

  test('a text of a million letters without a space is cut before it is read', async () => {
    const [ids] = await own.ids(['ab'.repeat(1_000_000)])
    expect(ids).toHaveLength(77)
  })
})
