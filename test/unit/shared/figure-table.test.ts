import { expect, test } from 'vitest'
import { estimateText, tickText, valueText } from '#shared/figure-text.ts'
import { figureTable } from '#shared/figure-table.ts'
import { csvText } from '#shared/csv-text.ts'
import type { Figure } from '#shared/figures.ts'
import { sampleFigures } from '../../support/sample-figures.ts'

const figures = sampleFigures({ models: 4 })
const of = <K extends Figure['kind']>(kind: K) =>
  figures.find((figure) => figure.kind === kind) as Extract<Figure, { kind: K }>

test.each(figures)('the table of $id is a rectangle', (figure) => {
  const { head, rows } = figureTable(figure)
  expect(rows.length).toBeGreaterThan(0)
  for (const row of rows) expect(row).toHaveLength(head.length)
  expect(csvText({ head, rows }).trim().split('\n').length).toBeGreaterThanOrEqual(rows.length)
})

test('holds every estimate with its interval and n', () => {
  const bars = of('bars')
  const { head, rows } = figureTable(bars)
  expect(head).toEqual([
    'Aspect',
    'series',
    'Mean rating (0 to 5)',
    'interval from',
    'interval to',
    'n',
  ])
  const second = bars.rows[0]?.estimates[1]
  expect(rows[1]).toEqual([
    'Prompt adherence',
    bars.series[1]?.name,
    second?.value,
    second?.interval?.lo,
    second?.interval?.hi,
    200,
  ])
  expect(rows).toHaveLength(bars.rows.length * bars.series.length)
})

test('a histogram and proportions have counts and shares that add up', () => {
  const { panels } = of('histogram')
  const first = panels[0]?.counts ?? []
  const table = figureTable(of('histogram')).rows.slice(0, 6)
  expect(table.map((row) => row[3])).toEqual(first)
  expect(table.reduce((sum, row) => sum + Number(row[4]), 0)).toBeCloseTo(1, 5)
  const parts = figureTable(of('proportions')).rows.slice(0, 6)
  expect(parts.map((row) => row[2])).toEqual(first)
})

test('a density has the cells that hold something, with their edges', () => {
  const density = of('density')
  const { rows } = figureTable(density)
  expect(rows).toHaveLength(density.counts.filter((n) => n > 0).length)
  const sum = density.counts.reduce((a, b) => a + b)
  expect(rows.reduce((all, row) => all + Number(row[4]), 0)).toBe(sum)
  const last = rows.at(-1) as number[]
  expect(last[3]).toBeLessThanOrEqual(density.y.hi)
})

test('a level of lines is called by its name', () => {
  expect(figureTable(of('lines')).rows[4]?.[1]).toBe('5 or more')
})

test('numbers are written as researchers write them', () => {
  expect(valueText(-0.04123, { title: '', digits: 3 })).toBe('\u22120.041')
  expect(valueText(-0.0001, { title: '', digits: 2 })).toBe('0.00')
  expect(valueText(12483, { title: '' })).toBe('12,483')
  expect(valueText(0.2534, { title: '', percent: true })).toBe('25.3\u00a0%')
  expect(valueText(null, { title: '' })).toBe('–')
  expect(tickText(0.25, 2, { title: '', percent: true })).toBe('25\u00a0%')
  expect(
    estimateText(
      { value: 3.2, interval: { lo: 3.05, hi: 3.35 }, n: 1200 },
      { title: '', digits: 2 },
    ),
  ).toBe('3.20 [3.05, 3.35], n\u00a0=\u00a01,200')
})
