import { keyFinder } from '#shared/key-order.ts'
import { seededRandom } from '#shared/random.ts'
import type { CallArgs, CallName, CallOutput } from '#shared/contract/index.ts'
import { PLACES_AT_ONCE } from '#shared/contract/maps.ts'
import type { MapLayout } from '#shared/contract/maps.ts'
import type { ScoreSource } from '#shared/contract/pairs.ts'
import type { PairRow } from '#shared/domain.ts'
import { AppError } from '#shared/errors.ts'
import { squareOf } from '#shared/map-square.ts'
import { readMap } from '../map-file.ts'
import type { MapFile } from '../map-file.ts'
import { statement } from '../statements.ts'
import { eachMapKey, eachPairImage, kindOf } from '../repositories/map-items.ts'
import { findModel } from '../repositories/models.ts'
import type { ScoreKind } from '../repositories/models.ts'
import { pairRows } from '../repositories/pairs.ts'
import type { CodedFacet, FacetCodes } from './facet-codes.ts'
import type { FilterContext } from './filters.ts'
import { lru } from './lru.ts'
import { mapColours } from './map-colours.ts'
import { partOf, placesAround, placesInside, rangesOf } from './map-points.ts'
import type { MapPoints } from './map-points.ts'

type Asked<N extends CallName> = Omit<CallArgs<N>, 'corpus'>

interface HeldPoints extends MapPoints {
  key: string
  highest: number
}

/** Maps that are held; each is some 30 MB for a million pairs. */
const HELD = 2

/** A map joined with the pairs of the corpus, and what the window asks of it. */
export function createMapReads(
  context: FilterContext & {
    path: string
    facets: (facet: CodedFacet) => FacetCodes
    /** Place + 1 of each id in a selection. */
    placesOf(selection: string): Int32Array
    viewKind(score: ScoreSource): ScoreKind | null
  },
) {
  const { db, version, path } = context
  const files = lru<MapFile>(1)
  const held = lru<HeldPoints>(HELD)
  const items = lru<Int32Array>(HELD)
  const colours = mapColours(context)

  const fileOf = (map: string): MapFile =>
    files.get(`${map} ${version.maps}`, () => readMap(path, map))

  /** The item of each pair, by its id: place + 1 on the map, 0 for none. */
  function itemsOf(map: string): Int32Array {
    return items.get(`${map} ${version.maps} ${version.pairs} ${version.images}`, () => {
      const { head, arrays } = fileOf(map)
      const find = keyFinder(arrays.keys)
      const highest = (table: string): number =>
        db.prepare<[], number>(`SELECT ifnull(max(id), 0) FROM ${table}`).pluck().get() as number
      const ofPair = new Int32Array(highest('pairs') + 1)
      if (head.subject !== 'image') {
        eachMapKey(db, head.subject, (pair, key) => (ofPair[pair] = find(key) + 1))
        return ofPair
      }
      const ofImage = new Int32Array(highest('images') + 1)
      eachMapKey(db, 'image', (image, key) => (ofImage[image] = find(key) + 1))
      eachPairImage(db, (pair, image) => (ofPair[pair] = ofImage[image]!))
      return ofPair
    })
  }

  function pointsOf(map: string, layout: MapLayout): HeldPoints {
    const key = [map, layout, version.maps, version.pairs, version.images].join(' ')
    return held.get(key, () => {
      const { head, arrays } = fileOf(map)
      if (layout === 'umap' && !head.whole) {
        throw new AppError(
          'not-found',
          'This layout of the map is not there yet.',
          'Make the map again.',
        )
      }
      const itemOf = itemsOf(map)
      const at = arrays[layout]
      const square = squareOf(at)
      const placed: number[] = []
      for (let id = 0; id < itemOf.length; id++) if (itemOf[id]! > 0) placed.push(id)
      const ids = Int32Array.from(placed)
      // By number, so that what was drawn is drawn again after others came.
      seededRandom(1).shuffle(ids)
      const x = new Float32Array(ids.length)
      const y = new Float32Array(ids.length)
      for (let i = 0; i < ids.length; i++) {
        const item = 2 * (itemOf[ids[i]!]! - 1)
        x[i] = (at[item]! - square.left) / square.width
        y[i] = 1 - (at[item + 1]! - square.top) / square.width
      }
      return { key, ids, x, y, highest: placed.at(-1) ?? 0 }
    })
  }

  function place(points: HeldPoints, id: number): [number, number] | null {
    const at = points.ids.indexOf(id)
    return at < 0 ? null : [points.x[at]!, points.y[at]!]
  }

  const answered = (found: Int32Array) => ({ n: found.length, bytes: rangesOf(found) })

  return {
    mapView({
      map,
      layout,
      selection,
      colour,
      score,
      ...args
    }: Asked<'maps.view'>): CallOutput<'maps.view'> {
      const points = pointsOf(map, layout)
      const { codes } = colours.of(colour, score, points)
      return partOf(points, { ...args, places: context.placesOf(selection), colours: codes })
    },

    mapLegend({
      map,
      layout,
      selection,
      colour,
      score,
    }: Asked<'maps.legend'>): CallOutput<'maps.legend'> {
      const points = pointsOf(map, layout)
      return colours.legend(
        colours.of(colour, score, points),
        points.ids,
        context.placesOf(selection),
      )
    },

    mapInside({ map, layout, selection, line }: Asked<'maps.inside'>): CallOutput<'maps.inside'> {
      return answered(placesInside(pointsOf(map, layout), line, context.placesOf(selection)))
    },

    mapAround({ map, layout, selection, id, n }: Asked<'maps.around'>): CallOutput<'maps.around'> {
      const points = pointsOf(map, layout)
      const at = place(points, id)
      if (!at) return answered(new Int32Array())
      const [x, y] = at
      return answered(placesAround(points, { x, y }, n, context.placesOf(selection)))
    },

    mapFind({ map, layout, id }: Asked<'maps.find'>): CallOutput<'maps.find'> {
      return { at: place(pointsOf(map, layout), id) }
    },

    mapMissing({ map }: Asked<'maps.missing'>): CallOutput<'maps.missing'> {
      const { head } = fileOf(map)
      const itemOf = itemsOf(map)
      const { id: modelId } = findModel(db, head.model.digest)
      const has = statement(
        db,
        'SELECT 1 FROM embeddings WHERE model_id = ? AND kind = ? AND key = ?',
      )
      const kind = kindOf(head.subject)
      const known = new Map<number, boolean>()
      const isEncoded = (owner: number, key: Uint8Array): void =>
        void known.set(owner, has.get(modelId, kind, key) !== undefined)
      const find = keyFinder(fileOf(map).arrays.keys)
      eachMapKey(db, head.subject, (owner, key) => {
        if (find(key) < 0) isEncoded(owner, key)
      })
      const counts = { placed: 0, stale: 0, unencoded: 0 }
      const tell = (pair: number, owner: number): void => {
        if (itemOf[pair]! > 0) counts.placed++
        else if (known.get(owner) === true) counts.stale++
        else counts.unencoded++
      }
      eachPairImage(db, (pair, image) => tell(pair, head.subject === 'image' ? image : pair))
      return counts
    },

    mapPlaces({ map, afterId }: Asked<'maps.places'>): CallOutput<'maps.places'> {
      const { head, arrays } = fileOf(map)
      const itemOf = itemsOf(map)
      const found: CallOutput<'maps.places'> = []
      const at = (places: Float32Array, item: number): [number, number] => [
        places[2 * item]!,
        places[2 * item + 1]!,
      ]
      for (let id = afterId + 1; id < itemOf.length && found.length < PLACES_AT_ONCE; id++) {
        const item = itemOf[id]! - 1
        if (item < 0) continue
        found.push({
          id,
          umap: head.whole ? at(arrays.umap, item) : null,
          pca: at(arrays.pca, item),
        })
      }
      return found
    },

    mapRows({ ids, score }: Asked<'maps.rows'>): PairRow[] {
      const kind = score ? context.viewKind(score) : null
      return pairRows(db, { ids, prefer: score?.text ?? null, score: kind })
    },
  }
}
