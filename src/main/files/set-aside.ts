import { renameSync } from 'node:fs'

/**
 * Renames a file that cannot be used to `NAME.broken-DATE`, so that it is out of the way and nothing
 * of it is lost.
 * @returns its new path; null where it cannot be renamed (a folder that nobody may write to)
 */
export function setAside(file: string, now = new Date()): string | null {
  const aside = `${file}.broken-${now.toISOString().replace(/[:.]/g, '-')}`
  try {
    renameSync(file, aside)
    return aside
  } catch {
    return null
  }
}
