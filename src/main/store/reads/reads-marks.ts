import type { MarkTarget } from '#shared/contract/marks.ts'
import type { MarkSummary } from '#shared/marks.ts'
import { AppError } from '#shared/errors.ts'
import type { Filters } from './filters.ts'
import { marksOf } from './mark-state.ts'
import { readWhere } from './score-ref.ts'
import type { ReaderDb } from '../open.ts'
import { existingPairs } from '../repositories/marks.ts'

export interface MarkReadContext {
  db: ReaderDb
  filters: Filters
  /** The ids of a selection, in its order. */
  idsOfSelection(selection: string): Int32Array
}

export function createMarkReads({ db, filters, idsOfSelection }: MarkReadContext) {
  return {
    markSummary(): MarkSummary {
      return marksOf(db).summary()
    },

    /** The pairs that are meant, ascending, each once. */
    markTargets({ target }: { target: MarkTarget }): Int32Array {
      if ('ids' in target) return existingPairs(db, target.ids)
      if ('where' in target) return filters.idsOf(readWhere(target.where), target.score).slice()
      const all = idsOfSelection(target.selection)
      const parts = target.ranges.map(([from, to]) => {
        if (from > to || to >= all.length) {
          throw new AppError('not-found', 'the selection has become shorter', 'Select again.')
        }
        return all.subarray(from, to + 1)
      })
      const ids = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0))
      let at = 0
      for (const part of parts) {
        ids.set(part, at)
        at += part.length
      }
      ids.sort()
      return ids.filter((id, i) => i === 0 || id !== ids[i - 1])
    },
  }
}
