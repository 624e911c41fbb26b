import { sampleText } from '#shared/figure-text.ts'
import type { Figure } from '#shared/figures.ts'
import { chromeOf, drawChrome } from './chrome.ts'
import { renderSvg } from './echarts.ts'
import { plotOf } from './kinds/index.ts'
import { createSheet, type FigureMark } from './sheet.ts'
import { cleanTexts, finishSvg } from './svg.ts'
import { PALETTES, type FigureTheme } from './themes.ts'

export interface DrawOptions {
  /** Pixels. */
  width: number
  /** Pixels; without, as `figureHeight` says. */
  height?: number
  theme: FigureTheme
  /** Title, caption and n in the drawing (default), or left to what stands around it. */
  header?: boolean
  /** The theme's ground behind it (default), or none. */
  background?: boolean
}

export interface Drawing {
  svg: string
  /** What can be pointed at; elements of the drawing carry the number as `data-mark`. */
  marks: readonly FigureMark[]
}

const LEAST = { width: 120, height: 60 }
const SHAPE = { ratio: 0.56, least: 200, most: 420 }

/** A figure as SVG, a file of its own. The same figure gives the same bytes, in the window and outside. */
export function drawFigure(figure: Figure, options: DrawOptions): string {
  return drawWithMarks(figure, options).svg
}

/** The same with what can be pointed at in it. */
export function drawWithMarks(given: Figure, options: DrawOptions): Drawing {
  const figure = cleanTexts(given)
  const { header = true, background = true } = options
  const palette = PALETTES[options.theme]
  const width = Math.max(LEAST.width, Math.round(options.width))
  const height = Math.max(
    LEAST.height,
    Math.round(options.height ?? figureHeight(figure, width, { header })),
  )
  const sheet = createSheet(width, height, palette)
  const plot = plotOf(figure)
  const chrome = chromeOf(figure, plot.legend(figure, palette), width, header)
  drawChrome(sheet, chrome)
  plot.draw(figure, sheet, chrome.top, height - chrome.bottom)
  const svg = finishSvg(renderSvg(sheet.option(), width, height), sheet.markOf, {
    width,
    height,
    title: figure.title,
    description: describe(figure),
    background: background ? palette.background : null,
  })
  return { svg, marks: sheet.marks }
}

/** How high a figure wants to be at a width, in pixels: rows take what they need, others a share. */
export function figureHeight(figure: Figure, width: number, more: { header: boolean }): number {
  const plot = plotOf(figure)
  const chrome = chromeOf(figure, plot.legend(figure, PALETTES.print), width, more.header)
  const free = Math.min(SHAPE.most, Math.max(SHAPE.least, width * SHAPE.ratio))
  return Math.ceil(chrome.top + chrome.bottom + (plot.height(figure, width) ?? free))
}

/** Whether a figure has a height of its own, or takes what there is. */
export function hasOwnHeight(figure: Figure, width: number): boolean {
  return plotOf(figure).height(figure, width) !== null
}

/** For those who do not see it: what it shows, and what it stands on. */
export function describe(figure: Figure): string {
  return [figure.alt, sampleText(figure)].filter((part) => part !== '').join(' ')
}
