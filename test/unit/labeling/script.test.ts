import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { joinContext } from '#shared/text/context.ts'
import {
  contextWindows,
  openContextTokenizer,
} from '../../../src/main/inference/tokenize/context-windows.ts'
import { calibrationError, fitTemperature } from '../../../src/main/labeling/calibration.ts'
import { decodeSpans } from '../../../src/main/labeling/decode-spans.ts'
import { spanLoss } from '../../../src/main/labeling/losses.ts'
import { exactMatch, iou, overlapF1 } from '../../../src/main/labeling/span-metrics.ts'
import type { Span } from '../../../src/shared/text/spans.ts'
import { subwordTokenizer } from '../../support/subword-strings.ts'
import { tokenizers } from '../../support/tokenizers.ts'

/**
 * The training script of a package and the program must mean the same by a loss, a measure, a
 * confidence and a window. Values: tools/reference/spans/make_script_reference.py.
 */
type Range = [number, number] | null
interface Window {
  start: number[]
  end: number[]
  token_offset: number
}
interface Reference {
  scripts: Record<string, string>
  losses: {
    start: number[]
    end: number[]
    gold: Range
    weights: { cross_entropy: number; soft_iou: number; smoothing: number }
    loss: number
    cross_entropy: number
    soft_iou: number
  }[]
  decoding: {
    windows: Window[]
    maxTokens: number
    temperature: number
    span: Range
    confidence: number
  }[]
  temperature: {
    maxTokens: number
    cases: { windows: Window[]; gold: Range }[]
    temperature: number
  }
  measures: {
    cases: { predicted: Range; gold: Range; exactMatch: number; iou: number; f1: number }[]
    confidences: number[]
    correct: number[]
    calibrationError: number
  }
  windows: {
    before: string | null
    caption: string | null
    after: string | null
    maxLength: number
    stride: number
    offsets: [number, number][]
    windows: { ids: number[]; types: number[]; rows: number[]; tokenOffset: number }[]
  }[]
}

const root = join(import.meta.dirname, '../../..')
const reference = JSON.parse(
  readFileSync(join(root, 'test/fixtures/labeling/span-script.json'), 'utf8'),
) as Reference

const inclusive = (range: Range): { first: number; last: number } | null =>
  range && { first: range[0], last: range[1] }
const halfOpen = (range: Range): Span | null => range && { start: range[0], end: range[1] }
const windowsOf = (windows: Window[]) =>
  windows.map(({ start, end, token_offset }) => ({ start, end, tokenOffset: token_offset }))

describe('the script of a training package', () => {
  test('is the one whose values are stored', () => {
    for (const [name, sha256] of Object.entries(reference.scripts)) {
      const bytes = readFileSync(join(root, 'resources/span-package', name))
      expect(createHash('sha256').update(bytes).digest('hex'), name).toBe(sha256)
    }
  })

  test('has the same losses', () => {
    expect(reference.losses.length).toBeGreaterThan(50)
    for (const { start, end, gold, weights, ...wanted } of reference.losses) {
      const found = spanLoss(start, end, inclusive(gold), {
        crossEntropy: weights.cross_entropy,
        softIou: weights.soft_iou,
        smoothing: weights.smoothing,
      })
      expect(found.loss).toBeCloseTo(wanted.loss, 9)
      expect(found.crossEntropy).toBeCloseTo(wanted.cross_entropy, 9)
      expect(found.softIouLoss).toBeCloseTo(wanted.soft_iou, 9)
    }
  })

  test('decodes the same spans with the same confidence', () => {
    for (const { windows, maxTokens, temperature, span, confidence } of reference.decoding) {
      const found = decodeSpans(windowsOf(windows), { maxLength: maxTokens, temperature })
      expect(found.best && [found.best.first, found.best.last]).toEqual(span)
      expect(found.confidence).toBeCloseTo(confidence, 9)
    }
  })

  test('calibrates to the same temperature and error', () => {
    const { cases, maxTokens, temperature } = reference.temperature
    const found = fitTemperature(
      cases.map(({ windows, gold }) => ({ windows: windowsOf(windows), gold: inclusive(gold) })),
      maxTokens,
    )
    expect(found.temperature).toBeCloseTo(temperature, 6)
    const { confidences, correct } = reference.measures
    expect(calibrationError(confidences, correct).error).toBeCloseTo(
      reference.measures.calibrationError,
      12,
    )
  })

  test('has the same measures', () => {
    for (const { predicted, gold, ...wanted } of reference.measures.cases) {
      const [a, b] = [halfOpen(predicted), halfOpen(gold)]
      expect(exactMatch(a, b)).toBe(wanted.exactMatch)
      expect(iou(a, b)).toBeCloseTo(wanted.iou, 12)
      expect(overlapF1(a ? [a] : [], b ? [b] : []).f1).toBeCloseTo(wanted.f1, 12)
    }
  })

  test('cuts texts into the same windows', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'gleaner-script-')), 'tokenizer.json')
    writeFileSync(path, subwordTokenizer('bert-uncased'))
    const tokenizer = await openContextTokenizer(tokenizers, path)
    expect(reference.windows.some(({ windows }) => windows.length > 2)).toBe(true)
    for (const { maxLength, stride, offsets, windows, ...texts } of reference.windows) {
      const [found] = await contextWindows(tokenizer, [joinContext(texts)], {
        maxLength,
        stride,
        breaks: 'none',
      })
      expect([...(found?.offsets ?? [])]).toEqual(offsets.flat())
      expect(
        found?.windows.map((window) => ({
          ids: [...window.ids],
          types: [...window.typeIds],
          rows: [...window.positions].slice(1),
          tokenOffset: window.tokenOffset,
        })),
      ).toEqual(windows)
    }
  })
})
