import { AppError } from '#shared/errors.ts'
import type { ReaderDb } from '../../store/open.ts'
import { studyModels, type StudyRow } from '../../store/repositories/studies.ts'

/** @throws AppError `refused` where nobody here knows which model made what, or nothing was made */
export function requireOwner(db: ReaderDb, study: StudyRow): void {
  if (study.role === 'rater') {
    throw new AppError(
      'refused',
      `The study "${study.name}" is a rater's copy: which model made what is not on this machine.`,
      'Measure it where it was made.',
    )
  }
  if (studyModels(db, study).length > 0) return
  throw new AppError('refused', `The study "${study.name}" has no pictures.`, {
    window: 'Import the images of a model first.',
    command: 'gleaner study images takes them in.',
  })
}
