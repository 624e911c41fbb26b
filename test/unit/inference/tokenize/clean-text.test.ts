import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { cleanText, unescapeHtml } from '../../../../src/main/inference/tokenize/clean-text.ts'

const { unescape } = JSON.parse(
  readFileSync(new URL('../../../fixtures/inference/clip-tokens.json', import.meta.url), 'utf8'),
) as { unescape: [string, string][] }

test.each(unescape)('unescaping %j gives what Python gives', (from, to) => {
  expect(unescapeHtml(from)).toBe(to)
})

test("openai's cleaning unescapes twice and collapses white space", () => {
  expect(cleanText('  Tom &amp;amp; Jerry\u00a0\n&lt;b&gt; ', 'openai')).toBe('Tom & Jerry <b>')
  expect(cleanText(' a  b ', 'none')).toBe(' a  b ')
  expect(cleanText(' A photo, of "Cats"!\n', 'siglip')).toBe('a photo of cats')
})
