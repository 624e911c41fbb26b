import type { ShallowRef } from 'vue'
import type { ScoreSource } from '#shared/contract/index.ts'
import type { PairRow } from '#shared/domain.ts'
import { AppError } from '#shared/errors.ts'
import { count } from '../bridge/format.ts'
import { t } from '../texts/index.ts'
import { explicitScores, idQuery } from './query-text.ts'
import * as ranges from './ranges.ts'
import { useUi } from './ui.ts'

/** Most ids that are copied or written into a query. */
const MAX_IDS = 100_000
const MAX_QUERY_IDS = 2000

/** What copying needs of the grid. */
export interface CopyContext {
  marked: Readonly<ShallowRef<ranges.Ranges>>
  cursor: () => number
  total: () => number
  /** The filter that keeps all rows; null where none does. */
  where: () => string | null
  score: () => ScoreSource | null
  rowAt(index: number): PairRow | undefined
  /** Rows that are not at hand; null where nothing is open. */
  readRows(offset: number, limit: number): Promise<readonly PairRow[]> | null
}

/** The marked pairs as ids and as a filter, for the clipboard and the other views. */
export function createCopies(context: CopyContext) {
  const { marked, cursor, total, where, score, rowAt } = context

  /** The marked pairs, or the one under the cursor. */
  const markedOrOne = (): ranges.Ranges =>
    marked.value.length > 0 ? marked.value : [[cursor(), cursor()]]

  async function idsIn(asked: ranges.Ranges, limit: number): Promise<number[]> {
    if (ranges.size(asked) > limit) {
      throw new AppError(
        'invalid-input',
        t('pairs.tooMany.ids', { n: count(ranges.size(asked)), limit: count(limit) }),
        t('pairs.tooMany.hint'),
      )
    }
    const ids: number[] = []
    for (const [first, last] of asked) {
      for (let offset = first; offset <= last; offset += 1000) {
        const cached = Array.from({ length: Math.min(1000, last - offset + 1) }, (_, i) =>
          rowAt(offset + i),
        )
        if (cached.every((row) => row !== undefined)) {
          ids.push(...cached.map((row) => row.id))
          continue
        }
        const rows = await context.readRows(offset, Math.min(1000, last - offset + 1))
        if (rows === null) return ids
        ids.push(...rows.map((row) => row.id))
      }
    }
    return ids
  }

  async function copyIds(): Promise<void> {
    try {
      const ids = await idsIn(markedOrOne(), MAX_IDS)
      await useUi().copy(
        ids.join('\n'),
        t('pairs.copied.ids', { n: count(ids.length) }, ids.length),
      )
    } catch (thrown) {
      useUi().fail(thrown)
    }
  }

  /** The marked pairs as a filter; all of the rows are the filter that is there already. */
  async function markedQuery(): Promise<string> {
    const filter = where()
    if (filter !== null && ranges.size(marked.value) === total() && total() > 0) {
      return explicitScores(filter, score())
    }
    return idQuery(await idsIn(markedOrOne(), MAX_QUERY_IDS))
  }

  /** All rows as a filter, by their ids. */
  async function hitsQuery(): Promise<string> {
    return idQuery(await idsIn(ranges.add(ranges.NONE, 0, total() - 1), MAX_QUERY_IDS))
  }

  async function copyQuery(): Promise<void> {
    try {
      await useUi().copy(await markedQuery(), t('pairs.copied.query'))
    } catch (thrown) {
      useUi().fail(thrown)
    }
  }

  return { copyIds, copyQuery, markedQuery, hitsQuery }
}
