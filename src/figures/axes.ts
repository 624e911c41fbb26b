import { axisFor, digitsFor, ticks } from '#shared/axis.ts'
import { tickText } from '#shared/figure-text.ts'
import type { Estimate, FigureAxis } from '#shared/figures.ts'
import type { XAxis, YAxis } from './echarts.ts'
import { SIZE } from './sheet.ts'
import { textWidth } from './text-width.ts'
import type { Palette } from './themes.ts'

export interface Scale {
  lo: number
  hi: number
  ticks: number[]
  text(tick: number): string
}

/**
 * The axis of values: where its ends are given, those; otherwise round numbers around the values.
 * @param from where it starts at the latest: 0 for bars
 */
export function scaleOf(
  axis: FigureAxis,
  values: readonly number[],
  wanted: number,
  from?: number,
): Scale {
  const known = values.filter(Number.isFinite)
  const ends = [axis.lo, axis.hi].filter((end) => typeof end === 'number')
  const round = axisFor(
    from === undefined ? [...known, ...ends] : [...known, ...ends, from],
    wanted,
  )
  const lo = axis.lo ?? round.lo
  const hi = Math.max(axis.hi ?? round.hi, lo + 1e-9)
  const marks = ticksTo(lo, hi, wanted)
  // Per cent need the decimals of the share less two.
  const digits = digitsFor(marks)
  return { lo, hi, ticks: marks, text: (tick) => tickText(tick, digits, axis) }
}

/** Ticks that take in both ends where up to twice as many do. */
function ticksTo(lo: number, hi: number, wanted: number): number[] {
  const first = ticks(lo, hi, wanted)
  for (let more = wanted; more <= wanted * 2; more++) {
    const marks = ticks(lo, hi, more)
    if (marks[0] === lo && marks.at(-1) === hi) return marks
  }
  return first
}

/** All that an axis has to hold: values and the ends of their intervals. */
export function reach(estimates: readonly (Estimate | null | undefined)[]): number[] {
  return estimates.flatMap((of) =>
    of
      ? [of.value, of.interval?.lo, of.interval?.hi].filter((value) => typeof value === 'number')
      : [],
  )
}

/** Room for the words of ticks beside an axis. */
export function tickRoom(scale: Scale): number {
  return Math.max(...scale.ticks.map((tick) => textWidth(scale.text(tick), SIZE)), 0) + 8
}

/** A value axis with exactly the ticks of its scale. */
export function valueAxis(
  scale: Scale,
  palette: Palette,
  more: { rules: boolean; line: boolean; words?: boolean },
): XAxis & YAxis {
  const customValues = scale.ticks
  return {
    type: 'value',
    min: scale.lo,
    max: scale.hi,
    animation: false,
    axisLine: { show: more.line, onZero: false, lineStyle: { color: palette.lineStrong } },
    axisTick: {
      show: more.line && more.words !== false,
      customValues,
      length: 4,
      lineStyle: { color: palette.lineStrong },
    },
    axisLabel: {
      show: more.words !== false,
      customValues,
      fontSize: SIZE,
      fontFamily: 'sans-serif',
      color: palette.muted,
      hideOverlap: false,
      formatter: (value: number) => scale.text(value),
    },
    splitLine: { show: more.rules, lineStyle: { color: palette.line } },
  } as XAxis & YAxis
}

/** An axis of places 0, 1, 2 … whose words are put by hand; the first on top where it is vertical. */
export function placeAxis(
  count: number,
  palette: Palette,
  more: { inverse: boolean; line: boolean },
): XAxis & YAxis {
  return {
    type: 'value',
    min: -0.5,
    max: Math.max(count, 1) - 0.5,
    inverse: more.inverse,
    animation: false,
    axisLine: { show: more.line, onZero: false, lineStyle: { color: palette.lineStrong } },
    axisTick: { show: false },
    axisLabel: { show: false },
    splitLine: { show: false },
  } as XAxis & YAxis
}
