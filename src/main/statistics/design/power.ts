import { AppError } from '#shared/errors.ts'
import { seededRandom } from '#shared/random.ts'
import type { Interval } from '../outcome.ts'
import { wilcoxonSignedRank } from '../significance/wilcoxon.ts'
import { wilson } from '../wilson.ts'

/** A study of two models on the same prompts, each picture rated by the same raters. */
export interface StudyDesign {
  prompts: number
  /** Ratings of each picture. */
  raters: number
  /** True difference of the models, in steps of the latent scale. */
  difference: number
  /** Mean of both models before the scale cuts and rounds. */
  mean: number
  scale: { min: number; max: number; step: number }
  /** Standard deviations of what the ratings are made of. */
  deviations: {
    /** Between prompts: hard and easy ones. */
    prompt: number
    /** How much the difference of the models varies from prompt to prompt. It limits what more raters can do. */
    difference: number
    /** Between raters: kind and strict ones. */
    rater: number
    /** Of one rating. */
    residual: number
  }
}

export const DESIGN_DEFAULTS: StudyDesign = {
  prompts: 100,
  raters: 3,
  difference: 0.3,
  mean: 2.5,
  scale: { min: 0, max: 5, step: 1 },
  deviations: { prompt: 0.8, difference: 0.4, rater: 0.4, residual: 0.8 },
}

export interface PowerOptions {
  /** Two-sided level of the test. */
  alpha: number
  studies: number
  seed: number
}

export interface Power extends Interval {
  /** Share of the simulated studies that find the difference; its interval is that of the simulation. */
  power: number
  studies: number
  /** Mean difference that remains after cutting and rounding. */
  observedDifference: number
}

/**
 * How often a study would find the difference: simulates whole studies and tests each by Wilcoxon's
 * signed ranks over the prompts' means. Seeded: the same design gives the same answer.
 * @throws AppError for a design that is none
 */
export function studyPower(
  design: Partial<StudyDesign> = {},
  options: Partial<PowerOptions> = {},
): Power {
  const full = { ...DESIGN_DEFAULTS, ...design }
  const { alpha, studies, seed } = { alpha: 0.05, studies: 1000, seed: 1, ...options }
  checkDesign(full, studies)
  const { prompts, raters, difference, mean, scale, deviations } = full
  const random = seededRandom(seed)
  const bias = new Float64Array(raters)
  const differences = new Array<number>(prompts)
  let found = 0
  let observed = 0
  const rate = (latent: number): number => {
    const steps = Math.round((latent - scale.min) / scale.step)
    return Math.max(scale.min, Math.min(scale.max, scale.min + steps * scale.step))
  }
  for (let study = 0; study < studies; study++) {
    for (let r = 0; r < raters; r++) bias[r] = deviations.rater * random.normal()
    for (let p = 0; p < prompts; p++) {
      const level = mean + deviations.prompt * random.normal()
      const gap = difference + deviations.difference * random.normal()
      let sum = 0
      for (let r = 0; r < raters; r++) {
        const own = level + (bias[r] as number)
        sum += rate(own + gap / 2 + deviations.residual * random.normal())
        sum -= rate(own - gap / 2 + deviations.residual * random.normal())
      }
      // Sums of steps, rounded: equal differences must be ties.
      differences[p] = Math.round(sum / scale.step)
      observed += sum / raters / prompts / studies
    }
    const test = wilcoxonSignedRank(differences)
    if (test.ok && test.p < alpha) found++
  }
  const power = found / studies
  return { power, ...wilson(power, studies), studies, observedDifference: observed }
}

/**
 * The least number of prompts, or of raters, with which a study finds the difference as often as
 * wanted, by halving between 2 (raters: 1) and `most`; true to the error of the simulation. null where even `most`
 * are too few: with raters that happens, since prompts limit what they can do.
 */
export function neededFor(
  vary: 'prompts' | 'raters',
  design: Partial<StudyDesign> = {},
  {
    wanted = 0.8,
    most = vary === 'prompts' ? 1000 : 30,
    ...options
  }: Partial<PowerOptions & { wanted: number; most: number }> = {},
): { needed: number | null; power: Power } {
  const at = (many: number): Power => studyPower({ ...design, [vary]: many }, options)
  let enough = most
  let power = at(most)
  if (power.power < wanted) return { needed: null, power }
  let few = vary === 'prompts' ? 1 : 0
  while (enough - few > 1) {
    const middle = (few + enough) >>> 1
    const tried = at(middle)
    if (tried.power >= wanted) {
      enough = middle
      power = tried
    } else few = middle
  }
  return { needed: enough, power }
}

function checkDesign(design: StudyDesign, studies: number): void {
  const { prompts, raters, difference, mean, scale, deviations } = design
  const whole = [prompts, raters, studies].every((n) => Number.isInteger(n) && n >= 1)
  const real = [difference, mean, scale.min, scale.max, scale.step].every(Number.isFinite)
  const spread = Object.values(deviations).every((sd) => Number.isFinite(sd) && sd >= 0)
  const ratings = prompts * raters * studies
  if (whole && real && spread && scale.max > scale.min && scale.step > 0 && ratings <= 1e8) return
  throw new AppError(
    'invalid-input',
    'Computing the power of a study failed: its design is none.',
    'Give whole numbers of prompts, raters and studies (no more than 100 million ratings), a scale whose maximum lies above its minimum, and no negative deviations.',
  )
}
