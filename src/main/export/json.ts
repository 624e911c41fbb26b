/**
 * A row with a `similarity` as JSON. A cosine of exactly 1 or 0 is written as 1.0 or 0.0: readers
 * that guess types from the first rows take 1 for an integer. In a string the name's quotes would
 * be escaped, so nothing else matches.
 */
export function rowJson(row: { similarity: number | null }, indent?: number): string {
  return JSON.stringify(row, null, indent).replace(/"similarity": ?-?\d+(?=[,\s}])/, '$&.0')
}
