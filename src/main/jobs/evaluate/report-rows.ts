import type { ResultOptions } from '#shared/contract/results.ts'
import { AppError } from '#shared/errors.ts'
import { SOFTWARE } from '#shared/version.ts'
import type { ReportRows } from '../../evaluation/report/rows.ts'
import type { ReaderDb } from '../../store/open.ts'
import { countedRatings, countedVotes } from '../../store/repositories/rating-files.ts'
import { studyScores } from '../../store/repositories/study-scores.ts'
import {
  stateOf,
  studyDetails,
  studyModels,
  studyOf,
  studyPrompts,
  type StudyRow,
} from '../../store/repositories/studies.ts'
import { raterSummaries } from './raters.ts'

/** @throws AppError `conflict`: a rater's copy does not know which model made what */
export function requireOwner(study: StudyRow): void {
  if (study.role === 'owner') return
  throw new AppError(
    'conflict',
    `The study "${study.name}" is a rater's copy: which model made what is not on this machine.`,
    'Send the ratings to the one who made the study; the report is made there.',
  )
}

/**
 * All that a report of a study is made of; models by the names that may be shown.
 * @throws AppError `not-found`, `conflict` (a rater's copy), `invalid-input` (a rater who is none)
 */
export function reportRows(db: ReaderDb, name: string, options: ResultOptions): ReportRows {
  const study = studyOf(db, name)
  requireOwner(study)
  const details = studyDetails(db, study)
  const blind = stateOf(study) === 'frozen'
  const raters = raterSummaries({ reader: db }, study)
  const unknown = options.without.find((one) => !raters.some(({ rater }) => rater === one))
  if (unknown !== undefined) {
    throw new AppError(
      'invalid-input',
      `Nobody called "${unknown}" rated the study "${study.name}".`,
      raters.length === 0 ? '' : `There are: ${raters.map(({ rater }) => rater).join(', ')}.`,
    )
  }
  const { uid, hash, state, createdAt, frozenAt, unblindedAt } = details
  return {
    study: {
      name: study.name,
      uid,
      hash,
      state,
      blind,
      createdAt,
      frozenAt,
      unblindedAt,
      design: study.design,
      promptsFrom: study.promptsFrom,
      images: details.images,
      missing: details.missing,
      leaks: details.leaks,
      log: details.log,
    },
    software: SOFTWARE,
    models: details.byModel.map(({ name: model, version, images }) => ({
      name: model,
      version,
      images,
    })),
    prompts: studyPrompts(db, study).map(({ group, kind, level, text }) => ({
      group,
      kind,
      level,
      text,
    })),
    ratings: studyModels(db, study).length === 0 ? [] : countedRatings(db, study),
    votes: countedVotes(db, study),
    scores: studyScores(db, study),
    raters,
    options,
  }
}
