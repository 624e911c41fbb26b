import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { studySample } from '#shared/contract/jobs/study-sample.ts'
import { formatCount } from '#shared/format.ts'
import { StudyDesign } from '#shared/studies/design.ts'
import { SOFTWARE } from '#shared/version.ts'
import { readPromptFile } from '../../evaluation/prompts/read-prompts.ts'
import type { Corpus } from '../../store/open.ts'
import { mergeRatings } from '../../store/repositories/rating-files.ts'
import {
  answersOfRaters,
  hadSampleStudy,
  noteSampleStudy,
} from '../../store/repositories/sample-study.ts'
import {
  insertStudy,
  logStudy,
  stateOf,
  studyByUid,
  studyDetails,
  studyOf,
  studySummaries,
  type StudyRow,
} from '../../store/repositories/studies.ts'
import { implementJob } from '../run/implement.ts'
import type { JobContext } from '../run/job.ts'
import { freeze } from './freeze.ts'
import { takeInImages } from './study-images.ts'

export const SAMPLE_STUDY = 'Sample study'
/** The same everywhere, so that ratings of it can be merged between machines. */
const UID = '5a3b1e0c-7d42-4f86-9c11-0e6a8d2f4b70'
const SALT = 'sample study of gleaner'
const SIMULATED = 'simulated'
const SIMULATED_RATERS = ['simulated-1', 'simulated-2', 'simulated-3']

/** Where the files of the sample study lie. @param resources of the program */
export function sampleStudyFolder(resources: string): string {
  return join(resources, 'sample-study')
}

/** Whether a corpus should get the sample study: it has not had it, and this installation has it. */
export function wantsSampleStudy(corpus: Corpus, resources: string): boolean {
  if (!existsSync(sampleStudyFolder(resources))) return false
  if (hadSampleStudy(corpus.reader)) return false
  const isNamed = studySummaries(corpus.reader).some(({ name }) => name === SAMPLE_STUDY)
  return !isNamed || studyByUid(corpus.reader, UID) !== null
}

/**
 * Makes the sample study, or what of it a killed run left open. The ratings that it brings are of
 * simulated raters; their names and the log say so.
 * @param folder with `prompts.csv`, `base/`, `tuned/manifest.csv` and `ratings.csv`
 * @throws AppError
 */
export async function makeSampleStudy(
  corpus: Corpus,
  folder: string,
  context: Pick<
    JobContext,
    'signal' | 'progress' | 'changed' | 'entries' | 'warn' | 'result' | 'conclude'
  >,
): Promise<{ name: string; pictures: number; answers: number }> {
  const { writer } = corpus
  const { name } = studyByUid(writer, UID) ?? (await begin(corpus, folder))
  const now = (): StudyRow => studyByUid(writer, UID) ?? studyOf(writer, name)
  if (stateOf(now()) === 'draft') {
    const sources = { base: join(folder, 'base'), tuned: join(folder, 'tuned', 'manifest.csv') }
    for (const [model, source] of Object.entries(sources)) {
      const images = { study: now().name, model, source, version: null, pattern: null }
      await takeInImages(corpus, images, context)
    }
    freeze(corpus, now())
  }
  const { log } = studyDetails(writer, now())
  if (!log.some(({ what }) => what === SIMULATED)) {
    logStudy(
      writer,
      now().id,
      SIMULATED,
      'the ratings of simulated-1, simulated-2 and simulated-3 were made by a program: no person has rated these pictures',
    )
  }
  await mergeRatings(writer, now(), [join(folder, 'ratings.csv')])
  // A killed run may have merged them, or some of them.
  const answers = answersOfRaters(writer, now(), SIMULATED_RATERS)
  const { name: called } = now()
  const pictures = studyDetails(writer, now()).images
  context.result('Study', called)
  context.result('Pictures', String(pictures))
  context.result('Simulated ratings', String(answers))
  context.conclude(() => {
    if (!studyDetails(writer, now()).log.some(({ what }) => what === 'merged'))
      logStudy(writer, now().id, 'merged', `${formatCount(answers)} answers of simulated raters`)
    noteSampleStudy(writer)
  })
  return { name: called, pictures, answers }
}

async function begin({ writer }: Corpus, folder: string): Promise<StudyRow> {
  const { prompts } = await readPromptFile(join(folder, 'prompts.csv'))
  return insertStudy(writer, {
    name: SAMPLE_STUDY,
    uid: UID,
    salt: SALT,
    design: StudyDesign.parse({
      compare: true,
      raters: 'Three simulated raters: no person has rated these pictures.',
    }),
    prompts,
    promptsFrom: 'the sample of the program',
    software: SOFTWARE,
  })
}

export const studySampleJob = implementJob(studySample, async ({ corpus, context, machine }) => {
  const folder = sampleStudyFolder(machine.resources)
  await makeSampleStudy(corpus, folder, context)
  context.changed(['studies', 'ratings'])
})
