import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createScheduler } from '../../../src/main/generation/schedulers/index.ts'
import type { SchedulerName } from '../../../src/main/generation/schedulers/index.ts'
import { noiseTable } from '../../../src/main/generation/schedulers/betas.ts'
import { readSchedulerConfig } from '../../../src/main/generation/schedulers/config.ts'
import { readNpy } from '../../support/npy.ts'
import { largestApart, largestOf, syntheticModel } from '../../support/scheduler-runs.ts'
import { sharedData } from '../../support/shared-data.ts'

const ROOT = sharedData('reference/schedulers')

interface Run {
  class_name: string
  config: Record<string, unknown>
  num_inference_steps: number
  timesteps: number[]
  sigmas?: number[]
  init_noise_sigma: number
  step_kwargs: { eta?: number }
  noise_rows_used: number[]
  float64_max_abs_difference: number
  latents_file: string
  latents_index: number[]
}

const NAMES: Record<string, SchedulerName> = {
  DDIMScheduler: 'ddim',
  PNDMScheduler: 'pndm',
  EulerDiscreteScheduler: 'euler',
  EulerAncestralDiscreteScheduler: 'euler-a',
  DPMSolverMultistepScheduler: 'dpmpp2m',
  LCMScheduler: 'lcm',
}

const runs = ROOT
  ? Object.entries(
      (
        JSON.parse(readFileSync(join(ROOT, 'schedulers.json'), 'utf8')) as {
          runs: Record<string, Run>
        }
      ).runs,
    )
  : []
const ours = runs.filter(([, run]) => NAMES[run.class_name])
const found: { name: string; difference: number }[] = []

describe.skipIf(ROOT === null)('schedulers beside diffusers', () => {
  const at = (name: string): string => join(ROOT as string, name)

  it('have the same betas and products of alphas', () => {
    const config = readSchedulerConfig('ddim', {
      beta_start: 0.00085,
      beta_end: 0.012,
      beta_schedule: 'scaled_linear',
    })
    const { betas, alphasCumprod } = noiseTable(config)
    const apart = (a: Float32Array, b: Float32Array): number =>
      a.reduce((most, x, i) => Math.max(most, Math.abs(x / (b[i] as number) - 1)), 0)
    expect(apart(betas, readNpy(at('betas.npy')).data)).toBeLessThan(2e-7)
    expect(apart(alphasCumprod, readNpy(at('alphas_cumprod.npy')).data)).toBeLessThan(2e-7)
  })

  it('leave out no class but UniPC', () => {
    const out = runs.filter(([, run]) => !NAMES[run.class_name])
    expect(new Set(out.map(([, run]) => run.class_name))).toEqual(
      new Set(['UniPCMultistepScheduler']),
    )
    expect(ours.length).toBeGreaterThan(90)
  })

  it.each(ours)('%s: each step from its own previous latents', (name, run) => {
    const scheduler = createScheduler(run.config, {
      name: NAMES[run.class_name] as SchedulerName,
      steps: run.num_inference_steps,
      eta: run.step_kwargs.eta ?? 0,
    })
    expect(scheduler.timesteps.length).toBe(run.timesteps.length)
    scheduler.timesteps.forEach((t, k) => {
      expect(Math.abs(t - (run.timesteps[k] as number))).toBeLessThan(2e-3)
    })
    expect(scheduler.initNoiseSigma / run.init_noise_sigma).toBeCloseTo(1, 6)
    run.sigmas?.forEach((sigma, k) => {
      const mine = scheduler.sigmas?.[k] as number
      expect(Math.abs(mine - sigma)).toBeLessThanOrEqual(2e-6 * sigma)
    })
    const used = scheduler.timesteps.map((_, k) => k).filter((k) => scheduler.takesNoise(k))
    // Its program draws noise for the last step, too, and scales it by zero.
    expect(run.noise_rows_used.slice(0, used.length)).toEqual(used)

    const noise = readNpy(at('noise.npy')).data
    const kept = readNpy(at(run.latents_file))
    const size = kept.data.length / run.latents_index.length
    const reference = (n: number): Float32Array | null => {
      const row = run.latents_index.indexOf(n)
      return row < 0 ? null : kept.data.subarray(row * size, (row + 1) * size)
    }
    let x = reference(0) as Float32Array
    let worst = 0
    let largest = 0
    for (const [k, t] of scheduler.timesteps.entries()) {
      const output = syntheticModel(scheduler.scaleInput(x, k), t)
      const row = scheduler.takesNoise(k) ? noise.subarray(k * size, (k + 1) * size) : null
      const next = scheduler.step(k, output, x, row)
      const wanted = reference(k + 1)
      if (wanted) {
        const apart = largestApart(next, wanted)
        worst = Math.max(worst, apart / largestOf(wanted))
        largest = Math.max(largest, apart)
      }
      x = wanted ?? next
    }
    found.push({ name, difference: worst })
    // It begins at a noise level of 4096, where the reference's float32 is as far from its own float64.
    if (name.startsWith('euler-a-zerosnr')) {
      expect(largest).toBeLessThan(1.1 * run.float64_max_abs_difference)
    } else expect(worst).toBeLessThan(1e-5)
  })

  it('are told as a table', () => {
    const by = new Map<string, number>()
    for (const { name, difference } of found) {
      const scheduler = name.split('.')[0] as string
      by.set(scheduler, Math.max(by.get(scheduler) ?? 0, difference))
    }
    if (process.env['GLEANER_TABLES']) {
      for (const [name, most] of by) console.info(`| ${name} | ${most.toExponential(1)} |`)
    }
    expect(by.size).toBeGreaterThan(10)
  })
})
