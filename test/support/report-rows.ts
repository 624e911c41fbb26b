import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parse } from 'csv-parse/sync'
import { ResultOptions } from '#shared/contract/results.ts'
import { StudyDesign } from '#shared/studies/design.ts'
import type { RatingRow, ReportRows } from '../../src/main/evaluation/report/rows.ts'

const SAMPLE = resolve(import.meta.dirname, '../../resources/sample-study')

function table(name: string): Record<string, string>[] {
  return parse(readFileSync(resolve(SAMPLE, name)), { columns: true })
}

/** Rows of a report around given ratings; images are numbered by model, group, level. */
export function reportRowsOf(
  ratings: readonly Pick<
    RatingRow,
    'rater' | 'model' | 'kind' | 'group' | 'level' | 'aspect' | 'value' | 'at'
  >[],
  over: Partial<Omit<ReportRows, 'study'>> & { study?: Partial<ReportRows['study']> } = {},
): ReportRows {
  const images = new Map<string, number>()
  const numberOf = (key: string): number => {
    const known = images.get(key)
    if (known !== undefined) return known
    images.set(key, images.size + 1)
    return images.size
  }
  const rows = ratings.map((row): RatingRow => {
    const image = numberOf(JSON.stringify([row.model, row.group, row.level]))
    return { ...row, item: `i${image}`, image, take: 0, ms: null, position: null, blind: 1 }
  })
  const models = [...new Set(ratings.map(({ model }) => model))].sort()
  const prompts = new Map(
    ratings.map(({ kind, group, level }) => [
      JSON.stringify([group, level]),
      { kind, group, level, text: `${group} ${level}` },
    ]),
  )
  const { study, ...more } = over
  return {
    software: 'Gleaner test',
    models: models.map((name) => ({ name, version: null, images: prompts.size })),
    prompts: [...prompts.values()],
    ratings: rows,
    votes: [],
    scores: [],
    raters: [],
    options: ResultOptions.parse({ resamples: 500 }),
    ...more,
    study: {
      name: 'sample',
      uid: '00000000-0000-4000-8000-000000000000',
      hash: 'f'.repeat(64),
      state: 'unblinded',
      blind: false,
      createdAt: '2026-11-16T08:00:00.000Z',
      frozenAt: '2026-11-16T08:30:00.000Z',
      unblindedAt: '2026-11-20T08:30:00.000Z',
      design: StudyDesign.parse({}),
      promptsFrom: 'prompts.csv',
      images: images.size,
      missing: 0,
      leaks: { pictures: 0, prompts: 0 },
      log: [],
      ...study,
    },
  }
}

/** The simulated ratings of the sample study. */
export function sampleRows(over: Parameters<typeof reportRowsOf>[1] = {}): ReportRows {
  const prompts = new Map(
    table('prompts.csv').map((row) => [
      JSON.stringify([row['group'], row['level']]),
      row['prompt'] as string,
    ]),
  )
  const rows = reportRowsOf(
    table('ratings.csv').map((row) => ({
      rater: row['rater'] as string,
      model: row['model'] as string,
      kind: row['kind'] as string,
      group: row['group'] as string,
      level: Number(row['level']),
      aspect: row['aspect'] as string,
      value: row['value'] as string,
      at: row['at'] as string,
    })),
    over,
  )
  return {
    ...rows,
    prompts: rows.prompts.map((prompt) => ({
      ...prompt,
      text: prompts.get(JSON.stringify([prompt.group, String(prompt.level)])) ?? '',
    })),
  }
}
