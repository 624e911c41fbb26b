import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createScheduler, SCHEDULERS } from '../../../src/main/generation/schedulers/index.ts'
import type { SchedulerName } from '../../../src/main/generation/schedulers/index.ts'
import { largestApart, largestOf, syntheticModel } from '../../support/scheduler-runs.ts'

interface Fixture {
  steps: number
  noise: number[][]
  runs: {
    scheduler: SchedulerName
    config: Record<string, unknown>
    eta: number
    timesteps: number[]
    start: number
    latents: number[][]
  }[]
}
const { steps, noise, runs } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/generation/schedulers.json'), 'utf8'),
) as Fixture

const SD15 = {
  _class_name: 'PNDMScheduler',
  beta_end: 0.012,
  beta_schedule: 'scaled_linear',
  beta_start: 0.00085,
  num_train_timesteps: 1000,
  set_alpha_to_one: false,
  skip_prk_steps: true,
  steps_offset: 1,
  clip_sample: false,
}
const create = (file: Record<string, unknown>, name: SchedulerName | null = null, n = 4) =>
  createScheduler(file, { name, steps: n })

describe('schedulers', () => {
  it.each(
    runs.map((run) => {
      const { prediction_type: prediction, timestep_spacing: spacing } = run.config
      return [`${run.scheduler}, ${String(prediction)}, ${String(spacing)}`, run] as const
    }),
  )('%s: each step as numpy has it in float64', (_, run) => {
    const scheduler = createScheduler(run.config, { name: run.scheduler, steps, eta: run.eta })
    expect(scheduler.timesteps.length).toBe(run.timesteps.length)
    scheduler.timesteps.forEach((t, k) => expect(t).toBeCloseTo(run.timesteps[k] as number, 2))
    expect(scheduler.initNoiseSigma / run.start).toBeCloseTo(1, 6)
    let x = Float32Array.from(run.latents[0] as number[])
    for (const [k, t] of scheduler.timesteps.entries()) {
      const output = syntheticModel(scheduler.scaleInput(x, k), t)
      const drawn = scheduler.takesNoise(k) ? Float32Array.from(noise[k] as number[]) : null
      const wanted = Float32Array.from(run.latents[k + 1] as number[])
      expect(largestApart(scheduler.step(k, output, x, drawn), wanted)).toBeLessThan(
        1e-5 * largestOf(wanted),
      )
      x = wanted
    }
  })

  it('are all held against numbers of another program', () => {
    expect(new Set(runs.map((run) => run.scheduler))).toEqual(new Set(SCHEDULERS))
  })

  it('take the class that the file names', () => {
    expect(create(SD15).name).toBe('pndm')
    expect(
      create({ ...SD15, _class_name: 'DPMSolverMultistepScheduler', use_karras_sigmas: true }).name,
    ).toBe('dpmpp2m-karras')
  })

  it.each([
    [{ ...SD15, _class_name: 'HeunDiscreteScheduler' }, null, /names HeunDiscreteScheduler/],
    [{ ...SD15, beta_schedule: 'sigmoid' }, 'ddim', /beta_schedule is "sigmoid"/],
    [{ ...SD15, prediction_type: 'flow' }, 'ddim', /prediction_type is "flow"/],
    [{ ...SD15, timestep_spacing: 'even' }, 'ddim', /timestep_spacing is "even"/],
    [{ ...SD15, stepsoffset: 2 }, 'ddim', /stepsoffset is 2/],
    [{ ...SD15, thresholding: true }, 'ddim', /thresholding is true/],
    [{ ...SD15, skip_prk_steps: false }, 'pndm', /skip_prk_steps is false/],
    [{ ...SD15, solver_order: 3 }, 'dpmpp2m', /solver_order is 3/],
    [{ ...SD15, algorithm_type: 'dpmsolver' }, 'dpmpp2m', /algorithm_type is "dpmsolver"/],
    [{ ...SD15, use_beta_sigmas: true }, 'euler', /use_beta_sigmas is true/],
    [{ ...SD15, interpolation_type: 'log_linear' }, 'euler', /interpolation_type is "log_linear"/],
    [{ ...SD15, variance_type: 'learned_range' }, 'ddpm', /variance_type is "learned_range"/],
    [{ ...SD15, prediction_type: 'sample' }, 'pndm', /no form for models that predict "sample"/],
    [{ ...SD15, num_train_timesteps: 'many' }, 'ddim', /num_train_timesteps is "many"/],
  ] as const)('refuse what they do not know: %j, %s', (file, name, message) => {
    expect(() => create(file, name)).toThrow(message)
  })

  it('pass over settings that only another class has', () => {
    expect(create({ ...SD15, skip_prk_steps: false }, 'ddim').timesteps).toEqual([751, 501, 251, 1])
  })

  it('say how many steps can be taken', () => {
    expect(() => create(SD15, 'ddim', 0)).toThrow('0 steps cannot be taken')
    expect(() => create(SD15, 'ddim', 1001)).toThrow('1001 steps cannot be taken')
    expect(() => create(SD15, 'lcm', 51)).toThrow(/distilled for 50/)
  })

  it.each(SCHEDULERS)('%s: a noised picture that the model knows is found again', (name) => {
    const clean = Float32Array.from({ length: 8 }, (_, i) => Math.sin(i))
    const drawn = Float32Array.from({ length: 8 }, (_, i) => Math.cos(3 * i))
    const scheduler = createScheduler(
      {
        ...SD15,
        prediction_type: name === 'pndm' || name === 'euler-a' ? 'epsilon' : 'sample',
        set_alpha_to_one: true,
      },
      { name, steps: 10, skip: 3 },
    )
    expect(scheduler.timesteps.length).toBe(name === 'pndm' ? 8 : 7)
    let x = scheduler.addNoise(clean, drawn, 0)
    for (let k = 0; k < scheduler.timesteps.length; k++) {
      // Of a picture that is known the noise is known, too.
      const unit = scheduler.addNoise(
        new Float32Array(8),
        new Float32Array(8).fill(1),
        k,
      )[0] as number
      const signal = scheduler.addNoise(
        new Float32Array(8).fill(1),
        new Float32Array(8),
        k,
      )[0] as number
      const output =
        name === 'pndm' || name === 'euler-a'
          ? x.map((value, i) => (value - signal * (clean[i] as number)) / unit)
          : clean
      x = scheduler.step(k, output, x, drawn)
    }
    expect(largestApart(x, clean)).toBeLessThan(0.1)
  })
})
