import { AppError } from '#shared/errors.ts'
import type { Prediction, SchedulerName, Spacing } from './types.ts'

/** What `scheduler_config.json` says, with the defaults of the class that is used. */
export interface SchedulerConfig {
  trainTimesteps: number
  betaStart: number
  betaEnd: number
  schedule: 'linear' | 'scaled_linear' | 'squaredcos_cap_v2'
  /** Betas that are given one by one. */
  betas: readonly number[] | null
  prediction: Prediction
  spacing: Spacing
  stepsOffset: number
  rescaleBetasZeroSnr: boolean
  setAlphaToOne: boolean
  /** Clean samples are held in -range..range; null = they are not. */
  clip: number | null
  karras: boolean
  lu: boolean
  finalSigma: 'zero' | 'sigma_min'
  sigmaMin: number | null
  sigmaMax: number | null
  originalSteps: number
  timestepScaling: number
  variance: 'fixed_small' | 'fixed_small_log' | 'fixed_large'
  solver: {
    order: 1 | 2
    noisy: boolean
    type: 'midpoint' | 'heun'
    lowerOrderFinal: boolean
    eulerAtFinal: boolean
  }
}

/** Names of diffusers' classes. */
const CLASSES: Record<string, SchedulerName> = {
  DDIMScheduler: 'ddim',
  PNDMScheduler: 'pndm',
  EulerDiscreteScheduler: 'euler',
  EulerAncestralDiscreteScheduler: 'euler-a',
  DPMSolverMultistepScheduler: 'dpmpp2m',
  LCMScheduler: 'lcm',
  DDPMScheduler: 'ddpm',
}

type Json = Record<string, unknown>

/** Defaults of diffusers' classes where they differ. */
const DEFAULTS: Record<SchedulerName, Json> = {
  ddim: { clip_sample: true, set_alpha_to_one: true, timestep_spacing: 'leading' },
  pndm: { clip_sample: false, skip_prk_steps: false, timestep_spacing: 'leading' },
  euler: { clip_sample: false, timestep_spacing: 'linspace' },
  'euler-a': { clip_sample: false, timestep_spacing: 'linspace' },
  dpmpp2m: { clip_sample: false, timestep_spacing: 'linspace' },
  'dpmpp2m-karras': { clip_sample: false, timestep_spacing: 'linspace', use_karras_sigmas: true },
  lcm: {
    clip_sample: false,
    set_alpha_to_one: true,
    timestep_spacing: 'leading',
    beta_start: 0.00085,
    beta_end: 0.012,
    beta_schedule: 'scaled_linear',
  },
  ddpm: { clip_sample: true, timestep_spacing: 'leading' },
}

/** Settings whose other values no scheduler here has, by the classes that would heed them. */
const ONLY: readonly {
  key: string
  of: readonly SchedulerName[]
  values: readonly unknown[]
  usual: unknown
}[] = [
  {
    key: 'thresholding',
    of: ['ddim', 'dpmpp2m', 'dpmpp2m-karras', 'lcm', 'ddpm'],
    values: [false],
    usual: false,
  },
  { key: 'skip_prk_steps', of: ['pndm'], values: [true], usual: false },
  { key: 'interpolation_type', of: ['euler'], values: ['linear'], usual: 'linear' },
  { key: 'timestep_type', of: ['euler'], values: ['discrete'], usual: 'discrete' },
  {
    key: 'use_exponential_sigmas',
    of: ['euler', 'dpmpp2m', 'dpmpp2m-karras'],
    values: [false],
    usual: false,
  },
  {
    key: 'use_beta_sigmas',
    of: ['euler', 'dpmpp2m', 'dpmpp2m-karras'],
    values: [false],
    usual: false,
  },
  { key: 'use_flow_sigmas', of: ['dpmpp2m', 'dpmpp2m-karras'], values: [false], usual: false },
  { key: 'use_dynamic_shifting', of: ['dpmpp2m', 'dpmpp2m-karras'], values: [false], usual: false },
  {
    key: 'lambda_min_clipped',
    of: ['dpmpp2m', 'dpmpp2m-karras'],
    values: [null, -Infinity, '-Infinity'],
    usual: null,
  },
]

/** All that schedulers of diffusers can say, so that a misspelt setting is not passed over. */
const KNOWN = new Set([
  ...ONLY.map(({ key }) => key),
  ...'num_train_timesteps beta_start beta_end beta_schedule trained_betas prediction_type timestep_spacing'.split(
    ' ',
  ),
  ...'steps_offset rescale_betas_zero_snr set_alpha_to_one clip_sample clip_sample_range'.split(
    ' ',
  ),
  ...'use_karras_sigmas use_lu_lambdas final_sigmas_type sigma_min sigma_max variance_type'.split(
    ' ',
  ),
  ...'original_inference_steps timestep_scaling solver_order algorithm_type solver_type'.split(' '),
  ...'lower_order_final euler_at_final dynamic_thresholding_ratio sample_max_value flow_shift'.split(
    ' ',
  ),
  // Of UniPC, Heun and others, whose folders are used with the schedulers here.
  ...'predict_x0 disable_corrector solver_p time_shift_type shift_terminal'.split(' '),
])

/** Which scheduler a folder's own file names. @throws AppError `unsupported` */
export function schedulerOf(config: Json): SchedulerName {
  const name = config['_class_name']
  const known = typeof name === 'string' && Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined
  if (known === 'dpmpp2m' && config['use_karras_sigmas'] === true) return 'dpmpp2m-karras'
  if (known !== undefined) return known
  throw new AppError(
    'unsupported',
    `scheduler_config.json names ${typeof name === 'string' ? name : 'no class'}, which is not known here`,
    `Choose one that is: ${[...new Set(Object.values(CLASSES))].join(', ')}.`,
  )
}

/**
 * Reads `scheduler_config.json` for a scheduler, which need not be the one that it names: what it
 * leaves out is as that class has it.
 * @throws AppError `unsupported` for a setting or a value that is not known
 */
export function readSchedulerConfig(name: SchedulerName, file: Json): SchedulerConfig {
  for (const key of Object.keys(file)) {
    if (!key.startsWith('_') && !KNOWN.has(key)) throw unknownSetting(key, file[key])
  }
  const said = Object.fromEntries(Object.entries(file).filter(([, value]) => value !== undefined))
  const all: Json = { ...DEFAULTS[name], ...said }
  if (name === 'dpmpp2m-karras') all['use_karras_sigmas'] = true
  for (const { key, of, values, usual } of ONLY) {
    const value = all[key] === undefined ? usual : all[key]
    if (of.includes(name) && !values.includes(value)) throw unknownSetting(key, value, values)
  }
  const { choice, number, flag } = settings(all)
  const isDpm = name === 'dpmpp2m' || name === 'dpmpp2m-karras'
  const betas = all['trained_betas'] ?? null
  if (betas !== null && !(Array.isArray(betas) && betas.length > 1 && betas.every(isNumber))) {
    throw unknownSetting('trained_betas', betas)
  }
  const trainTimesteps = betas?.length ?? number('num_train_timesteps', 1000)
  if (!Number.isInteger(trainTimesteps) || trainTimesteps < 2 || trainTimesteps > 100_000) {
    throw unknownSetting('num_train_timesteps', trainTimesteps)
  }
  const optional = (key: string): number | null =>
    (all[key] ?? null) === null ? null : number(key, 0)
  return {
    trainTimesteps,
    betaStart: number('beta_start', 0.0001),
    betaEnd: number('beta_end', 0.02),
    schedule: choice('beta_schedule', ['linear', 'scaled_linear', 'squaredcos_cap_v2'], 'linear'),
    betas,
    prediction: choice('prediction_type', ['epsilon', 'v_prediction', 'sample'], 'epsilon'),
    spacing: choice('timestep_spacing', ['leading', 'trailing', 'linspace'], 'leading'),
    stepsOffset: number('steps_offset', 0),
    rescaleBetasZeroSnr: flag('rescale_betas_zero_snr'),
    setAlphaToOne: flag('set_alpha_to_one'),
    clip: flag('clip_sample') ? number('clip_sample_range', 1) : null,
    karras: flag('use_karras_sigmas'),
    lu: flag('use_lu_lambdas'),
    finalSigma: choice('final_sigmas_type', ['zero', 'sigma_min'], 'zero'),
    sigmaMin: optional('sigma_min'),
    sigmaMax: optional('sigma_max'),
    originalSteps: number('original_inference_steps', 50),
    timestepScaling: number('timestep_scaling', 10),
    variance:
      name === 'ddpm'
        ? choice('variance_type', ['fixed_small', 'fixed_small_log', 'fixed_large'], 'fixed_small')
        : 'fixed_small',
    solver: {
      order: isDpm ? (Number(choice('solver_order', [1, 2], 2)) as 1 | 2) : 2,
      noisy:
        isDpm &&
        choice('algorithm_type', ['dpmsolver++', 'sde-dpmsolver++'], 'dpmsolver++') !==
          'dpmsolver++',
      type: isDpm ? choice('solver_type', ['midpoint', 'heun'], 'midpoint') : 'midpoint',
      lowerOrderFinal: flag('lower_order_final', true),
      eulerAtFinal: flag('euler_at_final'),
    },
  }
}

/** Reads values of settings; a null is as if nothing were said. */
function settings(all: Json) {
  const of = (key: string): unknown => all[key] ?? undefined
  return {
    choice<const T extends string | number>(key: string, values: readonly T[], usual: T): T {
      const value = of(key) ?? usual
      const found = values.find((one) => one === value)
      if (found === undefined) throw unknownSetting(key, value, values)
      return found
    },
    number(key: string, usual: number): number {
      const value = of(key) ?? usual
      if (!isNumber(value)) throw unknownSetting(key, value)
      return value
    },
    flag(key: string, usual = false): boolean {
      const value = of(key) ?? usual
      if (typeof value !== 'boolean') throw unknownSetting(key, value, [true, false])
      return value
    },
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

function unknownSetting(key: string, value: unknown, values?: readonly unknown[]): AppError {
  const shown = JSON.stringify(value)?.slice(0, 60) ?? 'nothing'
  return new AppError(
    'unsupported',
    `The scheduler's setting ${key} is ${shown}, which is not known here`,
    values
      ? `Known: ${values.filter((one) => one !== null).join(', ')}. Choose another scheduler, or correct scheduler_config.json.`
      : 'Correct scheduler_config.json, or choose another scheduler.',
  )
}
