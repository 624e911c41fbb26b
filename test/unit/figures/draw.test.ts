import { Parser } from 'htmlparser2'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { Figure } from '#shared/figures.ts'
import { drawFigure, drawWithMarks, figureHeight } from '../../../src/figures/draw.ts'
import { FIGURE_THEMES } from '../../../src/figures/themes.ts'
import { NAMES, sampleFigures } from '../../support/sample-figures.ts'

interface Element {
  name: string
  attributes: Record<string, string>
  text: string
}

/** The elements of a drawing with the text in them. */
function elementsOf(svg: string): Element[] {
  const all: Element[] = []
  const open: Element[] = []
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        const element = { name, attributes, text: '' }
        all.push(element)
        open.push(element)
      },
      ontext: (text) => open.forEach((element) => (element.text += text)),
      onclosetag: () => void open.pop(),
    },
    { xmlMode: true },
  )
  parser.end(svg)
  return all
}

const CASES = [
  { name: 'six models', of: { models: 6 } },
  { name: 'one model', of: { models: 1 } },
  { name: 'missing values', of: { models: 4, missing: true } },
  { name: 'nothing', of: { models: 3, empty: true } },
]
const all = CASES.flatMap(({ name, of }) =>
  sampleFigures(of).map((figure) => ({ name: `${figure.id}, ${name}`, figure })),
)

test('there is a sample of every kind', () => {
  const kinds = new Set(all.map(({ figure }) => figure.kind))
  expect([...kinds].sort()).toEqual(Figure.options.map((one) => one.shape.kind.value).sort())
})

test.each(all)('$name is XML that other programs read, in every theme', async ({ figure }) => {
  expect(Figure.parse(figure)).toBeTruthy()
  for (const theme of FIGURE_THEMES) {
    const svg = drawFigure(figure, { width: 640, theme })
    // librsvg refuses what is not well-formed.
    const { width, height } = await sharp(Buffer.from(svg)).metadata()
    expect({ width, height }).toEqual({
      width: 640,
      height: figureHeight(figure, 640, { header: true }),
    })
    // No number that is none, no style sheet, no script, nothing of the library's own.
    expect(svg).not.toMatch(/NaN|Infinity|undefined|<style|<script|class=|ecmeta|zr\d/)
  }
})

test.each(all)('$name says what it is to a screen reader', ({ figure }) => {
  const [svg, title, desc] = elementsOf(drawFigure(figure, { width: 480, theme: 'light' }))
  expect(svg?.attributes['role']).toBe('img')
  expect(title).toMatchObject({ name: 'title', text: figure.title })
  expect(desc?.name).toBe('desc')
  expect(desc?.text).toContain(figure.alt)
  expect(desc?.text).toContain(`n\u00a0=\u00a0${figure.n === 0 ? 0 : '1,204'} `)
})

test.each(all)('$name is the same bytes each time, whatever was drawn before', ({ figure }) => {
  const draw = () => drawFigure(figure, { width: 555, theme: 'print' })
  const first = draw()
  drawFigure(sampleFigures({ models: 2 })[0] as Figure, { width: 300, theme: 'dark' })
  expect(draw()).toBe(first)
})

test.each(all)('every mark of $name is drawn and says what it is', ({ figure }) => {
  const { svg, marks } = drawWithMarks(figure, { width: 700, theme: 'dark' })
  const drawn = new Set(elementsOf(svg).flatMap(({ attributes }) => attributes['data-mark'] ?? []))
  expect([...drawn].map(Number).sort((a, b) => a - b)).toEqual(marks.map((_, i) => i))
  for (const mark of marks) {
    expect(mark.title).not.toBe('')
    expect(mark.lines.length).toBeGreaterThan(0)
  }
})

describe('names of strangers', () => {
  const figures = sampleFigures({ models: 6 })

  test.each(figures)('in $id stay texts', (figure) => {
    const svg = drawFigure(figure, { width: 900, theme: 'light' })
    const names = new Set(elementsOf(svg).map(({ name }) => name))
    for (const name of names)
      expect([
        'svg',
        'title',
        'desc',
        'rect',
        'g',
        'path',
        'text',
        'polyline',
        'polygon',
        'circle',
        'line',
        'defs',
      ]).toContain(name)
    // What XML has no place for is replaced, not dropped.
    expect(svg.isWellFormed()).toBe(true)
    expect(svg).not.toContain('\u0007')
  })

  test('are written as they are', () => {
    const proportions = figures.find((figure) => figure.kind === 'proportions') as Figure
    const texts = elementsOf(drawFigure(proportions, { width: 900, theme: 'light' })).map(
      ({ text }) => text,
    )
    expect(texts).toContain(NAMES[2])
    expect(texts).toContain(NAMES[3])
  })
})

describe('a bar', () => {
  const figure: Figure = {
    kind: 'bars',
    id: 'two',
    title: 'Two',
    caption: '',
    alt: 'The second is twice the first.',
    nUnit: 'pairs',
    direction: 'horizontal',
    categoryTitle: 'Thing',
    value: { title: 'Pairs', lo: 0, hi: 100 },
    series: [{ name: 'pairs' }],
    rows: [
      { label: 'one', estimates: [{ value: 25, interval: { lo: 20, hi: 30 }, key: 'k1' }] },
      { label: 'two', estimates: [{ value: 50, key: 'k2' }] },
      { label: 'none', estimates: [null] },
    ],
  }
  const { svg, marks } = drawWithMarks(figure, { width: 400, theme: 'light' })
  const elements = elementsOf(svg)
  const widthOf = (mark: number) => {
    const bar = elements.find(
      ({ name, attributes }) => name === 'path' && attributes['data-mark'] === String(mark),
    )
    return Number(/^M\S+ \S+?l([\d.]+) 0/.exec(bar?.attributes['d'] ?? '')?.[1])
  }

  test('is as long as its value', () => {
    expect(widthOf(0)).toBeGreaterThan(20)
    expect(widthOf(1) / widthOf(0)).toBeCloseTo(2, 1)
  })

  test('gives back the key of its datum, and says its interval', () => {
    expect(marks.map((mark) => mark.key)).toEqual(['k1', 'k2', null])
    expect(marks[0]?.lines).toEqual([{ name: 'pairs', text: '25 [20, 30]' }])
    expect(marks[2]?.lines[0]?.text).toBe('–')
  })

  test('has a word where there is no value', () => {
    expect(elements.filter(({ name, text }) => name === 'text' && text === '–')).toHaveLength(1)
  })
})

test('a line is broken where a value is missing', () => {
  const value = (x: number) => ({ x, value: x === 3 ? null : x })
  const figure = (xs: number[]): Figure => ({
    kind: 'lines',
    id: 'gap',
    title: 'Gap',
    caption: '',
    alt: 'A gap.',
    nUnit: '',
    x: { title: 'level' },
    y: { title: 'value' },
    intervals: 'whiskers',
    series: [{ name: 'a', points: xs.map(value) }],
  })
  const courses = (xs: number[]) => {
    const svg = drawFigure(figure(xs), { width: 400, theme: 'light' })
    return elementsOf(svg).filter(({ attributes }) => attributes['stroke-linejoin'] === 'round')
      .length
  }
  expect(courses([1, 2, 4, 5])).toBe(1)
  expect(courses([1, 2, 3, 4, 5])).toBe(2)
})
