import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { StudyDesign } from '#shared/studies/design.ts'
import { freeze } from '../../../src/main/jobs/evaluate/freeze.ts'
import { createCorpus, openCorpus, type Corpus } from '../../../src/main/store/open.ts'
import { countRatings } from '../../../src/main/store/repositories/rating-counts.ts'
import { insertRating } from '../../../src/main/store/repositories/ratings.ts'
import {
  insertImages,
  insertStudy,
  putModel,
  removeStudy,
  studyOf,
  studyPrompts,
  type StudyRow,
} from '../../../src/main/store/repositories/studies.ts'
import { studyTasks } from '../../../src/main/store/repositories/study-tasks.ts'

let folder: string
let corpus: Corpus
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-counts-'))
  createCorpus(join(folder, 'c'))
  corpus = openCorpus(join(folder, 'c'))
})
afterAll(() => {
  corpus.close()
  rmSync(folder, { recursive: true, force: true })
})

function makeStudy(name: string): StudyRow {
  const { writer } = corpus
  const prompts = Array.from({ length: 20 }, (_, i) => ({
    group: `g${i}`,
    kind: '',
    level: 1,
    text: `t${i}`,
  }))
  const study = insertStudy(writer, {
    name,
    design: StudyDesign.parse({ leastRepeats: 5 }),
    prompts,
    promptsFrom: 'a test',
    software: 'test',
  })
  const model = putModel(writer, study, { name: 'm', version: null })
  const origin = {
    file: '',
    program: null,
    prompt: null,
    negativePrompt: null,
    seed: null,
    steps: null,
    guidance: null,
    sampler: null,
    model: null,
    guessed: [],
    matchedBy: '',
    raw: null,
  }
  insertImages(
    writer,
    study,
    studyPrompts(writer, study).map(({ id }) => ({
      model,
      prompt: id,
      take: 0,
      sha256: '0'.repeat(64),
      mime: 'image/png',
      width: 8,
      height: 8,
      seed: null,
      origin,
    })),
  )
  freeze(corpus, study)
  return studyOf(writer, name)
}

/** By the definition, over all events. */
function counted({ id }: StudyRow): { raters: number; ratings: number } {
  const { reader } = corpus
  const n = (sql: string): number => reader.prepare<[number], number>(sql).pluck().get(id) as number
  return {
    raters: n('SELECT count(DISTINCT rater) FROM ratings WHERE study_id = ?'),
    ratings: n(
      `SELECT count(*) FROM ratings r JOIN study_tasks t ON t.token = r.task
       WHERE r.study_id = ? AND t.kind IN ('item', 'pair')`,
    ),
  }
}

test('what is counted as events come in, in whatever order of times, is what all events say', () => {
  let uid = 0
  const put = (
    study: StudyRow,
    task: string,
    said: { rater: string; aspect: string; answer: string | null; at: number },
  ): unknown =>
    insertRating(corpus.writer, {
      ...said,
      study: study.id,
      task,
      uid: String((uid++ * 7919) % 1000003),
      kind: 'set',
      target: null,
      ms: null,
      position: null,
      zoom: null,
      firstLeft: null,
      blind: true,
      software: 'test',
      at: new Date(said.at * 1000).toISOString(),
    })
  let name = 0
  const event = fc.record({
    study: fc.nat(1),
    rater: fc.constantFrom('a', 'b', 'c'),
    task: fc.nat(200),
    aspect: fc.constantFrom('objects', 'overall'),
    answer: fc.option(fc.constantFrom('0', '3', 'cannot')),
    at: fc.integer({ min: 0, max: 40 }),
  })
  fc.assert(
    fc.property(fc.array(fc.array(event, { maxLength: 30 }), { maxLength: 6 }), (batches) => {
      const studies = [makeStudy(`s${name++}`), makeStudy(`s${name++}`)]
      const tasks = studies.map((study) =>
        studyTasks(corpus.writer, study)
          .map(({ token }) => token)
          .sort(),
      )
      for (const batch of batches) {
        for (const one of batch) {
          const of = tasks[one.study] as string[]
          put(studies[one.study] as StudyRow, of[one.task % of.length] as string, one)
        }
        for (const study of studies)
          expect(countRatings(corpus.reader, study)).toEqual(counted(study))
      }
      // The events of one that goes leave their numbers to those of another.
      const [one, other] = studies as [StudyRow, StudyRow]
      removeStudy(corpus.writer, other)
      expect(countRatings(corpus.reader, one)).toEqual(counted(one))
      put(one, (tasks[0] as string[])[0] as string, {
        rater: 'z',
        aspect: 'overall',
        answer: '1',
        at: 50,
      })
      expect(countRatings(corpus.reader, one)).toEqual(counted(one))
      removeStudy(corpus.writer, one)
    }),
    { numRuns: 40, seed: 2 },
  )
})
