import { AppError } from '#shared/errors.ts'

/**
 * What a statistic gives: its values, or why it is not defined on these data. `n` is how many
 * observations (of the kind that the function names) it stands on. No value in it is NaN.
 */
export type Outcome<T> = Defined<T> | Undefined
export type Defined<T> = { ok: true; n: number } & T
export interface Undefined {
  ok: false
  n: number
  /** One plain sentence, to be shown in place of the value. */
  reason: string
}

export function defined<T extends object>(n: number, value: T): Defined<T> {
  return { ok: true, n, ...value }
}

export function notDefined(n: number, reason: string): Undefined {
  return { ok: false, n, reason }
}

export interface Interval {
  low: number
  high: number
}

/** A value that may be missing: no rating, "cannot judge". */
export type Gap = null

/**
 * Refuses numbers that are none (NaN, infinite); gaps must be null.
 * @param what they are, for the message
 */
export function checkNumbers(values: Iterable<number | Gap>, what: string): void {
  for (const value of values) {
    if (value !== null && !Number.isFinite(value)) {
      throw new AppError(
        'invalid-input',
        `Computing statistics failed: ${what} hold ${value}.`,
        'Give finite numbers, and null where there is none.',
      )
    }
  }
}

/** Refuses a confidence level that is none. */
export function checkLevel(level: number): void {
  if (!(level > 0 && level < 1)) {
    throw new AppError(
      'invalid-input',
      `Computing an interval failed: ${level} is no confidence level.`,
      'Give a share between 0 and 1, such as 0.95.',
    )
  }
}

/** The pairs in which neither side is a gap. @throws AppError where the lengths differ */
export function completePairs(
  x: readonly (number | Gap)[],
  y: readonly (number | Gap)[],
): { x: number[]; y: number[]; leftOut: number } {
  if (x.length !== y.length) {
    throw new AppError(
      'invalid-input',
      `Pairing values failed: one side has ${x.length}, the other ${y.length}.`,
      'Give both sides in the same order, with null where a value is missing.',
    )
  }
  checkNumbers(x, 'paired values')
  checkNumbers(y, 'paired values')
  const pairs = { x: [] as number[], y: [] as number[], leftOut: 0 }
  x.forEach((value, i) => {
    const other = y[i] as number | Gap
    if (value === null || other === null) pairs.leftOut++
    else {
      pairs.x.push(value)
      pairs.y.push(other)
    }
  })
  return pairs
}
