import type { ModelFetchInput } from '#shared/contract/jobs/model-fetch.ts'
import { AppError } from '#shared/errors.ts'
import { fetchRepository, openHub, parseHubSource, type Hub } from '../../inference/hub/hub.ts'
import { resolveRepository } from '../../inference/models/registry.ts'
import type { ResolvedModel } from '../../inference/kinds/define.ts'
import type { ModelsFolders } from '../../inference/models/types.ts'
import type { JobContext } from '../run/job.ts'
import { modelFetch } from '#shared/contract/jobs/model-fetch.ts'
import { implementJob } from '../run/implement.ts'

/** Repositories that are being fetched by this process. */
const busy = new Set<string>()

/**
 * Fetches a model from the hub into its cache and checks that it can be used. Goes on where an
 * earlier run stopped. Throws AppError as `fetchRepository` does, `invalid-input` for what is no
 * repository or no usable model, `busy` when it is being fetched already.
 *
 * @param hub the hub to ask; without it that of the settings
 */
export async function runModelFetch(
  folders: ModelsFolders,
  input: ModelFetchInput,
  ctx: JobContext,
  hub: Hub = openHub(ctx.settings),
): Promise<ResolvedModel | null> {
  const source = parseHubSource(input.source)
  if (source === null) {
    throw new AppError(
      'invalid-input',
      `"${input.source}" is no hub repository`,
      'Write ORG/NAME, if wanted with @REVISION and #fp32, #fp16 or #int8 behind it.',
    )
  }
  if (busy.has(source.repository)) {
    throw new AppError(
      'busy',
      `${source.repository} is being fetched already.`,
      'Wait for its end.',
    )
  }
  busy.add(source.repository)
  const say = (done: number, total: number | null, note: string): void =>
    ctx.progress({ done, total, unit: 'bytes', note })
  try {
    say(0, null, `asking for ${source.repository}`)
    const fetched = await fetchRepository(hub, folders.hubCache, source, ctx.signal, (progress) =>
      say(progress.done, progress.total, progress.file || 'checking'),
    )
    const model =
      source.revision === 'main' ? await resolveRepository(folders, source.repository) : null
    if (model === null) {
      ctx.result('Folder', fetched.folder)
      ctx.warn(
        `The list of models shows the revision main of a repository; score with this one by its folder, ${fetched.folder}.`,
      )
      return null
    }
    ctx.result('Model', model.manifest.name)
    ctx.result('Size', `${(fetched.bytes / 1e6).toFixed(1)} MB`)
    ctx.result('Folder', model.folder)
    return model
  } catch (error) {
    // Canceled is no failure: the next run goes on with what is there.
    if (ctx.signal.aborted) return null
    throw error
  } finally {
    busy.delete(source.repository)
  }
}

export const modelFetchJob = implementJob(modelFetch, async ({ input, context, machine }) => {
  await runModelFetch(machine.folders, input, context)
  machine.modelsChanged()
})
