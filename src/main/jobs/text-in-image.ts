import { textInImage } from '#shared/contract/jobs/text-in-image.ts'
import type { TextInImageInput } from '#shared/contract/jobs/text-in-image.ts'
import { AppError } from '#shared/errors.ts'
import { formatCount } from '#shared/format.ts'
import { createInferenceHost } from '../inference/host/client.ts'
import { textDetection } from '../inference/kinds/text-detection/kind.ts'
import type {
  LoadedTextDetection,
  TextDetectionModel,
} from '../inference/kinds/text-detection/types.ts'
import { resolveModel } from '../inference/models/registry.ts'
import { blobPath } from '../store/blobs.ts'
import type { Corpus } from '../store/open.ts'
import { pairIdsWhere } from '../store/reads/score-ref.ts'
import { ensureModel } from '../store/repositories/models.ts'
import { keptPictures } from '../store/repositories/picture-set.ts'
import {
  lookedAt,
  putPictureTexts,
  putTextFailure,
  setTextFinder,
  type FoundText,
} from '../store/repositories/picture-texts.ts'
import { transaction } from '../store/statements.ts'
import { implementJob } from './run/implement.ts'
import type { JobContext } from './run/job.ts'

/** Pictures that are committed together; after a kill at most these are looked at again. */
const BATCH = 8

/**
 * Looks for text in each different picture that pairs of a filter show, once: what a model found is
 * kept under the picture's bytes and the model's. Aborting ends it after the batch at hand; a run
 * that was killed goes on where it stopped. The model becomes the one that filters mean.
 *
 * @throws AppError `invalid-input` where there is no picture to look at, `model` or `unsupported`
 *   where the model does not run, and as `pairIdsWhere`
 */
export async function findTextInPictures(
  corpus: Corpus,
  input: TextInImageInput,
  ctx: JobContext,
  model: TextDetectionModel,
): Promise<void> {
  const { writer } = corpus
  const ids = input.where === '' ? null : pairIdsWhere(writer, input.where, input.score)
  const wanted = keptPictures(writer, ids === null ? undefined : new Set(ids))
  if (wanted.length === 0) throw nothingToLookAt(input.where)
  const modelId = ensureModel(writer, {
    digest: model.digest,
    name: model.id,
    title: model.manifest.name,
    manifest: JSON.stringify(model.manifest),
  })
  const seen = lookedAt(writer, modelId)
  const todo = wanted.map(({ sha256 }) => sha256).filter((sha256) => !seen.has(sha256))
  const work = { modelId, total: wanted.length, todo }
  setTextFinder(writer, modelId)
  ctx.changed(['pictureTexts'])
  if (todo.length === 0) {
    ctx.result(
      'Looked at',
      `none: all ${formatCount(wanted.length)} pictures were looked at before`,
    )
    return
  }
  ctx.progress({
    ...{ done: wanted.length - todo.length, total: wanted.length, unit: 'pictures' },
    note: `loading ${model.manifest.name}`,
  })
  const host = createInferenceHost(ctx.entries.inferenceHost, { signal: ctx.signal })
  try {
    const device = input.device === 'auto' ? ctx.settings.device : input.device
    await lookAtAll(corpus, work, ctx, await host.open(model, device))
  } finally {
    await host.close()
  }
}

function nothingToLookAt(where: string): AppError {
  if (where !== '') {
    return new AppError(
      'invalid-input',
      'No pair that the filter keeps has its picture in the corpus.',
      'Choose another filter.',
    )
  }
  return new AppError('invalid-input', 'There is no picture in this corpus to look at.', {
    window: 'Fetch the pictures first.',
    command: 'Fetch them with gleaner pictures CORPUS --images fetch.',
  })
}

interface Work {
  modelId: number
  /** Pictures in all, those that were looked at before included. */
  total: number
  /** SHA-256 of those that were not. */
  todo: readonly string[]
}

async function lookAtAll(
  corpus: Corpus,
  { modelId, total, todo }: Work,
  ctx: JobContext,
  loaded: LoadedTextDetection,
): Promise<void> {
  if (loaded.device === 'cpu' && loaded.passedOver.length > 0) {
    ctx.warn(
      `The CPU looks for text, as no faster device can be used (${loaded.passedOver.join('; ')}).`,
    )
  }
  const counts = { done: total - todo.length, withText: 0, failed: 0, passedOver: 0 }
  const say = (): void =>
    ctx.progress({
      ...{ done: counts.done, total, unit: 'pictures' },
      note: `device ${loaded.device} · ${formatCount(counts.withText)} with text`,
    })
  say()
  for (let from = 0; from < todo.length && !ctx.signal.aborted; from += BATCH) {
    const batch = todo.slice(from, from + BATCH)
    const results = await loaded.findText(
      batch.map((sha256) => ({ path: blobPath(corpus.path, sha256) })),
    )
    const found: FoundText[] = []
    const failures: [sha256: string, reason: string][] = []
    for (const [i, sha256] of batch.entries()) {
      const result = results[i]
      if (!result || 'reason' in result) failures.push([sha256, result?.reason ?? 'no answer'])
      else {
        const { share, width, height, lines } = result
        found.push({ sha256, share, found: { width, height, lines } })
        counts.passedOver += result.passedOver
        if (lines.length > 0) counts.withText++
      }
    }
    transaction(corpus.writer, () => {
      const reads = loaded.model.manifest.recogniser !== null
      putPictureTexts(corpus.writer, { modelId, reads, found })
      for (const [sha256, reason] of failures) putTextFailure(corpus.writer, sha256, reason)
    })
    counts.done += batch.length
    counts.failed += failures.length
    say()
    ctx.changed(['pictureTexts'])
  }
  tell(counts, counts.done - (total - todo.length), ctx, loaded)
}

function tell(
  counts: { withText: number; failed: number; passedOver: number },
  looked: number,
  ctx: JobContext,
  loaded: LoadedTextDetection,
): void {
  const { withText, failed, passedOver } = counts
  if (failed > 0) {
    ctx.warn(
      failed === 1
        ? 'Text could not be looked for in 1 picture; it is listed with the failures.'
        : `Text could not be looked for in ${formatCount(failed)} pictures; they are listed with the failures.`,
    )
  }
  if (passedOver > 0) {
    ctx.warn(
      `${formatCount(passedOver)} parts of pictures were not looked at: more than ${formatCount(loaded.model.manifest.boxes.most)} in one picture.`,
    )
  }
  ctx.result(
    'Looked at',
    `${formatCount(looked - failed)} pictures with ${loaded.model.manifest.name}`,
  )
  ctx.result('With text', `${formatCount(withText)} pictures`)
  ctx.result('Device', loaded.device)
}

export const textInImageJob = implementJob(
  textInImage,
  async ({ corpus, input, context, machine }) => {
    const model = await resolveModel(machine.folders, textDetection, input.model, context.settings)
    await findTextInPictures(corpus, input, context, model)
  },
)
