import { AppError } from '#shared/errors.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { statement, transaction } from '../statements.ts'
import { logStudy, requireDraft, studyOf, type StudyRow } from './studies.ts'

/** A task as it is kept; `kind` as the drawing names it. */
export interface TaskRow {
  token: string
  kind: string
  image: number
  other: number | null
  prompt: number
  repeats: string | null
  /** JSON. */
  expect: string | null
}

/**
 * Fixes a study in one transaction: tasks, tokens of its pictures, codes of its models, its hash.
 * @throws AppError `conflict` if it is frozen already
 */
export function freezeStudy(
  db: WriterDb,
  study: StudyRow,
  args: {
    hash: string
    width: number
    height: number
    tasks: readonly TaskRow[]
    /** By id of the picture. */
    tokens: ReadonlyMap<number, string>
    /** By id of the model: "Model A". */
    codes: ReadonlyMap<number, string>
    detail: string
  },
): void {
  transaction(db, () => {
    requireDraft(studyOf(db, study.name))
    insertTasks(db, study.id, args.tasks)
    const token = statement(db, 'UPDATE study_images SET token = ? WHERE id = ?')
    for (const [image, value] of args.tokens) token.run(value, image)
    const code = statement(db, 'UPDATE study_models SET code = ? WHERE id = ?')
    for (const [model, value] of args.codes) code.run(value, model)
    statement(
      db,
      'UPDATE studies SET hash = ?, width = ?, height = ?, frozen_at = ? WHERE id = ?',
    ).run(args.hash, args.width, args.height, new Date().toISOString(), study.id)
    logStudy(db, study.id, 'frozen', args.detail)
  })
}

export function insertTasks(db: WriterDb, study: number, tasks: readonly TaskRow[]): void {
  const insert = statement(
    db,
    `INSERT INTO study_tasks (token, study_id, kind, image_id, other_id, prompt_id, repeats, expect)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  for (const task of tasks) {
    insert.run(
      task.token,
      study,
      task.kind,
      task.image,
      task.other,
      task.prompt,
      task.repeats,
      task.expect,
    )
  }
}

/** Marks a study as unblinded. @throws AppError `conflict` (not frozen, unblinded before, a rater's copy) */
export function unblindStudy(
  db: WriterDb,
  study: StudyRow,
  args: { by: string; why: string },
): void {
  if (study.role === 'rater') {
    throw new AppError(
      'conflict',
      `The study "${study.name}" is a rater's copy: which model made what is not on this machine.`,
    )
  }
  if (study.frozenAt === null) {
    throw new AppError('conflict', `The study "${study.name}" is a draft; nothing is blind yet.`)
  }
  if (study.unblindedAt !== null) {
    throw new AppError(
      'conflict',
      `The study "${study.name}" was unblinded on ${study.unblindedAt.slice(0, 10)} already.`,
    )
  }
  transaction(db, () => {
    statement(db, 'UPDATE studies SET unblinded_at = ? WHERE id = ?').run(
      new Date().toISOString(),
      study.id,
    )
    logStudy(db, study.id, 'unblinded', `by ${args.by}${args.why === '' ? '' : `: ${args.why}`}`)
  })
}

const TASK = `SELECT token, kind, image_id AS image, other_id AS other, prompt_id AS prompt, repeats,
  expect FROM study_tasks`

export function studyTasks(db: ReaderDb, study: StudyRow): TaskRow[] {
  return statement<TaskRow>(db, `${TASK} WHERE study_id = ?`).all(study.id)
}

/** @throws AppError `not-found` */
export function taskOf(db: ReaderDb, study: StudyRow, token: string): TaskRow {
  const row = statement<TaskRow & { study: number }>(
    db,
    `SELECT token, kind, image_id AS image, other_id AS other, prompt_id AS prompt, repeats, expect,
       study_id AS study FROM study_tasks WHERE token = ?`,
  ).get(token)
  if (row?.study === study.id) return row
  throw new AppError('not-found', `The study "${study.name}" has no task ${token}.`)
}

/** Whether a study of the corpus has a task or picture of one of these tokens. */
export function isTokenTaken(
  db: ReaderDb,
  of: { images: readonly { token: string }[]; tasks: readonly { token: string }[] },
): boolean {
  const task = statement(db, 'SELECT 1 FROM study_tasks WHERE token = ?')
  const image = statement(db, 'SELECT 1 FROM study_images WHERE token = ?')
  return (
    of.tasks.some(({ token }) => task.get(token) !== undefined) ||
    of.images.some(({ token }) => image.get(token) !== undefined)
  )
}

/** A picture with the size at which its study (its uid) shows it. */
export interface BlindImage {
  study: string
  sha256: string
  width: number
  height: number
}

/** The picture behind a token; null = there is none. */
export function imageByToken(db: ReaderDb, token: string): BlindImage | null {
  return (
    statement<BlindImage>(
      db,
      `SELECT s.uid AS study, i.sha256, s.width, s.height FROM study_images i JOIN studies s ON s.id = i.study_id
       WHERE i.token = ? AND s.width IS NOT NULL`,
    ).get(token) ?? null
  )
}

/** Pixels of the largest picture of a study, as it was taken in. */
export function largestPicture(db: ReaderDb, uid: string): number {
  return (
    statement<{ pixels: number | null }>(
      db,
      `SELECT max(i.width * i.height) AS pixels FROM study_images i
       JOIN studies s ON s.id = i.study_id WHERE s.uid = ?`,
    ).get(uid)?.pixels ?? 0
  )
}

/** The words of a task's prompt and the tokens of its pictures. */
export function shownTask(
  db: ReaderDb,
  task: TaskRow,
): { prompt: string; image: string; other: string | null } {
  const row = statement<{ prompt: string; image: string; other: string | null }>(
    db,
    `SELECT p.text AS prompt, i.token AS image, o.token AS other
     FROM study_prompts p JOIN study_images i ON i.id = ?
       LEFT JOIN study_images o ON o.id = ? WHERE p.id = ?`,
  ).get(task.image, task.other, task.prompt)
  if (row) return row
  throw new AppError('damaged', `Task ${task.token} has lost its picture or its prompt.`)
}
