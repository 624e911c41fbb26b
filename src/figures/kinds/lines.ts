import { axisTitle, estimateText, tickText, valueText } from '#shared/figure-text.ts'
import { digitsFor, wholeTicks } from '#shared/axis.ts'
import type { LinesFigure } from '#shared/figures.ts'
import { reach, scaleOf, tickRoom, valueAxis, type Scale } from '../axes.ts'
import { PAD } from '../chrome.ts'
import { ROOM, sayNothing, titleAbove, titleBelow, type Plot } from '../plot.ts'
import { line, polyline, SIZE, symbol, target, words, type Shaped } from '../sheet.ts'
import { spreadLabels } from '../spread.ts'
import { fitText, textWidth } from '../text-width.ts'
import { seriesStyle, toneColour } from '../themes.ts'
import { whisker, within } from './bars.ts'

type Series = LinesFigure['series'][number]
type Point = Series['points'][number]

/** From so many points on, a line is a line: no signs on it. */
const MOST_SIGNS = 60

function xScale(figure: LinesFigure, width: number): Scale {
  const xs = figure.series.flatMap((series) => series.points.map((point) => point.x))
  if (figure.levels && figure.levels.length > 0) {
    const places = figure.levels.map((level) => level.x)
    const names = new Map(figure.levels.map((level) => [level.x, level.label]))
    const [lo, hi] = [Math.min(...places, ...xs), Math.max(...places, ...xs)]
    const pad = hi > lo ? (hi - lo) * 0.04 : 0.5
    const room = width / places.length - 4
    return {
      lo: lo - pad,
      hi: hi + pad,
      ticks: [...places].sort((a, b) => a - b),
      text: (tick) => fitText(names.get(tick) ?? '', Math.max(20, room), SIZE),
    }
  }
  const wanted = Math.max(2, Math.floor(width / 56))
  if (!xs.every(Number.isInteger)) return scaleOf(figure.x, xs, wanted)
  // Epochs and counts: whole ticks, from the first to the last.
  const lo = figure.x.lo ?? Math.min(1, ...xs)
  const hi = Math.max(figure.x.hi ?? -Infinity, lo + 1, ...xs)
  const ticks = [...new Set([lo, ...wholeTicks(lo, hi, wanted)])]
  const digits = digitsFor(ticks)
  return { lo, hi, ticks, text: (tick) => tickText(tick, digits, figure.x) }
}

/** Lines with their names at their ends. */
export const lines: Plot<LinesFigure> = {
  legend: () => [],
  height: () => null,
  draw(figure, sheet, from, end) {
    const { palette } = sheet
    const flags = figure.marks ?? []
    const top = from + ROOM.title + (flags.length > 0 ? 14 : 0)
    const bottom = end - ROOM.ticks - ROOM.below
    const all = figure.series.map((series, index) => {
      const style = seriesStyle(palette, index, series.tone)
      const points = series.points.filter((point) => point.value !== null).sort((a, b) => a.x - b.x)
      return {
        series,
        index,
        points,
        style: {
          ...style,
          dash:
            series.dashed === undefined || series.dashed === null
              ? style.dash
              : series.dashed
                ? [4, 3]
                : [],
        },
      }
    })
    const shown = all.filter((item) => item.points.length > 0)
    const y = scaleOf(
      figure.y,
      reach(figure.series.flatMap((series) => series.points)),
      Math.max(2, Math.floor((bottom - top) / 40)),
    )
    const left = PAD + tickRoom(y)
    const most = sheet.width * 0.3
    const names = shown.map((item) => fitText(item.series.name, most, SIZE))
    const right = PAD + 10 + Math.max(0, ...names.map((name) => textWidth(name, SIZE)))
    const x = xScale(figure, sheet.width - left - right)
    const axes = sheet.axes(
      { left, right, top, bottom: sheet.height - bottom },
      valueAxis(x, palette, { rules: false, line: true }),
      valueAxis(y, palette, { rules: true, line: false }),
    )
    titleAbove(sheet, axisTitle(figure.y), PAD, from + ROOM.title)
    titleBelow(sheet, axisTitle(figure.x), left, right, bottom)
    if (shown.length === 0) return sayNothing(sheet, left, right, top, bottom)

    sheet.paint(axes, flags, (flag, at) => {
      const [place] = at(within(flag.x, x), y.lo)
      const colour = flag.tone ? toneColour(palette, flag.tone) : palette.muted
      const second = flags.indexOf(flag) > 0
      const toRight = place > left + (sheet.width - left - right) * 0.6
      return [
        line([place, top - 6], [place, bottom], colour, { dash: [1, 3] }),
        words(flag.label, place + (toRight ? -4 : 4), second ? bottom - 8 : top - 8, colour, {
          align: toRight ? 'right' : 'left',
          halo: palette.background,
        }),
      ]
    })
    if (figure.intervals === 'band') {
      sheet.paint(axes, shown, ({ points, style }, at) => [band(points, at, style.colour)])
    }
    sheet.paint(axes, shown, ({ series, style }, at) =>
      runsOf(series.points).map((run) =>
        polyline(
          run.map((point) => at(point.x, within(point.value as number, y))),
          style.colour,
          { dash: style.dash },
        ),
      ),
    )
    const stops = [...new Set(shown.flatMap((item) => item.points.map((point) => point.x)))].sort(
      (a, b) => a - b,
    )
    const stopOf = new Map(stops.map((value, i) => [value, i]))
    const marks = shown.flatMap((item) => item.points.map((point) => ({ ...item, point })))
    const levels = new Map(figure.levels?.map((level) => [level.x, level.label]))
    sheet.paint(
      axes,
      marks,
      ({ point, points, style, index }, at) => {
        // Intervals of one level stand beside each other.
        const aside =
          figure.intervals === 'whiskers' && point.interval ? (index - (all.length - 1) / 2) * 3 : 0
        const [px, py] = at(point.x, within(point.value as number, y))
        const shapes: Shaped[] = []
        if (figure.intervals === 'whiskers' && point.interval) {
          const [, lo] = at(point.x, within(point.interval.lo, y))
          const [, hi] = at(point.x, within(point.interval.hi, y))
          shapes.push(...whisker([px + aside, lo], [px + aside, hi], sheet, style.colour))
        }
        const radius = points.length > MOST_SIGNS ? 0 : points.length > 30 ? 1.6 : 3
        const ground = style.hollow || style.dash.length > 0 ? palette.background : null
        if (radius > 0) shapes.push(symbol(style.shape, [px, py], radius, style.colour, ground))
        // Without a sign there is still something to point at.
        else shapes.push(target(px, py, 3))
        return shapes
      },
      ({ series, point }) => ({
        key: point.key ?? null,
        title: `${figure.x.title} ${levels.get(point.x) ?? valueText(point.x, figure.x)}`,
        lines: [{ name: series.name, text: estimateText(point, figure.y) }],
        stop: stopOf.get(point.x) ?? 0,
      }),
    )
    sheet.paint(axes, [0], (_, at) => {
      const ends = spreadLabels(
        shown.map(({ points }) => at(0, within((points.at(-1) as Point).value as number, y))[1]),
        14,
        top + 4,
        bottom,
      )
      return names.map((name, i) =>
        words(
          name,
          sheet.width - right + 8,
          ends[i] as number,
          shown[i]?.style.colour ?? palette.text,
        ),
      )
    })
  },
}

/** A line ends where a value is missing and begins anew behind it. */
function runsOf(points: readonly Point[]): Point[][] {
  const runs: Point[][] = [[]]
  for (const point of [...points].sort((a, b) => a.x - b.x)) {
    if (point.value === null) runs.push([])
    else runs.at(-1)?.push(point)
  }
  return runs.filter((run) => run.length > 1)
}

/** What lies between the ends of the intervals. */
function band(
  points: readonly Point[],
  at: (x: number, y: number) => readonly [number, number],
  colour: string,
): Shaped {
  const known = points.filter((point) => point.interval)
  const upper = known.map((point) => at(point.x, point.interval?.hi as number))
  const lower = known.map((point) => at(point.x, point.interval?.lo as number)).reverse()
  return {
    type: 'polygon',
    shape: { points: [...upper, ...lower] },
    style: { fill: colour, opacity: 0.16 },
  } as Shaped
}
