import { axisTitle, estimateText, NONE } from '#shared/figure-text.ts'
import type { DotsFigure, Estimate, EstimateRow } from '#shared/figures.ts'
import { placeAxis, reach, scaleOf, valueAxis } from '../axes.ts'
import { PAD, seriesLegend } from '../chrome.ts'
import { ROOM, sayNothing, titleBelow, type Plot } from '../plot.ts'
import { drawRowNames, layoutRows } from '../rows.ts'
import { line, SIZE, symbol, target, words, type Shaped } from '../sheet.ts'
import { textWidth } from '../text-width.ts'
import { seriesStyle, toneColour } from '../themes.ts'
import { whisker, within } from './bars.ts'

const STEP = 14

interface Dot {
  row: EstimateRow
  place: number
  series: number
  estimate: Estimate | null
}

const estimatesOf = (figure: DotsFigure) => figure.rows.flatMap((row) => row.estimates)
const height = (figure: DotsFigure) => figure.series.length * STEP

/** Dots with intervals; the numbers stand in a column at the right where there is room. */
export const dots: Plot<DotsFigure> = {
  legend: (figure, palette) => seriesLegend(figure.series, palette, 'symbol'),
  height(figure, width) {
    const { rowHeight } = layoutRows(figure.rows, width, height(figure))
    const above = figure.reference ? ROOM.title : 4
    return above + Math.max(1, figure.rows.length) * rowHeight + ROOM.ticks + ROOM.below
  },
  draw(figure, sheet, from, end) {
    const { palette } = sheet
    const count = figure.series.length
    const layout = layoutRows(figure.rows, sheet.width, height(figure))
    const top = from + (figure.reference ? ROOM.title : 4)
    const bottom = end - ROOM.ticks - ROOM.below
    const written = (of: Estimate | null) =>
      of ? estimateText({ ...of, n: null }, figure.value) : NONE
    const numbers = Math.max(0, ...estimatesOf(figure).map((of) => textWidth(written(of), SIZE)))
    const column = sheet.width - layout.left - numbers > 220
    const right = PAD + (column ? numbers + 12 : 8)
    const wanted = Math.max(2, Math.floor((sheet.width - layout.left - right) / 80))
    const from0 = figure.reference ? [figure.reference.value] : []
    const scale = scaleOf(figure.value, [...reach(estimatesOf(figure)), ...from0], wanted)
    const axes = sheet.axes(
      { left: layout.left, right, top, bottom: sheet.height - bottom },
      valueAxis(scale, palette, { rules: true, line: true }),
      placeAxis(figure.rows.length, palette, { inverse: true, line: false }),
    )
    const band = (bottom - top) / Math.max(1, figure.rows.length)
    const step = Math.min(STEP, (band - 4) / count)
    if (figure.rows.length === 0) sayNothing(sheet, layout.left, right, top, bottom)
    if (figure.reference) {
      const { value, label } = figure.reference
      sheet.paint(axes, [0], (_, at) => {
        const [x] = at(within(value, scale), 0)
        const near = textWidth(label, SIZE) / 2
        const align = x + near > sheet.width ? 'right' : x < near ? 'left' : 'center'
        return [
          line([x, top - 4], [x, bottom], palette.muted, { dash: [3, 3] }),
          words(label, x, top - 12, palette.muted, { align }),
        ]
      })
    }
    const all: Dot[] = figure.rows.flatMap((row, place) =>
      figure.series.map((_, series) => ({
        row,
        place,
        series,
        estimate: row.estimates[series] ?? null,
      })),
    )
    sheet.paint(
      axes,
      all,
      ({ row, place, series, estimate }, at) => {
        const style = seriesStyle(palette, series, figure.series[series]?.tone)
        const colour = row.tone ? toneColour(palette, row.tone) : style.colour
        const value = estimate?.value ?? null
        const [x, middle] = at(within(value ?? scale.lo, scale), place)
        const y = middle + (series - (count - 1) / 2) * step
        const shapes: Shaped[] = []
        if (value === null) shapes.push(target(x + 8, y, 6), words(NONE, x + 6, y, palette.muted))
        else {
          const interval = estimate?.interval
          if (interval) {
            const [lo] = at(within(interval.lo, scale), place)
            const [hi] = at(within(interval.hi, scale), place)
            shapes.push(...whisker([lo, y], [hi, y], sheet, colour))
          }
          const ground = style.hollow ? palette.background : null
          shapes.push(symbol(style.shape, [x, y], 4, colour, ground))
        }
        if (column)
          shapes.push(
            words(written(estimate), sheet.width - PAD, y, palette.text, { align: 'right' }),
          )
        return shapes
      },
      ({ row, place, series, estimate }) => ({
        key: estimate?.key ?? null,
        title: row.label,
        lines: [
          {
            name: figure.series[series]?.name ?? '',
            text: estimateText(estimate, figure.value),
          },
        ],
        stop: place * count + series,
      }),
    )
    drawRowNames(sheet, layout, top, band)
    titleBelow(sheet, axisTitle(figure.value), layout.left, right, bottom)
  },
}
