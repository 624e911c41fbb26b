/**
 * Takes the pictures of a model into a study, made if need be, that somebody kills. Arguments: corpus
 * folder, prompts, pictures. Prints how many pictures are in after each batch, and goes on when it is
 * told a byte.
 */
import { readSync, writeSync } from 'node:fs'
import { SOFTWARE } from '#shared/version.ts'
import { StudyDesign } from '#shared/studies/design.ts'
import { readPromptFile } from '../../src/main/evaluation/prompts/read-prompts.ts'
import { takeInImages } from '../../src/main/jobs/evaluate/study-images.ts'
import { createCorpus, isCorpus, openCorpus } from '../../src/main/store/open.ts'
import { insertStudy, studySummaries } from '../../src/main/store/repositories/studies.ts'
import { jobContext } from './ingest.ts'

const [folder, prompts, source] = process.argv.slice(2) as [string, string, string]
if (!isCorpus(folder)) createCorpus(folder)
const corpus = openCorpus(folder)
const images = (): number => studySummaries(corpus.reader)[0]?.images ?? -1
if (images() < 0) {
  insertStudy(corpus.writer, {
    name: 'killed',
    design: StudyDesign.parse({}),
    prompts: (await readPromptFile(prompts)).prompts,
    promptsFrom: 'a file',
    software: SOFTWARE,
  })
}
const input = { study: 'killed', model: 'base', version: null, source, pattern: null }
await takeInImages(corpus, input, {
  ...jobContext(),
  changed: () => {
    writeSync(1, `${images()}\n`)
    readSync(0, Buffer.alloc(1))
  },
})
corpus.close()
