/** A picture that a table names by a file: `table://<identity of the table>/<path>`. */
export const TABLE_SCHEME = 'table:'

/** The parts of a `table:` address, or null for any other. */
export function readTableAddress(address: string): { identity: string; parts: string[] } | null {
  const match = /^table:\/\/([0-9a-f]+)\/(.+)$/.exec(address)
  if (!match) return null
  try {
    const parts = (match[2] as string).split('/').map(decodeURIComponent)
    const isTame = parts.every(
      (part) => !['', '.', '..'].includes(part) && !/[\\/]/.test(part) && !part.includes('\0'),
    )
    return isTame ? { identity: match[1] as string, parts } : null
  } catch {
    return null
  }
}
