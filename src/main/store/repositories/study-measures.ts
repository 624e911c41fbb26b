import { StudyMeasurement } from '#shared/contract/study-measures.ts'
import type { KeptMeasurement } from '#shared/contract/study-measures.ts'
import { blinded, renameModels } from '#shared/studies/rename-models.ts'
import { AppError } from '#shared/errors.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { statement } from '../statements.ts'
import { shownName, stateOf, studyModels, type StudyRow } from './studies.ts'

/**
 * Keeps what was measured, beside what was measured before.
 * @param result with models as they are shown now
 * @returns what may be shown of it now
 */
export function putMeasurement<R extends StudyMeasurement>(
  db: WriterDb,
  study: StudyRow,
  args: { result: R; software: string },
): R {
  const names = studyModels(db, study).map((model) => [shownName(study, model), model.id])
  statement(
    db,
    `INSERT INTO study_measures (study_id, kind, result, models, blind, software, made_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    study.id,
    args.result.measure,
    JSON.stringify(args.result),
    JSON.stringify(Object.fromEntries(names)),
    stateOf(study) === 'frozen' ? 1 : 0,
    args.software,
    new Date().toISOString(),
  )
  return shownMeasurement(study, args.result)
}

/** A result as it is shown: while the study is blind, without what names its models. */
export function shownMeasurement<R extends StudyMeasurement>(study: StudyRow, result: R): R {
  return stateOf(study) === 'frozen' ? (blinded(result) as R) : result
}

interface Row {
  id: number
  result: string
  models: string
  blind: 0 | 1
  software: string
  madeAt: string
}

/**
 * `studies.measures`. While the study is blind, what tells models is left out, and what was measured
 * before it was frozen is only counted: its rows stand in the order of the names.
 */
export function studyMeasurements(
  db: ReaderDb,
  study: StudyRow,
): { measurements: KeptMeasurement[]; hidden: number } {
  const rows = statement<Row>(
    db,
    `SELECT id, result, models, blind, software, made_at AS madeAt FROM study_measures
     WHERE study_id = ? ORDER BY id DESC`,
  ).all(study.id)
  const isBlind = stateOf(study) === 'frozen'
  const shown = rows.filter(({ blind }) => !isBlind || blind === 1)
  const names = new Map(studyModels(db, study).map((model) => [model.id, shownName(study, model)]))
  return {
    measurements: shown.map(({ id, result, models, software, madeAt }) => {
      const ids = JSON.parse(models) as Record<string, number>
      const { data } = StudyMeasurement.safeParse(JSON.parse(result))
      if (!data)
        throw new AppError('damaged', `Measurement ${id} of "${study.name}" cannot be read.`)
      const named = renameModels(data, (name) => names.get(ids[name] ?? -1) ?? name)
      return { id, madeAt, software, result: isBlind ? blinded(named) : named }
    }),
    hidden: rows.length - shown.length,
  }
}
