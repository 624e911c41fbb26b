import { figures } from '../../evaluation/report/figures.ts'
import { drawFigure } from '#figures/draw.ts'
import { widthOf } from '../../evaluation/report/page.ts'
import { power } from '../../evaluation/report/power.ts'
import { prepare } from '../../evaluation/report/prepared.ts'
import { studyResults } from '../../evaluation/report/results.ts'
import { reportTables } from '../../evaluation/report/tables.ts'
import type { Tasks } from '../../processes/peer.ts'
import { openReader } from '../../store/open.ts'
import { reportRows } from './report-rows.ts'
import type { StudyCalls } from './study-calls.ts'

/** Statistics that would keep the engine from answering; see `runStudyTask`. */
export const studyTasks: Tasks<StudyCalls> = {
  results({ path, study, options, tables }) {
    const db = openReader(path)
    try {
      const rows = reportRows(db, study, options)
      const results = studyResults(rows)
      const prepared = prepare(rows)
      const shown = figures(results, prepared)
      return {
        results,
        figures: shown,
        drawings: tables
          ? shown.map(({ figure }) =>
              drawFigure(figure, { width: widthOf(figure), theme: 'print' }),
            )
          : [],
        tables: tables ? reportTables(prepared) : null,
      }
    } finally {
      db.close()
    }
  },
  power: (input) => power(input),
}
