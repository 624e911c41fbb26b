import { AppError } from '#shared/errors.ts'
import type {
  LoadedDiffusion,
  StartPicture,
  TextStates,
} from '../inference/kinds/diffusion/types.ts'
import { decodeLatents, tilingOf } from './decode.ts'
import type { Draws } from './draws.ts'
import { guidanceCondition, guided } from './guidance.ts'
import { createScheduler, type Scheduler, type SchedulerName } from './schedulers/index.ts'

/** What one picture is made of, beside its random numbers. */
export interface PictureRequest {
  /** What the network is told of the prompt, and of what to keep away from. */
  prompt: TextStates
  negative: TextStates
  /** `scheduler_config.json` of the model, and what is taken of it. */
  schedulerFile: Record<string, unknown>
  scheduler: SchedulerName | null
  steps: number
  eta: number
  /** Up to 1 there is none, and the negative prompt is not asked. */
  guidance: number
  /** Pixels. */
  width: number
  height: number
  /** What a model of XL is told of sizes; default: the picture's own, uncut. */
  timeIds?: readonly number[]
  /** A picture to begin with, and how much of it is made anew, 0..1. */
  from?: { picture: StartPicture; strength: number } | null
}

export interface MadePicture {
  /** [3, height, width], about -1..1 */
  pixels: Float32Array
  /** In tiles; null = as a whole. */
  tiles: number | null
  scheduler: SchedulerName
  /** Calls of the network for this picture, one a timestep. */
  timesteps: readonly number[]
}

export interface PipelineHooks {
  signal: AbortSignal
  /** Before the first step and after each: latents are not to be changed. */
  onStep?(done: number, total: number, latents: Float32Array): void
  /** What the network said first, one for each text. */
  onFirstOutput?(outputs: readonly Float32Array[]): void
}

/**
 * The states that stand for no negative prompt.
 * @param ofEmpty those of the empty text
 */
export function withoutNegative(loaded: LoadedDiffusion, ofEmpty: TextStates): TextStates {
  if (!loaded.model.manifest.zerosWithoutNegative) return ofEmpty
  const { states, pooled } = ofEmpty
  return {
    ...ofEmpty,
    states: new Float32Array(states.length),
    pooled: new Float32Array(pooled.length),
  }
}

/**
 * Makes one picture.
 * @throws AppError `invalid-input` for sizes that cannot be, `model` for values that are not finite,
 *   what the scheduler throws; an abort throws its reason
 */
export async function makePicture(
  loaded: LoadedDiffusion,
  request: PictureRequest,
  draws: Draws,
  hooks: PipelineHooks,
): Promise<MadePicture> {
  const { manifest } = loaded.model
  const { channels, scale } = manifest.latents
  const { width: pixelsWide, height: pixelsHigh, guidance, steps, eta } = request
  checkSize(pixelsWide, pixelsHigh, scale)
  const [height, width] = [pixelsHigh / scale, pixelsWide / scale]
  const size = channels * height * width
  const scheduler = createScheduler(request.schedulerFile, {
    name: request.scheduler,
    steps,
    eta,
    skip: request.from ? skipped(steps, request.from.strength) : 0,
  })
  const isTold = manifest.guidanceDim !== null
  const isGuided = guidance > 1 && !isTold
  const texts = isGuided ? [request.negative, request.prompt] : [request.prompt]
  const told = {
    height,
    width,
    texts,
    timeIds:
      manifest.family === 'sdxl'
        ? (request.timeIds ?? [pixelsHigh, pixelsWide, 0, 0, pixelsHigh, pixelsWide])
        : null,
    guidance:
      manifest.guidanceDim === null ? null : guidanceCondition(guidance, manifest.guidanceDim),
  }
  let latents = request.from
    ? await noised(loaded, request.from.picture, height, width, draws, scheduler)
    : draws.start(size).map((value) => value * scheduler.initNoiseSigma)
  const total = scheduler.timesteps.length
  hooks.onStep?.(0, total, latents)
  for (const [k, timestep] of scheduler.timesteps.entries()) {
    hooks.signal.throwIfAborted()
    const sample = scheduler.scaleInput(latents, k)
    const said = await loaded.denoise({ ...told, sample, timestep })
    if (k === 0) hooks.onFirstOutput?.(said)
    const [first, second] = said as [Float32Array, Float32Array | undefined]
    const output = second ? guided(first, second, guidance) : first
    const noise = scheduler.takesNoise(k) ? draws.step(k, size) : null
    latents = scheduler.step(k, output, latents, noise)
    checkFinite(latents, manifest.name, scheduler, k)
    hooks.onStep?.(k + 1, total, latents)
  }
  hooks.signal.throwIfAborted()
  const tiling = tilingOf(manifest.size / scale, height, width)
  const pixels = await decodeLatents(loaded, latents, height, width, tiling)
  return {
    pixels,
    tiles: tiling?.side ?? null,
    scheduler: scheduler.name,
    timesteps: scheduler.timesteps,
  }
}

/** Steps that are left out where a picture is the start, as diffusers counts them. */
function skipped(steps: number, strength: number): number {
  return Math.max(0, Math.min(steps - 1, steps - Math.trunc(steps * strength)))
}

async function noised(
  loaded: LoadedDiffusion,
  picture: StartPicture,
  height: number,
  width: number,
  draws: Draws,
  scheduler: Scheduler,
): Promise<Float32Array> {
  const { scale, factor, shift, mean, std } = loaded.model.manifest.latents
  const encoded = await loaded.encode(picture, height * scale, width * scale)
  const drawn = encoded.std ? draws.encoded(encoded.mean.length) : null
  const area = height * width
  const clean = encoded.mean.map((value, i) => {
    const spread = drawn ? (encoded.std?.[i] ?? 0) * (drawn[i] as number) : 0
    const c = Math.floor(i / area)
    return ((value + spread - shift - (mean?.[c] ?? 0)) * factor) / (std?.[c] ?? 1)
  })
  return scheduler.addNoise(clean, draws.start(clean.length), 0)
}

/** Largest side, pixels. */
const MOST = 8192

function checkSize(width: number, height: number, scale: number): void {
  const isFine = (side: number): boolean =>
    Number.isInteger(side) && side >= scale && side <= MOST && side % scale === 0
  if (isFine(width) && isFine(height)) return
  throw new AppError(
    'invalid-input',
    `A picture of ${width} x ${height} cannot be made`,
    `Both sides are multiples of ${scale} up to ${MOST}.`,
  )
}

function checkFinite(latents: Float32Array, name: string, scheduler: Scheduler, k: number): void {
  if (Number.isFinite(latents.reduce((sum, value) => sum + value, 0))) return
  throw new AppError(
    'model',
    `The latents of ${name} are not finite (NaN) after step ${k + 1} of ${scheduler.timesteps.length} with the scheduler ${scheduler.name}`,
    'Take more steps, less guidance, or another scheduler.',
  )
}
