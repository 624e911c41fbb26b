import { z } from 'zod'
import { baseName } from '../../format.ts'
import { ResultOptions } from '../results.ts'
import { OfStudy } from '../studies.ts'
import { defineJob } from './define.ts'

export const StudyReportInput = OfStudy.extend({
  /** A folder, new, empty, or with an earlier report of the same study. */
  out: z.string().min(1),
  options: ResultOptions.prefault({}),
})
export type StudyReportInput = z.infer<typeof StudyReportInput>

/** Writes a study's report: a page that stands alone, every number, figures, raw ratings. */
export const studyReport = defineJob({
  kind: 'study-report',
  call: 'studies.report',
  input: StudyReportInput,
  title: ({ study, out }) => `Report of ${study} into ${baseName(out)}`,
  lane: 'aside',
  makes: 'folder',
})
