import { sampleText } from '#shared/figure-text.ts'
import type { Figure, FigureSeries } from '#shared/figures.ts'
import { symbol, words, SIZE, TITLE_SIZE, type Sheet } from './sheet.ts'
import { fitText, textWidth, wrapText } from './text-width.ts'
import { seriesStyle, type Palette } from './themes.ts'

/** What a legend says of one series. */
export interface LegendItem {
  name: string
  /** Draws its sign around a point. */
  sign: 'symbol' | 'swatch'
  colour: string
  index: number
}

interface Chrome {
  title: string[]
  legend: { item: LegendItem; x: number; row: number; name: string }[]
  legendRows: number
  foot: string[]
  /** Pixels above and below what is drawn. */
  top: number
  bottom: number
}

const LINE = 16
const TITLE_LINE = 18
const SIGN = 18
const GAP = 16
export const PAD = 8

/** Title, legend, caption and n around a figure, in the width there is. */
export function chromeOf(
  figure: Figure,
  legend: readonly LegendItem[],
  width: number,
  header: boolean,
): Chrome {
  const room = Math.max(40, width - 2 * PAD)
  const title = header ? wrapText(figure.title, room, TITLE_SIZE * 1.06) : []
  const caption = header ? wrapText(figure.caption, room, SIZE) : []
  const sample = sampleText(figure)
  const foot = header ? [...caption, ...(sample === '' ? [] : [sample])] : []
  const placed: Chrome['legend'] = []
  let x = 0
  let row = 0
  for (const item of legend) {
    const name = fitText(item.name, room - SIGN, SIZE)
    const wide = SIGN + textWidth(name, SIZE)
    if (x > 0 && x + wide > room) {
      x = 0
      row++
    }
    placed.push({ item, x: x + PAD, row, name })
    x += wide + GAP
  }
  const legendRows = placed.length > 0 ? row + 1 : 0
  return {
    title,
    legend: placed,
    legendRows,
    foot,
    top:
      (title.length > 0 ? title.length * TITLE_LINE + 10 : 0) +
      (legendRows > 0 ? legendRows * LINE + 8 : 2),
    bottom: foot.length > 0 ? foot.length * LINE + 12 : 2,
  }
}

export function drawChrome(sheet: Sheet, chrome: Chrome): void {
  const { palette } = sheet
  let y = 4
  chrome.title.forEach((text, i) => {
    sheet.put(
      words(text, PAD, y + TITLE_LINE * (i + 0.5), palette.text, {
        size: TITLE_SIZE,
        strong: true,
      }),
    )
  })
  if (chrome.title.length > 0) y += chrome.title.length * TITLE_LINE + 6
  for (const { item, x, row, name } of chrome.legend) {
    const middle = y + LINE * (row + 0.5)
    const style = seriesStyle(palette, item.index)
    sheet.put(
      item.sign === 'symbol'
        ? symbol(
            style.shape,
            [x + 6, middle],
            4,
            item.colour,
            style.hollow ? palette.background : null,
          )
        : swatch(x + 1, middle - 5, 10, 10, item, palette),
      words(name, x + SIGN, middle, palette.text),
    )
  }
  const foot = sheet.height - chrome.bottom + 8
  chrome.foot.forEach((text, i) => {
    sheet.put(words(text, PAD, foot + LINE * (i + 0.5), palette.muted))
  })
}

/** The filling of bars of a series: by colour, every second one by its edge alone. */
export function barStyle(colour: string, index: number, palette: Palette): Record<string, unknown> {
  return index % 2 === 0
    ? { fill: colour, stroke: colour, lineWidth: 1 }
    : { fill: palette.background, stroke: colour, lineWidth: 1.5 }
}

function swatch(x: number, y: number, w: number, h: number, item: LegendItem, palette: Palette) {
  return {
    type: 'rect' as const,
    silent: true,
    shape: { x, y, width: w, height: h },
    style: item.index < 0 ? { fill: item.colour } : barStyle(item.colour, item.index, palette),
  }
}

/** A legend of series, where there is more than one. */
export function seriesLegend(
  series: readonly FigureSeries[],
  palette: Palette,
  sign: LegendItem['sign'],
): LegendItem[] {
  if (series.length < 2) return []
  return series.map((item, index) => ({
    name: item.name,
    sign,
    colour: seriesStyle(palette, index, item.tone).colour,
    index,
  }))
}
