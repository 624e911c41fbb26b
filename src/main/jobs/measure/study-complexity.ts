import { writeFileSync } from 'node:fs'
import { studyComplexity } from '#shared/contract/jobs/study-measures.ts'
import type { StudyComplexityInput } from '#shared/contract/jobs/study-measures.ts'
import type { StudyComplexityResult } from '#shared/contract/study-measures.ts'
import type { StudyPrompt } from '#shared/contract/studies.ts'
import { SOFTWARE } from '#shared/version.ts'
import { createPictureHost } from '../../images/host-client.ts'
import { createInferenceHost } from '../../inference/host/client.ts'
import type { ModelsFolders } from '../../inference/models/types.ts'
import type { Corpus } from '../../store/open.ts'
import { putMeasurement, shownMeasurement } from '../../store/repositories/study-measures.ts'
import { setPictures } from '../../store/repositories/study-sets.ts'
import { shownName, studyModels, studyOf, studyPrompts } from '../../store/repositories/studies.ts'
import { implementJob } from '../run/implement.ts'
import type { JobContext } from '../run/job.ts'
import { corpusFeatures } from './corpus-features.ts'
import { resolveFeatureModel } from './feature-model.ts'
import { runMeasureTask } from './measure-calls.ts'
import { measurePictures } from './measure-pictures.ts'
import { requireOwner } from './require-owner.ts'

/**
 * How rich the prompts of a study are, by kind and level, and how complex the pictures of each
 * model; keeps the result in the corpus. What is set side by side is drawn at one size.
 * @throws AppError as `resolveFeatureModel`; `refused` for a rater's copy and a study without
 *   pictures; an abort throws its reason
 * @param tell what is done with the result before it is kept
 */
export async function measureStudyComplexity(
  corpus: Corpus,
  input: StudyComplexityInput,
  folders: ModelsFolders,
  ctx: JobContext,
  tell: (found: StudyComplexityResult) => void = () => undefined,
): Promise<StudyComplexityResult> {
  const { writer } = corpus
  const study = studyOf(writer, input.study)
  requireOwner(writer, study)
  const model =
    input.model === undefined
      ? null
      : await resolveFeatureModel(folders, input.model, undefined, ctx.settings)
  ctx.progress({ done: 0, total: null, unit: 'pictures', note: 'words of the prompts' })
  const prompts = await promptRichness(studyPrompts(writer, study), input.seed, ctx)

  const host = createInferenceHost(ctx.entries.inferenceHost, { signal: ctx.signal })
  const decoder = createPictureHost(ctx.entries.pictureHost)
  try {
    const device = input.device === 'auto' ? ctx.settings.device : input.device
    const encoder = model && corpusFeatures(corpus, model, () => model.open(host, device))
    const sets = studyModels(writer, study).map((one) => ({
      model: shownName(study, one),
      pictures: setPictures(writer, { study, model: one, kind: null }),
    }))
    const most = Math.min(input.pictures, ...sets.map(({ pictures }) => pictures.length))
    const pictures: StudyComplexityResult['pictures'] = []
    for (const [i, set] of sets.entries()) {
      const measured = await measurePictures(set.pictures, {
        corpus,
        pictures: decoder,
        encoder,
        most,
        seed: input.seed + i,
        note: set.model,
        ctx,
      })
      pictures.push({ model: set.model, ...measured })
    }
    const result: StudyComplexityResult = {
      measure: 'complexity',
      seed: input.seed,
      by: model && { id: model.id, digest: model.digest, isDemonstration: model.isDemonstration },
      prompts,
      pictures,
      notes: [
        'Complexity says nothing about whether a picture is good or fits its prompt.',
        'Compare rows of the same n only: several of these numbers depend on how many there are.',
        ...(model?.isDemonstration
          ? ['Diversity is by a demonstration model, which sees little.']
          : []),
      ],
    }
    const shown = shownMeasurement(study, result)
    tell(shown)
    ctx.conclude(() => putMeasurement(writer, study, { result, software: SOFTWARE }))
    ctx.changed(['studies'])
    return shown
  } finally {
    await decoder.close()
    await host.close()
  }
}

async function promptRichness(
  prompts: readonly StudyPrompt[],
  seed: number,
  ctx: JobContext,
): Promise<StudyComplexityResult['prompts']> {
  const kinds = [...new Set(prompts.map(({ kind }) => kind))]
  const levels = [...new Set(prompts.map(({ level }) => level))].sort((x, y) => x - y)
  const parts = [
    { by: 'all' as const, value: '', texts: prompts },
    ...kinds.map((kind) => ({
      by: 'kind' as const,
      value: kind,
      texts: prompts.filter((prompt) => prompt.kind === kind),
    })),
    ...levels.map((level) => ({
      by: 'level' as const,
      value: String(level),
      texts: prompts.filter((prompt) => prompt.level === level),
    })),
  ]
  const smallest = (by: 'all' | 'kind' | 'level'): number =>
    Math.min(...parts.filter((part) => part.by === by).map(({ texts }) => texts.length))
  const lists = parts.map(({ by, texts }) => ({
    texts: texts.map(({ text }) => text),
    n: smallest(by),
  }))
  const found = await runMeasureTask(
    ctx.entries.measureWorker,
    'richnessOfTexts',
    { lists, seed },
    { signal: ctx.signal, graceMs: 0 },
  )
  return parts.map(({ by, value, texts }, i) => ({
    by,
    value,
    available: texts.length,
    n: lists[i]?.n ?? 0,
    richness: found[i] ?? null,
  }))
}

export const studyComplexityJob = implementJob(
  studyComplexity,
  async ({ input, corpus, context, machine }) => {
    await measureStudyComplexity(corpus, input, machine.folders, context, (found) => {
      for (const { by, value, n, richness } of found.prompts) {
        if (richness === null) continue
        context.result(
          by === 'all' ? 'Prompts' : `Prompts, ${by} ${value}`,
          `${n} drawn, ${richness.meanWords.toFixed(1)} words, ${richness.concepts.toFixed(1)} concepts, distinct-2 ${(richness.distinct2 ?? 0).toFixed(3)}`,
        )
      }
      for (const { model, n, entropy, edgeDensity, diversity } of found.pictures) {
        if (entropy === null) continue
        context.result(
          `Pictures of ${model}`,
          `${n} drawn, entropy ${entropy.toFixed(2)} bits, edges ${(edgeDensity ?? 0).toFixed(3)}${diversity ? `, Vendi ${diversity.vendi.toFixed(1)} of ${diversity.n}` : ''}`,
        )
      }
      if (found.notes.length > 0) context.result('Notes', found.notes.join(' '))
      if (input.out !== undefined) writeFileSync(input.out, JSON.stringify(found, null, 2) + '\n')
    })
  },
)
