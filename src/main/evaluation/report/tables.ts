import type { Prepared } from './prepared.ts'
import { valueOf } from '#shared/studies/design.ts'

export type TableCell = string | number | null
/** A table as it is written beside the page. */
export interface ReportTable {
  columns: { name: string; type: 'string' | 'int32' | 'double' }[]
  rows: TableCell[][]
}
export interface ReportTables {
  ratings: ReportTable
  comparisons: ReportTable
  automatic: ReportTable
}

const text = (name: string) => ({ name, type: 'string' as const })
const whole = (name: string) => ({ name, type: 'int32' as const })
const real = (name: string) => ({ name, type: 'double' as const })

/** The raw data behind the numbers; raters as R1, R2, ..., "cannot judge" as it was said. */
export function reportTables(of: Prepared): ReportTables {
  const forms = new Map(of.rows.study.design.aspects.map(({ id, form }) => [id, form]))
  return {
    ratings: {
      columns: [
        text('rater'),
        text('item'),
        text('model'),
        text('kind'),
        text('group'),
        whole('level'),
        whole('take'),
        text('aspect'),
        text('answer'),
        real('value'),
        text('at'),
        whole('ms'),
        whole('position'),
        whole('blind'),
      ],
      rows: of.answers.map((row) => [
        row.rater,
        row.item,
        row.model,
        row.kind,
        row.group,
        row.level,
        row.take,
        row.aspect,
        row.value,
        valueOf(forms.get(row.aspect) ?? '0-5', row.value),
        row.at,
        row.ms,
        row.position,
        row.blind,
      ]),
    },
    comparisons: {
      columns: [
        text('rater'),
        text('item'),
        text('first'),
        text('second'),
        text('kind'),
        text('group'),
        whole('level'),
        text('choice'),
        whole('first_left'),
        text('at'),
        whole('ms'),
        whole('position'),
        whole('blind'),
      ],
      rows: of.votes.map((row) => [
        row.rater,
        row.item,
        row.first,
        row.second,
        row.kind,
        row.group,
        row.level,
        row.choice,
        row.firstLeft,
        row.at,
        row.ms,
        row.position,
        row.blind,
      ]),
    },
    automatic: {
      columns: [
        text('scorer'),
        text('digest'),
        text('model'),
        text('kind'),
        text('group'),
        whole('level'),
        whole('take'),
        real('cosine'),
      ],
      rows: of.rows.scores.map((row) => [
        row.by,
        row.digest,
        row.model,
        row.kind,
        row.group,
        row.level,
        row.take,
        row.cosine,
      ]),
    },
  }
}
