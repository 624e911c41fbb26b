/** Pictures of studies by name, and what was measured of them. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MatrixResult } from '#shared/contract/study-measures.ts'
import type { ImageOrigin } from '#shared/contract/studies.ts'
import { StudyDesign } from '#shared/studies/design.ts'
import { createCorpus, openCorpus } from '../../../src/main/store/open.ts'
import type { Corpus } from '../../../src/main/store/open.ts'
import {
  insertImages,
  insertStudy,
  putModel,
  studyImages,
  studyModels,
  studyOf,
  studyPrompts,
} from '../../../src/main/store/repositories/studies.ts'
import {
  putMeasurement,
  studyMeasurements,
} from '../../../src/main/store/repositories/study-measures.ts'
import { findStudySet, setPictures } from '../../../src/main/store/repositories/study-sets.ts'
import { freezeStudy, unblindStudy } from '../../../src/main/store/repositories/study-tasks.ts'

let corpus: Corpus
beforeAll(() => {
  const path = join(mkdtempSync(join(tmpdir(), 'study-sets-')), 'x.gleaner')
  createCorpus(path)
  corpus = openCorpus(path)
})
afterAll(() => corpus.close())

const PROMPTS = [
  { group: 'cat', kind: 'plain', level: 1, text: 'a cat' },
  { group: 'cat', kind: 'plain', level: 2, text: 'a black cat' },
  { group: 'moon', kind: 'odd', level: 1, text: 'a moon of soup' },
]

/** A picture's SHA-256 says its model, prompt and take: `0-cat2-1…`. */
function makeStudy(name: string, models: readonly string[], takes = 2): void {
  const { writer } = corpus
  insertStudy(writer, {
    name,
    design: StudyDesign.parse({}),
    prompts: PROMPTS,
    promptsFrom: 'a test',
    software: 'test',
  })
  const study = studyOf(writer, name)
  for (const [m, model] of models.entries()) {
    const id = putModel(writer, study, { name: model, version: null })
    const images = studyPrompts(writer, study).flatMap((prompt) =>
      Array.from({ length: takes }, (_, take) => ({
        model: id,
        prompt: prompt.id,
        take,
        sha256: `${m}-${prompt.group}${prompt.level}-${take}`,
        mime: 'image/png',
        width: 8,
        height: 8,
        seed: null,
        origin: { file: `${take}` } as ImageOrigin,
      })),
    )
    insertImages(writer, study, images)
  }
}

function freeze(name: string, codes: Record<string, string>): void {
  const { writer } = corpus
  const study = studyOf(writer, name)
  freezeStudy(writer, study, {
    hash: 'hash',
    width: 8,
    height: 8,
    tasks: [],
    tokens: new Map(studyImages(writer, study).map(({ id }) => [id, `${name}-${id}`])),
    codes: new Map(studyModels(writer, study).map((model) => [model.id, codes[model.name] ?? '?'])),
    detail: '',
  })
}

describe('pictures of a study', () => {
  test('are named by study, model and kind, in the order of prompts and takes', () => {
    makeStudy('first', ['base', 'tuned'])
    const pictures = (text: string, takes: number | null = null): string[] =>
      setPictures(corpus.writer, findStudySet(corpus.writer, text), takes)
    expect(pictures('first/base/plain')).toEqual(['0-cat1-0', '0-cat1-1', '0-cat2-0', '0-cat2-1'])
    expect(pictures('first/tuned/odd')).toEqual(['1-moon1-0', '1-moon1-1'])
    expect(pictures('first/tuned')).toHaveLength(6)
    expect(pictures('first/base', 1)).toEqual(['0-cat1-0', '0-cat2-0', '0-moon1-0'])
  })

  test('what is not there is answered with what there is', () => {
    expect(() => findStudySet(corpus.writer, 'first/other')).toThrow(
      expect.objectContaining({ kind: 'not-found', hint: expect.stringContaining('first/base') }),
    )
  })

  test('names may hold slashes, and two that could be meant are refused', () => {
    makeStudy('a/b', ['org/sdxl'])
    expect(findStudySet(corpus.writer, 'a/b/org/sdxl/odd')).toMatchObject({ kind: 'odd' })
    makeStudy('a', ['b/org/sdxl'])
    expect(() => findStudySet(corpus.writer, 'a/b/org/sdxl')).toThrow(/may mean 2 sets/)
  })
})

/** A table with one row a model. */
function matrix(models: readonly string[]): MatrixResult {
  return {
    measure: 'matrix',
    references: '/references',
    measures: ['kid'],
    by: [],
    compliance: null,
    takes: null,
    seed: 0,
    rows: models.map((model, i) => ({
      model,
      kind: null,
      available: i,
      numbers: [],
      compliance: null,
    })),
    notes: [],
  }
}

test('what was measured goes by codes while the study is blind, and by names before and after', () => {
  const { writer } = corpus
  makeStudy('blind', ['base', 'tuned'])
  const keep = (models: readonly string[]): void => {
    putMeasurement(writer, studyOf(writer, 'blind'), { result: matrix(models), software: 'test' })
  }
  const shown = () => {
    const { measurements, hidden } = studyMeasurements(writer, studyOf(writer, 'blind'))
    const models = measurements.map(({ result }) =>
      result.measure === 'matrix' ? result.rows.map(({ model }) => model) : [],
    )
    const counts = measurements.flatMap(({ result }) =>
      result.measure === 'matrix' ? result.rows.map(({ available }) => available) : [],
    )
    return { models, hidden, isTold: counts.every((count) => count !== null) }
  }
  keep(['base', 'tuned'])
  expect(shown()).toMatchObject({ models: [['base', 'tuned']], hidden: 0, isTold: true })
  freeze('blind', { base: 'Model B', tuned: 'Model A' })
  // Its rows would tell by their order which model is which.
  expect(shown()).toMatchObject({ models: [], hidden: 1 })
  keep(['Model A', 'Model B'])
  expect(shown()).toMatchObject({ models: [['Model A', 'Model B']], hidden: 1, isTold: false })
  expect(() => findStudySet(writer, 'blind/base')).toThrow(/no pictures "blind\/base"/)
  expect(findStudySet(writer, 'blind/Model B').model.name).toBe('base')
  unblindStudy(writer, studyOf(writer, 'blind'), { by: 'me', why: '' })
  expect(shown()).toMatchObject({
    models: [
      ['tuned', 'base'],
      ['base', 'tuned'],
    ],
    hidden: 0,
    isTold: true,
  })
})
