import { freemem } from 'node:os'
import { join, resolve } from 'node:path'
import type { GenerateInput } from '#shared/contract/jobs/generate.ts'
import { AppError } from '#shared/errors.ts'
import { formatCount, formatSeconds } from '#shared/format.ts'
import { sha256Of, sha256OfFile } from '../../files/digest.ts'
import { readSmall } from '../../files/read-small.ts'
import { toBytes } from '../../generation/decode.ts'
import { givenDraws, seededDraws, type GivenNumbers } from '../../generation/draws.ts'
import { makePicture, withoutNegative } from '../../generation/latent-pipeline.ts'
import type { PictureRequest } from '../../generation/latent-pipeline.ts'
import { memoryOf } from '../../generation/memory.ts'
import { encodePng } from '../../generation/png.ts'
import { recipeTexts } from '../../generation/recipe.ts'
import type { PictureRecipe } from '../../generation/recipe.ts'
import { createScheduler } from '../../generation/schedulers/index.ts'
import { createInferenceHost } from '../../inference/host/client.ts'
import { diffusion } from '../../inference/kinds/diffusion/kind.ts'
import type {
  DiffusionModel,
  LoadedDiffusion,
  TextStates,
} from '../../inference/kinds/diffusion/types.ts'
import { resolveModel } from '../../inference/models/registry.ts'
import type { ModelsFolders } from '../../inference/models/types.ts'
import { ONNX_INT64, readOnnxHeader } from '../../inference/onnx/onnx-header.ts'
import { readNpyArray } from '../../tables/index.ts'
import type { JobContext } from '../run/job.ts'
import { settingsOf } from './plan.ts'
import type { PlannedPicture, Run } from './plan.ts'

/** Prompts whose states are in memory together. */
const PROMPTS = 16

/** What makes pictures, but for the prompts and where they go. */
export type MakerInput = Omit<GenerateInput, 'prompts' | 'file' | 'out'>

/** An input with all that it leaves open decided. */
export interface Decided {
  model: DiffusionModel
  schedulerFile: Record<string, unknown>
  settings: Run['settings']
  given: { latents: GivenNumbers | null; noise: GivenNumbers | null }
  timesteps: readonly number[]
}

/** Pictures of a run: all, those that are to be made, and where each goes. */
export interface Work {
  prompts: readonly string[]
  pictures: readonly PlannedPicture[]
  open: readonly PlannedPicture[]
  /** Keeps one, in the order of `open`; its PNG holds its recipe. */
  keep(one: PlannedPicture, png: Uint8Array, recipe: PictureRecipe): void | Promise<void>
}

/**
 * Makes the pictures that are open, in the inference process.
 * @throws what models and schedulers throw, where a value is not finite; an abort throws its reason
 */
export async function makePictures(
  decided: Decided,
  input: MakerInput,
  work: Work,
  ctx: JobContext,
): Promise<void> {
  const { pictures, open } = work
  if (open.length === 0) return
  const host = createInferenceHost(ctx.entries.inferenceHost, { signal: ctx.signal })
  try {
    const total = pictures.length * decided.timesteps.length
    const done = (pictures.length - open.length) * decided.timesteps.length
    ctx.progress({ done, total, unit: 'steps', note: 'loading the model' })
    const device = input.device === 'auto' ? ctx.settings.device : input.device
    const loaded = await host.open(decided.model, device)
    if (loaded.device === 'cpu' && loaded.passedOver.length > 0) {
      ctx.warn(
        `Pictures are made on the CPU, as no faster device can be used (${loaded.passedOver.join('; ')}).`,
      )
    }
    await makeAll(loaded, decided, input, work, ctx)
  } finally {
    await host.close()
  }
}

/** @throws AppError where a model, a scheduler or a file does not allow what is asked */
export async function decide(
  input: MakerInput,
  folders: ModelsFolders,
  ctx: JobContext,
): Promise<Decided> {
  const model = await resolveModel(folders, diffusion, input.model, ctx.settings)
  const { manifest } = model
  const isTold = manifest.guidanceDim !== null
  const schedulerFile = parsed(join(model.folder, manifest.scheduler))
  const steps = input.steps ?? (isTold ? 4 : 30)
  // Refuses what it does not know before anything is loaded.
  const scheduler = createScheduler(schedulerFile, {
    name: input.scheduler ?? null,
    steps,
    eta: input.eta,
  })
  const start = input.start === undefined ? null : resolve(input.start)
  if (start !== null && manifest.encoder === null) {
    throw new AppError(
      'unsupported',
      `${manifest.name} has no vae_encoder, so a picture cannot be the start`,
      'Add vae_encoder/model.onnx to its folder, or begin with noise.',
    )
  }
  const given = { latents: await numbersOf(input.latents), noise: await numbersOf(input.noise) }
  const settings = settingsOf(model, {
    negative: input.negative ?? null,
    scheduler: scheduler.name,
    steps,
    guidance: input.guidance ?? (isTold ? 8.5 : manifest.family === 'sdxl' ? 5 : 7.5),
    eta: input.eta,
    width: input.width ?? manifest.size,
    height: input.height ?? manifest.size,
    latents: given.latents && digestOf(given.latents),
    noise: given.noise && digestOf(given.noise),
    start: start === null ? null : { sha256: await sha256OfFile(start), strength: input.strength },
  })
  const { timesteps } = scheduler
  return { model, schedulerFile, settings, given, timesteps }
}

function parsed(path: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(readSmall(path, 'manifest'))
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch (error) {
    if (error instanceof AppError) throw error
  }
  throw new AppError('model', `${path} is not JSON`, 'Get the files of the model again.')
}

async function numbersOf(path: string | undefined): Promise<GivenNumbers | null> {
  if (path === undefined) return null
  const { values } = await readNpyArray(resolve(path))
  if (values.every(Number.isFinite)) return { path, values }
  throw new AppError(
    'invalid-input',
    `${path} holds values that are not finite`,
    'Give standard normal numbers.',
  )
}

function digestOf({ values }: GivenNumbers): string {
  return sha256Of(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
}

/** What one should know before hours of work. */
export function tellBefore(
  { model, settings, timesteps }: Decided,
  input: MakerInput,
  ctx: JobContext,
): void {
  const { manifest, info } = model
  const isGuided = settings.guidance > 1 && manifest.guidanceDim === null
  const need = memoryOf(manifest, info.bytes ?? 0, {
    width: settings.width,
    height: settings.height,
    texts: isGuided ? 2 : 1,
  })
  const giga = (bytes: number): string =>
    bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`
  ctx.result('Model', `${model.id}, digest ${model.digest}`)
  ctx.result(
    'Memory',
    `about ${giga(need.total)}: weights ${giga(need.weights)}, network ${giga(need.network)}, decoder ${giga(need.decoder)}`,
  )
  if (need.total > freemem()) {
    ctx.warn(
      `About ${giga(need.total)} of memory are needed and ${giga(freemem())} are free: it may be ended by the system. Smaller pictures need less.`,
    )
  }
  if (!isGuided && (settings.negative ?? '') !== '') {
    ctx.warn('The negative prompt has no effect: without guidance above 1 it is not asked.')
  }
  const time = readOnnxHeader(join(model.folder, manifest.unet)).inputs.find(
    ({ name }) => name === 'timestep',
  )
  const isWhole = time?.type === ONNX_INT64 || time?.type === 6
  if (isWhole && timesteps.some((t) => !Number.isInteger(t))) {
    ctx.warn(
      `The network takes whole timesteps and ${settings.scheduler} has fractions, which are cut off: results are about 35 times less exact than with an export that takes floats.`,
    )
  }
  ctx.result('Seed', input.seed)
}

/** Every open picture, in order. */
async function makeAll(
  loaded: LoadedDiffusion,
  decided: Decided,
  input: MakerInput,
  { prompts, pictures: all, open, keep }: Work,
  ctx: JobContext,
): Promise<void> {
  const { settings, given, schedulerFile, timesteps } = decided
  const pictures = all.length
  const negative = await negativeOf(loaded, settings.negative)
  const perPicture = settings.start
    ? Math.max(1, Math.trunc(settings.steps * settings.start.strength))
    : timesteps.length
  const began = performance.now()
  let cut = 0
  let steps = 0
  for (const group of byPrompts(open)) {
    const places = [...new Set(group.map(({ prompt }) => prompt))]
    const read = await loaded.readTexts(places.map((place) => prompts[place] as string))
    cut += read.filter((text) => text.cut.some((n) => n > 0)).length
    const texts = new Map(places.map((place, i) => [place, read[i] as TextStates]))
    for (const one of group) {
      ctx.signal.throwIfAborted()
      const request: PictureRequest = {
        prompt: texts.get(one.prompt) as TextStates,
        negative,
        schedulerFile,
        scheduler: settings.scheduler as PictureRequest['scheduler'],
        steps: settings.steps,
        eta: settings.eta,
        guidance: settings.guidance,
        width: settings.width,
        height: settings.height,
        from:
          settings.start && input.start !== undefined
            ? {
                picture: { source: { path: resolve(input.start) } },
                strength: settings.start.strength,
              }
            : null,
      }
      const place = Number.parseInt(one.file, 10) - 1
      const draws = givenDraws(seededDraws(BigInt(one.seed)), given, place)
      const done = pictures - open.length + open.indexOf(one)
      const made = await makePicture(loaded, request, draws, {
        signal: ctx.signal,
        onStep(step, total) {
          steps += step > 0 ? 1 : 0
          const rate = steps / ((performance.now() - began) / 1000)
          ctx.progress({
            done: done * perPicture + Math.min(step, perPicture),
            total: pictures * perPicture,
            unit: 'steps',
            note: `picture ${done + 1} of ${pictures}, step ${step} of ${total}, device ${loaded.device}${rate > 0 ? `, ${rate.toPrecision(2)} steps/s` : ''}`,
          })
        },
      })
      const { width, height } = settings
      const recipe = {
        ...settings,
        prompt: prompts[one.prompt] as string,
        seed: one.seed,
        tiles: made.tiles,
      }
      const rgb = toBytes(made.pixels, height, width)
      await keep(one, encodePng(rgb, width, height, recipeTexts(recipe)), recipe)
    }
  }
  const seconds = (performance.now() - began) / 1000
  if (cut > 0) {
    ctx.warn(
      `${formatCount(cut)} prompts are longer than the model reads: their ends were cut off.`,
    )
  }
  ctx.result('Device', loaded.device)
  ctx.result(
    'Time',
    `${formatSeconds(seconds)} for ${formatCount(open.length)} pictures of ${perPicture} steps; ${(steps / seconds).toPrecision(3)} steps a second, decoding included`,
  )
}

/** As many pictures as have prompts that are read together. */
function byPrompts(open: readonly PlannedPicture[]): PlannedPicture[][] {
  const groups = new Map<number, PlannedPicture[]>()
  for (const one of open) {
    const group = Math.floor(one.prompt / PROMPTS)
    groups.set(group, [...(groups.get(group) ?? []), one])
  }
  return [...groups.values()]
}

async function negativeOf(loaded: LoadedDiffusion, negative: string | null): Promise<TextStates> {
  const [states] = await loaded.readTexts([negative ?? ''])
  if (!states) throw new AppError('internal', 'The model reads no text')
  return negative === null ? withoutNegative(loaded, states) : states
}
