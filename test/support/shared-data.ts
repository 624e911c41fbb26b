import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

/**
 * A path in the folder of real test data beside the checkout, or null where there is none: the
 * test is then skipped with a message.
 */
export function sharedData(path = ''): string | null {
  const full = resolve(import.meta.dirname, '../../../shared/data', path)
  if (existsSync(full)) return full
  console.warn(`skipped: no real data at ${full}`)
  return null
}
