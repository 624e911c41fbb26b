import type { StudyPrompt } from '#shared/contract/studies.ts'
import type { StudyDesign } from '#shared/studies/design.ts'
import type { WriterDb } from '../open.ts'
import { statement, transaction } from '../statements.ts'
import { insertStudy, logStudy } from './studies.ts'
import { insertTasks } from './study-tasks.ts'

/** A picture of a study that is only rated here. */
export interface CopiedImage {
  token: string
  /** Position of its prompt. */
  prompt: number
  sha256: string
  mime: string
  width: number
  height: number
}

/**
 * Adds a study that was frozen on another machine, to be rated here. In a corpus that has another
 * study of its name it gets "name (2)".
 * @param args.tasks with pictures by token and prompts by position
 */
export function putRaterStudy(
  db: WriterDb,
  args: {
    uid: string
    name: string
    hash: string
    design: StudyDesign
    width: number
    height: number
    prompts: readonly StudyPrompt[]
    promptsFrom: string
    images: readonly CopiedImage[]
    tasks: readonly {
      token: string
      kind: string
      image: string
      other: string | null
      prompt: number
      repeats: string | null
    }[]
    software: string
  },
): string {
  return transaction(db, () => {
    const study = insertStudy(db, {
      uid: args.uid,
      name: freeName(db, args.name),
      role: 'rater',
      design: args.design,
      prompts: args.prompts,
      promptsFrom: args.promptsFrom,
      salt: '',
      software: args.software,
    })
    const prompts = statement<{ id: number }>(
      db,
      'SELECT id FROM study_prompts WHERE study_id = ? ORDER BY position',
    )
      .all(study.id)
      .map(({ id }) => id)
    const insert = statement(
      db,
      `INSERT INTO study_images (study_id, model_id, prompt_id, take, sha256, mime, width, height,
         seed, origin, token) VALUES (?, NULL, ?, ?, ?, ?, ?, ?, NULL, ?, ?)`,
    )
    const ids = new Map(
      args.images.map((image, take) => [
        image.token,
        Number(
          insert.run(
            study.id,
            prompts[image.prompt],
            take,
            image.sha256,
            image.mime,
            image.width,
            image.height,
            '{}',
            image.token,
          ).lastInsertRowid,
        ),
      ]),
    )
    insertTasks(
      db,
      study.id,
      args.tasks.map((task) => ({
        token: task.token,
        kind: task.kind,
        image: ids.get(task.image) as number,
        other: task.other === null ? null : (ids.get(task.other) as number),
        prompt: prompts[task.prompt] as number,
        repeats: task.repeats,
        expect: null,
      })),
    )
    statement(
      db,
      'UPDATE studies SET hash = ?, width = ?, height = ?, frozen_at = ? WHERE id = ?',
    ).run(args.hash, args.width, args.height, new Date().toISOString(), study.id)
    logStudy(db, study.id, 'opened', args.promptsFrom)
    return study.name
  })
}

/** What a name may have at most. */
const MOST_OF_NAME = 100

function freeName(db: WriterDb, name: string): string {
  const isTaken = (candidate: string): boolean =>
    statement(db, 'SELECT 1 FROM studies WHERE name = ?').get(candidate) !== undefined
  let candidate = name
  for (let n = 2; isTaken(candidate); n++) {
    const more = ` (${n})`
    candidate = `${name.slice(0, MOST_OF_NAME - more.length).trimEnd()}${more}`
  }
  return candidate
}
