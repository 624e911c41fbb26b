import { valueText } from '#shared/figure-text.ts'
import { scaleColour } from '#shared/colour-scales.ts'
import { formatCount } from '#shared/format.ts'
import type { ProportionsFigure } from '#shared/figures.ts'
import { placeAxis, scaleOf, valueAxis } from '../axes.ts'
import { PAD } from '../chrome.ts'
import { ROOM, sayNothing, titleBelow, type Plot } from '../plot.ts'
import { drawRowNames, layoutRows } from '../rows.ts'
import { rect, SIZE, words, type Shaped } from '../sheet.ts'
import { textWidth } from '../text-width.ts'
import { seriesStyle, type Palette } from '../themes.ts'
import { inkOn } from './heat.ts'

const BAR = 18

function colourOf(figure: ProportionsFigure, part: number, palette: Palette): string {
  if (!figure.ordinal) return seriesStyle(palette, part).colour
  return scaleColour('cividis', figure.parts.length > 1 ? part / (figure.parts.length - 1) : 0.5)
}

const sumOf = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0)

/** Bars of 100 %, parts in their order, with their shares where there is room. */
export const proportions: Plot<ProportionsFigure> = {
  legend: (figure, palette) =>
    figure.parts.map((name, part) => ({
      name,
      sign: 'swatch',
      colour: colourOf(figure, part, palette),
      index: -1,
    })),
  height(figure, width) {
    const { rowHeight } = layoutRows(figure.rows, width, BAR)
    return Math.max(1, figure.rows.length) * rowHeight + 4 + ROOM.ticks + ROOM.below
  },
  draw(figure, sheet, top, end) {
    const { palette } = sheet
    const layout = layoutRows(figure.rows, sheet.width, BAR)
    const bottom = end - ROOM.ticks - ROOM.below
    const axis = { title: `Share of ${figure.nUnit}`, percent: true, lo: 0, hi: 1 }
    const totals = figure.rows.map((row) => `n\u00a0=\u00a0${formatCount(sumOf(row.counts))}`)
    const right = PAD + 8 + Math.max(16, ...totals.map((text) => textWidth(text, SIZE)))
    const scale = scaleOf(axis, [], 4)
    const axes = sheet.axes(
      { left: layout.left, right, top, bottom: sheet.height - bottom },
      valueAxis(scale, palette, { rules: true, line: false }),
      placeAxis(figure.rows.length, palette, { inverse: true, line: false }),
    )
    const band = (bottom - top) / Math.max(1, figure.rows.length)
    if (figure.rows.length === 0) sayNothing(sheet, layout.left, right, top, bottom)
    const cells = figure.rows.flatMap((row, place) => {
      const sum = sumOf(row.counts)
      let from = 0
      return figure.parts.flatMap((name, part) => {
        const n = row.counts[part] ?? 0
        const share = sum > 0 ? n / sum : 0
        const start = from
        from += share
        return share > 0 ? [{ row, place, part, name, n, share, start }] : []
      })
    })
    sheet.paint(
      axes,
      cells,
      ({ place, part, share, start }, at) => {
        const [x0, y] = at(start, place)
        const [x1] = at(start + share, place)
        const fill = colourOf(figure, part, palette)
        const style = { fill, stroke: palette.background, lineWidth: 1 }
        const text = valueText(share, { title: '', percent: true, digits: 0 })
        const shapes: Shaped[] = [rect(x0, y - BAR / 2, x1 - x0, BAR, style)]
        if (textWidth(text, SIZE) + 6 <= x1 - x0)
          shapes.push(words(text, (x0 + x1) / 2, y, inkOn(fill), { align: 'center' }))
        return shapes
      },
      ({ row, place, part, name, n, share }) => ({
        key: row.keys?.[part] ?? null,
        title: row.label,
        lines: [
          {
            name,
            text: `${formatCount(n)} ${figure.nUnit} (${valueText(share, { title: '', percent: true })})`,
          },
        ],
        stop: place * figure.parts.length + part,
      }),
    )
    totals.forEach((text, place) => {
      const y = top + band * (place + 0.5)
      sheet.put(words(text, sheet.width - PAD, y, palette.muted, { align: 'right' }))
      if (sumOf(figure.rows[place]?.counts ?? []) === 0)
        sheet.put(words('No values', layout.left + 6, y, palette.muted))
    })
    drawRowNames(sheet, layout, top, band)
    titleBelow(sheet, axis.title, layout.left, right, bottom)
  },
}
