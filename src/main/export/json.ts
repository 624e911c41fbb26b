/**
 * JSON on one line for every reader: those that end lines as Unicode does (Python's `splitlines`)
 * would cut a text at U+0085, U+2028 or U+2029, which JSON allows in strings.
 */
export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    /[\u0085\u2028\u2029]/g,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/**
 * A row with a `similarity` as JSON. A cosine of exactly 1 or 0 is written as 1.0 or 0.0: readers
 * that guess types from the first rows take 1 for an integer. In a string the name's quotes would
 * be escaped, so nothing else matches.
 */
export function rowJson(row: { similarity: number | null }, indent?: number): string {
  return toJson(row, indent).replace(/"similarity": ?-?\d+(?=[,\s}])/, '$&.0')
}
