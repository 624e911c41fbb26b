import type { CallOutput } from '#shared/contract/index.ts'
import { altKindReport } from '../repositories/alt-kinds.ts'
import type { FilterContext } from './filters.ts'
import { blurSetting, listColumns } from '../repositories/columns.ts'

export function createColumnReads({ db, baseColumn }: FilterContext) {
  return {
    columnList(): CallOutput<'columns.list'> {
      return listColumns(db).flatMap(({ id, name }) => {
        const { values } = baseColumn(id)
        const [min, max] = [values[0], values.at(-1)]
        if (min === undefined || max === undefined) return []
        return { name, n: values.length, min, max }
      })
    },

    altKindReport(args: { examples: number }): CallOutput<'altKinds.report'> {
      return altKindReport(db, args)
    },

    blur(): CallOutput<'pairs.blur'> {
      return blurSetting(db)
    },
  }
}
