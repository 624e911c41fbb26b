import { ALT_KINDS } from '#shared/alt-kinds.ts'
import type { AltKind } from '#shared/alt-kinds.ts'
import { SIDE_BINS } from '#shared/query/facets.ts'
import { FACET_VALUES } from '#shared/query/facets.ts'
import { lru } from './lru.ts'
import type { ReaderDb } from '../open.ts'
import type { Versions } from './versions.ts'

/** The value of each pair as a place in a list. */
export interface FacetCodes {
  values: readonly string[]
  /** Of a pair by its id. */
  codeOf(id: number): number
}

export type CodedFacet = 'status' | 'side' | 'alt-kind' | 'alt-rule' | 'lang' | 'archive' | 'host'

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

/**
 * Holds what each pair has of a facet in arrays by id, so that a million pairs are counted without
 * a look at the database. A facet is read when it is first counted, and again when its table changed.
 */
export function facetCodes(db: ReaderDb, version: Versions): (facet: CodedFacet) => FacetCodes {
  const held = lru<FacetCodes>(7)
  const links = lru<{ page: Int32Array; image: Int32Array }>(1)

  const highest = (table: 'pairs' | 'pages' | 'images'): number =>
    db.prepare<[], number>(`SELECT ifnull(max(id), 0) FROM ${table}`).pluck().get() as number

  function rows<Row extends unknown[]>(sql: string): IterableIterator<Row> {
    return db.prepare<[], Row>(sql).raw().iterate() as unknown as IterableIterator<Row>
  }

  /** The page and the picture of each pair. */
  function linksOf(): { page: Int32Array; image: Int32Array } {
    return links.get(String(version.pairs), () => {
      const size = highest('pairs') + 1
      const found = { page: new Int32Array(size), image: new Int32Array(size) }
      for (const [id, page, image] of rows<[number, number, number]>(
        'SELECT id, page_id, image_id FROM pairs',
      )) {
        found.page[id] = page
        found.image[id] = image
      }
      return found
    })
  }

  /** @param sql id and value of every page */
  function byPage(sql: string): FacetCodes {
    const { of, values } = dictionary()
    const codes = new Uint32Array(highest('pages') + 1)
    for (const [id, value] of rows<[number, string | null]>(sql)) codes[id] = of(value ?? '')
    const { page } = linksOf()
    return { values, codeOf: (id) => codes[page[id] as number] as number }
  }

  function bySide(): FacetCodes {
    const values = FACET_VALUES.side ?? []
    const unknown = values.indexOf('')
    const codes = new Uint8Array(highest('images') + 1).fill(unknown)
    for (const [id, side] of rows<[number, number | null]>(
      'SELECT id, min(width, height) FROM images WHERE width IS NOT NULL AND height IS NOT NULL',
    )) {
      const bin = SIDE_BINS.findIndex((end) => (side as number) < end)
      codes[id] = bin < 0 ? SIDE_BINS.length : bin
    }
    const { image } = linksOf()
    return { values, codeOf: (id) => codes[image[id] as number] as number }
  }

  function byStatus(): FacetCodes {
    const { of, values } = dictionary()
    const codes = new Uint8Array(highest('images') + 1)
    for (const [id, status] of rows<[number, string]>('SELECT id, status FROM images')) {
      codes[id] = of(status)
    }
    const { image } = linksOf()
    return { values, codeOf: (id) => codes[image[id] as number] as number }
  }

  function byKind(): FacetCodes {
    const values = [...ALT_KINDS, '']
    const codes = new Uint8Array(highest('pairs') + 1).fill(ALT_KINDS.length)
    for (const [id, kind] of rows<[number, AltKind]>('SELECT pair_id, kind FROM alt_kinds')) {
      codes[id] = ALT_KINDS.indexOf(kind)
    }
    return { values, codeOf: (id) => codes[id] as number }
  }

  function byRule(): FacetCodes {
    const { of, values } = dictionary()
    of('')
    const codes = new Uint16Array(highest('pairs') + 1)
    for (const [id, rule] of rows<[number, string]>(
      `SELECT k.pair_id, r.name FROM alt_kinds k JOIN alt_rules r ON r.id = k.rule_id
       WHERE k.rule_id IS NOT NULL`,
    )) {
      codes[id] = of(rule)
    }
    return { values, codeOf: (id) => codes[id] as number }
  }

  const { pairs, images, kinds } = {
    pairs: () => `${version.pairs}`,
    images: () => `${version.pairs} ${version.images}`,
    kinds: () => `${version.pairs} ${version.kinds}`,
  }
  const MAKERS: Record<CodedFacet, { stamp: () => string; make: () => FacetCodes }> = {
    host: { stamp: pairs, make: () => byPage('SELECT id, host FROM pages') },
    lang: { stamp: pairs, make: () => byPage('SELECT id, language FROM pages') },
    archive: {
      stamp: pairs,
      make: () => byPage('SELECT g.id, a.name FROM pages g JOIN archives a ON a.id = g.archive_id'),
    },
    status: { stamp: images, make: byStatus },
    side: { stamp: images, make: bySide },
    'alt-kind': { stamp: kinds, make: byKind },
    'alt-rule': { stamp: kinds, make: byRule },
  }
  return (facet) => {
    const { stamp, make } = MAKERS[facet]
    return held.get(`${facet} ${stamp()}`, make)
  }
}
