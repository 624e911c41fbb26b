import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { measure } from '#shared/contract/jobs/measure.ts'
import type { MeasureInput, MeasureResult, SetMeasure } from '#shared/contract/jobs/measure.ts'
import { AppError } from '#shared/errors.ts'
import { nameOf, refuseUnlike, unlikeIn, warningsOf } from '../../evaluation/measures/stamp.ts'
import type { Origin } from '../../evaluation/measures/stamp.ts'
import { createInferenceHost } from '../../inference/host/client.ts'
import type { ModelsFolders } from '../../inference/models/types.ts'
import { implementJob } from '../run/implement.ts'
import type { JobContext } from '../run/job.ts'
import { resolveFeatureModel } from './feature-model.ts'
import type { FeatureModel, LoadedFeatures } from './feature-model.ts'
import { featuresOf } from './features-of.ts'
import type { SetFeatures } from './features-of.ts'
import { runMeasureTask } from './measure-calls.ts'
import { sourceOf } from './sources.ts'

/**
 * A distance between two sets of pictures with its stamp.
 * @throws AppError `refused` for sides that are unlike, unless that is allowed; what sources and
 *   models throw; an abort throws its reason
 */
export async function measureSets(
  input: MeasureInput,
  folders: ModelsFolders,
  ctx: JobContext,
): Promise<MeasureResult> {
  const host = createInferenceHost(ctx.entries.inferenceHost, {
    threads: availableParallelism(),
    signal: ctx.signal,
  })
  const used: { model?: Promise<FeatureModel>; loaded?: Promise<LoadedFeatures> } = {}
  const model = async (): Promise<{
    model: FeatureModel
    loaded: () => Promise<LoadedFeatures>
  }> => {
    used.model ??= resolveFeatureModel(folders, input.model, input.resize, ctx.settings)
    const resolved = await used.model
    const device = input.device === 'auto' ? ctx.settings.device : input.device
    return { model: resolved, loaded: () => (used.loaded ??= resolved.open(host, device)) }
  }
  const side = (path: string, which: 0 | 1): Promise<SetFeatures> =>
    featuresOf(sourceOf(path), {
      n: input.n?.[which] ?? null,
      seed: input.seed + which,
      signal: ctx.signal,
      model,
      progress: (done, total) =>
        ctx.progress({ done, total, unit: 'pictures', note: `features of ${path}` }),
    })

  try {
    // Said before minutes are spent on pictures.
    for (const path of [input.a, input.b]) sourceOf(path)
    const [a, b] = [await side(input.a, 0), await side(input.b, 1)]
    for (const { set } of [a, b]) requirePictures(set)
    return await distanceOf(a, b, {
      ...input,
      model: (await used.model) ?? null,
      device: (await used.loaded)?.device ?? null,
      ctx,
    })
  } finally {
    await host.close()
  }
}

/** @throws AppError `invalid-input` for a side that nothing is left of, with the reasons */
function requirePictures({ source, n, leftOut }: SetFeatures['set']): void {
  if (n >= 2) return
  const reasons = Object.entries(leftOut).map(([reason, count]) => `${reason}: ${count}`)
  throw new AppError(
    'invalid-input',
    `${source} has ${n === 0 ? 'no picture' : 'one picture'} that can be measured${reasons.length === 0 ? '' : ` (${reasons.join('; ')})`}.`,
    'Give at least two; thousands are usual.',
  )
}

export interface DistanceOptions {
  measure: SetMeasure
  seed: number
  allowUnlike: boolean
  /** By whose features; null for features of files. */
  model: FeatureModel | null
  /** Another way of resizing than the model's own. */
  resize?: MeasureInput['resize']
  device: string | null
  ctx: Pick<JobContext, 'entries' | 'signal' | 'progress'>
}

/**
 * The distance of two sets of features with its stamp.
 * @throws AppError `refused` for sides that are unlike, unless that is allowed
 */
export async function distanceOf(
  a: SetFeatures,
  b: SetFeatures,
  { measure: name, seed, allowUnlike, model, resize, device, ctx }: DistanceOptions,
): Promise<MeasureResult> {
  const unlike = unlikeIn(originOf(a), originOf(b))
  refuseUnlike(unlike, allowUnlike)
  const distance = await runMeasureTask(
    ctx.entries.measureWorker,
    'distance',
    { measure: name, a: a.features, b: b.features, seed },
    {
      signal: ctx.signal,
      graceMs: 0,
      onEvent: (event) => ctx.progress({ unit: 'parts', ...event }),
    },
  )
  if (!Number.isFinite(distance.value)) {
    throw new AppError('model', 'The measure is not a finite number', 'Look at the features.')
  }
  return {
    measure: name,
    name: nameOf(
      name,
      model && { ...model, name: model.title },
      model?.measure === null ? resize : undefined,
    ),
    ...distance,
    n: [a.set.n, b.set.n],
    seed,
    model: model && { id: model.id, digest: model.digest },
    device,
    resize: a.resize ?? b.resize,
    sets: [a.set, b.set],
    warnings: warningsOf(name, originOf(a), originOf(b), a.features.dim, unlike),
  }
}

/** What two sides are compared by before their distance is worked out. */
export function originOf({ set, resize }: SetFeatures): Origin {
  const leftOut = Object.values(set.leftOut).reduce((sum, count) => sum + count, 0)
  return { resize, formats: set.formats, n: set.n, leftOut }
}

/** `measureSets` as a job: the number stands in its result, and whole in the file `out`. */
export const measureJob = implementJob(measure, async ({ input, context, machine }) => {
  const found = await measureSets(input, machine.folders, context)
  for (const warning of found.warnings) context.warn(warning)
  context.result(found.name, found.value.toPrecision(6))
  if (found.interval !== null) {
    const [low, high] = found.interval.map((bound) => bound.toPrecision(4))
    context.result('95 % interval', `${low} to ${high}`)
  }
  if (found.sd !== null) context.result('Standard deviation of subsets', found.sd.toPrecision(3))
  context.result('Pictures', `${found.n[0]} against ${found.n[1]}, seed ${found.seed}`)
  if (found.model !== null) {
    context.result('Model', `${found.model.id} (${found.model.digest.slice(0, 12)})`)
  }
  if (found.resize !== null) context.result('Resized', found.resize)
  if (input.out !== undefined) writeFileSync(input.out, JSON.stringify(found, null, 2) + '\n')
})
