import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { findEntries } from '../../../../src/main/engine/entries.ts'
import { createDocumentReader } from '../../../../src/main/jobs/evaluate/document-calls.ts'
import { previewImages } from '../../../../src/main/jobs/evaluate/preview-images.ts'
import { raterSummaries } from '../../../../src/main/jobs/evaluate/raters.ts'
import {
  makeSampleStudy,
  SAMPLE_STUDY,
  sampleStudyFolder,
  wantsSampleStudy,
} from '../../../../src/main/jobs/evaluate/study-sample.ts'
import { createCorpus, openCorpus } from '../../../../src/main/store/open.ts'
import {
  removeStudy,
  studyDetails,
  studyOf,
  studySummaries,
} from '../../../../src/main/store/repositories/studies.ts'

const RESOURCES = fileURLToPath(new URL('../../../../resources', import.meta.url))
const home = mkdtempSync(join(tmpdir(), 'gleaner-sample-study-'))
const path = join(home, 'sample.gleaner')
createCorpus(path)
const corpus = openCorpus(path)
afterAll(() => {
  corpus.close()
  rmSync(home, { recursive: true, force: true })
})

const context = (signal: AbortSignal) => ({
  signal,
  entries: findEntries(),
  progress: () => undefined,
  changed: () => undefined,
  warn: () => undefined,
  result: () => undefined,
  conclude: <T>(last: () => T): T => last(),
})
const make = (signal = new AbortController().signal) =>
  makeSampleStudy(corpus, sampleStudyFolder(RESOURCES), context(signal))

const reader = createDocumentReader(findEntries().documentReader)
afterAll(() => reader.close())

test('a corpus gets the sample study once, stopped in between or not, and never after it was deleted', async () => {
  expect(wantsSampleStudy(corpus, join(home, 'nowhere'))).toBe(false)
  expect(wantsSampleStudy(corpus, RESOURCES)).toBe(true)
  // Stops after the first pictures, and goes on with the others.
  const stop = new AbortController()
  const stopping = makeSampleStudy(corpus, sampleStudyFolder(RESOURCES), {
    ...context(stop.signal),
    changed: () => stop.abort(),
  })
  await expect(stopping).rejects.toThrow()
  const [part] = studySummaries(corpus.reader)
  expect(part?.state).toBe('draft')
  expect(part?.images).toBeGreaterThan(0)
  expect(part?.images).toBeLessThan(80)
  expect(wantsSampleStudy(corpus, RESOURCES)).toBe(true)
  // What can be seen of a folder before it is taken in.
  const base = join(sampleStudyFolder(RESOURCES), 'base')
  const preview = (pattern: string | null) =>
    previewImages(
      corpus.reader,
      studyOf(corpus.reader, SAMPLE_STUDY),
      { source: base, pattern },
      reader,
    )
  expect(await preview(null)).toMatchObject({
    files: 40,
    by: 'pattern',
    pattern: '{group}_{level}_{seed}',
    tied: 40,
    prompts: 40,
    leftOut: [],
  })
  expect(await preview('{group}-{level}.png')).toMatchObject({
    tied: 0,
    prompts: 0,
    leftOut: [{ n: 40 }],
  })

  const made = await make()
  expect(made.pictures).toBe(80)
  expect(made.answers).toBeGreaterThan(1000)
  const again = await make()
  expect(again).toEqual(made)
  const study = studyOf(corpus.reader, SAMPLE_STUDY)
  const { log, state, missing, byModel } = studyDetails(corpus.reader, study)
  expect({ state, missing }).toEqual({ state: 'frozen', missing: 0 })
  expect(byModel.map(({ images }) => images)).toEqual([40, 40])
  expect(log.map(({ what }) => what)).toEqual(['frozen', 'simulated', 'merged'])
  expect(log[1]?.detail).toContain('no person has rated these pictures')
  const raters = raterSummaries(corpus, study)
  expect(raters.map(({ rater }) => rater)).toEqual(['simulated-1', 'simulated-2', 'simulated-3'])
  expect(log[1]?.detail).toContain(
    raters
      .map(({ rater }) => rater)
      .slice(0, 2)
      .join(', '),
  )
  expect(raters.reduce((sum, { answers }) => sum + answers, 0)).toBe(made.answers)

  expect(wantsSampleStudy(corpus, RESOURCES)).toBe(false)
  removeStudy(corpus.writer, study)
  expect(wantsSampleStudy(corpus, RESOURCES)).toBe(false)
})
