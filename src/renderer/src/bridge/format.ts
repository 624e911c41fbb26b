/** Numbers as researchers write them. One place, so that every view writes them alike. */

import { formatBytes, formatCount, formatSeconds } from '#shared/format.ts'

export { baseName } from '#shared/format.ts'

const NBSP = '\u00a0'
const MINUS = '\u2212'

/** 1204911 -> 1,204,911 */
export function count(n: number): string {
  return formatCount(n)
}

/** A raw cosine with three decimals: 0.283, −0.041. */
export function cosine(value: number, digits = 3): string {
  const text = Math.abs(value).toFixed(digits)
  return value < 0 && Number(text) !== 0 ? MINUS + text : text
}

/** A number of a table as it was given, five figures at most: 0.98, −12.5, 1,204. */
export function number(value: number): string {
  if (Number.isInteger(value)) return value < 0 ? MINUS + count(-value) : count(value)
  const text = String(Number(Math.abs(value).toPrecision(5)))
  return value < 0 ? MINUS + text : text
}

/** A cutoff: three decimals where it stands on a thousandth, four where a share put it between. */
export function cutoffText(value: number): string {
  return cosine(value, Math.abs(value * 1000 - Math.round(value * 1000)) < 1e-6 ? 3 : 4)
}

/**
 * A share as per cent with three significant figures and never a rounded lie: what is not all
 * is never written 100 %, what is not nothing never 0 %.
 */
export function percent(part: number, whole: number): string {
  if (whole <= 0) return `–${NBSP}%`
  const value = (part / whole) * 100
  if (part === 0) return `0${NBSP}%`
  if (part === whole) return `100${NBSP}%`
  if (value < 0.01) return `<${NBSP}0.01${NBSP}%`
  if (value > 99.9 && value < 100) {
    const text = value.toFixed(2)
    return text === '100.00' ? `>${NBSP}99.99${NBSP}%` : `${text}${NBSP}%`
  }
  const digits = value < 0.1 ? 3 : value < 10 ? 2 : 1
  return `${value.toFixed(digits)}${NBSP}%`
}

/** How far something has come, in whole per cent, rounded down: 100 % is when it is done. */
export function progressPercent(done: number, total: number): string {
  return `${total > 0 ? Math.floor((done / total) * 100) : 0}${NBSP}%`
}

/** 12,483 of 1,204,911 (1.04 %); only the number where it is all there is. */
export function countOf(part: number, whole: number): string {
  if (part === whole) return count(whole)
  return `${count(part)} of ${count(whole)} (${percent(part, whole)})`
}

/** Bytes in decimal units, three figures: 2.50 MB. */
export function bytes(n: number): string {
  return formatBytes(n, NBSP)
}

/** Seconds as a person says them: 42 s, 3 min 20 s, 2 h 5 min. */
export function duration(seconds: number): string {
  return formatSeconds(seconds, NBSP)
}

/** 44 pairs/s, 3.2 images/s. */
export function rate(perSecond: number, unit: string): string {
  if (unit === 'bytes' || unit === 'B') return `${bytes(perSecond)}/s`
  const value =
    perSecond >= 100
      ? count(perSecond)
      : perSecond >= 10
        ? perSecond.toFixed(0)
        : perSecond.toFixed(1)
  return `${value} ${unit}/s`
}

/** A progress as one reads it: 4,200 of 10,000 pairs; bytes in their unit. */
export function progressText(done: number, total: number | null, unit: string): string {
  if (unit === 'bytes' || unit === 'B') {
    return total === null ? bytes(done) : `${bytes(done)} of ${bytes(total)}`
  }
  return total === null ? `${count(done)} ${unit}` : `${count(done)} of ${count(total)} ${unit}`
}

/** ISO date in local time: 2026-02-03 14:05. */
export function dateTime(iso: string | null): string {
  if (!iso) return '–'
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return iso
  const two = (n: number) => String(n).padStart(2, '0')
  return (
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
    `${two(date.getHours())}:${two(date.getMinutes())}`
  )
}

/** A long string with its middle left out, so that both telling ends stay. */
export function middle(text: string, max: number): string {
  if (text.length <= max) return text
  const head = Math.ceil((max - 1) / 2)
  return `${text.slice(0, head)}…${text.slice(text.length - (max - 1 - head))}`
}
