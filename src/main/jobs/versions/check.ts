import { setImmediate } from 'node:timers/promises'
import { createListHash, versionHash } from '../../files/version-hash.ts'
import type { ReaderDb } from '../../store/open.ts'
import { findVersion, versionLines } from '../../store/repositories/versions.ts'

/**
 * Works the hash of a kept version out again, from its recipe and its list.
 * @throws AppError `not-found`, `damaged`
 */
export async function checkVersion(
  db: ReaderDb,
  name: string,
): Promise<{ name: string; stated: string; found: string; pairs: number }> {
  const version = findVersion(db, name)
  const list = createListHash()
  for (const { line } of versionLines(db, version.id)) {
    list.add(line)
    if (list.lines % 8192 === 0) await setImmediate()
  }
  return {
    name: version.name,
    stated: version.hash,
    found: versionHash(version.recipe, list),
    pairs: list.lines,
  }
}
