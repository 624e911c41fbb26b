import { axisTitle, valueText } from '#shared/figure-text.ts'
import { scaleColour } from '#shared/colour-scales.ts'
import { formatCount } from '#shared/format.ts'
import type { DensityFigure } from '#shared/figures.ts'
import { scaleOf, tickRoom, valueAxis } from '../axes.ts'
import { PAD } from '../chrome.ts'
import { coarser, logShade } from '../density-cells.ts'
import { ROOM, sayNothing, titleAbove, titleBelow, type Plot } from '../plot.ts'
import { line, rect, SIZE, words, type Shaped, type Sheet } from '../sheet.ts'
import { fitText, textWidth } from '../text-width.ts'

const PARTS = 32

/** Counts by cell; a million points and ten cost the same. Single ones are seen beside thousands. */
export const density: Plot<DensityFigure> = {
  legend: () => [],
  height: () => null,
  draw(figure, sheet, from, end) {
    const { palette } = sheet
    const top = from + ROOM.title
    const bottom = end - ROOM.ticks - ROOM.below
    const sum = figure.counts.reduce((a, b) => a + b, 0)
    const cells = coarser({
      columns: figure.columns,
      rows: figure.rows,
      counts: figure.counts,
      n: sum,
    })
    const max = cells.counts.reduce((a, b) => Math.max(a, b), 1)
    const xs = wide(figure.x)
    const ys = wide(figure.y)
    const y = scaleOf({ ...figure.y, ...ys }, [], Math.max(2, Math.floor((bottom - top) / 40)))
    const left = PAD + tickRoom(y)
    const right = 46 + textWidth(formatCount(max), SIZE)
    const x = scaleOf(
      { ...figure.x, ...xs },
      [],
      Math.max(2, Math.floor((sheet.width - left - right) / 80)),
    )
    const axes = sheet.axes(
      { left, right, top, bottom: sheet.height - bottom },
      valueAxis(x, palette, { rules: false, line: true }),
      valueAxis(y, palette, { rules: false, line: true }),
    )
    titleAbove(sheet, axisTitle(figure.y), PAD, top)
    titleBelow(sheet, axisTitle(figure.x), left, right, bottom)
    if (sum === 0) return sayNothing(sheet, left, right, top, bottom)
    const edge = (of: { lo: number; hi: number }, i: number, parts: number) =>
      of.lo + ((of.hi - of.lo) * i) / parts
    const filled = cells.counts.flatMap((n, i) =>
      n === 0 ? [] : [{ n, column: i % cells.columns, row: Math.floor(i / cells.columns) }],
    )
    sheet.paint(
      axes,
      filled,
      ({ n, column, row }, at) => {
        // Whole pixels, so that no ground shines through between two.
        const corner = (c: number, r: number) =>
          at(edge(xs, c, cells.columns), edge(ys, r, cells.rows)).map(Math.round) as [
            number,
            number,
          ]
        const [x0, y0] = corner(column, row)
        const [x1, y1] = corner(column + 1, row + 1)
        const fill = scaleColour('viridis', logShade(n, max))
        return [rect(x0, y1, x1 - x0, y0 - y1, { fill })]
      },
      ({ n, column, row }) => ({
        key: null,
        title: `${formatCount(n)} ${figure.nUnit} (${valueText(n / sum, { title: '', percent: true })})`,
        lines: [
          {
            name: figure.x.title,
            text: between(xs, column, cells.columns),
          },
          { name: figure.y.title, text: between(ys, row, cells.rows) },
        ],
        stop: row * cells.columns + column,
      }),
    )
    sheet.paint(axes, [0], (_, at) =>
      linesOf(figure, sheet, at, { xs, ys, left, right, top, bottom }),
    )
    drawScale(sheet, max, figure.nUnit, top, bottom)
  },
}

/** A range with an extent, for what lies at one value. */
const wide = ({ lo, hi }: { lo: number; hi: number }) =>
  hi > lo ? { lo, hi } : { lo: lo - 0.05, hi: lo + 0.05 }

function between(of: { lo: number; hi: number }, i: number, parts: number): string {
  const step = (of.hi - of.lo) / parts
  const axis = { title: '', digits: 3 }
  return `${valueText(of.lo + i * step, axis)} to ${valueText(of.lo + (i + 1) * step, axis)}`
}

interface Frame {
  xs: { lo: number; hi: number }
  ys: { lo: number; hi: number }
  left: number
  right: number
  top: number
  bottom: number
}

/** Lines of a cutoff, seen on light and dark cells. */
function linesOf(
  figure: DensityFigure,
  sheet: Sheet,
  at: (x: number, y: number) => readonly [number, number],
  { xs, ys, left, right, top, bottom }: Frame,
): Shaped[] {
  const shapes: Shaped[] = []
  const both = (a: readonly [number, number], b: readonly [number, number]) =>
    shapes.push(line(a, b, '#000000', { width: 2 }), line(a, b, '#ffffff', { dash: [4, 3] }))
  const { xLine, yLine } = figure
  if (xLine && xLine.value > xs.lo && xLine.value < xs.hi) {
    const [x] = at(xLine.value, ys.lo)
    both([x, top], [x, bottom])
    shapes.push(
      words(xLine.label, x, top - 8, sheet.palette.text, {
        align: 'center',
        halo: sheet.palette.background,
      }),
    )
  }
  if (yLine && yLine.value > ys.lo && yLine.value < ys.hi) {
    const [, y] = at(xs.lo, yLine.value)
    both([left, y], [sheet.width - right, y])
    const name = fitText(yLine.label, right - 4, SIZE)
    shapes.push(
      words(name, sheet.width - right + 3, y, sheet.palette.text, {
        halo: sheet.palette.background,
      }),
    )
  }
  return shapes
}

/** The scale beside it: 1 at the bottom, the fullest cell on top. */
function drawScale(sheet: Sheet, max: number, unit: string, top: number, bottom: number): void {
  const { palette } = sheet
  const left = sheet.width - PAD - 10
  const height = bottom - top
  for (let i = 0; i < PARTS; i++) {
    const fill = scaleColour('viridis', max > 1 ? (i + 0.5) / PARTS : 1)
    sheet.put(rect(left, bottom - (height * (i + 1)) / PARTS, 10, height / PARTS + 0.3, { fill }))
  }
  const marks = [1]
  for (let mark = 10; mark < max * 0.7; mark *= 10) marks.push(mark)
  if (max > 1) marks.push(max)
  for (const mark of marks) {
    const y = bottom - height * logShade(mark, max)
    sheet.put(
      words(
        formatCount(mark),
        left - 4,
        Math.min(bottom - 4, Math.max(top + 6, y)),
        palette.muted,
        {
          align: 'right',
          halo: palette.background,
        },
      ),
    )
  }
  sheet.put(
    words(
      `${unit} per cell (log scale)`,
      sheet.width - PAD,
      top - ROOM.title / 2 - 4,
      palette.muted,
      {
        align: 'right',
      },
    ),
  )
}
