import type { ExportSkip } from '#shared/contract/exporting.ts'
import type { ExportFormat } from '#shared/contract/jobs.ts'
import type { ImageStatus, TextSource } from '#shared/domain.ts'
import { CERTAINLY_VISIBLE, EXPORT_NEEDS, isBlank } from '#shared/export-needs.ts'
import { Int32List, idSet } from './arrays.ts'
import type { Filters } from './filters.ts'
import { lru } from './lru.ts'
import type { ReaderDb } from '../open.ts'
import { textKey } from '../repositories/models.ts'
import { currentBestSet } from '../repositories/best-set-in-use.ts'
import { currentSpanSet } from '../repositories/span-sets.ts'
import { modelsFor, readWhere } from './score-ref.ts'
import type { Versions } from './versions.ts'

export interface ExportReadContext {
  db: ReaderDb
  version: Versions
  filters: Filters
}

/** What is known of each pair's picture: `kinds[byPair[id]]`. */
interface PictureKinds {
  kinds: { status: ImageStatus; mime: string | null }[]
  byPair: Uint16Array
}

/** What an export would take, and leave out, before it is started. */
export function createExportReads({ db, version, filters }: ExportReadContext) {
  const pictures = lru<PictureKinds>(1)
  const wordless = lru<ReturnType<typeof idSet>>(4)
  const shown = lru<Int32Array>(1)

  function pictureKinds(): PictureKinds {
    return pictures.get(`${version.pairs} ${version.images}`, () => {
      const last = (table: 'pairs' | 'images'): number =>
        db.prepare<[], number>(`SELECT ifnull(max(id), 0) FROM ${table}`).pluck().get() as number
      const kinds: PictureKinds['kinds'] = []
      const known = new Map<string, number>()
      const byImage = new Uint16Array(last('images') + 1)
      const images = db
        .prepare<[], [number, ImageStatus, string | null, number]>(
          'SELECT id, status, mime, sha256 IS NOT NULL FROM images',
        )
        .raw()
        .iterate() as IterableIterator<[number, ImageStatus, string | null, number]>
      for (const [id, status, mime, held] of images) {
        // A picture without bytes is none, whatever its status says.
        const kind = { status: status === 'ok' && held === 0 ? 'missing' : status, mime } as const
        const key = `${kind.status} ${mime}`
        let at = known.get(key)
        // Addresses may claim any number of types; those beyond the table are one.
        if (at === undefined) {
          at = Math.min(kinds.length, 0xffff)
          kinds[at] = kind
          known.set(key, at)
        }
        byImage[id] = at
      }
      const byPair = new Uint16Array(last('pairs') + 1)
      const pairs = db
        .prepare<[], [number, number]>('SELECT id, image_id FROM pairs')
        .raw()
        .iterate() as IterableIterator<[number, number]>
      for (const [id, image] of pairs) byPair[id] = byImage[image] as number
      return { kinds, byPair }
    })
  }

  /** Pairs of which no text is the best: none of those that were compared has a score. */
  function withoutBest(): ReturnType<typeof idSet> {
    const set = currentBestSet(db) ?? 0
    return wordless.get(`${version.pairs} ${version.scores} best@${set}`, () => {
      const list = new Int32List()
      const rows = db
        .prepare<[number], number>(
          `SELECT p.id FROM pairs p LEFT JOIN best_texts b ON b.set_id = ? AND b.pair_id = p.id
           WHERE b.pair_id IS NULL`,
        )
        .pluck()
        .iterate(set)
      for (const id of rows) list.push(id)
      return idSet(list.take())
    })
  }

  /** Pairs without words in a text. */
  function wordlessIn(text: TextSource): ReturnType<typeof idSet> {
    if (text === 'best') return withoutBest()
    const key = text === 'span' ? `${textKey(db, text)} ${version.spans}` : text
    return wordless.get(`${version.pairs} ${key}`, () => {
      const inContext = text === 'before' || text === 'after'
      const column = text === 'span' ? 'sp.quote' : `${inContext ? 'c' : 'p'}.${text}`
      const list = new Int32List()
      const rows = db
        .prepare<{ set: number; visible: string }, [number, string | null]>(
          `SELECT p.id, ${column} FROM pairs p ${inContext ? 'LEFT JOIN contexts c ON c.pair_id = p.id' : ''}
           ${text === 'span' ? 'LEFT JOIN spans sp ON sp.set_id = @set AND sp.pair_id = p.id AND sp.rank = 0' : ''}
           WHERE ${column} IS NULL OR ${column} NOT GLOB @visible`,
        )
        .raw()
        .iterate({
          set: currentSpanSet(db) ?? 0,
          visible: CERTAINLY_VISIBLE,
        }) as IterableIterator<[number, string | null]>
      for (const [id, words] of rows) if (words === null || isBlank(words)) list.push(id)
      return idSet(list.take())
    })
  }

  /** A number for the picture of each pair: the same bytes, else the same address, have one. */
  function pictureOfPair(): Int32Array {
    return shown.get(`${version.pairs} ${version.images}`, () => {
      const last = db.prepare<[], number>('SELECT ifnull(max(id), 0) FROM pairs').pluck().get() ?? 0
      const byPair = new Int32Array(last + 1)
      const first = new Map<string, number>()
      const rows = db
        .prepare<[], [number, number, string | null]>(
          `SELECT p.id, i.id, CASE i.status WHEN 'ok' THEN i.sha256 END
           FROM pairs p CROSS JOIN images i ON i.id = p.image_id`,
        )
        .raw()
        .iterate() as IterableIterator<[number, number, string | null]>
      for (const [pair, image, sha256] of rows) {
        const known = sha256 === null ? image : (first.get(sha256) ?? image)
        if (sha256 !== null && known === image) first.set(sha256, image)
        byPair[pair] = known
      }
      return byPair
    })
  }

  return {
    exportPreview(args: {
      format: ExportFormat
      where: string
      text: TextSource
      fallback?: TextSource[]
      onePerPicture?: boolean
    }): {
      matched: number
      exported: number
      skipped: ExportSkip[]
    } {
      const { format, text } = args
      // As an export understands it: `score` alone is that of the only model.
      const models = modelsFor(db, text)
      const only = models.length === 1 ? models[0] : undefined
      const ids = filters.idsOf(readWhere(args.where), only ? { model: only.publicId, text } : null)
      const needs = EXPORT_NEEDS[format]
      const needsText = needs.text || args.onePerPicture === true
      const blanks = needsText ? [text, ...(args.fallback ?? [])].map((one) => wordlessIn(one)) : []
      const pictureOf = args.onePerPicture ? pictureOfPair() : null
      const seen = new Set<number>()
      const known = needs.pictures ? pictureKinds() : null
      const counts = new Array<number>(known?.kinds.length ?? 0).fill(0)
      let withoutText = 0
      let same = 0
      let exported = 0
      for (let i = 0; i < ids.length; i++) {
        const id = ids[i] as number
        if (needsText && blanks.every((blank) => blank.has(id))) {
          withoutText++
          continue
        }
        if (pictureOf) {
          const picture = pictureOf[id] as number
          if (seen.has(picture)) {
            same++
            continue
          }
          seen.add(picture)
        }
        if (known) counts[known.byPair[id] as number]!++
        else exported++
      }
      const skipped: ExportSkip[] = []
      if (withoutText > 0) skipped.push({ reason: 'no-text', n: withoutText })
      if (same > 0) skipped.push({ reason: 'same-picture', n: same })
      const absent = new Map<ImageStatus, number>()
      for (const [kind, n] of counts.entries()) {
        const { status, mime } = known?.kinds[kind] as PictureKinds['kinds'][number]
        if (n === 0) continue
        if (status !== 'ok') absent.set(status, (absent.get(status) ?? 0) + n)
        else if (mime !== null && needs.pictures?.includes(mime)) exported += n
        else skipped.push({ reason: 'picture-type', mime, n })
      }
      for (const [status, n] of absent) skipped.push({ reason: 'no-picture', status, n })
      return { matched: ids.length, exported, skipped: skipped.sort((a, b) => b.n - a.n) }
    },
  }
}
