import type { ReportFigure, ResultOptions, StudyResults } from '#shared/contract/results.ts'
import type { StudyPower, StudyPowerInput } from '#shared/contract/power.ts'
import { createAside } from '../run/aside.ts'
import type { ReportTables } from '../../evaluation/report/tables.ts'

/** Work on rating studies that is done in a thread of its own: `study-tasks.ts` does it. */
export interface StudyCalls {
  results: {
    /** The folder of the corpus. */
    input: { path: string; study: string; options: ResultOptions; tables: boolean }
    value: StudyReport
  }
  power: { input: StudyPowerInput; value: StudyPower }
}

/** A report, before it is a page. */
export interface StudyReport {
  results: StudyResults
  figures: ReportFigure[]
  /** Of each figure the SVG for paper; none where only numbers were asked for. */
  drawings: string[]
  /** Rows of the files beside the page; null where none were asked for. */
  tables: ReportTables | null
}

/** Runs one of them in the thread `entries.studyWorker`. */
export const runStudyTask = createAside<StudyCalls>()
