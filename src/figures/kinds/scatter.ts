import { axisTitle, valueText } from '#shared/figure-text.ts'
import type { ScatterFigure } from '#shared/figures.ts'
import { scaleOf, tickRoom, valueAxis } from '../axes.ts'
import { PAD, seriesLegend } from '../chrome.ts'
import { ROOM, sayNothing, titleAbove, titleBelow, type Plot } from '../plot.ts'
import { line, polyline, SIZE, symbol, words, type Shaped } from '../sheet.ts'
import { wrapText } from '../text-width.ts'
import { seriesStyle } from '../themes.ts'
import { within } from './bars.ts'

/** Points with a trend; many points are let shine through each other. */
export const scatter: Plot<ScatterFigure> = {
  legend: (figure, palette) => seriesLegend(figure.series, palette, 'symbol'),
  height: () => null,
  draw(figure, sheet, from, end) {
    const { palette } = sheet
    const top = from + ROOM.title
    const bottom = end - ROOM.ticks - ROOM.below
    const points = figure.series.flatMap((series) => series.points)
    const trends = figure.series.flatMap((series) => series.trend ?? [])
    const ys = [
      ...points.map((point) => point.y),
      ...trends.flatMap((point) => [point.y, point.interval?.lo, point.interval?.hi]),
    ].filter((value) => typeof value === 'number')
    const y = scaleOf(figure.y, ys, Math.max(2, Math.floor((bottom - top) / 40)))
    const left = PAD + tickRoom(y)
    const right = PAD + 8
    const xs = [...points, ...trends].map((point) => point.x)
    const x = scaleOf(figure.x, xs, Math.max(2, Math.floor((sheet.width - left - right) / 80)))
    const axes = sheet.axes(
      { left, right, top, bottom: sheet.height - bottom },
      valueAxis(x, palette, { rules: true, line: true }),
      valueAxis(y, palette, { rules: true, line: true }),
    )
    titleAbove(sheet, axisTitle(figure.y), PAD, top)
    titleBelow(sheet, axisTitle(figure.x), left, right, bottom)
    if (points.length === 0) return sayNothing(sheet, left, right, top, bottom)
    if (figure.identity) {
      const lo = Math.max(x.lo, y.lo)
      const hi = Math.min(x.hi, y.hi)
      if (hi > lo) {
        sheet.paint(axes, [0], (_, at) => [
          line(at(lo, lo), at(hi, hi), palette.muted, { dash: [3, 3] }),
        ])
      }
    }
    const opacity = points.length > 2000 ? 0.25 : points.length > 300 ? 0.5 : 0.85
    const radius = points.length > 300 ? 2.25 : 3.25
    let before = 0
    figure.series.forEach((series, index) => {
      const style = seriesStyle(palette, index, series.tone)
      const first = before
      before += series.points.length
      sheet.paint(
        axes,
        series.points.map((point, i) => ({ point, i })),
        ({ point }, at) => {
          const sign = symbol(
            style.shape,
            at(within(point.x, x), within(point.y, y)),
            radius,
            style.colour,
            style.hollow ? palette.background : null,
          )
          return [{ ...sign, style: { ...(sign as { style: object }).style, opacity } } as Shaped]
        },
        ({ point, i }) => ({
          key: point.key ?? null,
          title: point.label ?? series.name,
          lines: [
            { name: figure.x.title, text: valueText(point.x, figure.x) },
            { name: figure.y.title, text: valueText(point.y, figure.y) },
          ],
          stop: first + i,
        }),
      )
      const trend = series.trend ?? []
      if (trend.length < 2) return
      sheet.paint(axes, [0], (_, at) => {
        const known = trend.filter((point) => point.interval)
        const upper = known.map((point) => at(point.x, within(point.interval?.hi as number, y)))
        const lower = known.map((point) => at(point.x, within(point.interval?.lo as number, y)))
        const shapes: Shaped[] = []
        if (known.length > 1) {
          shapes.push({
            type: 'polygon',
            shape: { points: [...upper, ...lower.reverse()] },
            style: { fill: style.colour, opacity: 0.16 },
          } as Shaped)
        }
        const course = trend.map((point) => at(point.x, within(point.y, y)))
        shapes.push(polyline(course, style.colour, { width: 2, dash: style.dash }))
        return shapes
      })
    })
    if (figure.remark) {
      wrapText(figure.remark, sheet.width - left - right - 16, SIZE, 2).forEach((text, i) => {
        sheet.put(
          words(text, left + 8, top + 10 + i * 14, palette.text, { halo: palette.background }),
        )
      })
    }
  },
}
