import { AppError } from '#shared/errors.ts'
import { readSchedulerConfig, schedulerOf, type SchedulerConfig } from './config.ts'
import { createDdim } from './ddim.ts'
import { createDdpm } from './ddpm.ts'
import { createDpmSolver } from './dpm-solver-multistep.ts'
import { createEulerAncestral } from './euler-ancestral.ts'
import { createEuler } from './euler.ts'
import { createLcm } from './lcm.ts'
import { createPndm } from './pndm.ts'
import type { Scheduler, SchedulerName } from './types.ts'

export { SCHEDULERS, type Scheduler, type SchedulerName } from './types.ts'

export interface SchedulerChoice {
  /** null: the one that the file names. */
  name: SchedulerName | null
  steps: number
  /** Of DDIM; elsewhere it is an error. */
  eta?: number
  /** Steps that are left out at the start, where it is a picture and no noise. */
  skip?: number
}

/**
 * A run of a scheduler.
 * @param file `scheduler_config.json`, parsed
 * @throws AppError `unsupported` for a class, a setting or a value that is not known,
 *   `invalid-input` for a number of steps that cannot be
 */
export function createScheduler(
  file: Record<string, unknown>,
  { name: wanted, steps, eta = 0, skip = 0 }: SchedulerChoice,
): Scheduler {
  const name = wanted ?? schedulerOf(file)
  const config = readSchedulerConfig(name, file)
  if (!Number.isInteger(steps) || steps < 1 || steps > config.trainTimesteps) {
    throw new AppError(
      'invalid-input',
      `${steps} steps cannot be taken`,
      `Take 1 to ${config.trainTimesteps}, as many as the model was trained with.`,
    )
  }
  if (eta !== 0 && name !== 'ddim') {
    throw new AppError('invalid-input', `The scheduler ${name} has no eta`, 'Only ddim has one.')
  }
  if (!Number.isInteger(skip) || skip < 0 || skip >= steps) {
    throw new RangeError(`${skip} of ${steps} steps cannot be left out`)
  }
  if (name === 'pndm') return createPndm(config, steps, skip)
  return later(created(name, config, steps, eta), skip)
}

function created(
  name: Exclude<SchedulerName, 'pndm'>,
  config: SchedulerConfig,
  steps: number,
  eta: number,
): Scheduler {
  switch (name) {
    case 'ddim':
      return createDdim(config, steps, eta)
    case 'euler':
      return createEuler(config, steps)
    case 'euler-a':
      return createEulerAncestral(config, steps)
    case 'dpmpp2m':
    case 'dpmpp2m-karras':
      return createDpmSolver(config, steps, name)
    case 'lcm':
      return createLcm(config, steps)
    case 'ddpm':
      return createDdpm(config, steps)
  }
}

/** The same without its first steps. */
function later(whole: Scheduler, skip: number): Scheduler {
  if (skip === 0) return whole
  return {
    name: whole.name,
    timesteps: whole.timesteps.slice(skip),
    sigmas: whole.sigmas?.slice(skip) ?? null,
    initNoiseSigma: whole.initNoiseSigma,
    takesNoise: (k) => whole.takesNoise(k + skip),
    scaleInput: (sample, k) => whole.scaleInput(sample, k + skip),
    step: (k, output, sample, noise) => whole.step(k + skip, output, sample, noise),
    addNoise: (clean, noise, k) => whole.addNoise(clean, noise, k + skip),
  }
}
