import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

/**
 * A path in the folder of real test data beside the checkout (or in GLEANER_SHARED_DATA; where that
 * names nothing, a test sees what a user's clone has), or null where there is none: the test is then
 * skipped with a message.
 */
export function sharedData(path = ''): string | null {
  const beside = resolve(import.meta.dirname, '../../../shared/data')
  const full = resolve(process.env['GLEANER_SHARED_DATA'] ?? beside, path)
  if (existsSync(full)) return full
  console.warn(`skipped: no real data at ${full}`)
  return null
}
