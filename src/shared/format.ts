/** Numbers as the window and the terminal write them alike. `space` stands between number and unit. */

const integer = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

/** 1204911 -> 1,204,911 */
export function formatCount(n: number): string {
  return integer.format(n)
}

/** Bytes as people read them, 1 kB = 1000 B, with three figures: 2.50 MB. */
export function formatBytes(bytes: number, space = ' '): string {
  let value = bytes
  let unit = 0
  // What would be rounded to 1000 is 1.00 of the next unit.
  while (Math.abs(value) >= (unit === 0 ? 1000 : 999.5) && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  const size = Math.abs(value)
  const digits = unit === 0 || size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2
  return `${value.toFixed(digits)}${space}${UNITS[unit]}`
}

/** Seconds as a person says them, in two units at most: 42 s, 3 min 20 s, 2 h 5 min. */
export function formatSeconds(seconds: number, space = ' '): string {
  const s = Math.max(0, Math.round(seconds))
  if (s < 60) return `${s}${space}s`
  if (s < 3600) {
    const rest = s % 60
    return `${Math.floor(s / 60)}${space}min${rest ? ` ${rest}${space}s` : ''}`
  }
  const minutes = Math.round(s / 60)
  const rest = minutes % 60
  return `${Math.floor(minutes / 60)}${space}h${rest ? ` ${rest}${space}min` : ''}`
}

/** The last part of a path, for either kind of slash. */
export function baseName(path: string): string {
  return path.split(/[\\/]/).filter(Boolean).at(-1) ?? path
}
