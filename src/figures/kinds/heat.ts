import { axisTitle, estimateText, NONE, valueText } from '#shared/figure-text.ts'
import { divergingColour, luminance, scaleColour } from '#shared/colour-scales.ts'
import type { HeatFigure } from '#shared/figures.ts'
import { placeAxis, scaleOf } from '../axes.ts'
import { PAD } from '../chrome.ts'
import { sayNothing, type Plot } from '../plot.ts'
import { drawRowNames, layoutRows } from '../rows.ts'
import { line, rect, SIZE, words, type Shaped, type Sheet } from '../sheet.ts'
import { fitText, textWidth, wrapText } from '../text-width.ts'

const CELL = 28
const LINE = 13
const SCALE = 34
/** Numbers on cells: whichever of the two is read better. */
const INK = { dark: '#000000', light: '#ffffff' } as const

const rowsOf = (figure: HeatFigure) => figure.rows.map((label) => ({ label }))

function heads(figure: HeatFigure, width: number) {
  const layout = layoutRows(rowsOf(figure), width, CELL - 10)
  const cell = (width - layout.left - PAD) / Math.max(1, figure.columns.length)
  const lines = figure.columns.map((name) => wrapText(name, cell - 4, SIZE, 3))
  const deepest = Math.max(1, ...lines.map((of) => of.length))
  return { layout, cell, lines, deepest, head: deepest * LINE + 8 + (figure.columnTitle ? 18 : 0) }
}

/** Numbers on shaded cells, with the scale below. */
export const heat: Plot<HeatFigure> = {
  legend: () => [],
  height(figure, width) {
    const { layout, head } = heads(figure, width)
    return head + Math.max(1, figure.rows.length) * layout.rowHeight + SCALE
  },
  draw(figure, sheet, from, end) {
    const { palette } = sheet
    const { layout, cell, lines, head } = heads(figure, sheet.width)
    const top = from + head
    const bottom = end - SCALE
    const band = (bottom - top) / Math.max(1, figure.rows.length)
    const values = figure.cells
      .flat()
      .flatMap((of) => (typeof of?.value === 'number' ? [of.value] : []))
    const scale = scaleOf(figure.value, values, 4)
    const colour = colourer(figure, scale, sheet)
    const axes = sheet.axes(
      { left: layout.left, right: PAD, top, bottom: sheet.height - bottom },
      placeAxis(figure.columns.length, palette, { inverse: false, line: false }),
      placeAxis(figure.rows.length, palette, { inverse: true, line: false }),
    )
    if (figure.rows.length === 0 || figure.columns.length === 0)
      return sayNothing(sheet, layout.left, PAD, top, bottom)
    const middle = layout.left + (sheet.width - layout.left - PAD) / 2
    if (figure.columnTitle)
      sheet.put(words(figure.columnTitle, middle, from + 8, palette.muted, { align: 'center' }))
    if (figure.rowTitle)
      sheet.put(
        words(
          fitText(figure.rowTitle, layout.left - 16, SIZE),
          layout.left - 8,
          top - 10,
          palette.muted,
          { align: 'right' },
        ),
      )
    lines.forEach((of, column) => {
      of.forEach((text, i) => {
        const x = layout.left + cell * (column + 0.5)
        sheet.put(
          words(text, x, top - 10 - (of.length - 1 - i) * LINE, palette.text, { align: 'center' }),
        )
      })
    })
    const cells = figure.rows.flatMap((row, r) =>
      figure.columns.map((column, c) => ({ row, r, column, c, of: figure.cells[r]?.[c] ?? null })),
    )
    sheet.paint(
      axes,
      cells,
      ({ r, c, of }, at) => {
        const [x, y] = at(c, r)
        const value = of?.value ?? null
        const fill = value === null ? palette.background : colour(value)
        const style = { fill, stroke: palette.background, lineWidth: 1 }
        const ink = value === null ? palette.muted : inkOn(fill)
        const text = of ? (of.text ?? valueText(of.value, figure.value)) : NONE
        const shapes: Shaped[] = [rect(x - cell / 2, y - band / 2, cell, band, style)]
        if (textWidth(text, SIZE) <= cell - 4)
          shapes.push(words(text, x, y, ink, { align: 'center' }))
        return shapes
      },
      ({ row, r, column, c, of }) => ({
        key: of?.key ?? null,
        title: row,
        lines: [{ name: column, text: estimateText(of, figure.value) }],
        stop: r * figure.columns.length + c,
      }),
    )
    drawRowNames(sheet, layout, top, band)
    drawScale(figure, sheet, scale, colour, layout.left, bottom + 8)
  },
}

export function inkOn(fill: string): string {
  const light = luminance(fill)
  return (light + 0.05) ** 2 > 0.05 * 1.05 ? INK.dark : INK.light
}

function colourer(
  figure: HeatFigure,
  scale: { lo: number; hi: number },
  sheet: Sheet,
): (value: number) => string {
  const { palette } = figure
  if (palette !== 'diverging') {
    return (value) => scaleColour(palette, (value - scale.lo) / (scale.hi - scale.lo))
  }
  const middle = figure.middle ?? (scale.lo + scale.hi) / 2
  // Both sides have the same measure, so that equal differences look alike.
  const half = Math.max(scale.hi - middle, middle - scale.lo, 1e-9)
  const { below, line: neutral, above } = sheet.palette
  return (value) => divergingColour(below, neutral, above, 0.5 + (value - middle) / half / 2)
}

const PARTS = 24

function drawScale(
  figure: HeatFigure,
  sheet: Sheet,
  scale: ReturnType<typeof scaleOf>,
  colour: (value: number) => string,
  left: number,
  y: number,
): void {
  const title = axisTitle(figure.value)
  const width = Math.min(160, sheet.width - left - PAD)
  const at = (value: number) => left + ((value - scale.lo) / (scale.hi - scale.lo)) * width
  for (let i = 0; i < PARTS; i++) {
    const value = scale.lo + ((scale.hi - scale.lo) * (i + 0.5)) / PARTS
    // A hair wider, so that no ground shines through between two.
    sheet.put(rect(left + (width * i) / PARTS, y, width / PARTS + 0.3, 8, { fill: colour(value) }))
  }
  for (const tick of scale.ticks) {
    const x = at(tick)
    const align =
      tick === scale.ticks[0] ? 'left' : tick === scale.ticks.at(-1) ? 'right' : 'center'
    sheet.put(line([x, y + 8], [x, y + 11], sheet.palette.muted))
    sheet.put(words(scale.text(tick), x, y + 18, sheet.palette.muted, { align }))
  }
  const beside = sheet.width - left - width - PAD - 10
  if (beside > 60)
    sheet.put(words(fitText(title, beside, SIZE), left + width + 10, y + 4, sheet.palette.muted))
}
