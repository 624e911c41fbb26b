import type { ReportSection } from '#shared/contract/results.ts'
import type { ReportFigure, StudyResults } from '#shared/contract/results.ts'
import type { Figure } from '#shared/figures.ts'
import type { Prepared } from './prepared.ts'
import { machineFigures } from './figures-machines.ts'
import { peopleFigures } from './figures-people.ts'
import { whereFigures } from './figures-where.ts'
import { whichFigures, sureFigures } from './figures-which.ts'

/** The figures of a report in the order of its questions. */
export function figures(results: StudyResults, of: Prepared): ReportFigure[] {
  const all: [ReportSection, Figure[]][] = [
    ['which', whichFigures(results)],
    ['where', whereFigures(results)],
    ['sure', sureFigures(results)],
    ['people', peopleFigures(results)],
    ['machines', machineFigures(results, of)],
  ]
  return all.flatMap(([section, some]) => some.map((figure) => ({ section, figure })))
}
