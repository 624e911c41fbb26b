import { AppError } from '#shared/errors.ts'
import type { ReaderDb } from '../open.ts'
import { statement } from '../statements.ts'
import { shownName, studyModels, studyOf, type ModelRow, type StudyRow } from './studies.ts'

/** Pictures of a study by one of its models, of all prompts or of those of a kind. */
export interface StudySet {
  study: StudyRow
  model: ModelRow
  kind: string | null
}

/**
 * `STUDY/MODEL` or `STUDY/MODEL/KIND`, with the model as it is shown: by its code while the study is
 * blind. Names may hold slashes: the text is compared with all that there are.
 * @throws AppError `not-found` that names what there is, `invalid-input` where two could be meant
 */
export function findStudySet(db: ReaderDb, text: string): StudySet {
  const all = allSets(db)
  const found = all.filter(({ name }) => name === text)
  const [first] = found
  if (first && found.length === 1) return first.set
  if (first) {
    throw new AppError(
      'invalid-input',
      `"${text}" may mean ${found.length} sets of pictures`,
      'Rename a study, a model or a kind.',
    )
  }
  const names = all.filter(({ set }) => set.kind === null).map(({ name }) => name)
  const shown = names.slice(0, 12).join(', ') + (names.length > 12 ? ' and more' : '')
  throw new AppError(
    'not-found',
    `There are no pictures "${text}" in this corpus`,
    names.length === 0
      ? 'No study of this corpus has pictures by model; a rater’s copy does not say which model made what.'
      : `There are ${shown}; each also by kind, as ${names[0]}/KIND. A blind study goes by its codes.`,
  )
}

function allSets(db: ReaderDb): { name: string; set: StudySet }[] {
  const studies = statement<{ name: string }>(db, 'SELECT name FROM studies ORDER BY name').all()
  return studies.flatMap(({ name }) => {
    const study = studyOf(db, name)
    const kinds = studyKinds(db, study).filter((kind) => kind !== '')
    return studyModels(db, study).flatMap((model) =>
      [null, ...kinds].map((kind) => ({
        name: [name, shownName(study, model), ...(kind === null ? [] : [kind])].join('/'),
        set: { study, model, kind },
      })),
    )
  })
}

/** Kinds of a study's prompts, in their order; '' = none was given. */
export function studyKinds(db: ReaderDb, study: StudyRow): string[] {
  return statement<{ kind: string }>(
    db,
    'SELECT kind FROM study_prompts WHERE study_id = ? GROUP BY kind ORDER BY min(position)',
  )
    .all(study.id)
    .map(({ kind }) => kind)
}

/**
 * The pictures of a set by their SHA-256, in the order of prompts and takes; the same bytes as often
 * as they are there.
 * @param takes of a prompt at most, from the first; null = all
 */
export function setPictures(db: ReaderDb, set: StudySet, takes: number | null = null): string[] {
  return statement<{ sha256: string }>(
    db,
    `SELECT i.sha256 FROM study_images i JOIN study_prompts p ON p.id = i.prompt_id
     WHERE i.study_id = ? AND i.model_id = ? AND (? IS NULL OR p.kind = ?)
       AND (? IS NULL OR (SELECT count(*) FROM study_images o WHERE o.model_id = i.model_id
         AND o.prompt_id = i.prompt_id AND o.take < i.take) < ?)
     ORDER BY p.position, i.take`,
  )
    .all(set.study.id, set.model.id, set.kind, set.kind, takes, takes)
    .map(({ sha256 }) => sha256)
}
