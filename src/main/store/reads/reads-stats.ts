import type { CorpusStats } from '#shared/contract/corpora.ts'
import { lru } from './lru.ts'
import type { ReaderDb } from '../open.ts'
import { imageCounts } from '../repositories/images.ts'
import { corpusStats, countByArchive, countCaptures, countTexts } from '../repositories/stats.ts'
import type { Counted } from '../repositories/stats.ts'
import type { Versions } from './versions.ts'

export interface StatsReadContext {
  db: ReaderDb
  version: Versions
  /** Which scores there are. */
  sources(): Counted['scores']
}

/** Counts of a corpus. What costs a pass over a table is counted once until that table changed. */
export function createStatsReads({ db, version, sources }: StatsReadContext) {
  const texts = lru<Counted['texts']>(1)
  const archives = lru<Counted['archives']>(1)
  const captures = lru<Counted['captures']>(1)
  const images = lru<Counted['images']>(1)

  return {
    stats(): CorpusStats {
      const pairs = String(version.pairs)
      return corpusStats(db, {
        texts: texts.get(pairs, () => countTexts(db)),
        archives: archives.get(pairs, () => countByArchive(db)),
        captures: captures.get(pairs, () => countCaptures(db)),
        images: images.get(`${pairs} ${version.images}`, () => imageCounts(db)),
        scores: sources().map(({ model, text, n, mean }) => ({ model, text, n, mean })),
      })
    },
  }
}
