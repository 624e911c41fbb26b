import type { StudyPower, StudyPowerInput } from '#shared/contract/power.ts'
import type { LinesFigure } from '#shared/figures.ts'
import { neededFor, studyPower, type StudyDesign } from '../../statistics/design/power.ts'
import { many, percentOf } from './words.ts'

const MOST = { prompts: 1000, raters: 20 }
const CURVE_PROMPTS = [10, 20, 40, 80, 160, 320]
const CURVE_RATERS = [1, 3, 5]
/** Ratings that one call may simulate. */
const MOST_RATINGS = 2e8

/** How often a study of this size finds a difference, and how large it had to be. */
export function power(input: StudyPowerInput): StudyPower {
  const { prompts, raters, difference, mean, top, components, tests, wanted, seed } = input
  const alpha = 0.05 / tests
  const design: StudyDesign = {
    prompts,
    raters,
    difference,
    mean,
    scale: { min: 0, max: top, step: 1 },
    deviations: components,
  }
  const most = {
    prompts: Math.max(MOST.prompts, prompts),
    raters: Math.max(MOST.raters, raters),
  }
  // The search for the number of raters simulates the most.
  const studies = Math.max(
    100,
    Math.min(input.studies, Math.floor(MOST_RATINGS / (prompts * most.raters * 6))),
  )
  const options = { alpha, studies, seed }
  const asked = studyPower(design, options)
  const enough = (vary: 'prompts' | 'raters'): number | null =>
    difference === 0
      ? null
      : neededFor(vary, design, { ...options, wanted, most: most[vary] }).needed
  const curve = CURVE_RATERS.flatMap((r) =>
    CURVE_PROMPTS.map((p) => {
      const one = studyPower({ ...design, prompts: p, raters: r }, options)
      return { prompts: p, raters: r, power: one.power, lo: one.low, hi: one.high }
    }),
  )
  return {
    prompts,
    raters,
    power: asked.power,
    lo: asked.low,
    hi: asked.high,
    observedDifference: asked.observedDifference,
    alpha,
    studies,
    wanted,
    needed: { prompts: enough('prompts'), raters: enough('raters') },
    most,
    curve,
    figure: figureOf(input, curve, studies),
    how: `${many(studies, 'study', 'studies')} simulated for each number (seed ${seed}): ratings are prompt + model + rater + noise, normal, cut and rounded to 0..${top}; tested by Wilcoxon's signed ranks over prompt means at ${alpha.toPrecision(2)}${tests > 1 ? ` (0.05 divided by ${tests} tests: Holm finds at least as much)` : ''}.`,
  }
}

function figureOf(
  input: StudyPowerInput,
  curve: StudyPower['curve'],
  studies: number,
): LinesFigure {
  const at = (r: number) => curve.filter(({ raters }) => raters === r)
  return {
    kind: 'lines',
    id: 'power',
    title: `Chance to find a difference of ${input.difference}`,
    caption: `Share of simulated studies that find it, by prompts (each twice as many as before) and raters; intervals of the simulation.`,
    alt: CURVE_RATERS.map(
      (r) =>
        `${many(r, 'rater')}: ${at(r)
          .map(({ prompts, power: share }) => `${percentOf(share)} with ${prompts} prompts`)
          .join(', ')}.`,
    ).join(' '),
    n: studies,
    nUnit: 'simulated studies a point',
    x: { title: 'Prompts' },
    levels: CURVE_PROMPTS.map((prompts, i) => ({ x: i, label: String(prompts) })),
    y: { title: 'Power', lo: 0, hi: 1, percent: true },
    intervals: 'whiskers',
    series: CURVE_RATERS.map((r) => ({
      name: many(r, 'rater'),
      points: at(r).map(({ power: value, lo, hi }, i) => ({ x: i, value, interval: { lo, hi } })),
    })),
  }
}
