/** Whole pipelines beside diffusers: tiny random Stable Diffusion 1, 2 and XL of the shared values. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toBytes } from '../../../src/main/generation/decode.ts'
import { makePicture, withoutNegative } from '../../../src/main/generation/latent-pipeline.ts'
import { givenDraws, seededDraws } from '../../../src/main/generation/draws.ts'
import type { SchedulerName } from '../../../src/main/generation/schedulers/index.ts'
import { createInferenceHost, type InferenceHost } from '../../../src/main/inference/host/client.ts'
import { diffusion } from '../../../src/main/inference/kinds/diffusion/kind.ts'
import type { LoadedDiffusion } from '../../../src/main/inference/kinds/diffusion/types.ts'
import { resolveFolder } from '../../../src/main/inference/models/registry.ts'
import { emptyFolders, INFERENCE_HOST } from '../../support/models.ts'
import { readNpy } from '../../support/npy.ts'
import { largestApart, largestOf } from '../../support/scheduler-runs.ts'
import { sharedData } from '../../support/shared-data.ts'

const ROOT = sharedData('reference/tiny-sd')

interface Run {
  name: string
  prompt: string
  negative_prompt: string | null
  guidance_scale: number
  scheduler: string
  scheduler_config?: Record<string, unknown>
  num_inference_steps: number
  timesteps: number[]
  time_ids?: number[]
  latents_file: string
  png: string
  image_file?: string
  first_unet_output_file?: string
  embeds_file?: string
  pooled?: number[]
}

const NAMES: Record<string, SchedulerName> = {
  DDIMScheduler: 'ddim',
  PNDMScheduler: 'pndm',
  EulerDiscreteScheduler: 'euler',
  EulerAncestralDiscreteScheduler: 'euler-a',
  DPMSolverMultistepScheduler: 'dpmpp2m',
}

const FAMILIES = ['sd1', 'sd2', 'sdxl'] as const
const runsOf = (family: string): Run[] =>
  ROOT
    ? (
        JSON.parse(readFileSync(join(ROOT, `${family}-expected/expected.json`), 'utf8')) as {
          runs: Run[]
        }
      ).runs
    : []
const table: string[] = []

describe.skipIf(ROOT === null)('pipelines beside diffusers', () => {
  const root = ROOT as string
  let host: InferenceHost
  const folder = mkdtempSync(join(tmpdir(), 'tiny-sd2-'))
  const loaded = new Map<string, LoadedDiffusion>()
  beforeAll(async () => {
    host = createInferenceHost(INFERENCE_HOST, { threads: 1 })
    // It comes without graphs, and with those of the first.
    cpSync(join(root, 'sd1'), folder, { recursive: true })
    cpSync(join(root, 'sd2'), folder, { recursive: true })
    for (const family of FAMILIES) {
      const path = family === 'sd2' ? folder : join(root, family)
      const model = await resolveFolder(emptyFolders(), diffusion, path)
      loaded.set(family, await host.open(model, 'cpu'))
    }
  })
  afterAll(async () => {
    await host.close()
    rmSync(folder, { recursive: true, force: true })
    if (process.env['GLEANER_TABLES']) console.info(table.join('\n'))
  })

  it.each(
    FAMILIES.flatMap((family) => runsOf(family).map((run) => [family, run.name, run] as const)),
  )('%s %s', async (family, name, run) => {
    const model = loaded.get(family) as LoadedDiffusion
    const at = (file: string): string => join(root, `${family}-expected`, file)
    const initial = { path: 'initial.npy', values: readNpy(at('initial.npy')).data }
    const noise = run.scheduler.includes('Ancestral')
      ? { path: 'noise.npy', values: readNpy(at('noise.npy')).data }
      : null
    const file = (run.scheduler_config ??
      JSON.parse(
        readFileSync(join(model.model.folder, 'scheduler/scheduler_config.json'), 'utf8'),
      )) as Record<string, unknown>
    const [prompt, negative, empty] = await model.readTexts([
      run.prompt,
      run.negative_prompt ?? '',
      '',
    ])
    if (!prompt || !negative || !empty) throw new Error('no texts')
    if (run.embeds_file) {
      const wanted = readNpy(at(run.embeds_file)).data.subarray(-prompt.states.length)
      expect(largestApart(prompt.states, wanted)).toBeLessThan(1e-5)
      expect(largestApart(prompt.pooled, Float32Array.from(run.pooled ?? []))).toBeLessThan(1e-5)
    }
    const kept = readNpy(at(run.latents_file))
    const size = kept.data.length / (kept.shape[0] ?? 1)
    let apart = 0
    const made = await makePicture(
      model,
      {
        prompt,
        negative: run.negative_prompt === null ? withoutNegative(model, empty) : negative,
        schedulerFile: file,
        scheduler: NAMES[run.scheduler] ?? null,
        steps: run.num_inference_steps,
        eta: 0,
        guidance: run.guidance_scale,
        width: 64,
        height: 64,
        ...(run.time_ids ? { timeIds: run.time_ids } : {}),
      },
      givenDraws(seededDraws(0n), { latents: initial, noise }, 0),
      {
        signal: new AbortController().signal,
        onStep(done, total, latents) {
          const rows = kept.shape[0] ?? 0
          // Those of the start stand there, too, where there is one row more.
          const row = rows === total ? done - 1 : done
          if (row < 0) return
          const wanted = kept.data.subarray(row * size, (row + 1) * size)
          apart = Math.max(apart, largestApart(latents, wanted) / largestOf(wanted))
        },
        onFirstOutput(outputs) {
          if (!run.first_unet_output_file) return
          const wanted = readNpy(at(run.first_unet_output_file)).data
          for (const [i, output] of outputs.entries()) {
            const row = wanted.subarray(i * size, (i + 1) * size)
            expect(largestApart(output, row)).toBeLessThan(2e-5)
          }
        },
      },
    )
    expect(made.timesteps).toEqual(run.timesteps)
    const { data } = await sharp(at(run.png))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    const bytes = toBytes(made.pixels, 64, 64)
    let picture = 0
    for (const [i, value] of bytes.entries())
      picture = Math.max(picture, Math.abs(value - (data[i] as number)))
    let floats = ''
    if (run.image_file) {
      const wanted = readNpy(at(run.image_file)).data
      const own = Float32Array.from(wanted, (_, i) => {
        const value = (made.pixels[(i % 3) * 4096 + Math.floor(i / 3)] as number) / 2 + 0.5
        return Math.min(1, Math.max(0, value))
      })
      const most = largestApart(own, wanted)
      expect(most).toBeLessThan(5e-5)
      floats = most.toExponential(1)
    }
    table.push(`| ${family} | ${name} | ${apart.toExponential(1)} | ${floats} | ${picture} |`)
    expect(apart).toBeLessThan(5e-5)
    expect(picture).toBeLessThanOrEqual(1)
  })

  it('a network in fp16 is run as such: off by as much as its weights are', async () => {
    const half = mkdtempSync(join(tmpdir(), 'tiny-fp16-'))
    cpSync(join(root, 'sd1'), half, { recursive: true })
    cpSync(join(root, 'sd1/unet_fp16/model.onnx'), join(half, 'unet/model.onnx'))
    const model = await host.open(await resolveFolder(emptyFolders(), diffusion, half), 'cpu')
    const [run] = runsOf('sd1')
    const at = (file: string): string => join(root, 'sd1-expected', file)
    const [prompt] = await model.readTexts([run?.prompt ?? ''])
    if (!run || !prompt) throw new Error('no run')
    let last = new Float32Array()
    await makePicture(
      model,
      {
        ...{ prompt, negative: prompt, scheduler: 'ddim', steps: 10, eta: 0, guidance: 1 },
        ...{ width: 64, height: 64 },
        schedulerFile: JSON.parse(
          readFileSync(join(half, 'scheduler/scheduler_config.json'), 'utf8'),
        ) as Record<string, unknown>,
      },
      givenDraws(
        seededDraws(0n),
        { latents: { path: '', values: readNpy(at('initial.npy')).data }, noise: null },
        0,
      ),
      {
        signal: new AbortController().signal,
        onStep: (_done, _total, latents) => (last = Float32Array.from(latents)),
      },
    )
    const apart = largestApart(last, readNpy(at(run.latents_file)).data.subarray(-last.length))
    // The reference says 3.7e-3 of its own.
    expect(apart).toBeGreaterThan(1e-4)
    expect(apart).toBeLessThan(0.01)
    rmSync(half, { recursive: true, force: true })
  })
})
