import { writeFileSync } from 'node:fs'
import { complexity } from '#shared/contract/jobs/complexity.ts'
import type {
  ComplexityInput,
  ComplexityResult,
  PictureComplexityValue,
} from '#shared/contract/jobs/complexity.ts'
import { TEXT_SOURCES } from '#shared/domain.ts'
import { seededRandom } from '#shared/random.ts'
import { DIVERSITY_ROWS } from '../../evaluation/measures/diversity.ts'
import { drawRows } from '../../evaluation/measures/kid.ts'
import { COMPLEXITY_SIDE, pictureComplexity } from '../../evaluation/measures/picture-complexity.ts'
import { createPictureHost } from '../../images/host-client.ts'
import type { PictureHost } from '../../images/host-client.ts'
import { createInferenceHost } from '../../inference/host/client.ts'
import type { ModelsFolders } from '../../inference/models/types.ts'
import { blobPath } from '../../store/blobs.ts'
import type { Corpus } from '../../store/open.ts'
import { pairIdsWhere } from '../../store/reads/score-ref.ts'
import { textKey } from '../../store/repositories/models.ts'
import { keptPictures } from '../../store/repositories/picture-set.ts'
import type { KeptPicture } from '../../store/repositories/picture-set.ts'
import { implementJob } from '../run/implement.ts'
import type { JobContext } from '../run/job.ts'
import { corpusFeatures } from './corpus-features.ts'
import type { CorpusEncoder } from './corpus-features.ts'
import { resolveFeatureModel } from './feature-model.ts'
import type { FeatureModel } from './feature-model.ts'
import { runMeasureTask } from './measure-calls.ts'

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
  const wanted = input.texts ?? [...TEXT_SOURCES]
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
  const host = createInferenceHost(ctx.entries.inferenceHost)
  try {
    const device = input.device === 'auto' ? ctx.settings.device : input.device
    const encoder = model && corpusFeatures(corpus, model, () => model.open(host, device))
    const side = (kept: KeptPicture[], of: number, note: string) =>
      measurePictures(kept, { corpus, pictures, encoder, model, input, seed: of, note, ctx })
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

interface PicturesWork {
  corpus: Corpus
  pictures: PictureHost
  encoder: CorpusEncoder | null
  model: FeatureModel | null
  input: ComplexityInput
  seed: number
  note: string
  ctx: JobContext
}

async function measurePictures(
  kept: readonly KeptPicture[],
  { corpus, pictures, encoder, model, input, seed, note, ctx }: PicturesWork,
): Promise<PictureComplexityValue> {
  const rows = drawRows(kept.length, Math.min(kept.length, input.pictures), seededRandom(seed))
  const drawn = Array.from(rows, (row) => (kept[row] as KeptPicture).sha256)
  const leftOut: Record<string, number> = {}
  let [entropy, edges, n] = [0, 0, 0]
  const batch = pictures.parallel * 2
  for (let at = 0; at < drawn.length; at += batch) {
    ctx.signal.throwIfAborted()
    ctx.progress({ done: at, total: drawn.length, unit: 'pictures', note })
    const part = drawn.slice(at, at + batch)
    const found = await Promise.all(
      part.map((sha256) =>
        pictures.pixels({ path: blobPath(corpus.path, sha256) }, COMPLEXITY_SIDE),
      ),
    )
    for (const one of found) {
      if (!one.ok) {
        leftOut[one.reason] = (leftOut[one.reason] ?? 0) + 1
        continue
      }
      const measured = pictureComplexity(one)
      entropy += measured.entropy
      edges += measured.edgeDensity
      n++
    }
  }
  const features = encoder
    ? await encoder(drawn.slice(0, DIVERSITY_ROWS), ctx.signal, (done, total) =>
        ctx.progress({ done, total, unit: 'pictures', note: `embeddings, ${note}` }),
      )
    : null
  return {
    available: kept.length,
    n,
    leftOut,
    entropy: n === 0 ? null : entropy / n,
    edgeDensity: n === 0 ? null : edges / n,
    diversity:
      features === null || model === null
        ? null
        : await runMeasureTask(
            ctx.entries.measureWorker,
            'diversity',
            { features },
            { signal: ctx.signal, graceMs: 0 },
          ),
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
