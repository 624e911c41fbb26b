import { dirname } from 'node:path'
import type { Failure } from '#shared/contract/corpora.ts'
import type { Pair, PairDetail } from '#shared/domain.ts'
import { createFetchReads } from './reads-fetch.ts'
import { columnArrays } from './column-arrays.ts'
import type { SortedColumn } from './column-arrays.ts'
import { createFilters } from './filters.ts'
import type { ReaderDb } from '../open.ts'
import { createDuplicateReads } from './reads-duplicates.ts'
import { createExportReads } from './reads-export.ts'
import { createLabelReads } from './reads-labels.ts'
import { createFacetReads } from './reads-facets.ts'
import { facetCodes } from './facet-codes.ts'
import { createMapReads } from './reads-maps.ts'
import { createMarkReads } from './reads-marks.ts'
import { createColumnReads } from './reads-columns.ts'
import { createPictureTextReads } from './reads-picture-texts.ts'
import { createPromptReads } from './reads-prompts.ts'
import { createScoreReads } from './reads-scores.ts'
import { createSelectionReads } from './reads-selections.ts'
import { createSpanReads } from './reads-spans.ts'
import { createStatsReads } from './reads-stats.ts'
import { createSuggestReads } from './reads-suggest.ts'
import { listFailures } from '../repositories/list-failures.ts'
import type { ScoreKind } from '../repositories/models.ts'
import { listPairs, pairDetail } from '../repositories/pairs.ts'
import { scoreArrays } from './sorted-scores.ts'
import type { SortedScores } from './sorted-scores.ts'
import { columnStamp } from './versions.ts'
import type { Changed } from './versions.ts'

/** Kinds of scores that are held in order. */
const MAX_SCORES = 8

/**
 * Everything that the window and the command line read, over one connection. Holds arrays of ids
 * and scores so that a million pairs can be paged, counted and sorted at once; they are dropped by
 * `invalidate`. Each function gives what the call of the same name in the contract answers.
 */
export type Reads = ReturnType<typeof createReads>

/** @param path of the corpus: where its maps lie */
export function createReads(db: ReaderDb, path = dirname(db.name)) {
  const version: Record<Changed, number> = {
    pairs: 0,
    images: 0,
    scores: 0,
    labels: 0,
    spans: 0,
    training: 0,
    prompts: 0,
    studies: 0,
    ratings: 0,
    judgings: 0,
    marks: 0,
    kinds: 0,
    versions: 0,
    duplicates: 0,
    maps: 0,
    pictureTexts: 0,
  }
  const allScores = scoreArrays(db, MAX_SCORES)
  const baseScores = (kind: ScoreKind): SortedScores => allScores.get(kind, version.scores)
  const columns = columnArrays(db)
  const baseColumn = (column: number): SortedColumn =>
    columns.get(column, columnStamp(version, column))
  const filters = createFilters({ db, version, baseScores, baseColumn })
  const context = { db, version, filters, baseScores, baseColumn }
  const { forget, ...suggestions } = createSuggestReads(context)
  const scores = createScoreReads({ ...context, holds: allScores.holds })
  const { byConfidence, ...spans } = createSpanReads(context)
  const labels = createLabelReads({
    db,
    idsOf: (query) => filters.idsOf(query, null),
    stamp: filters.stamp,
    countPairs: filters.countPairs,
    byConfidence,
  })

  const { idsOfSelection, placesOf, viewKind, ...selections } = createSelectionReads(context)
  const facets = facetCodes(db, version)

  return {
    ...selections,
    ...createMarkReads({ db, filters, idsOfSelection }),
    ...createDuplicateReads(context),
    ...createColumnReads(context),
    ...createFacetReads({ ...context, facets }),
    ...createMapReads({ ...context, path, facets, placesOf, viewKind }),
    ...scores,
    ...createStatsReads({ db, version, sources: scores.sources }),
    ...createExportReads(context),
    ...createFetchReads(context),
    ...suggestions,
    ...spans,
    ...labels,
    ...createPictureTextReads({ db }),
    ...createPromptReads({ db, version }),

    /** Rows changed: what was read before is not used again for new questions. */
    invalidate(what: readonly Changed[]): void {
      for (const one of what) version[one]++
      forget()
    },

    get(args: { id: number }): PairDetail {
      return pairDetail(db, args.id)
    },

    list(args: { where: string; afterId: number; limit: number }): Pair[] {
      return listPairs(db, args)
    },

    failures(args: { reason?: string | undefined; offset: number; limit: number }): {
      total: number
      failures: Failure[]
    } {
      return listFailures(db, args)
    },
  }
}
