import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import type { Rating } from '../../src/main/statistics/rating.ts'
import { sharedData } from './shared-data.ts'

/** The stored rating study with the values that other programs computed of it; null where it is missing. */
export function ratingStudy(): RatingStudy | null {
  const folder = sharedData('reference/statistics')
  if (!folder) return null
  const table = (name: string): Record<string, string>[] =>
    parse(readFileSync(join(folder, name)), { columns: true })
  const rated = table('ratings.csv').filter(({ score }) => score !== '')
  return {
    expected: JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Expected,
    rows: rated.map((row) => ({
      model: row['model'] as string,
      level: Number(row['level']),
      rater: row['rater'] as string,
      unit: `${row['model']}/${row['prompt']}/${row['level']}`,
      cluster: row['prompt'] as string,
      value: Number(row['score']),
    })),
    metric: table('metric-vs-score.csv').map((row) => ({
      metric: Number(row['metric']),
      score: Number(row['mean_score']),
    })),
    votes: table('votes.csv').map((row) => ({
      left: row['left'] as string,
      right: row['right'] as string,
      vote: row['vote'] as 'left' | 'right' | 'tie',
    })),
    draws: draws(join(folder, 'bootstrap-indices.npy')),
  }
}

export interface RatingStudy {
  expected: Expected
  rows: (Rating & { model: string; level: number })[]
  metric: { metric: number; score: number }[]
  votes: { left: string; right: string; vote: 'left' | 'right' | 'tie' }[]
  draws: Uint8Array[]
}

type Four = Record<'nominal' | 'ordinal' | 'interval' | 'ratio', number>
type Table = (number | null)[][]
interface IccRow {
  Type: string
  ICC: number
  F: number
  df1: number
  df2: number
  pval: number
  CI95: [number, number]
}
interface Fit {
  names: string[]
  params: number[]
  standard_errors: number[]
  thresholds: number[]
  log_likelihood: number
}
export interface Expected {
  rows: number
  krippendorff_alpha: Record<string, Four>
  krippendorff_2011_example: { data: Table } & Four
  krippendorff_edge_cases: Record<
    string,
    { data: Table } & Record<keyof Four, number | { error: string }>
  >
  cohen_kappa: {
    a: string
    b: string
    n: number
    none: number
    linear: number
    quadratic: number
  }[]
  complete_units: number
  fleiss_kappa_complete_units: number
  icc_complete_units: IccRow[]
  icc_shrout_fleiss_1979: { data: number[][]; values: IccRow[] }
  prompt_means: Record<'alpha' | 'beta' | 'gamma', number[]>
  prompt_medians: Record<'alpha' | 'beta' | 'gamma', number[]>
  wilcoxon: ({
    a: 'alpha'
    b: 'beta'
    on: 'means' | 'medians'
    n: number
    zeros: number
    exact_as_scipy: { statistic: number; p: number }
  } & Record<string, { statistic: number; z: number; p: number }>)[]
  wilcoxon_hollander_wolfe_depression: { x: number[]; y: number[]; statistic: number; p: number }
  paired_sign_flip_permutation: {
    a: 'alpha'
    b: 'beta'
    p_two_sided_first_12_scipy_exact: number
    p_greater_first_12_scipy_exact: number
    mean_difference_20: number
    p_two_sided_all_2_20_sign_flips: number
    p_greater_all_2_20_sign_flips: number
  }[]
  bootstrap: ({
    data: string
    statistic: string
    estimate: number
    standard_error: number
  } & Record<string, unknown>)[]
  correlations_metric_vs_mean_score: Record<
    | 'first'
    | 'kendall_tau_b'
    | 'kendall_p'
    | 'kendall_tau_c'
    | 'spearman'
    | 'spearman_p'
    | 'pearson'
    | 'pearson_p',
    number
  >[]
  bradley_terry: {
    items: string[]
    wins_matrix: number[][]
    wins_matrix_ties_as_half: number[][]
    log_strength_sum_zero: Record<string, number[]>
    statsmodels_logit_standard_errors_against_alpha: number[]
    log_likelihood: number
  }
  multiple_testing: Record<'p' | 'holm' | 'bonferroni' | 'fdr_bh', number[]>
  ordinal_regression_score_on_model_and_level: { fits: Record<'logit' | 'probit', Fit> }
  friedman_prompt_means: { statistic: number; p: number }
  paired_t_alpha_beta: { statistic: number; p: number; df: number }
  mannwhitney_alpha_beta: { u: number; p: number }
}

/** A `.npy` of bytes, by row. */
function draws(path: string): Uint8Array[] {
  const bytes = readFileSync(path)
  const start = 10 + bytes.readUInt16LE(8)
  const [, rows, columns] = /\((\d+), (\d+)\)/.exec(bytes.toString('latin1', 10, start)) as string[]
  if (!bytes.toString('latin1', 10, start).includes("'|u1'")) throw new Error('not bytes')
  return Array.from({ length: Number(rows) }, (_, i) =>
    bytes.subarray(start + i * Number(columns), start + (i + 1) * Number(columns)),
  )
}

/** A table of raters (rows) by units (columns) as ratings; null is a gap. */
export function ratingsOf(table: readonly (readonly (number | null)[])[]): Rating[] {
  return table.flatMap((row, rater) =>
    row.flatMap((value, unit) =>
      value === null ? [] : [{ rater: `r${rater}`, unit: `u${unit}`, cluster: `u${unit}`, value }],
    ),
  )
}
