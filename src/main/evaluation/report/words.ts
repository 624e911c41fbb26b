import type { ResultNumber } from '#shared/contract/results.ts'

/** Numbers and lists as the report writes them. */

const MINUS = '\u2212'

/** With a real minus; no more digits than are meant. */
export function num(value: number | null, digits = 2): string {
  if (value === null) return '–'
  const text = Math.abs(value).toFixed(digits)
  return value < 0 && Number(text) !== 0 ? MINUS + text : text
}

export function signed(value: number | null, digits = 2): string {
  return value !== null && value > 0 && Number(value.toFixed(digits)) !== 0
    ? `+${num(value, digits)}`
    : num(value, digits)
}

/** 0.82 [0.45, 1.20]; a dash where there is none. */
export function withInterval(
  of: ResultNumber,
  { digits = 2, sign = false }: { digits?: number; sign?: boolean } = {},
): string {
  const one = sign ? signed : num
  if (of.value === null) return '–'
  const range = of.interval
    ? ` [${one(of.interval.lo, digits)}, ${one(of.interval.hi, digits)}]`
    : ''
  return `${one(of.value, digits)}${range}`
}

/** p = 0.031, p < 0.001. */
export function pWords(p: number | null, name = 'p'): string {
  if (p === null) return `${name} –`
  if (p < 0.001) return `${name} < 0.001`
  return `${name} = ${p.toFixed(p < 0.1 ? 3 : 2)}`
}

/** a, b and c */
export function list(words: readonly string[], last = 'and'): string {
  if (words.length < 2) return words[0] ?? ''
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`
}

/** 1 prompt, 2 prompts */
export function many(n: number, one: string, more = `${one}s`): string {
  return `${n.toLocaleString('en-US')} ${n === 1 ? one : more}`
}

export function percentOf(share: number | null, digits = 0): string {
  return share === null ? '–' : `${(share * 100).toFixed(digits)}\u00a0%`
}
