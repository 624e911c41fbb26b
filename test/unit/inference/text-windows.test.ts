import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import type { PairContext } from '#shared/text/context.ts'
import type { Span } from '#shared/text/spans.ts'
import { codePointLength, sliceCodePoints } from '#shared/text/offsets.ts'
import {
  type ContextTokenizer,
  type ContextWindows,
  type WindowOptions,
  contextWindows as windowsOfAll,
  openContextTokenizer,
  MAX_TOKENS,
  spanOfTokens,
} from '../../../src/main/inference/tokenize/context-windows.ts'
import {
  HEAD_FEATURES,
  headFeatures,
} from '../../../src/main/inference/kinds/text/head-features.ts'
import { toTokenSpan } from '../../../src/main/labeling/span-metrics.ts'
import type { MaybeSpan } from '../../../src/main/labeling/span-metrics.ts'
import { MODELS } from '../../support/models.ts'
import { tokenizers } from '../../support/tokenizers.ts'
import {
  contextOf,
  contextOfBlocks,
  largestDifference,
  qaExpected,
  textExpectedOf,
} from '../../support/text-models.ts'

const pathOf = (name: string): string => join(MODELS, name, 'tokenizer.json')
const bert = await openContextTokenizer(tokenizers, pathOf('tiny-bert'))
const roberta = await openContextTokenizer(tokenizers, pathOf('tiny-roberta'))

const folder = mkdtempSync(join(tmpdir(), 'gleaner-windows-'))
afterAll(() => rmSync(folder, { recursive: true }))
let written = 0
function openJson(json: string): Promise<ContextTokenizer> {
  const path = join(folder, `${++written}.json`)
  writeFileSync(path, json)
  return openContextTokenizer(tokenizers, path)
}

async function contextWindows(
  tokenizer: ContextTokenizer,
  context: PairContext,
  options: WindowOptions,
): Promise<ContextWindows> {
  const [windows] = await windowsOfAll(tokenizer, [context], options)
  return windows as ContextWindows
}

describe.each([
  ['tiny-bert', bert, 3, 0],
  ['tiny-roberta', roberta, 2, 1],
] as const)('a short context with the tokenizer of %s', (name, tokenizer, sepId, padId) => {
  test.each(textExpectedOf(name).cases.map((one) => [JSON.stringify(one.before), one] as const))(
    'is one window as the reference writes it: %s',
    async (_, one) => {
      const { windows, isCut } = await contextWindows(tokenizer, contextOfBlocks(one), {
        maxLength: 64,
        stride: 8,
        breaks: one.breaks ? 'pad' : 'none',
      })
      expect(isCut).toBe(false)
      expect(windows).toHaveLength(1)
      const [window] = windows
      expect([...(window?.ids ?? [])]).toEqual(one.ids)
      expect([...(window?.typeIds ?? [])]).toEqual(one.types)
      expect([...(window?.positions ?? [])]).toEqual(
        one.text.flatMap((is, place) => (is === 1 ? [place] : [])),
      )
      const features = headFeatures(one.ids, { sepId, breakId: one.breaks ? padId : null })
      expect(largestDifference(features, one.features)).toBeLessThan(1e-7)
    },
  )
})

test('a pair is what a tokenizer makes of question and context, without breaks', async () => {
  for (const one of qaExpected()) {
    const context = contextOfBlocks(one)
    const { windows } = await contextWindows(bert, context, {
      maxLength: 64,
      stride: 0,
      breaks: 'none',
    })
    expect([...(windows[0]?.ids ?? [])]).toEqual(one.ids)
  }
})

/** The tokens that a span touches, half-open. */
const tokensAt = (offsets: Int32Array, span: Span): MaybeSpan =>
  toTokenSpan(
    span,
    offsets.filter((_, i) => i % 2 === 0),
    offsets.filter((_, i) => i % 2 === 1),
  )

const OPTIONS = { maxLength: 64, stride: 8, breaks: 'pad' } as const

describe('offsets', () => {
  const context = contextOf({
    before: 'Vor\u00a0dem Bild\r\n\u{1f600}\u{1f44d}\u{1f3fd} cafe\u0301',
    caption: 'a \u{1f469}\u200d\u{1f52c} cat, \u0645\u0631\u062d\u0628\u0627 map',
    after: 'two dogs\n\u4e00\u53ea\u732b beach',
  })

  test.each([
    ['WordPiece', bert],
    ['byte-level BPE', roberta],
  ])('%s: every token is where it says, in code points', async (_, tokenizer) => {
    const { offsets } = await contextWindows(tokenizer, context, { ...OPTIONS, maxLength: 256 })
    const words = ['cat', 'map', 'two', 'dogs', 'beach']
    for (const word of words) {
      const start = codePointLength(context.text.slice(0, context.text.indexOf(word)))
      const span = { start, end: start + word.length }
      const tokens = tokensAt(offsets, span)
      expect(tokens, word).not.toBeNull()
      if (!tokens) continue
      const back = spanOfTokens({ offsets }, tokens.start, tokens.end - 1)
      expect(sliceCodePoints(context.text, back.start, back.end)).toBe(word)
    }
  })

  test('tokens lie in one of the texts, never over the place of the picture', async () => {
    const { offsets } = await contextWindows(bert, context, OPTIONS)
    for (let token = 0; 2 * token < offsets.length; token++) {
      const start = offsets[2 * token] as number
      const end = offsets[2 * token + 1] as number
      expect(end <= context.picture || start > context.picture).toBe(true)
    }
  })

  test('a span between tokens touches none, one that cuts a token touches it', async () => {
    const { offsets } = await contextWindows(bert, contextOf({ caption: 'a   cat' }), OPTIONS)
    expect(tokensAt(offsets, { start: 2, end: 3 })).toBeNull()
    const tokens = tokensAt(offsets, { start: 5, end: 6 })
    expect(tokens).not.toBeNull()
    const { start, end } = spanOfTokens({ offsets }, tokens?.start ?? 0, (tokens?.end ?? 1) - 1)
    expect(start).toBeGreaterThanOrEqual(4)
    expect(end).toBeLessThanOrEqual(7)
    expect(start <= 5 && end >= 6).toBe(true)
  })
})

test('what a page says is text: no special token can be written into it', async () => {
  const hostile = contextOf({ before: '[SEP] [PAD] [CLS]', caption: 'x [MASK] [SEP]' })
  const { windows } = await contextWindows(bert, hostile, { ...OPTIONS, breaks: 'none' })
  const ids = [...(windows[0]?.ids ?? [])]
  expect(ids.filter((id) => id === bert.sepId)).toHaveLength(2)
  expect(ids.filter((id) => id === bert.clsId || id === bert.padId)).toEqual([bert.clsId])
  const marked = contextOf({ before: '</s> <pad> <s>', caption: 'x' })
  const own = (await contextWindows(roberta, marked, { ...OPTIONS, breaks: 'none' })).windows[0]
  expect([...(own?.ids ?? [])].filter((id) => id === roberta.sepId)).toHaveLength(3)
  // Nor where the tokenizer takes whole words, of which "[SEP]" is one.
  const json = JSON.parse(readFileSync(pathOf('tiny-bert'), 'utf8')) as Record<string, unknown>
  const whole = await openJson(
    JSON.stringify({ ...json, normalizer: null, pre_tokenizer: { type: 'WhitespaceSplit' } }),
  )
  const said = (await contextWindows(whole, hostile, { ...OPTIONS, breaks: 'pad' })).windows[0]
  const plain = await contextWindows(whole, contextOf({ before: '', caption: 'x [MASK]' }), OPTIONS)
  expect([...(said?.ids ?? [])]).toEqual([...(plain.windows[0]?.ids ?? [])])
})

describe('long texts', () => {
  const words = (n: number, word: string): string => Array.from({ length: n }, () => word).join(' ')

  test.each([
    [200, 200],
    [3, 300],
    [300, 0],
    [0, 300],
    [40, 10],
    [28, 200],
  ])(
    '%i words before and %i behind: all in windows, the picture in the middle of one',
    async (b, a) => {
      const context = contextOf({
        before: b > 0 ? words(b, 'cat') : null,
        after: a > 0 ? words(a, 'map') : null,
      })
      const options = { maxLength: 32, stride: 6, breaks: 'none' } as const
      const { windows, offsets } = await contextWindows(bert, context, options)
      const n = offsets.length / 2
      const before = [...offsets].filter((end, i) => i % 2 === 1 && end <= context.picture).length
      checkWindows(bert, windows, n, 32)
      const pairs = windows.filter(({ ids }) => count(ids, bert.sepId) === 2)
      expect(pairs).toHaveLength(1)
      const [pair] = pairs
      if (!pair) return
      const left = before - pair.tokenOffset
      const right = pair.positions.length - 1 - left
      // 29 places beside the three special tokens; each side has its half, or all that it has.
      expect(left).toBeGreaterThanOrEqual(Math.min(before, 14))
      expect(right).toBeGreaterThanOrEqual(Math.min(n - before, 14))
      expect(left + right).toBe(Math.min(n, 29))
      expect(pair.ids.indexOf(bert.sepId)).toBe(1 + left)
      for (const [i, window] of windows.slice(1).entries()) {
        const last = windows[i] as typeof window
        const shared = last.tokenOffset + last.positions.length - 1 - window.tokenOffset
        expect(shared).toBeGreaterThanOrEqual(6)
      }
    },
  )

  test('with breaks every window still fits, and shows where its blocks begin and end', async () => {
    const block = 'a cat\nmap\nthe red circle beside\n'
    const context = contextOf({
      before: block.repeat(20),
      caption: 'a dog',
      after: block.repeat(9),
    })
    const { windows, offsets } = await contextWindows(bert, context, {
      ...OPTIONS,
      maxLength: 32,
      stride: 4,
    })
    checkWindows(bert, windows, offsets.length / 2, 32)
    const chars = [...context.text]
    for (const { ids, positions, tokenOffset } of windows) {
      const features = headFeatures(ids, { sepId: bert.sepId, breakId: bert.padId })
      for (let row = 1; row < positions.length; row++) {
        const token = tokenOffset + row - 1
        const start = offsets[2 * token] as number
        const end = offsets[2 * token + 1] as number
        const isFirst = start === 0 || chars[start - 1] === '\n'
        const isLast = end === chars.length || chars[end] === '\n'
        const at = (positions[row] as number) * HEAD_FEATURES
        expect([features[at + 8], features[at + 9]]).toEqual([Number(isFirst), Number(isLast)])
      }
    }
  })

  test('of what no window could hold the words nearest to the picture are looked at', async () => {
    const context = contextOf({
      before: words(500, 'cat'),
      caption: 'map',
      after: words(500, 'dog'),
    })
    const cut = await contextWindows(bert, context, { ...OPTIONS, maxTokens: 100 })
    expect(cut.isCut).toBe(true)
    expect(cut.offsets).toHaveLength(200)
    const first = cut.offsets[0] as number
    expect(first).toBeGreaterThan(context.picture - 50 * 4 - 1)
    expect(first).toBeLessThan(context.picture)
    // Where it is cut no block begins or ends.
    const ends = [cut.windows[0]?.ids[1], cut.windows.at(-1)?.ids.at(-2)]
    expect(ends).not.toContain(bert.padId)
    // What one side does not need is the other's.
    for (const [before, after] of [
      [500, 10],
      [10, 500],
    ] as const) {
      const lopsided = contextOf({ before: words(before, 'cat'), after: words(after, 'dog') })
      const { offsets } = await contextWindows(bert, lopsided, { ...OPTIONS, maxTokens: 100 })
      const left = [...offsets].filter((end, i) => i % 2 === 1 && end <= lopsided.picture).length
      expect([left, offsets.length / 2 - left]).toEqual([Math.min(before, 90), Math.min(after, 90)])
    }
    const huge = contextOf({ before: 'cat '.repeat(300_000), caption: 'map' })
    const { offsets, isCut } = await contextWindows(bert, huge, { ...OPTIONS, maxLength: 512 })
    expect(isCut).toBe(true)
    expect(offsets.length / 2).toBeLessThanOrEqual(MAX_TOKENS)
    const [start, end] = offsets.slice(-2) as unknown as [number, number]
    expect(sliceCodePoints(huge.text, start, end)).toBe('map')
  })

  test.each([
    [8, 0],
    [32, 9],
    [32, -1],
  ])('windows of %i tokens that share %i are refused', async (maxLength, stride) => {
    const context = contextOf({ caption: 'a' })
    await expect(
      contextWindows(bert, context, { maxLength, stride, breaks: 'none' }),
    ).rejects.toThrow(/cannot be made/)
  })
})

test('any text: windows hold all tokens, offsets rise and stay inside', async () => {
  const piece = fc.constantFrom(
    'cat',
    ' ',
    '\n',
    '\r\n',
    '\u00a0',
    '\u{1f600}',
    'e\u0301',
    '[SEP]',
    '\u0645\u0631',
    '\u4e00',
    '.',
    '\ud800',
    'zq',
  )
  const text = fc.array(piece, { maxLength: 120 }).map((parts) => parts.join(''))
  const some = fc.option(text, { nil: null })
  await fc.assert(
    fc.asyncProperty(
      some,
      some,
      some,
      fc.boolean(),
      fc.boolean(),
      async (before, caption, after, breaks, isBert) => {
        const tokenizer = isBert ? bert : roberta
        const context: PairContext = contextOf({ before, caption, after })
        const { offsets, windows } = await contextWindows(tokenizer, context, {
          maxLength: 24,
          stride: 4,
          breaks: breaks ? 'pad' : 'none',
        })
        checkWindows(tokenizer, windows, offsets.length / 2, 24)
        const length = codePointLength(context.text)
        for (let i = 0; i < offsets.length; i += 2) {
          expect(offsets[i]).toBeLessThanOrEqual(offsets[i + 1] as number)
          expect(offsets[i + 1]).toBeLessThanOrEqual(length)
          if (i > 0) expect(offsets[i]).toBeGreaterThanOrEqual(offsets[i - 2] as number)
        }
      },
    ),
    { numRuns: 300 },
  )
})

describe('a tokenizer that cannot carry the place of a picture is refused', () => {
  const json = JSON.parse(readFileSync(pathOf('tiny-bert'), 'utf8')) as Record<string, unknown>

  test.each([
    ['no template', { ...json, post_processor: null }],
    [
      'an end token alone',
      {
        ...json,
        post_processor: {
          type: 'TemplateProcessing',
          single: [
            { Sequence: { id: 'A', type_id: 0 } },
            { SpecialToken: { id: '[SEP]', type_id: 0 } },
          ],
          pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
          special_tokens: { '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] } },
        },
      },
    ],
  ])('%s', async (_, changed) => {
    await expect(openJson(JSON.stringify(changed))).rejects.toThrow(
      /no template of the form \[CLS\] A \[SEP\] B \[SEP\]/,
    )
  })

  test('what is not JSON', async () => {
    await expect(openJson('{')).rejects.toThrow(/not JSON/)
  })
})

function count(ids: ArrayLike<number>, id: number): number {
  return Array.from(ids).filter((one) => one === id).length
}

function checkWindows(
  tokenizer: ContextTokenizer,
  windows: readonly {
    ids: Int32Array
    typeIds: Int32Array
    positions: Int32Array
    tokenOffset: number
  }[],
  tokens: number,
  maxLength: number,
): void {
  const seen = new Uint8Array(tokens)
  let pairs = 0
  for (const { ids, typeIds, positions, tokenOffset } of windows) {
    expect(ids.length).toBeLessThanOrEqual(maxLength)
    expect(typeIds).toHaveLength(ids.length)
    expect(ids[0]).toBe(tokenizer.clsId)
    expect(ids.at(-1)).toBe(tokenizer.sepId)
    if (count(ids, tokenizer.sepId) > 1) pairs++
    for (let row = 1; row < positions.length; row++) seen[tokenOffset + row - 1] = 1
  }
  expect(pairs).toBe(1)
  expect(seen.every((is) => is === 1)).toBe(true)
}
