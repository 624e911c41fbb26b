import { writeFileSync } from 'node:fs'
import { complexity } from '#shared/contract/jobs/complexity.ts'
import type { ComplexityInput, ComplexityResult } from '#shared/contract/jobs/complexity.ts'
import { OWN_TEXTS } from '#shared/domain.ts'
import { createPictureHost } from '../../images/host-client.ts'
import { createInferenceHost } from '../../inference/host/client.ts'
import type { ModelsFolders } from '../../inference/models/types.ts'
import type { Corpus } from '../../store/open.ts'
import { pairIdsWhere } from '../../store/reads/score-ref.ts'
import { textKey } from '../../store/repositories/models.ts'
import { keptPictures } from '../../store/repositories/picture-set.ts'
import type { KeptPicture } from '../../store/repositories/picture-set.ts'
import { implementJob } from '../run/implement.ts'
import type { JobContext } from '../run/job.ts'
import { corpusFeatures } from './corpus-features.ts'
import { resolveFeatureModel } from './feature-model.ts'
import { runMeasureTask } from './measure-calls.ts'
import { measurePictures } from './measure-pictures.ts'

/**
 * How rich a corpus is in words and pictures, before and after a cutoff, on seeded draws. Embeddings
 * are kept in the corpus, so each is worked out once.
 *
 * @throws AppError as `pairIdsWhere` and `resolveFeatureModel`; an abort throws its reason
 */
export async function measureComplexity(
  corpus: Corpus,
  input: ComplexityInput,
  folders: ModelsFolders,
  ctx: JobContext,
): Promise<ComplexityResult> {
  const { cutoff, seed } = input
  const ids = cutoff === undefined ? null : pairIdsWhere(corpus.reader, cutoff)
  const model =
    input.model === undefined
      ? null
      : await resolveFeatureModel(folders, input.model, undefined, ctx.settings)
  const wanted = input.texts ?? [...OWN_TEXTS]
  const texts: ComplexityResult['texts'] = []
  for (const [done, source] of wanted.entries()) {
    ctx.progress({ done, total: wanted.length, unit: 'sources', note: `text: ${source}` })
    const text = textKey(corpus.reader, source)
    const found = await runMeasureTask(
      ctx.entries.measureWorker,
      'richness',
      { path: corpus.path, text, ids, n: input.n, seed },
      { signal: ctx.signal, graceMs: 0 },
    )
    // A source that nobody asked for by name and that the corpus does not have says nothing.
    if (found.available.before > 0 || input.texts) texts.push({ source, ...found })
  }

  const pictures = createPictureHost(ctx.entries.pictureHost)
  const host = createInferenceHost(ctx.entries.inferenceHost, { signal: ctx.signal })
  try {
    const device = input.device === 'auto' ? ctx.settings.device : input.device
    const encoder = model && corpusFeatures(corpus, model, () => model.open(host, device))
    const side = (kept: KeptPicture[], of: number, note: string) =>
      measurePictures(
        kept.map(({ sha256 }) => sha256),
        { corpus, pictures, encoder, most: input.pictures, seed: of, note, ctx },
      )
    return {
      cutoff: cutoff ?? null,
      seed,
      model: model && { id: model.id, digest: model.digest },
      texts,
      pictures: {
        before: await side(keptPictures(corpus.reader), seed, 'all pictures'),
        after:
          ids === null
            ? null
            : await side(keptPictures(corpus.reader, new Set(ids)), seed + 1, 'after the cutoff'),
      },
    }
  } finally {
    await pictures.close()
    await host.close()
  }
}

export const complexityJob = implementJob(
  complexity,
  async ({ input, corpus, context, machine }) => {
    const found = await measureComplexity(corpus, input, machine.folders, context)
    for (const { source, n, before, after } of found.texts) {
      const words = [before, after].map((side) =>
        side === null
          ? null
          : `${side.meanWords.toFixed(1)} words, ${side.types} types, distinct-2 ${(side.distinct2 ?? 0).toFixed(3)}, MATTR ${side.movingTypeTokenRatio.toFixed(3)}`,
      )
      context.result(
        `Text: ${source}, ${n} drawn`,
        words.filter((line) => line !== null).join(' → '),
      )
    }
    const sides = [found.pictures.before, found.pictures.after].flatMap((side) =>
      side === null || side.entropy === null
        ? []
        : `entropy ${side.entropy.toFixed(2)} bits, edges ${(side.edgeDensity ?? 0).toFixed(3)}${side.diversity ? `, Vendi ${side.diversity.vendi.toFixed(1)} of ${side.diversity.n}` : ''}`,
    )
    if (sides.length > 0) context.result('Pictures', sides.join(' → '))
    if (input.out !== undefined) writeFileSync(input.out, JSON.stringify(found, null, 2) + '\n')
  },
)
