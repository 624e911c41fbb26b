import { ALT_KINDS } from '#shared/alt-kinds.ts'
import { IMAGE_STATUSES } from '#shared/domain.ts'
import { FACET_VALUES, SIDE_BINS } from '#shared/query/facets.ts'
import { lru } from './lru.ts'
import type { ReaderDb } from '../open.ts'
import { textFinder } from '../repositories/picture-texts.ts'
import type { Versions } from './versions.ts'

/** The value of each pair as a place in a list. */
export interface FacetCodes {
  values: readonly string[]
  /** Of a pair by its id. */
  codeOf(id: number): number
}

export type CodedFacet =
  'status' | 'side' | 'text-in-image' | 'alt-kind' | 'alt-rule' | 'lang' | 'archive' | 'host'

/** Rows that come as one text of JSON: several times as fast as row by row. */
const ROWS = 200_000

/** A growing list of different values. */
function dictionary() {
  const values: string[] = []
  const codes = new Map<string, number>()
  return {
    values,
    of(value: string): number {
      let code = codes.get(value)
      if (code === undefined) codes.set(value, (code = values.push(value) - 1))
      return code
    },
  }
}

const cases = (column: string, values: readonly string[]): string =>
  `CASE ${column} ${values.map((value, i) => `WHEN '${value}' THEN ${i}`).join(' ')} END`

const SIDES = FACET_VALUES.side ?? []
/** The shorter side's bin in SQL; without a size that of none. */
const SIDE = `CASE WHEN width IS NULL OR height IS NULL THEN ${SIDES.indexOf('')}
  ${SIDE_BINS.map((end, i) => `WHEN min(width, height) < ${end} THEN ${i}`).join(' ')}
  ELSE ${SIDE_BINS.length} END`

/**
 * Holds what each pair has of a facet in arrays by id, so that a million pairs are counted without
 * a look at the database. They are read when they are first counted, and again when their table
 * changed.
 */
export function facetCodes(db: ReaderDb, version: Versions): (facet: CodedFacet) => FacetCodes {
  const links = lru<{ page: Int32Array; image: Int32Array }>(1)
  const pages = lru<Record<'host' | 'lang' | 'archive', FacetCodes>>(1)
  const images = lru<Record<'status' | 'side', FacetCodes>>(1)
  const pictureTexts = lru<FacetCodes>(1)
  const kinds = lru<Record<'alt-kind' | 'alt-rule', FacetCodes>>(1)

  const highest = (table: 'pairs' | 'pages' | 'images'): number =>
    db.prepare<[], number>(`SELECT ifnull(max(id), 0) FROM ${table}`).pluck().get() as number

  /** Two numbers of each row of a table, by its id. */
  function eachRow(
    table: 'pairs' | 'images' | 'alt_kinds',
    [first, second]: [string, string],
    tell: (id: number, first: number, second: number) => void,
  ): void {
    const key = table === 'alt_kinds' ? 'pair_id' : 'id'
    const some = db
      .prepare<[number, number], [string, string, string]>(
        `SELECT json_group_array(${key}), json_group_array(${first}), json_group_array(${second})
         FROM ${table} WHERE ${key} > ? AND ${key} <= ?`,
      )
      .raw()
    const last = highest(table === 'alt_kinds' ? 'pairs' : table)
    for (let from = 0; from < last; from += ROWS) {
      const [ids, a, b] = (some.get(from, from + ROWS) as [string, string, string]).map(
        (json) => JSON.parse(json) as number[],
      ) as [number[], number[], number[]]
      for (let i = 0; i < ids.length; i++) {
        tell(ids[i] as number, a[i] as number, b[i] as number)
      }
    }
  }

  /** The page and the picture of each pair. */
  function linksOf(): { page: Int32Array; image: Int32Array } {
    return links.get(String(version.pairs), () => {
      const size = highest('pairs') + 1
      const found = { page: new Int32Array(size), image: new Int32Array(size) }
      eachRow('pairs', ['page_id', 'image_id'], (id, page, image) => {
        found.page[id] = page
        found.image[id] = image
      })
      return found
    })
  }

  function ofPages(): Record<'host' | 'lang' | 'archive', FacetCodes> {
    return pages.get(String(version.pairs), () => {
      const size = highest('pages') + 1
      const { page } = linksOf()
      const made = () => ({ ...dictionary(), codes: new Uint32Array(size) })
      const [host, lang, archive] = [made(), made(), made()]
      const rows = db
        .prepare<[], [number, string, string | null, string]>(
          `SELECT g.id, g.host, g.language, a.name FROM pages g
           CROSS JOIN archives a ON a.id = g.archive_id`,
        )
        .raw()
        .iterate() as unknown as IterableIterator<[number, string, string | null, string]>
      for (const [id, ofHost, ofLang, ofArchive] of rows) {
        host.codes[id] = host.of(ofHost)
        lang.codes[id] = lang.of(ofLang ?? '')
        archive.codes[id] = archive.of(ofArchive)
      }
      const codesOf = ({ values, codes }: typeof host): FacetCodes => ({
        values,
        codeOf: (id) => codes[page[id] as number] as number,
      })
      return { host: codesOf(host), lang: codesOf(lang), archive: codesOf(archive) }
    })
  }

  function ofImages(): Record<'status' | 'side', FacetCodes> {
    return images.get(`${version.pairs} ${version.images}`, () => {
      const size = highest('images') + 1
      const status = new Uint8Array(size)
      const side = new Uint8Array(size)
      const { image } = linksOf()
      eachRow('images', [cases('status', IMAGE_STATUSES), SIDE], (id, ofStatus, ofSide) => {
        status[id] = ofStatus
        side[id] = ofSide
      })
      const codesOf = (values: readonly string[], codes: Uint8Array): FacetCodes => ({
        values,
        codeOf: (id) => codes[image[id] as number] as number,
      })
      return { status: codesOf(IMAGE_STATUSES, status), side: codesOf(SIDES, side) }
    })
  }

  function ofPictureTexts(): FacetCodes {
    return pictureTexts.get(
      `${version.pairs} ${version.images} ${version.pictureTexts} ${textFinder(db) ?? 0}`,
      () => {
        const values = FACET_VALUES['text-in-image'] ?? []
        const codes = new Uint8Array(highest('images') + 1).fill(values.indexOf(''))
        const { image } = linksOf()
        const rows = db
          .prepare<[number], [number, number]>(
            `SELECT i.id, t.n > 0 FROM picture_texts t
             JOIN images i ON i.sha256 = t.sha256 AND i.status = 'ok' WHERE t.model_id = ?`,
          )
          .raw()
          .iterate(textFinder(db) ?? 0) as IterableIterator<[number, number]>
        for (const [id, isThere] of rows) codes[id] = values.indexOf(isThere ? 'yes' : 'no')
        return { values, codeOf: (id) => codes[image[id] as number] as number }
      },
    )
  }

  function ofKinds(): Record<'alt-kind' | 'alt-rule', FacetCodes> {
    return kinds.get(`${version.pairs} ${version.kinds}`, () => {
      const size = highest('pairs') + 1
      const kind = new Uint8Array(size).fill(ALT_KINDS.length)
      const rule = new Uint16Array(size)
      const { values, of } = dictionary()
      of('')
      const names = new Map(
        db
          .prepare<[], { id: number; name: string }>('SELECT id, name FROM alt_rules')
          .all()
          .map(({ id, name }) => [id, of(name)]),
      )
      eachRow(
        'alt_kinds',
        [cases('kind', ALT_KINDS), 'ifnull(rule_id, 0)'],
        (id, ofKind, ofRule) => {
          kind[id] = ofKind
          rule[id] = names.get(ofRule) ?? 0
        },
      )
      return {
        'alt-kind': { values: [...ALT_KINDS, ''], codeOf: (id) => kind[id] as number },
        'alt-rule': { values, codeOf: (id) => rule[id] as number },
      }
    })
  }

  return (facet) => {
    switch (facet) {
      case 'host':
      case 'lang':
      case 'archive':
        return ofPages()[facet]
      case 'status':
      case 'side':
        return ofImages()[facet]
      case 'text-in-image':
        return ofPictureTexts()
      case 'alt-kind':
      case 'alt-rule':
        return ofKinds()[facet]
    }
  }
}
