import { writeFileSync } from 'node:fs'
import { studyCompliance } from '#shared/contract/jobs/study-measures.ts'
import type { StudyComplianceInput } from '#shared/contract/jobs/study-measures.ts'
import type { ComplianceResult, ScoringModel } from '#shared/contract/study-measures.ts'
import { formatCount } from '#shared/format.ts'
import { SOFTWARE } from '#shared/version.ts'
import { COMPLIANCE_RESAMPLES } from '../../evaluation/measures/compliance.ts'
import type { PictureTextModel } from '../../inference/kinds/picture-text/types.ts'
import { pictureText } from '../../inference/kinds/picture-text/kind.ts'
import { resolveModel } from '../../inference/models/registry.ts'
import type { ModelsFolders } from '../../inference/models/types.ts'
import type { Corpus } from '../../store/open.ts'
import { putMeasurement, shownMeasurement } from '../../store/repositories/study-measures.ts'
import { studyScores, unscoredImages } from '../../store/repositories/study-scores.ts'
import { shownName, studyModels, studyOf } from '../../store/repositories/studies.ts'
import { scoreStudy } from '../evaluate/compliance.ts'
import { implementJob } from '../run/implement.ts'
import type { JobContext } from '../run/job.ts'
import { runMeasureTask } from './measure-calls.ts'
import { requireOwner } from './require-owner.ts'

/**
 * How well the pictures of each model fit their prompts: scores what has no score yet, compares
 * within prompts, and keeps the result in the corpus.
 * @throws AppError as `resolveModel` and `scoreStudy`; `refused` for a rater's copy and a study
 *   without pictures; an abort throws its reason
 * @param tell what is done with the result before it is kept
 */
export async function measureCompliance(
  corpus: Corpus,
  input: StudyComplianceInput,
  folders: ModelsFolders,
  ctx: JobContext,
  tell: (found: ComplianceResult) => void = () => undefined,
): Promise<ComplianceResult> {
  requireOwner(corpus.reader, studyOf(corpus.reader, input.study))
  const model = await resolveModel(folders, pictureText, input.model, ctx.settings)
  await scoreStudy(corpus, input, model, ctx)
  const result = await complianceOf(corpus, input.study, model, input.seed, ctx)
  // The writer sees what it has written; a reader may look at an older state.
  const study = studyOf(corpus.writer, input.study)
  const shown = shownMeasurement(study, result)
  tell(shown)
  ctx.conclude(() => putMeasurement(corpus.writer, study, { result, software: SOFTWARE }))
  ctx.changed(['studies'])
  return shown
}

/** The same of the scores that there are. */
export async function complianceOf(
  corpus: Corpus,
  name: string,
  model: PictureTextModel,
  seed: number,
  ctx: JobContext,
): Promise<ComplianceResult> {
  const { writer } = corpus
  const study = studyOf(writer, name)
  const scores = studyScores(writer, study).filter(({ digest }) => digest === model.digest)
  const by = scoringModel(model)
  const parts = await runMeasureTask(
    ctx.entries.measureWorker,
    'compliance',
    {
      scores: scores.map(({ model: of, group, kind, level, cosine }) => ({
        model: of,
        group,
        kind,
        level,
        cosine,
      })),
      models: studyModels(writer, study).map((one) => shownName(study, one)),
      seed,
      scale: by.preference ? by.scale : null,
    },
    { signal: ctx.signal, graceMs: 0 },
  )
  return {
    measure: 'compliance',
    name: complianceName(by),
    by,
    unit: 'cosine',
    pictures: scores.length,
    unscored: unscoredImages(writer, study, model.digest).length,
    seed,
    resamples: COMPLIANCE_RESAMPLES,
    parts,
    notes: notesOf(by),
  }
}

export function scoringModel({ id, digest, manifest }: PictureTextModel): ScoringModel {
  const { name, demonstration, preference, logits } = manifest
  return { id, name, digest, isDemonstration: demonstration, preference, scale: logits.scale }
}

export function complianceName({ name, isDemonstration }: ScoringModel): string {
  const hasToSay = isDemonstration && !/demonstration/i.test(name)
  return `Compliance (${name}${hasToSay ? ', demonstration model' : ''})`
}

function notesOf({ preference, scale, isDemonstration }: ScoringModel): string[] {
  return [
    'The unit is the cosine of the embeddings of picture and prompt, from -1 to 1. A cosine of one model says nothing about a cosine of another.',
    'Compare within a prompt, by the differences. Means across levels mislead: longer prompts have other cosines whatever the pictures show, so that a level is compared with itself only.',
    ...(preference && scale !== null
      ? [
          `The score is ${scale} times the cosine, as this preference model was trained. Tests and intervals are of the cosine.`,
        ]
      : []),
    ...(isDemonstration
      ? ['A demonstration model shows the program; its numbers are no evidence about pictures.']
      : []),
  ]
}

export const studyComplianceJob = implementJob(
  studyCompliance,
  async ({ input, corpus, context, machine }) => {
    await measureCompliance(corpus, input, machine.folders, context, (found) => {
      for (const pair of found.parts[0]?.pairs ?? []) {
        if (pair.difference === null) continue
        const range =
          pair.low === null || pair.high === null
            ? ''
            : ` [${pair.low.toFixed(4)}, ${pair.high.toFixed(4)}]`
        const p = pair.wilcoxon === null ? '' : `, p ${pair.wilcoxon.p.toPrecision(2)}`
        context.result(
          `${pair.b} minus ${pair.a}`,
          `cosine ${pair.difference.toFixed(4)}${range}${p}, ${formatCount(pair.prompts)} prompts`,
        )
      }
      if (found.notes.length > 0) context.result('Notes', found.notes.join(' '))
      if (input.out !== undefined) writeFileSync(input.out, JSON.stringify(found, null, 2) + '\n')
    })
  },
)
