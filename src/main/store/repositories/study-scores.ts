import type { ReaderDb, WriterDb } from '../open.ts'
import { statement } from '../statements.ts'
import { shownName, studyModels, type StudyRow } from './studies.ts'

/** A picture of a study that has no score of a model yet. */
export interface UnscoredImage {
  image: number
  sha256: string
  prompt: string
}

export function unscoredImages(db: ReaderDb, study: StudyRow, digest: string): UnscoredImage[] {
  return statement<UnscoredImage>(
    db,
    `SELECT i.id AS image, i.sha256, p.text AS prompt
     FROM study_images i JOIN study_prompts p ON p.id = i.prompt_id
     WHERE i.study_id = ? AND NOT EXISTS (
       SELECT 1 FROM study_scores s WHERE s.image_id = i.id AND s.model_digest = ?)
     ORDER BY i.id`,
  ).all(study.id, digest)
}

/** @param model as people know it */
export function putStudyScores(
  db: WriterDb,
  args: { digest: string; model: string; scores: readonly { image: number; cosine: number }[] },
): void {
  const insert = statement(
    db,
    `INSERT INTO study_scores (image_id, model_digest, model, cosine) VALUES (?, ?, ?, ?)
     ON CONFLICT (image_id, model_digest) DO UPDATE SET cosine = excluded.cosine`,
  )
  for (const { image, cosine } of args.scores) insert.run(image, args.digest, args.model, cosine)
}

/** The score of a picture of a study and its prompt. */
export interface ImageScore {
  image: number
  /** Its code while the study is blind. */
  model: string
  group: string
  kind: string
  level: number
  take: number
  /** Name and digest of the scoring model. */
  by: string
  digest: string
  cosine: number
}

export function studyScores(db: ReaderDb, study: StudyRow): ImageScore[] {
  const names = new Map(studyModels(db, study).map((model) => [model.id, shownName(study, model)]))
  return statement<Omit<ImageScore, 'model'> & { model: number | null }>(
    db,
    `SELECT i.id AS image, i.model_id AS model, p.grp AS "group", p.kind, p.level, i.take,
       s.model AS by, s.model_digest AS digest, s.cosine
     FROM study_scores s JOIN study_images i ON i.id = s.image_id
       JOIN study_prompts p ON p.id = i.prompt_id
     WHERE i.study_id = ? ORDER BY s.model, i.id`,
  )
    .all(study.id)
    .map((row) => ({ ...row, model: names.get(row.model ?? 0) ?? '' }))
}
