/** Whole pictures of a model whose numbers can be worked out by hand. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeLatents, toBytes } from '../../../src/main/generation/decode.ts'
import { givenDraws, seededDraws } from '../../../src/main/generation/draws.ts'
import { guidanceCondition } from '../../../src/main/generation/guidance.ts'
import { makePicture, type PictureRequest } from '../../../src/main/generation/latent-pipeline.ts'
import { normals } from '../../../src/main/generation/normal.ts'
import { createInferenceHost, type InferenceHost } from '../../../src/main/inference/host/client.ts'
import { diffusion } from '../../../src/main/inference/kinds/diffusion/kind.ts'
import type { LoadedDiffusion } from '../../../src/main/inference/kinds/diffusion/types.ts'
import {
  addModelFolder,
  listModels,
  resolveAnyModel,
  resolveFolder,
} from '../../../src/main/inference/models/registry.ts'
import { emptyFolders, INFERENCE_HOST } from '../../support/models.ts'
import { largestApart } from '../../support/scheduler-runs.ts'
import {
  decoderSays,
  FACTOR,
  meanOf,
  TINY_SCHEDULER,
  unetSays,
  writeTinyDiffusion,
} from '../../support/tiny-diffusion.ts'

const root = mkdtempSync(join(tmpdir(), 'tiny-diffusion-'))
let host: InferenceHost
let model: LoadedDiffusion
const signal = new AbortController().signal
const open = async (folder: string): Promise<LoadedDiffusion> =>
  host.open(await resolveFolder(emptyFolders(), diffusion, folder), 'cpu')

beforeAll(async () => {
  host = createInferenceHost(INFERENCE_HOST, { threads: 1 })
  model = await open(writeTinyDiffusion(join(root, 'tiny')))
})
afterAll(async () => {
  await host.close()
  rmSync(root, { recursive: true, force: true })
})

async function request(more: Partial<PictureRequest> = {}): Promise<PictureRequest> {
  const [prompt, negative] = await model.readTexts(['a b', ''])
  if (!prompt || !negative) throw new Error('no texts')
  return {
    prompt,
    negative,
    schedulerFile: TINY_SCHEDULER,
    scheduler: null,
    steps: 2,
    eta: 0,
    guidance: 3,
    width: 8,
    height: 12,
    ...more,
  }
}

/** "a b": start, `a</w>`, `b</w>`, end. CLIP's letters begin with "!". */
const IDS = [512, 256 + 64, 256 + 65, 513]

describe('a picture', () => {
  it('is what the formulas give, step by step', async () => {
    const wanted = await request()
    const start = Float32Array.from({ length: 4 * 3 * 2 }, (_, i) => Math.sin(i))
    const draws = givenDraws(
      seededDraws(1n),
      { latents: { path: 'x', values: start }, noise: null },
      0,
    )
    let last: Float32Array = start
    const made = await makePicture(model, wanted, draws, {
      signal,
      onStep: (_done, _total, latents) => (last = latents),
    })
    // Two steps of DDIM between alphas of the schedule, by hand in float64.
    const betas = Array.from(
      { length: 1000 },
      (_, i) => (Math.sqrt(0.00085) + (i / 999) * (Math.sqrt(0.012) - Math.sqrt(0.00085))) ** 2,
    )
    const bar = (t: number): number =>
      betas.slice(0, Math.max(0, t) + 1).reduce((product, beta) => product * (1 - beta), 1)
    const [told, empty] = [meanOf(IDS), meanOf([512])]
    const expected = start.map((value) => {
      let x = value
      for (const [t, before] of [
        [501, 1],
        [1, -499],
      ] as const) {
        const [u, c] = [unetSays(x, empty, t), unetSays(x, told, t)]
        const noise = u + 3 * (c - u)
        const x0 = (x - Math.sqrt(1 - bar(t)) * noise) / Math.sqrt(bar(t))
        x = Math.sqrt(bar(before)) * x0 + Math.sqrt(1 - bar(before)) * noise
      }
      return x
    })
    expect(largestApart(last, expected)).toBeLessThan(2e-6)
    expect(made).toMatchObject({ tiles: null, scheduler: 'ddim', timesteps: [501, 1] })
    const latentAt = (c: number, y: number, x: number): number =>
      (expected[(c * 3 + y) * 2 + x] as number) / FACTOR
    for (const [c, y, x] of [
      [0, 0, 0],
      [1, 7, 3],
      [2, 11, 7],
    ] as const) {
      const value = made.pixels[(c * 12 + y) * 8 + x] as number
      expect(value).toBeCloseTo(decoderSays(latentAt, c, y, x), 5)
    }
    expect(toBytes(Float32Array.of(-1, 0, 2), 1, 1)).toEqual(Uint8Array.of(0, 128, 255))
  })

  it('is the same of the same seed, and another one of another', async () => {
    const wanted = await request({ scheduler: 'euler-a' })
    const make = async (seed: bigint) =>
      (await makePicture(model, wanted, seededDraws(seed), { signal })).pixels
    const first = await make(7n)
    expect(await make(7n)).toEqual(first)
    expect(largestApart(await make(8n), first)).toBeGreaterThan(0.1)
  })

  it('begins with a picture where one is given', async () => {
    const pixels = Float32Array.from({ length: 3 * 12 * 8 }, (_, i) => Math.cos(i * 0.2))
    const wanted = await request({ steps: 10, from: { picture: { pixels }, strength: 0.35 } })
    const made = await makePicture(model, wanted, seededDraws(1n), { signal })
    expect(made.timesteps).toEqual([201, 101, 1])
    // The encoder's means are averages of colours, and its log variances are 0.
    const encoded = await model.encode({ pixels }, 12, 8)
    const red = [0, 1, 2, 3].reduce(
      (sum, y) => sum + [0, 1, 2, 3].reduce((row, x) => row + (pixels[y * 8 + x] as number), 0),
      0,
    )
    expect(encoded.mean[0]).toBeCloseTo(red / 16, 5)
    expect(encoded.std?.every((value) => value === 1)).toBe(true)
  })

  it('of a size that cannot be is refused', async () => {
    const wanted = await request({ width: 9 })
    await expect(makePicture(model, wanted, seededDraws(1n), { signal })).rejects.toThrow(
      'A picture of 9 x 12 cannot be made',
    )
  })

  it('says which graph overflows, and makes no black picture', async () => {
    const folder = writeTinyDiffusion(join(root, 'overflows'), { overflows: true })
    const broken = await open(folder)
    const wanted = await request()
    await expect(makePicture(broken, wanted, seededDraws(1n), { signal })).rejects.toThrow(
      /The graph vae_decoder\/model\.onnx of overflows gives values that are not finite/,
    )
  })

  it('whose latents run away is stopped at its step', async () => {
    const wanted = await request({ guidance: 1e45 })
    await expect(makePicture(model, wanted, seededDraws(1n), { signal })).rejects.toThrow(
      /not finite/,
    )
  })

  it('ends when it is canceled', async () => {
    const abort = new AbortController()
    const making = makePicture(model, await request(), seededDraws(1n), {
      signal: abort.signal,
      onStep: (done) => done === 1 && abort.abort(),
    })
    await expect(making).rejects.toThrow(/abort/i)
  })
})

it('tiles of a decoder without borders are the picture itself', async () => {
  const latents = Float32Array.from({ length: 4 * 9 * 7 }, (_, i) => Math.sin(i * 0.7))
  const whole = await decodeLatents(model, latents, 9, 7, null)
  const tiled = await decodeLatents(model, latents, 9, 7, { side: 4, overlap: 1 })
  expect(largestApart(tiled, whole)).toBeLessThan(1e-6)
})

it('texts are cut at the context, and it is said by how much', async () => {
  const [short, long] = await model.readTexts(['a', 'x '.repeat(100)])
  expect(short?.cut).toEqual([0])
  expect(long?.cut).toEqual([25])
})

describe('a folder', () => {
  it('is added, listed and verified', async () => {
    const folders = emptyFolders()
    await addModelFolder(folders, join(root, 'tiny'))
    const info = (await listModels(folders, { defaultModel: null }))[0]
    expect(info).toMatchObject({
      kind: 'diffusion',
      id: 'tiny',
      state: 'installed',
      family: 'sd',
      imageSize: 16,
      takesPictures: true,
    })
    const report = await diffusion.verify(
      await resolveFolder(folders, diffusion, join(root, 'tiny')),
      'cpu',
      host,
    )
    expect(report.checks.filter(({ ok }) => !ok)).toEqual([])
    expect(report.checks.map(({ name }) => name)).toContain('one by one')
  })

  it('has another digest when a word of its tokenizer changes', async () => {
    const folder = writeTinyDiffusion(join(root, 'words'))
    const before = (await resolveAnyModel(emptyFolders(), folder)).digest
    const merges = join(folder, 'tokenizer/merges.txt')
    writeFileSync(merges, `${readFileSync(merges, 'utf8')}a b\n`)
    expect((await resolveAnyModel(emptyFolders(), folder)).digest).not.toBe(before)
  })

  it('names all that it lacks', async () => {
    const folder = writeTinyDiffusion(join(root, 'lacks'))
    for (const name of [
      'unet/model.onnx',
      'tokenizer/merges.txt',
      'scheduler/scheduler_config.json',
    ]) {
      rmSync(join(folder, name))
    }
    writeFileSync(join(folder, 'unet/diffusion_pytorch_model.safetensors'), '')
    await expect(resolveFolder(emptyFolders(), diffusion, folder)).rejects.toThrow(
      /no scheduler\/scheduler_config\.json; no tokenizer\/merges\.txt; no unet\/model\.onnx \(diffusion_pytorch_model\.safetensors is for PyTorch/,
    )
  })

  it('of another pipeline is refused by its name', async () => {
    const folder = writeTinyDiffusion(join(root, 'flux'))
    writeFileSync(join(folder, 'model_index.json'), '{"_class_name":"FluxPipeline"}')
    await expect(resolveFolder(emptyFolders(), diffusion, folder)).rejects.toThrow(
      /names FluxPipeline; known are StableDiffusionPipeline/,
    )
  })

  it('without an encoder takes no picture to begin with', async () => {
    const folder = writeTinyDiffusion(join(root, 'blind'), { encoder: false })
    expect(existsSync(join(folder, 'vae_encoder'))).toBe(false)
    const blind = await open(folder)
    await expect(blind.encode({ pixels: new Float32Array(3 * 16) }, 4, 4)).rejects.toThrow(
      /has no vae_encoder/,
    )
  })

  it('with a whole timestep gets whole ones', async () => {
    const folder = writeTinyDiffusion(join(root, 'whole'), { timestep: 'int64' })
    const whole = await open(folder)
    const [text] = await whole.readTexts([''])
    if (!text) throw new Error('no text')
    const ask = { sample: new Float32Array(16), height: 2, width: 2, timeIds: null, guidance: null }
    const [said] = await whole.denoise({ ...ask, texts: [text], timestep: 799.2 })
    expect(said?.[0]).toBeCloseTo(unetSays(0, meanOf([512]), 799), 6)
  })
})

describe('normal numbers', () => {
  it('are those of xoshiro256**, SplitMix64 and Box and Muller', () => {
    // Worked out by tools/reference/generation/make_normals.py.
    const wanted = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../fixtures/generation/normals.json'), 'utf8'),
    ) as { seed: string; stream: number; values: number[] }[]
    for (const { seed, stream, values } of wanted) {
      const own = normals(BigInt(seed), stream, values.length)
      expect(largestApart(own, Float32Array.from(values))).toBeLessThan(1e-6)
    }
    expect(wanted.length).toBeGreaterThan(4)
  })

  it('are normal', () => {
    const all = normals(11n, 0, 100_000)
    const mean = all.reduce((sum, x) => sum + x, 0) / all.length
    const variance = all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / all.length
    // Within five standard errors.
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(all.length))
    expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / all.length))
    const beyond = all.filter((x) => Math.abs(x) > 1.959964).length / all.length
    expect(Math.abs(beyond - 0.05)).toBeLessThan(5 * Math.sqrt((0.05 * 0.95) / all.length))
  })
})

it('what LCM is told of the guidance is as published', () => {
  // get_guidance_scale_embedding of the published pipeline, w = 7.5, 256 numbers, by numpy.
  const told = guidanceCondition(8.5, 256)
  expect(told.length).toBe(256)
  expect(told[0]).toBeCloseTo(Math.sin(7500), 6)
  expect(told[128]).toBeCloseTo(Math.cos(7500), 6)
  expect(told[127]).toBeCloseTo(Math.sin(0.75), 6)
})
