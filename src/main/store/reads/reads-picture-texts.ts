import type { PictureTextSummary } from '#shared/contract/picture-texts.ts'
import type { ReaderDb } from '../open.ts'
import { listModels } from '../repositories/models.ts'
import { countPictureTexts, finderReads, textFinder } from '../repositories/picture-texts.ts'
import { statement } from '../statements.ts'

/** Bounds of the shares of a picture's area by which pictures are counted. */
const AREAS = [0, 0.01, 0.05, 0.1, 0.2, 0.5, 1]

export function createPictureTextReads({ db }: { db: ReaderDb }) {
  return {
    pictureTextSummary(): PictureTextSummary {
      const id = textFinder(db)
      const model = listModels(db).find((one) => one.id === id)
      const kept = statement<{ n: number }>(
        db,
        "SELECT count(DISTINCT sha256) AS n FROM images WHERE status = 'ok' AND sha256 IS NOT NULL",
      ).get()
      const counts = countPictureTexts(db, id ?? 0)
      const pairs = statement<{ yes: number; no: number }>(
        db,
        `SELECT ifnull(sum(t.n > 0), 0) AS yes, ifnull(sum(t.n = 0), 0) AS no FROM pairs p
         JOIN images i ON i.id = p.image_id AND i.status = 'ok'
         JOIN picture_texts t ON t.model_id = ? AND t.sha256 = i.sha256`,
      ).get(id ?? 0)
      const above = statement<{ n: number }>(
        db,
        'SELECT count(*) AS n FROM picture_texts WHERE model_id = ? AND share > ? AND share <= ?',
      )
      return {
        model: model?.publicId ?? null,
        digest: model?.digest ?? null,
        reads: finderReads(db),
        pictures: kept?.n ?? 0,
        lookedAt: counts.pictures,
        withText: counts.withText,
        withWords: counts.withWords,
        pairs: pairs ?? { yes: 0, no: 0 },
        areas: AREAS.map((upTo, i) => ({
          upTo,
          n: above.get(id ?? 0, AREAS[i - 1] ?? -1, upTo)?.n ?? 0,
        })),
      }
    },
  }
}
