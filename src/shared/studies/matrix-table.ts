import type { MatrixResult } from '../contract/study-measures.ts'
import type { ChartTable } from '../csv-text.ts'

/** A matrix as rows of a table: a row for each model, kind and feature model, with its stamp. */
export function matrixTable(found: MatrixResult): ChartTable {
  return {
    head: [
      'model',
      'kind',
      'features',
      'features_digest',
      'resize',
      'formats',
      'reference_formats',
      'n',
      'available',
      'reference_n',
      'seed',
      'fd',
      'kid',
      'kid_low',
      'kid_high',
      'cmmd',
      'compliance',
      'compliance_low',
      'compliance_high',
      'compliance_prompts',
      'compliance_model',
      'references',
      'warnings',
    ],
    rows: found.rows.flatMap((row) =>
      found.by.map((by, place) => {
        const from = place * found.measures.length
        const numbers = row.numbers.slice(from, from + found.measures.length)
        const of = (name: string) => numbers.find(({ measure }) => measure === name) ?? null
        const stamp = numbers[0]
        const kid = of('kid')
        return [
          row.model,
          row.kind,
          by.isDemonstration ? `${by.name} (demonstration)` : by.name,
          by.digest,
          stamp?.resize ?? null,
          formatsOf(stamp?.sets[0].formats),
          formatsOf(stamp?.sets[1].formats),
          stamp?.n[0] ?? null,
          row.available,
          stamp?.n[1] ?? null,
          stamp?.seed ?? null,
          of('fd')?.value ?? null,
          kid?.value ?? null,
          kid?.interval?.[0] ?? null,
          kid?.interval?.[1] ?? null,
          of('cmmd')?.value ?? null,
          row.compliance?.mean ?? null,
          row.compliance?.low ?? null,
          row.compliance?.high ?? null,
          row.compliance?.prompts ?? null,
          found.compliance?.name ?? null,
          found.references,
          [...new Set(numbers.flatMap(({ warnings }) => warnings))].join(' '),
        ]
      }),
    ),
  }
}

/** `png 40, jpeg 2`. */
function formatsOf(formats: Readonly<Record<string, number>> | undefined): string {
  return Object.entries(formats ?? {})
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
}
