import type { OwnText } from '#shared/domain.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { statement } from '../statements.ts'
import { ensureModel } from './models.ts'

const key = (fingerprint: string): string => `only-listed:${fingerprint}`

/** Whether of an archive only the pairs that it lists were taken. */
export function isOnlyListed(db: ReaderDb, fingerprint: string): boolean {
  return statement(db, 'SELECT 1 FROM meta WHERE key = ?').get(key(fingerprint)) !== undefined
}

export function setOnlyListed(db: WriterDb, fingerprint: string): void {
  statement(db, `INSERT INTO meta (key, value) VALUES (?, '1') ON CONFLICT (key) DO NOTHING`).run(
    key(fingerprint),
  )
}

export interface ListedScore {
  model: { digest: string; name: string; title: string }
  text: Exclude<OwnText, 'span'>
  cosine: number
}

/**
 * Keeps scores that an archive lists for pairs of a page; those that are there stay. Call it in the
 * transaction that adds the page.
 */
export function putListedScores(
  db: WriterDb,
  page: { archiveId: number; offset: number },
  scores: ReadonlyMap<number, readonly ListedScore[]>,
): void {
  const pairs = statement<{ id: number; position: number }>(
    db,
    `SELECT p.id, p.position FROM pages g CROSS JOIN pairs p ON p.page_id = g.id
     WHERE g.archive_id = ? AND g.offset = ?`,
  ).all(page.archiveId, page.offset)
  const put = statement(
    db,
    `INSERT INTO scores (model_id, text_source, pair_id, cosine) VALUES (?, ?, ?, ?)
     ON CONFLICT (model_id, text_source, pair_id) DO NOTHING`,
  )
  for (const { id, position } of pairs) {
    for (const { model, text, cosine } of scores.get(position) ?? []) {
      const { digest, name, title } = model
      const manifest = JSON.stringify({ family: 'imported', kind: 'scores', name, digest })
      put.run(ensureModel(db, { digest, name, title, manifest }), text, id, cosine)
    }
  }
}
