import type { OwnText } from '#shared/domain.ts'
import { OWN_TEXTS } from '#shared/domain.ts'
import type { PairPictureText, PictureTextFound } from '#shared/picture-texts.ts'
import { shownShare } from '#shared/text/shown-words.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { statement, transaction } from '../statements.ts'
import { clearFailures, insertFailure } from './failures.ts'
import { listModels } from './models.ts'

/** What a model found in a picture, to be kept. */
export interface FoundText {
  sha256: string
  share: number
  found: PictureTextFound
}

/** The model whose texts filters and views mean, or null where none was run. */
export function textFinder(db: ReaderDb): number | null {
  return statement<{ id: number }>(db, 'SELECT model_id AS id FROM text_finder').get()?.id ?? null
}

/** The same with its names, as recipes hold it. */
export function textFinderNamed(db: ReaderDb): { id: string; name: string; digest: string } | null {
  const id = textFinder(db)
  const model = id === null ? undefined : listModels(db).find((one) => one.id === id)
  return model ? { id: model.publicId, name: model.title, digest: model.digest } : null
}

/** Whether the model in use reads what it finds. */
export function finderReads(db: ReaderDb): boolean {
  const model = textFinder(db)
  if (model === null) return false
  const row = statement<{ manifest: string }>(db, 'SELECT manifest FROM models WHERE id = ?').get(
    model,
  )
  const read = row ? (JSON.parse(row.manifest) as { recogniser?: unknown }) : {}
  return (read.recogniser ?? null) !== null
}

export function setTextFinder(db: WriterDb, modelId: number): void {
  statement(
    db,
    `INSERT INTO text_finder (id, model_id) VALUES (1, ?)
     ON CONFLICT (id) DO UPDATE SET model_id = excluded.model_id`,
  ).run(modelId)
}

/** Pictures that a model has looked at already. */
export function lookedAt(db: ReaderDb, modelId: number): Set<string> {
  const rows = statement<{ sha256: string }>(
    db,
    'SELECT sha256 FROM picture_texts WHERE model_id = ?',
  ).iterate(modelId)
  const seen = new Set<string>()
  for (const { sha256 } of rows) seen.add(sha256)
  return seen
}

/** Keeps what was found; a picture that is there already stays as it is. */
export function putPictureTexts(
  db: WriterDb,
  args: { modelId: number; reads: boolean; found: readonly FoundText[] },
): void {
  const put = statement(
    db,
    `INSERT INTO picture_texts (model_id, sha256, share, n, words, lines) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (model_id, sha256) DO NOTHING`,
  )
  for (const { sha256, share, found } of args.found) {
    const words = args.reads ? wordsOf(found) : null
    put.run(args.modelId, sha256, share, found.lines.length, words, JSON.stringify(found))
  }
}

function wordsOf({ lines }: PictureTextFound): string {
  return lines.flatMap(({ text }) => text || []).join('\n')
}

/** Notes that text could not be looked for in a picture, once however often it is tried. */
export function putTextFailure(db: WriterDb, sha256: string, detail: string): void {
  const rows = statement<{ url: string }>(db, 'SELECT url FROM images WHERE sha256 = ? LIMIT 1')
  const url = rows.get(sha256)?.url ?? sha256
  transaction(db, () => {
    clearFailures(db, 'text-in-image', url)
    insertFailure(db, { stage: 'text-in-image', reason: 'text-not-looked-for', url, detail })
  })
}

/** How many pictures a model has looked at, has found text in, and has read words in. */
export function countPictureTexts(
  db: ReaderDb,
  modelId: number,
): { pictures: number; withText: number; withWords: number } {
  return (
    statement<{ pictures: number; withText: number; withWords: number }>(
      db,
      `SELECT count(*) AS pictures, ifnull(sum(n > 0), 0) AS withText,
         ifnull(sum(words <> ''), 0) AS withWords FROM picture_texts WHERE model_id = ?`,
    ).get(modelId) ?? { pictures: 0, withText: 0, withWords: 0 }
  )
}

/** A function that gives the text in a picture by the model in use; null = it was not looked at. */
export function pictureTextReader(
  db: ReaderDb,
): (
  sha256: string | null,
  texts: Readonly<Record<OwnText, string | null>>,
) => PairPictureText | null {
  const modelId = textFinder(db)
  if (modelId === null) return () => null
  const model = listModels(db).find(({ id }) => id === modelId)?.publicId ?? ''
  const get = statement<{ share: number; words: string | null; lines: string }>(
    db,
    'SELECT share, words, lines FROM picture_texts WHERE model_id = ? AND sha256 = ?',
  )
  return (sha256, texts) => {
    const row = sha256 === null ? undefined : get.get(modelId, sha256)
    if (!row) return null
    const { share, words } = row
    const shown = Object.fromEntries(
      OWN_TEXTS.map((text) => [text, shownShare(texts[text], words)]),
    ) as PairPictureText['shown']
    return { ...(JSON.parse(row.lines) as PictureTextFound), model, share, words, shown }
  }
}
