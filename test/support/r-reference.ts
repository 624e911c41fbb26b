import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Rating } from '../../src/main/statistics/rating.ts'
import type { MixedObservation } from '../../src/main/statistics/ordinal/mixed-ordinal-regression.ts'
import type { Comparison } from '../../src/main/statistics/pairs/comparisons.ts'

interface Fit {
  names: string[]
  estimates: number[]
  errors: number[]
  logLikelihood: number
}
interface Columns {
  rater: string[]
  prompt: string[]
  model: string[]
  value: number[]
  seat: string[]
  position: number[]
}

/** Made by tools/reference/statistics/make-reference.R. */
export interface RReference {
  study: Columns
  ordinal: Record<'logit' | 'probit', Fit>
  mixed: (Fit & {
    link: 'logit' | 'probit'
    factors: string | string[]
    deviations: number | number[]
    modes: Record<string, Record<string, number>>
  })[]
  votes: Record<keyof Comparison, string[]>
  raoKupper: Fit
  bradleyTerry: Omit<Fit, 'names'>
  bias: Record<string, number>
  trend: Record<'within' | 'across', { slope: number; error: number }>
  mean: { value: number; error: number }
  icc: { type: string[]; icc: number[]; low: number[]; high: number[] }
  power: {
    prompts: number
    raters: number
    difference: number
    studies: number
    power: number
  }[]
}

export function rReference(): RReference & {
  ratings: Rating[]
  positions: { x: number; value: number; cluster: string }[]
  observations: (columns: (row: number, of: Columns) => number[]) => MixedObservation[]
  comparisons: Comparison[]
} {
  const path = resolve(import.meta.dirname, '../fixtures/statistics/reference.json')
  const reference = JSON.parse(readFileSync(path, 'utf8')) as RReference
  const { study, votes } = reference
  const { rater, prompt, model, value, seat, position } = study
  return {
    ...reference,
    ratings: value.map((score, i) => ({
      rater: rater[i] as string,
      unit: `${model[i]}.${prompt[i]}`,
      cluster: prompt[i] as string,
      value: score,
    })),
    positions: value.map((score, i) => ({
      x: position[i] as number,
      value: score,
      cluster: rater[i] as string,
    })),
    observations: (columns) =>
      value.map((score, i) => ({
        value: score,
        x: columns(i, study),
        groups: {
          rater: rater[i] as string,
          prompt: prompt[i] as string,
          seat: seat[i] as string,
        },
      })),
    comparisons: votes.vote.map((vote, i) => ({
      left: votes.left[i] as string,
      right: votes.right[i] as string,
      vote: vote as Comparison['vote'],
    })),
  }
}
