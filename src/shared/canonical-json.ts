/**
 * JSON without white space in which the keys of every object are in the order of their UTF-16 code
 * units (as RFC 8785 sorts them): equal values give equal texts. Entries that are undefined are left
 * out; elsewhere undefined is null.
 * @param value as JSON has it: no dates, no maps
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, entry]) => `${JSON.stringify(key)}:${canonicalJson(entry)}`)
    return `{${entries.join(',')}}`
  }
  return JSON.stringify(value ?? null)
}
