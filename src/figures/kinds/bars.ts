import { axisTitle, estimateText, NONE, valueText } from '#shared/figure-text.ts'
import type { BarsFigure, Estimate, EstimateRow } from '#shared/figures.ts'
import { placeAxis, reach, scaleOf, tickRoom, valueAxis, type Scale } from '../axes.ts'
import { barStyle, PAD, seriesLegend } from '../chrome.ts'
import { ROOM, sayNothing, titleAbove, titleBelow, type Plot } from '../plot.ts'
import { drawRowNames, layoutRows } from '../rows.ts'
import {
  line,
  rect,
  SIZE,
  target,
  words,
  type FigureMark,
  type Shaped,
  type Sheet,
} from '../sheet.ts'
import { textWidth, wrapText } from '../text-width.ts'
import { seriesStyle, toneColour } from '../themes.ts'

const BAR = 12
const STEP = BAR + 2

interface Bar {
  row: EstimateRow
  place: number
  series: number
  estimate: Estimate | null
}

const barsOf = (figure: BarsFigure): Bar[] =>
  figure.rows.flatMap((row, place) =>
    figure.series.map((_, series) => ({
      row,
      place,
      series,
      estimate: row.estimates[series] ?? null,
    })),
  )

const estimatesOf = (figure: BarsFigure) => figure.rows.flatMap((row) => row.estimates)

function said(estimate: Estimate | null, figure: BarsFigure): string {
  return estimate?.text ?? valueText(estimate?.value, figure.value)
}

function markOf(figure: BarsFigure, bar: Bar): FigureMark {
  return {
    key: bar.estimate?.key ?? null,
    title: bar.row.label,
    lines: [
      {
        name: figure.series[bar.series]?.name ?? '',
        text: estimateText(bar.estimate, figure.value),
      },
    ],
    stop: bar.place * figure.series.length + bar.series,
  }
}

function colourOf(figure: BarsFigure, bar: Bar, sheet: Sheet): string {
  if (bar.row.tone) return toneColour(sheet.palette, bar.row.tone)
  const tone = figure.series[bar.series]?.tone
  // A single series is no one of many: it steps back.
  if (figure.series.length === 1 && !tone) return sheet.palette.muted
  return seriesStyle(sheet.palette, bar.series, tone).colour
}

/** Bars from zero with their values at their ends. */
export const bars: Plot<BarsFigure> = {
  legend: (figure, palette) => seriesLegend(figure.series, palette, 'swatch'),
  height(figure, width) {
    if (figure.direction === 'vertical') return null
    const { rowHeight } = layoutRows(figure.rows, width, figure.series.length * STEP)
    return (
      Math.max(1, figure.rows.length) * rowHeight +
      4 +
      above(figure) +
      (figure.bare ? 0 : ROOM.ticks + ROOM.below)
    )
  },
  draw(figure, sheet, top, bottom) {
    if (figure.direction === 'vertical') drawUpright(figure, sheet, top, bottom)
    else drawLying(figure, sheet, top, bottom)
  },
}

/** Room for the word of a line across. */
const above = (figure: BarsFigure) => (figure.reference ? 16 : 0)

function drawLying(figure: BarsFigure, sheet: Sheet, from: number, end: number): void {
  const { palette } = sheet
  const top = from + above(figure)
  const count = figure.series.length
  const layout = layoutRows(figure.rows, sheet.width, count * STEP)
  const bottom = end - (figure.bare ? 2 : ROOM.ticks + ROOM.below)
  const right =
    PAD + 8 + Math.max(16, ...estimatesOf(figure).map((of) => textWidth(said(of, figure), SIZE)))
  const room = sheet.width - layout.left - right
  const scale = scaleOf(
    figure.value,
    reach(estimatesOf(figure)),
    Math.max(2, Math.floor(room / 80)),
    0,
  )
  const box = { left: layout.left, right, top, bottom: sheet.height - bottom }
  const axes = sheet.axes(
    box,
    valueAxis(scale, palette, { rules: !figure.bare, line: false, words: !figure.bare }),
    placeAxis(figure.rows.length, palette, { inverse: true, line: false }),
  )
  const band = (bottom - top) / Math.max(1, figure.rows.length)
  const thick = Math.min(BAR, Math.max(2, (band - 6) / count - 2))
  const offset = (bar: Bar) => (bar.series - (count - 1) / 2) * (thick + 2)
  const zero = base(scale)
  if (figure.rows.length === 0) sayNothing(sheet, layout.left, right, top, bottom)
  sheet.paint(
    axes,
    barsOf(figure),
    (bar, at) => {
      const value = bar.estimate?.value ?? null
      const [start] = at(zero, bar.place)
      const [tip, middle] = at(within(value ?? zero, scale), bar.place)
      const y = middle + offset(bar)
      const shapes: Shaped[] = []
      if (value !== null) {
        const style = barStyle(colourOf(figure, bar, sheet), bar.series, palette)
        shapes.push(rect(Math.min(start, tip), y - thick / 2, Math.abs(tip - start), thick, style))
      } else shapes.push(target(start + 8, y, 5))
      const interval = value === null ? null : bar.estimate?.interval
      let edge = Math.max(tip, start)
      if (interval) {
        const [lo] = at(within(interval.lo, scale), bar.place)
        const [hi] = at(within(interval.hi, scale), bar.place)
        shapes.push(...whisker([lo, y], [hi, y], sheet))
        edge = Math.max(edge, hi)
      }
      shapes.push(
        words(
          said(bar.estimate, figure),
          edge + 6,
          y,
          value === null ? palette.muted : palette.text,
        ),
      )
      return shapes
    },
    (bar) => markOf(figure, bar),
  )
  sheet.paint(axes, [0], (_, at) => {
    const [x] = at(zero, 0)
    const shapes = [line([x, top], [x, bottom], palette.lineStrong)]
    if (figure.reference) {
      const [place] = at(within(figure.reference.value, scale), 0)
      shapes.push(
        line([place, top - 2], [place, bottom], palette.muted, { dash: [3, 3] }),
        words(figure.reference.label, place, top - 9, palette.muted, { align: 'center' }),
      )
    }
    return shapes
  })
  drawRowNames(sheet, layout, top, band)
  if (!figure.bare) titleBelow(sheet, axisTitle(figure.value), layout.left, right, bottom)
}

function drawUpright(figure: BarsFigure, sheet: Sheet, from: number, end: number): void {
  const { palette } = sheet
  const count = figure.series.length
  const top = from + ROOM.title
  const wanted = Math.max(2, Math.floor((end - top) / 50))
  const scale = scaleOf(figure.value, reach(estimatesOf(figure)), wanted, 0)
  const left = PAD + tickRoom(scale)
  const band = (sheet.width - left - PAD) / Math.max(1, figure.rows.length)
  const names = figure.rows.map((row) => [
    ...wrapText(row.label, band - 6, SIZE, 3),
    ...(row.note ? wrapText(row.note, band - 6, SIZE, 1) : []),
  ])
  const deepest = Math.max(1, ...names.map((of) => of.length))
  const bottom = end - deepest * 13 - 6 - ROOM.below
  const axes = sheet.axes(
    { left, right: PAD, top, bottom: sheet.height - bottom },
    placeAxis(figure.rows.length, palette, { inverse: false, line: false }),
    valueAxis(scale, palette, { rules: true, line: false }),
  )
  const thick = Math.min(28, Math.max(2, (band * 0.8) / count - 2))
  const offset = (bar: Bar) => (bar.series - (count - 1) / 2) * (thick + 2)
  const zero = base(scale)
  if (figure.rows.length === 0) sayNothing(sheet, left, PAD, top, bottom)
  sheet.paint(
    axes,
    barsOf(figure),
    (bar, at) => {
      const value = bar.estimate?.value ?? null
      const [middle, start] = at(bar.place, zero)
      const [, tip] = at(bar.place, within(value ?? zero, scale))
      const x = middle + offset(bar)
      const shapes: Shaped[] = []
      if (value !== null) {
        const style = barStyle(colourOf(figure, bar, sheet), bar.series, palette)
        shapes.push(rect(x - thick / 2, Math.min(start, tip), thick, Math.abs(tip - start), style))
      }
      const interval = value === null ? null : bar.estimate?.interval
      let edge = Math.min(tip, start)
      if (interval) {
        const [, lo] = at(bar.place, within(interval.lo, scale))
        const [, hi] = at(bar.place, within(interval.hi, scale))
        shapes.push(...whisker([x, lo], [x, hi], sheet))
        edge = Math.min(edge, hi)
      }
      const text = said(bar.estimate, figure)
      // Numbers that would run into each other are left to the table and the pointer.
      if (value === null)
        shapes.push(
          target(x, start - 8, 6),
          words(NONE, x, start - 8, palette.muted, { align: 'center' }),
        )
      else if (textWidth(text, SIZE) <= thick + (count > 1 ? 2 : 40))
        shapes.push(words(text, x, edge - 8, palette.text, { align: 'center' }))
      return shapes
    },
    (bar) => markOf(figure, bar),
  )
  sheet.paint(axes, [0], (_, at) => {
    const [, y] = at(0, zero)
    const shapes = [line([left, y], [sheet.width - PAD, y], palette.lineStrong)]
    if (figure.reference) {
      const [, place] = at(0, within(figure.reference.value, scale))
      shapes.push(
        line([left, place], [sheet.width - PAD, place], palette.muted, { dash: [3, 3] }),
        words(figure.reference.label, sheet.width - PAD, place - 7, palette.muted, {
          align: 'right',
          halo: palette.background,
        }),
      )
    }
    return shapes
  })
  names.forEach((of, place) => {
    of.forEach((text, i) => {
      const x = left + band * (place + 0.5)
      const isNote = figure.rows[place]?.note && i === of.length - 1
      sheet.put(
        words(text, x, bottom + 12 + i * 13, isNote ? palette.muted : palette.text, {
          align: 'center',
        }),
      )
    })
  })
  titleAbove(sheet, axisTitle(figure.value), PAD, top)
  titleBelow(sheet, figure.categoryTitle, left, PAD, bottom + deepest * 13 - 12)
}

/** Where bars begin: at zero, or at the end of an axis that does not hold it. */
function base(scale: Scale): number {
  return Math.min(scale.hi, Math.max(scale.lo, 0))
}

/** A value on the axis: what lies beyond its end stops there. */
export function within(value: number, scale: Scale): number {
  return Math.min(scale.hi, Math.max(scale.lo, value))
}

/** An interval: a line with its ends, seen on bars and ground alike. */
export function whisker(
  from: readonly [number, number],
  to: readonly [number, number],
  sheet: Sheet,
  colour = sheet.palette.text,
): Shaped[] {
  const lying = from[1] === to[1]
  const cap = (point: readonly [number, number]) =>
    lying
      ? line([point[0], point[1] - 3], [point[0], point[1] + 3], colour, { width: 1.25 })
      : line([point[0] - 3, point[1]], [point[0] + 3, point[1]], colour, { width: 1.25 })
  return [
    line(from, to, sheet.palette.background, { width: 3.5 }),
    line(from, to, colour, { width: 1.25 }),
    cap(from),
    cap(to),
  ]
}
