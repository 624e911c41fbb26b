/**
 * One line: every run of white space, line separators and control characters becomes one space.
 * For formats whose readers take the first line of a file and drop the rest.
 */
export function oneLine(text: string): string {
  return text.replace(/[\s\u0000-\u001f\u007f-\u009f]+/gu, ' ').trim()
}

/**
 * A deep copy whose strings are valid Unicode: a lone surrogate, which UTF-8 cannot hold and many
 * readers refuse, becomes U+FFFD.
 */
export function wellFormed<T>(value: T): T {
  if (typeof value === 'string') return value.toWellFormed() as T
  if (Array.isArray(value)) return value.map((item: unknown) => wellFormed(item)) as T
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]: [string, unknown]) => [key, wellFormed(item)]),
    ) as T
  }
  return value
}
