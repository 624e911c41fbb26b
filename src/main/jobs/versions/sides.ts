import type { VersionInfo } from '#shared/contract/versions.ts'
import { versionHash } from '../../files/version-hash.ts'
import type { ReaderDb } from '../../store/open.ts'
import { lastPair } from '../../store/repositories/version-rows.ts'
import { findVersion, infoOf, versionLines } from '../../store/repositories/versions.ts'
import { gatherVersion } from './gather.ts'

/** What stands for the corpus as it is today, by the recipe of the other side. */
export const NOW = 'now'

/** One side of a comparison. */
export interface Side {
  info: VersionInfo
  /** The last pair that there was when it was made. */
  lastPair: number
  /** In order of id. */
  lines(): Iterable<{ id: number; line: string }>
}

/** @throws AppError `not-found` */
export function storedSide(db: ReaderDb, name: string): Side {
  const version = findVersion(db, name)
  return {
    info: infoOf(version),
    lastPair: version.lastPair,
    lines: () => versionLines(db, version.id),
  }
}

/** What the recipe of a version gives in the corpus of today. */
export async function sideOfNow(db: ReaderDb, of: Side, signal: AbortSignal): Promise<Side> {
  const { recipe } = of.info
  const lines: { id: number; line: string }[] = []
  const { list, counts } = await gatherVersion(db, recipe, {
    signal,
    progress: () => undefined,
    keep: (pair) => lines.push(pair),
  })
  return {
    info: {
      name: NOW,
      note: '',
      hash: versionHash(recipe, list),
      pairs: list.lines,
      createdAt: new Date().toISOString(),
      recipe,
      counts,
    },
    lastPair: lastPair(db),
    lines: () => lines,
  }
}
