import { randomBytes, randomUUID } from 'node:crypto'
import type { Study, StudySummary, studies as contract } from '#shared/contract/studies.ts'
import type { ImageOrigin, SheetCell, StudyPrompt } from '#shared/contract/studies.ts'
import type { z } from 'zod'
import { AppError } from '#shared/errors.ts'
import { StudyDesign } from '#shared/studies/design.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { statement, transaction } from '../statements.ts'
import { countRatings, forgetCounts } from './rating-counts.ts'

/** A study as it stands in the database. */
export interface StudyRow {
  id: number
  uid: string
  name: string
  role: 'owner' | 'rater'
  design: StudyDesign
  promptsFrom: string
  salt: string
  hash: string | null
  width: number | null
  height: number | null
  frozenAt: string | null
  unblindedAt: string | null
  createdAt: string
}

type RawStudy = Omit<StudyRow, 'design'> & { design: string }

const STUDY = `SELECT id, uid, name, role, design, prompts_from AS promptsFrom, salt, hash, width,
  height, frozen_at AS frozenAt, unblinded_at AS unblindedAt, created_at AS createdAt FROM studies`

/** @throws AppError `not-found` */
export function studyOf(db: ReaderDb, name: string): StudyRow {
  const row = statement<RawStudy>(db, `${STUDY} WHERE name = ?`).get(name.trim())
  if (row) return readStudy(row)
  const others = statement<{ name: string }>(db, 'SELECT name FROM studies ORDER BY name').all()
  throw new AppError(
    'not-found',
    `There is no study "${name}" in this corpus.`,
    others.length === 0
      ? { window: 'Make one in Judge.', command: 'Make one: gleaner study new.' }
      : `There ${others.length === 1 ? 'is' : 'are'}: ${others.map((one) => one.name).join(', ')}.`,
  )
}

/** A study that may have got another name meanwhile. @throws AppError `not-found` if it was removed */
export function studyById(db: ReaderDb, id: number): StudyRow {
  const row = statement<RawStudy>(db, `${STUDY} WHERE id = ?`).get(id)
  if (row) return readStudy(row)
  throw new AppError('not-found', 'The study was removed meanwhile.', 'Nothing is left to do.')
}

/** A study by its uid; null = not here. */
export function studyByUid(db: ReaderDb, uid: string): StudyRow | null {
  const row = statement<RawStudy>(db, `${STUDY} WHERE uid = ?`).get(uid)
  return row ? readStudy(row) : null
}

function readStudy(row: RawStudy): StudyRow {
  const { data } = StudyDesign.safeParse(JSON.parse(row.design))
  if (!data) throw new AppError('damaged', `The design of the study "${row.name}" cannot be read.`)
  return { ...row, design: data }
}

export function stateOf({ frozenAt, unblindedAt }: StudyRow): Study['state'] {
  return unblindedAt !== null ? 'unblinded' : frozenAt !== null ? 'frozen' : 'draft'
}

/** @throws AppError `conflict` once it is frozen */
export function requireDraft(study: StudyRow): void {
  if (study.frozenAt === null) return
  throw new AppError(
    'conflict',
    `The study "${study.name}" is frozen since ${study.frozenAt.slice(0, 10)}; nothing of it changes.`,
    'Make another study for another design.',
  )
}

/** @throws AppError `refused` while nobody may see which model made what */
export function requireSighted(study: StudyRow): void {
  if (stateOf(study) !== 'frozen') return
  throw new AppError(
    'refused',
    `The study "${study.name}" is rated blind: its pictures are not shown by model.`,
    {
      window: 'Unblind it first; that is logged.',
      command: 'gleaner study unblind; that is logged.',
    },
  )
}

/** @throws AppError `conflict` (the name is taken), `invalid-input` (no prompts) */
export function insertStudy(
  db: WriterDb,
  args: {
    name: string
    uid?: string
    role?: 'owner' | 'rater'
    design: StudyDesign
    prompts: readonly StudyPrompt[]
    promptsFrom: string
    salt?: string
    software: string
  },
): StudyRow {
  if (args.prompts.length === 0) {
    throw new AppError(
      'invalid-input',
      `The study "${args.name}" would have no prompts: ${args.promptsFrom} holds none.`,
      'Choose a prompt set or a file with prompts.',
    )
  }
  return transaction(db, () => {
    if (statement(db, 'SELECT 1 FROM studies WHERE name = ?').get(args.name.trim()) !== undefined) {
      throw new AppError(
        'conflict',
        `There is a study "${args.name}" in this corpus already.`,
        'Choose another name.',
      )
    }
    const now = new Date().toISOString()
    const { lastInsertRowid } = statement(
      db,
      `INSERT INTO studies (uid, name, role, design, prompts_from, salt, software, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(
      args.uid ?? randomUUID(),
      args.name.trim(),
      args.role ?? 'owner',
      JSON.stringify(args.design),
      args.promptsFrom,
      args.salt ?? randomBytes(16).toString('hex'),
      args.software,
      now,
    )
    const insert = statement(
      db,
      `INSERT INTO study_prompts (study_id, grp, kind, level, text, position)
       VALUES (?, ?, ?, ?, ?, ?)`,
    )
    args.prompts.forEach(({ group, kind, level, text }, position) =>
      insert.run(Number(lastInsertRowid), group, kind, level, text, position),
    )
    return studyOf(db, args.name)
  })
}

export function setStudyDesign(db: WriterDb, study: StudyRow, design: StudyDesign): void {
  requireDraft(study)
  checkDesign(design)
  statement(db, 'UPDATE studies SET design = ? WHERE id = ?').run(JSON.stringify(design), study.id)
}

/** @throws AppError `invalid-input` */
export function checkDesign(design: StudyDesign): void {
  const ids = design.aspects.map(({ id }) => id)
  const double = ids.find((id, i) => ids.indexOf(id) !== i)
  if (double !== undefined) {
    throw new AppError('invalid-input', `Two aspects have the id "${double}".`, 'Rename one.')
  }
  const unknown = design.primary.find((id) => !ids.includes(id))
  if (unknown !== undefined) {
    throw new AppError(
      'invalid-input',
      `The primary aspect "${unknown}" is none of the study's: ${ids.join(', ')}.`,
      'Name one of these.',
    )
  }
  if (!design.rate && !design.compare) {
    throw new AppError(
      'invalid-input',
      'The study would have nothing to judge: neither ratings nor comparisons.',
      'Choose one of them or both.',
    )
  }
}

export function renameStudy(db: WriterDb, study: StudyRow, name: string): void {
  if (name.trim() === study.name) return
  if (statement(db, 'SELECT 1 FROM studies WHERE name = ?').get(name.trim()) !== undefined) {
    throw new AppError(
      'conflict',
      `There is a study "${name}" in this corpus already.`,
      'Choose another name.',
    )
  }
  statement(db, 'UPDATE studies SET name = ? WHERE id = ?').run(name.trim(), study.id)
}

export function removeStudy(db: WriterDb, study: StudyRow): void {
  transaction(db, () => {
    // First: each picture that goes would look for its tasks among all.
    statement(db, 'DELETE FROM study_tasks WHERE study_id = ?').run(study.id)
    statement(db, 'DELETE FROM studies WHERE id = ?').run(study.id)
  })
  forgetCounts()
}

export function logStudy(db: WriterDb, study: number, what: string, detail: string): void {
  statement(db, 'INSERT INTO study_log (study_id, at, what, detail) VALUES (?, ?, ?, ?)').run(
    study,
    new Date().toISOString(),
    what,
    detail,
  )
}

/** Prompts in their order. */
export function studyPrompts(
  db: ReaderDb,
  study: StudyRow,
): (StudyPrompt & { id: number; position: number })[] {
  return statement<StudyPrompt & { id: number; position: number }>(
    db,
    `SELECT id, grp AS "group", kind, level, text, position FROM study_prompts
     WHERE study_id = ? ORDER BY position`,
  ).all(study.id)
}

export interface ModelRow {
  id: number
  name: string
  version: string | null
  code: string | null
}

/** Models by name; while the study is blind by their code. */
export function studyModels(db: ReaderDb, study: StudyRow): ModelRow[] {
  const order = stateOf(study) === 'frozen' ? 'code' : 'name'
  return statement<ModelRow>(
    db,
    `SELECT id, name, version, code FROM study_models WHERE study_id = ? ORDER BY ${order}`,
  ).all(study.id)
}

/** What a model is called before everyone: its code while the study is blind. */
export function shownName(study: StudyRow, model: ModelRow): string {
  return stateOf(study) === 'frozen' ? (model.code ?? '?') : model.name
}

/** The model of a draft by its name, made where there is none yet. */
export function putModel(
  db: WriterDb,
  study: StudyRow,
  args: { name: string; version: string | null },
): number {
  requireDraft(study)
  statement(
    db,
    `INSERT INTO study_models (study_id, name, version) VALUES (?, ?, ?)
     ON CONFLICT (study_id, name) DO UPDATE SET version = coalesce(excluded.version, version)`,
  ).run(study.id, args.name, args.version)
  return statement<{ id: number }>(
    db,
    'SELECT id FROM study_models WHERE study_id = ? AND name = ?',
  ).get(study.id, args.name)?.id as number
}

export function removeModel(db: WriterDb, study: StudyRow, name: string): void {
  requireDraft(study)
  const { changes } = statement(db, 'DELETE FROM study_models WHERE study_id = ? AND name = ?').run(
    study.id,
    name,
  )
  if (changes === 0) {
    throw new AppError('not-found', `The study "${study.name}" has no model "${name}".`)
  }
}

/** A picture of a model as it is taken in. */
export interface NewImage {
  model: number
  prompt: number
  take: number
  sha256: string
  mime: string
  width: number
  height: number
  seed: string | null
  origin: ImageOrigin
}

/**
 * Adds pictures. One whose place (model, prompt, take) is taken is left out, and listed so.
 * @returns how many are new
 */
export function insertImages(
  db: WriterDb,
  study: StudyRow,
  images: readonly NewImage[],
  leftOut: readonly { model: number; file: string; reason: string; detail: string | null }[] = [],
): number {
  return transaction(db, () => {
    requireDraft(studyById(db, study.id))
    const insert = statement(
      db,
      `INSERT INTO study_images (study_id, model_id, prompt_id, take, sha256, mime, width, height,
         seed, origin) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (study_id, model_id, prompt_id, take) DO NOTHING`,
    )
    let added = 0
    const out = [...leftOut]
    for (const image of images) {
      const { changes } = insert.run(
        study.id,
        image.model,
        image.prompt,
        image.take,
        image.sha256,
        image.mime,
        image.width,
        image.height,
        image.seed,
        JSON.stringify(image.origin),
      )
      added += changes
      if (changes > 0) continue
      const detail = 'the study has a picture of this model, prompt and take from another source'
      out.push({ model: image.model, file: image.origin.file, reason: 'double', detail })
    }
    const insertOut = statement(
      db,
      'INSERT INTO study_left_out (study_id, model_id, file, reason, detail) VALUES (?, ?, ?, ?, ?)',
    )
    for (const { model, file, reason, detail } of out) {
      insertOut.run(study.id, model, file, reason, detail)
    }
    return added
  })
}

/** Forgets what was not taken in of a model, before it is looked at anew. */
export function clearLeftOut(db: WriterDb, model: number): void {
  statement(db, 'DELETE FROM study_left_out WHERE model_id = ?').run(model)
}

export interface ImageRow {
  id: number
  model: number | null
  prompt: number
  take: number
  sha256: string
  mime: string
  width: number
  height: number
  seed: string | null
  origin: string
  token: string | null
}

const IMAGE = `SELECT id, model_id AS model, prompt_id AS prompt, take, sha256, mime, width, height,
  seed, origin, token FROM study_images`

export function studyImages(db: ReaderDb, study: StudyRow): ImageRow[] {
  return statement<ImageRow>(db, `${IMAGE} WHERE study_id = ? ORDER BY id`).all(study.id)
}

/** SHA-256 of the files of a model that are taken in already, by name. */
export function filesTaken(db: ReaderDb, model: number): Map<string, string> {
  return new Map(
    statement<{ file: string; sha256: string }>(
      db,
      `SELECT origin ->> 'file' AS file, sha256 FROM study_images WHERE model_id = ?`,
    )
      .all(model)
      .map(({ file, sha256 }) => [file, sha256]),
  )
}

/** Of the pictures of a model how each was made, by its file's name. */
export function originsTaken(db: ReaderDb, model: number): Map<string, ImageOrigin> {
  const origins = statement<{ origin: string }>(
    db,
    'SELECT origin FROM study_images WHERE model_id = ?',
  )
    .all(model)
    .map(({ origin }) => JSON.parse(origin) as ImageOrigin)
  return new Map(origins.map((origin) => [origin.file, origin]))
}

/** `studies.image`. @throws AppError `not-found`, `refused` while blind */
export function studyImage(
  db: ReaderDb,
  study: StudyRow,
  id: number,
): z.output<(typeof contract)['studies.image']['output']> {
  requireSighted(study)
  const row = statement<ImageRow & { modelName: string | null }>(
    db,
    `SELECT i.id, i.model_id AS model, i.prompt_id AS prompt, i.take, i.sha256, i.mime, i.width,
       i.height, i.seed, i.origin, i.token, m.name AS modelName
     FROM study_images i LEFT JOIN study_models m ON m.id = i.model_id
     WHERE i.study_id = ? AND i.id = ?`,
  ).get(study.id, id)
  const prompt = statement<StudyPrompt>(
    db,
    'SELECT grp AS "group", kind, level, text FROM study_prompts WHERE id = ?',
  ).get(row?.prompt ?? 0)
  if (!row || !prompt) {
    throw new AppError('not-found', `The study "${study.name}" has no picture ${id}.`)
  }
  return {
    image: {
      id: row.id,
      sha256: row.sha256,
      width: row.width,
      height: row.height,
      take: row.take,
    },
    model: row.modelName ?? '',
    prompt,
    origin: JSON.parse(row.origin) as ImageOrigin,
  }
}

/** `studies.sheet`. @throws AppError `refused` while blind */
export function studySheet(
  db: ReaderDb,
  study: StudyRow,
  args: { kind: string | null; from: number; limit: number },
): { total: number; cells: SheetCell[] } {
  requireSighted(study)
  const models = studyModels(db, study)
  const all = studyPrompts(db, study).filter(({ kind }) => args.kind === null || kind === args.kind)
  const imagesOf = statement<ImageRow>(db, `${IMAGE} WHERE prompt_id = ? ORDER BY take`)
  return {
    total: all.length,
    cells: all.slice(args.from, args.from + args.limit).map(({ id, group, kind, level, text }) => {
      const images = imagesOf.all(id)
      return {
        prompt: { group, kind, level, text },
        images: models.map((model) =>
          images
            .filter((image) => image.model === model.id)
            .map(({ id: image, sha256, width, height, take }) => ({
              id: image,
              sha256,
              width,
              height,
              take,
            })),
        ),
      }
    }),
  }
}

/** `studies.problems`. */
export function studyProblems(
  db: ReaderDb,
  study: StudyRow,
): z.output<(typeof contract)['studies.problems']['output']> {
  const models = studyModels(db, study)
  const blind = stateOf(study) === 'frozen'
  const nameOf = new Map(models.map((model) => [model.id, shownName(study, model)]))
  const missing = statement<StudyPrompt & { model: number }>(
    db,
    `SELECT m.id AS model, p.grp AS "group", p.kind, p.level, p.text
     FROM study_models m JOIN study_prompts p ON p.study_id = m.study_id
     WHERE m.study_id = ? AND NOT EXISTS (
       SELECT 1 FROM study_images i WHERE i.model_id = m.id AND i.prompt_id = p.id)
     ORDER BY ${blind ? 'p.position' : 'm.name, p.position'}`,
  )
    .all(study.id)
    // Which model lacks it tells which one made the other picture.
    .map(({ model, ...prompt }) => ({ model: blind ? '' : (nameOf.get(model) ?? ''), prompt }))
  // A file's name tells its model.
  const leftOut = blind
    ? []
    : statement<{ model: number; file: string; reason: string; detail: string | null }>(
        db,
        'SELECT model_id AS model, file, reason, detail FROM study_left_out WHERE study_id = ? ORDER BY id',
      )
        .all(study.id)
        .map((row) => ({ ...row, model: nameOf.get(row.model) ?? '' }))
  const doubles = blind
    ? []
    : statement<{ sha256: string; files: string }>(
        db,
        `SELECT sha256, json_group_array(origin ->> 'file') AS files FROM study_images
         WHERE study_id = ? GROUP BY sha256 HAVING count(*) > 1`,
      )
        .all(study.id)
        .map(({ sha256, files }) => ({ sha256, files: JSON.parse(files) as string[] }))
  return { missing, leftOut, doubles, leaks: studyLeaks(db, study) }
}

/** Prompts and pictures of a study that stand in the corpus, too: there a model may have learned them. */
function studyLeaks(
  db: ReaderDb,
  study: StudyRow,
): z.output<(typeof contract)['studies.problems']['output']>['leaks'] {
  const pictures = statement<StudyPrompt & { pairs: number }>(
    db,
    `SELECT p.grp AS "group", p.kind, p.level, p.text, count(*) AS pairs
     FROM study_images s JOIN study_prompts p ON p.id = s.prompt_id
       JOIN images i ON i.sha256 = s.sha256 JOIN pairs q ON q.image_id = i.id
     WHERE s.study_id = ? GROUP BY s.id`,
  ).all(study.id)
  return pictures.map(({ pairs, ...prompt }) => ({ kind: 'picture' as const, prompt, pairs }))
}

/** `studies.list`. */
export function studySummaries(db: ReaderDb): StudySummary[] {
  return statement<RawStudy>(db, `${STUDY} ORDER BY created_at DESC, id DESC`)
    .all()
    .map((row) => summaryOf(db, readStudy(row)))
}

function summaryOf(db: ReaderDb, study: StudyRow): StudySummary {
  const count = (sql: string): number => statement<{ n: number }>(db, sql).get(study.id)?.n ?? 0
  return {
    name: study.name,
    state: stateOf(study),
    role: study.role,
    prompts: count('SELECT count(*) AS n FROM study_prompts WHERE study_id = ?'),
    models: count('SELECT count(*) AS n FROM study_models WHERE study_id = ?'),
    images: count('SELECT count(*) AS n FROM study_images WHERE study_id = ?'),
    ...countRatings(db, study),
    createdAt: study.createdAt,
    frozenAt: study.frozenAt,
    unblindedAt: study.unblindedAt,
  }
}

/** `studies.get`. */
export function studyDetails(db: ReaderDb, study: StudyRow): Study {
  const count = (sql: string): number => statement<{ n: number }>(db, sql).get(study.id)?.n ?? 0
  const models = studyModels(db, study)
  const prompts = studyPrompts(db, study)
  const tasks = new Map(
    statement<{ kind: string; n: number }>(
      db,
      'SELECT kind, count(*) AS n FROM study_tasks WHERE study_id = ? GROUP BY kind',
    )
      .all(study.id)
      .map(({ kind, n }) => [kind, n]),
  )
  const tasksOf = (...kinds: string[]): number =>
    kinds.reduce((sum, kind) => sum + (tasks.get(kind) ?? 0), 0)
  const problems = studyProblems(db, study)
  const made = models.map(
    ({ id }) =>
      statement<{ n: number }>(
        db,
        'SELECT count(*) AS n FROM study_images WHERE model_id = ? AND study_id = ?',
      ).get(id, study.id)?.n ?? 0,
  )
  return {
    ...summaryOf(db, study),
    uid: study.uid,
    design: study.design,
    hash: study.hash,
    promptsFrom: study.promptsFrom,
    kinds: [...new Set(prompts.map(({ kind }) => kind))],
    groups: new Set(prompts.map(({ group }) => group)).size,
    levels: [...new Set(prompts.map(({ level }) => level))].sort((a, b) => a - b),
    byModel: models.map((model, i) => ({
      name: shownName(study, model),
      version: stateOf(study) === 'frozen' ? null : model.version,
      images: stateOf(study) === 'frozen' && new Set(made).size > 1 ? null : (made[i] as number),
    })),
    takes: count('SELECT coalesce(max(take) + 1, 0) AS n FROM study_images WHERE study_id = ?'),
    missing: problems.missing.length,
    leftOut: count('SELECT count(*) AS n FROM study_left_out WHERE study_id = ?'),
    leaks: {
      pictures: problems.leaks.filter(({ kind }) => kind === 'picture').length,
      prompts: null,
    },
    tasks: {
      rate: tasksOf('item'),
      compare: tasksOf('pair'),
      repeats: tasksOf('repeat', 'pair-repeat'),
      checks: tasksOf('check', 'pair-check'),
      practice: tasksOf('practice', 'practice-check'),
    },
    log: statement<{ at: string; what: string; detail: string }>(
      db,
      'SELECT at, what, detail FROM study_log WHERE study_id = ? ORDER BY id',
    ).all(study.id),
  }
}
