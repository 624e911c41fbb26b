/** What survives a restart: small values in the window's own storage, by corpus where it matters. */
const PREFIX = 'gleaner'

function keyOf(scope: string | null, name: string): string {
  return scope === null ? `${PREFIX}:${name}` : `${PREFIX}:${scope}:${name}`
}

/** Reads a kept value; `fallback` where there is none or it is not of the expected shape. */
export function recall<T>(
  scope: string | null,
  name: string,
  fallback: T,
  fits: (value: unknown) => boolean = (value) => typeof value === typeof fallback,
): T {
  try {
    const text = localStorage.getItem(keyOf(scope, name))
    if (text === null) return fallback
    const value = JSON.parse(text) as unknown
    return fits(value) ? (value as T) : fallback
  } catch {
    return fallback
  }
}

export function keep(scope: string | null, name: string, value: unknown): void {
  try {
    localStorage.setItem(keyOf(scope, name), JSON.stringify(value))
  } catch {
    // A full or forbidden storage costs the memory of a place, nothing else.
  }
}
