import type { CallOutput } from '#shared/contract/index.ts'
import type { MapColour } from '#shared/contract/maps.ts'
import type { ScoreSource } from '#shared/contract/pairs.ts'
import { PAIR_MARKS } from '#shared/marks.ts'
import type { CodedFacet, FacetCodes } from './facet-codes.ts'
import type { FilterContext } from './filters.ts'
import { lru } from './lru.ts'
import { marksOf } from './mark-state.ts'
import type { ScoreKind } from '../repositories/models.ts'

export const NO_COLOUR = 255
/** Values that have a colour of their own; all others share one. */
export const MOST_VALUES = 8
/** Beside what lies in none and in several of them. */
const MOST_VERSIONS = 6
/** No name of a version: what lies in several. */
const SEVERAL = '*'

type Legend = CallOutput<'maps.legend'>
/** What the codes stand for, without how often. */
type Scheme =
  | { kind: 'scale'; lo: number; hi: number }
  | { kind: 'values'; values: { value: string; rest: number }[] }

interface Colours {
  /** By id; beyond the end: none. */
  codes: Uint8Array
  scheme: Scheme
}

/** The colour of each pair by one thing. Codes stay while the filter changes. */
export function mapColours({
  db,
  version,
  baseScores,
  facets,
  viewKind,
}: FilterContext & {
  facets(facet: CodedFacet): FacetCodes
  /** null: there are no such scores. */
  viewKind(score: ScoreSource): ScoreKind | null
}) {
  const held = lru<Colours>(3)

  function byScore(score: ScoreSource | null, size: number): Colours {
    const codes = new Uint8Array(size).fill(NO_COLOUR)
    const kind = score ? viewKind(score) : null
    const { values, ids } = kind ? baseScores(kind) : { values: new Float32Array(), ids: [] }
    const lo = values[0] ?? 0
    const hi = values.at(-1) ?? 0
    const width = hi - lo || 1
    for (let i = 0; i < ids.length; i++) {
      codes[ids[i]!] = Math.min(254, Math.floor(((values[i]! - lo) / width) * 255))
    }
    return { codes, scheme: { kind: 'scale', lo, hi } }
  }

  function byMark(size: number): Colours {
    const codes = new Uint8Array(size)
    codes.set(marksOf(db).marks().subarray(0, size))
    const values = ['', ...PAIR_MARKS].map((value) => ({ value, rest: 0 }))
    return { codes, scheme: { kind: 'values', values } }
  }

  /** The values that most of the points have come first. */
  function byFacet(
    facet: 'host' | 'archive' | 'lang' | 'alt-kind',
    ids: Int32Array,
    size: number,
  ): Colours {
    const { values, codeOf } = facets(facet)
    const counts = new Uint32Array(values.length)
    for (const id of ids) counts[codeOf(id)]!++
    const order = [...counts.keys()]
      .filter((code) => counts[code]! > 0)
      .sort((a, b) => counts[b]! - counts[a]! || (values[a]! < values[b]! ? -1 : 1))
    const shown = order.slice(0, MOST_VALUES)
    const rest = order.length - shown.length
    const codeFor = new Uint8Array(values.length).fill(rest > 0 ? shown.length : NO_COLOUR)
    for (const [code, value] of shown.entries()) codeFor[value] = code
    const codes = new Uint8Array(size).fill(NO_COLOUR)
    for (const id of ids) codes[id] = codeFor[codeOf(id)]!
    return {
      codes,
      scheme: {
        kind: 'values',
        values: [
          ...shown.map((value) => ({ value: values[value]!, rest: 0 })),
          ...(rest > 0 ? [{ value: '', rest }] : []),
        ],
      },
    }
  }

  /** The newest versions; a pair of several of them has a colour for that, as it has no other. */
  function byVersion(size: number): Colours {
    const versions = db
      .prepare<[], { id: number; name: string }>('SELECT id, name FROM versions ORDER BY id DESC')
      .all()
    const shown = versions.slice(0, MOST_VERSIONS)
    const rest = versions.length - shown.length
    const several = shown.length + 1
    const codes = new Uint8Array(size)
    const members = db
      .prepare<[number, number], number>(
        'SELECT pair_id FROM version_members WHERE version_id = ? AND pair_id < ?',
      )
      .pluck()
    for (const [at, { id }] of versions.entries()) {
      const own = at < shown.length ? at + 1 : several + 1
      for (const pair of members.iterate(id, size)) {
        codes[pair] = codes[pair] === 0 || codes[pair] === own ? own : several
      }
    }
    const values = ['', ...shown.map(({ name }) => name), SEVERAL].map((value) => ({
      ...{ value, rest: 0 },
    }))
    if (rest > 0) values.push({ value: '', rest })
    return { codes, scheme: { kind: 'values', values } }
  }

  const stampOf = (colour: MapColour): number => {
    if (colour === 'score') return version.scores
    if (colour === 'mark') return version.marks
    if (colour === 'version') return version.versions
    return colour === 'alt-kind' ? version.kinds + version.pairs : version.pairs
  }

  /** @param points a name of the points, and their ids */
  function of(
    colour: MapColour,
    score: ScoreSource | null,
    points: { key: string; ids: Int32Array; highest: number },
  ): Colours {
    const stamp = stampOf(colour)
    const size = points.highest + 1
    return held.get(JSON.stringify([points.key, colour, score, stamp]), () => {
      if (colour === 'score') return byScore(score, size)
      if (colour === 'mark') return byMark(size)
      if (colour === 'version') return byVersion(size)
      return byFacet(colour, points.ids, size)
    })
  }

  /** Counted over those of the points that are in the selection. */
  function legend({ codes, scheme }: Colours, ids: Int32Array, places: Int32Array): Legend {
    const counts = new Uint32Array(256)
    for (const id of ids) if ((places[id] ?? 0) > 0) counts[codes[id] ?? NO_COLOUR]!++
    if (scheme.kind === 'scale') {
      const none = counts[NO_COLOUR]!
      return { ...scheme, n: counts.reduce((sum, n) => sum + n, 0) - none, none }
    }
    return {
      kind: 'values',
      values: scheme.values.map((one, code) => ({ ...one, n: counts[code]! })),
    }
  }

  return { of, legend }
}
