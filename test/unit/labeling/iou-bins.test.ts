import { expect, test } from 'vitest'
import { iouBin, iouBins } from '../../../src/main/labeling/iou-bins.ts'
import { markedText } from '../../../src/main/labeling/marked-text.ts'

test('samples that are found whole or not at all have bins of their own', () => {
  // By hand: the upper edge belongs to its bin.
  const places: [number, number][] = [
    [0, 0],
    [0.001, 1],
    [0.1, 1],
    [0.1000001, 2],
    [0.3, 3],
    [1 / 3, 4],
    [0.7, 7],
    [0.9, 9],
    [0.95, 10],
    [0.999999, 10],
    [1, 11],
  ]
  for (const [iou, bin] of places) expect(iouBin(iou), String(iou)).toBe(bin)
  const bins = iouBins([0, 0, 0.05, 0.5, 1, 1, 1])
  expect(bins.map(({ n }) => n)).toEqual([2, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 3])
  expect(bins[0]).toMatchObject({ lo: 0, hi: 0 })
  expect(bins[1]).toMatchObject({ lo: 0, hi: 0.1 })
  expect(bins[10]).toMatchObject({ lo: 0.9, hi: 1 })
  expect(bins[11]).toMatchObject({ lo: 1, hi: 1 })
})

test('a bin holds the fractions that its edges name, whatever their denominator', () => {
  for (let whole = 1; whole <= 60; whole++) {
    for (let part = 0; part <= whole; part++) {
      // In integers, without floating point.
      const expected = part === 0 ? 0 : part === whole ? 11 : Math.ceil((10 * part) / whole)
      expect(iouBin(part / whole), `${part}/${whole}`).toBe(expected)
    }
  }
})

const said = (pieces: ReturnType<typeof markedText>): string =>
  pieces
    .map(({ text, gold, found }) =>
      gold || found ? `[${gold ? 'g' : ''}${found ? 'f' : ''}:${text}]` : text,
    )
    .join('')

test('a text is cut where what is to be found and what was found begin and end', () => {
  const text = '🚤 The red boat lies here'
  expect(said(markedText(text, { start: 2, end: 14 }, { start: 6, end: 19 }))).toBe(
    '🚤 [g:The ][gf:red boat][f: lies] here',
  )
  expect(said(markedText(text, { start: 2, end: 14 }, null))).toBe('🚤 [g:The red boat] lies here')
  expect(said(markedText(text, null, null))).toBe(text)
  expect(said(markedText(text, { start: 2, end: 5 }, { start: 20, end: 24 }))).toBe(
    '🚤 [g:The] red boat lies [f:here]',
  )
})

test('of a long text only what lies around is shown', () => {
  const text = `${'a'.repeat(500)}GOLD${'b'.repeat(500)}FOUND${'c'.repeat(500)}`
  expect(said(markedText(text, { start: 500, end: 504 }, { start: 1004, end: 1009 }))).toBe(
    `… ${'a'.repeat(80)}[g:GOLD]${'b'.repeat(80)} … ${'b'.repeat(80)}[f:FOUND]${'c'.repeat(80)} …`,
  )
})
