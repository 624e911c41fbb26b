import type { Estimate, Figure, FigureAxis } from './figures.ts'
import { formatCount } from './format.ts'

const NBSP = '\u00a0'
const MINUS = '\u2212'
/** What is written where there is no value. */
export const NONE = '–'

/** A value as its axis writes it: −0.041, 25.0 %, 1,204. Whole numbers without decimals. */
export function valueText(value: number | null | undefined, axis: FigureAxis): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE
  const shown = axis.percent ? value * 100 : value
  const digits = axis.digits ?? (axis.percent ? 1 : Number.isInteger(shown) ? 0 : 3)
  return signed(shown, digits) + (axis.percent ? `${NBSP}%` : '')
}

/** A tick of an axis, with the decimals that tell its ticks apart. */
export function tickText(value: number, digits: number, axis: FigureAxis): string {
  return axis.percent
    ? `${signed(value * 100, Math.max(0, digits - 2))}${NBSP}%`
    : signed(value, digits)
}

function signed(value: number, digits: number): string {
  const size = Math.abs(value)
  const text = digits === 0 ? formatCount(Math.round(size)) : size.toFixed(digits)
  return value < 0 && Number(text.replaceAll(',', '')) !== 0 ? MINUS + text : text
}

/** 0.283 [0.251, 0.315], n = 24 */
export function estimateText(estimate: Estimate | null | undefined, axis: FigureAxis): string {
  if (!estimate) return NONE
  const { value, interval, n, text } = estimate
  const between = interval
    ? ` [${valueText(interval.lo, axis)}, ${valueText(interval.hi, axis)}]`
    : ''
  const sample = n === null || n === undefined ? '' : `, n${NBSP}=${NBSP}${formatCount(n)}`
  return (text ?? valueText(value, axis)) + between + sample
}

/** Mean rating (0 to 5) */
export function axisTitle(axis: FigureAxis): string {
  return axis.unit ? `${axis.title} (${axis.unit})` : axis.title
}

/** n = 1,204 ratings; nothing where there is no n. */
export function sampleText(figure: Figure): string {
  if (figure.n === null || figure.n === undefined) return ''
  return `n${NBSP}=${NBSP}${formatCount(figure.n)} ${figure.nUnit}`.trim()
}
