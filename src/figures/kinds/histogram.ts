import { axisTitle, valueText } from '#shared/figure-text.ts'
import { formatCount } from '#shared/format.ts'
import type { FigureAxis, HistogramFigure } from '#shared/figures.ts'
import { scaleOf, tickRoom, valueAxis, type Scale } from '../axes.ts'
import { PAD } from '../chrome.ts'
import { ROOM, sayNothing, titleAbove, titleBelow, type Plot } from '../plot.ts'
import { rect, SIZE, symbol, words, type Shaped } from '../sheet.ts'
import { fitText } from '../text-width.ts'
import { toneColour } from '../themes.ts'

type Panel = HistogramFigure['panels'][number]

const LEAST = 200
const NAME = 18
const PANEL = 120
const GAP = 16

const columnsFor = (figure: HistogramFigure, width: number) =>
  Math.max(1, Math.min(figure.panels.length, 4, Math.floor((width - PAD) / LEAST)))
const rowsFor = (figure: HistogramFigure, width: number) =>
  Math.ceil(figure.panels.length / columnsFor(figure, width))

const sumOf = (panel: Panel) => panel.counts.reduce((a, b) => a + b, 0)

/** Small multiples on the same axes; bars touch. */
export const histogram: Plot<HistogramFigure> = {
  legend: () => [],
  height: (figure, width) =>
    ROOM.title +
    Math.max(1, rowsFor(figure, width)) * (NAME + PANEL + ROOM.ticks + GAP) +
    ROOM.below,
  draw(figure, sheet, top, end) {
    const { palette } = sheet
    const share = figure.y === 'share'
    const axis: FigureAxis = share
      ? { title: `Share of ${figure.nUnit}`, percent: true }
      : { title: figure.nUnit, digits: 0 }
    const height = (panel: Panel, i: number) => {
      const n = panel.counts[i] ?? 0
      const sum = sumOf(panel)
      return share ? (sum > 0 ? n / sum : 0) : n
    }
    const heights = figure.panels.flatMap((panel) => figure.bins.map((_, i) => height(panel, i)))
    const y = scaleOf({ ...axis, lo: 0 }, heights.some((h) => h > 0) ? heights : [1], 3)
    const x = xScale(figure)
    titleAbove(sheet, axis.title, PAD, top + ROOM.title)
    if (figure.panels.length === 0) return sayNothing(sheet, 0, 0, top, end)

    const columns = columnsFor(figure, sheet.width)
    const rows = rowsFor(figure, sheet.width)
    const left = PAD + tickRoom(y)
    const width = (sheet.width - left - PAD - (columns - 1) * GAP) / columns
    const step = (end - top - ROOM.title - ROOM.below) / rows
    figure.panels.forEach((panel, i) => {
      const column = i % columns
      const from = left + column * (width + GAP)
      const upper = top + ROOM.title + Math.floor(i / columns) * step + NAME
      const lower = upper - NAME + step - GAP - ROOM.ticks
      const axes = sheet.axes(
        { left: from, right: sheet.width - from - width, top: upper, bottom: sheet.height - lower },
        valueAxis(x, palette, { rules: false, line: true }),
        valueAxis(y, palette, { rules: true, line: false, words: column === 0 }),
      )
      const sum = sumOf(panel)
      const n = `n\u00a0=\u00a0${formatCount(sum)}`
      const name = fitText(panel.label, width - 60, SIZE)
      sheet.put(
        words(name, from, upper - NAME / 2, palette.text, { strong: true }),
        words(n, from + width, upper - NAME / 2, palette.muted, { align: 'right' }),
      )
      if (sum === 0) sayNothing(sheet, from, sheet.width - from - width, upper, lower)
      const colour = toneColour(palette, panel.tone ?? 'plain')
      sheet.paint(
        axes,
        figure.bins.map((bin, at) => ({ bin, at })),
        ({ bin, at: place }, at) => {
          const [x0, y0] = at(bin.from, 0)
          const [x1, y1] = at(bin.to, height(panel, place))
          const style = { fill: colour, stroke: palette.background, lineWidth: 0.5 }
          return [rect(x0, y1, x1 - x0, y0 - y1, style)]
        },
        ({ bin, at }) => ({
          key: panel.keys?.[at] ?? null,
          title: panel.label,
          lines: [
            {
              name: `${figure.x.title} ${bin.label ?? `${valueText(bin.from, figure.x)} to ${valueText(bin.to, figure.x)}`}`,
              text: said(panel.counts[at] ?? 0, sum, figure.nUnit),
            },
          ],
          stop: i * figure.bins.length + at,
        }),
      )
      if (typeof panel.mean === 'number' && sum > 0) {
        const mean = panel.mean
        sheet.paint(axes, [0], (_, at): Shaped[] => {
          const [px, py] = at(mean, 0)
          return [symbol('triangle', [px, py + 1], 4, palette.text, palette.background)]
        })
      }
    })
    const mean = figure.panels.some((panel) => typeof panel.mean === 'number')
    const title = axisTitle(figure.x) + (mean ? ' (△ mean)' : '')
    titleBelow(sheet, title, left, PAD, end - ROOM.below - ROOM.ticks)
  },
}

function said(n: number, sum: number, unit: string): string {
  const share = sum > 0 ? ` (${valueText(n / sum, { title: '', percent: true })})` : ''
  return `${formatCount(n)} ${unit}${share}`
}

/** Words of single values stand below the middle of their bins, edges of ranges at round numbers. */
function xScale(figure: HistogramFigure): Scale {
  const lo = Math.min(...figure.bins.map((bin) => bin.from))
  const hi = Math.max(...figure.bins.map((bin) => bin.to))
  if (!figure.bins.some((bin) => bin.label)) return scaleOf({ ...figure.x, lo, hi }, [lo, hi], 4)
  const names = new Map(figure.bins.map((bin) => [(bin.from + bin.to) / 2, bin.label ?? '']))
  return { lo, hi, ticks: [...names.keys()], text: (tick) => names.get(tick) ?? '' }
}
