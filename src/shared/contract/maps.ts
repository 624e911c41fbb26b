import { z } from 'zod'
import { CorpusPath, PairId, PairRow } from '../domain.ts'
import { call } from './call.ts'
import { ScoreSource } from './pairs.ts'

/** Bytes that travel beside an answer, not within its JSON. */
export const Bytes = z.instanceof(Uint8Array)

/** What a map is made of: pictures, or one text of each pair. */
export const MapSubject = z.enum(['image', 'alt', 'caption', 'title'])
export type MapSubject = z.infer<typeof MapSubject>

/** The names of its files: nothing else is read or removed. */
export const MapId = z.string().regex(/^[0-9a-f]{12}-(?:image|alt|caption|title)-[0-9a-f]{12}$/)

/** What of a map follows from the embeddings, and nothing else. */
export const MapParams = z.object({
  /** Principal axes within which neighbours are looked for. */
  axes: z.number().int(),
  /** Items that the axes are worked out from, and that UMAP lays out; the others lie between these. */
  axesFrom: z.number().int(),
  landmarks: z.number().int(),
  neighbours: z.number().int(),
  epochs: z.number().int(),
  seed: z.number().int(),
})
export type MapParams = z.infer<typeof MapParams>

export const MapLabel = z.object({
  /** On the UMAP layout, in 0..1 of its square, y downwards. */
  x: z.number(),
  y: z.number(),
  words: z.array(z.object({ word: z.string(), n: z.number().int(), with: z.number().int() })),
  points: z.number().int(),
  /** How far its points lie from there, as the root mean square; 0 in maps of before. */
  spread: z.number().default(0),
  /** 0: of the map as a whole; 1: of a part of it, seen from nearer. */
  level: z.number().int(),
})
export type MapLabel = z.infer<typeof MapLabel>

/** The head of a map's file. */
export const MapHead = z.object({
  id: MapId,
  model: z.object({ digest: z.string(), name: z.string(), title: z.string() }),
  subject: MapSubject,
  params: MapParams,
  /** Dimensions of the embeddings. */
  dim: z.number().int(),
  /** Different pictures or texts that have a place, and those of them that were placed later. */
  items: z.number().int(),
  added: z.number().int(),
  /** Pictures or texts of the corpus that had no embedding. */
  without: z.number().int(),
  /** Share of the variance on the first two axes, and on all that were used. */
  variance: z.object({ two: z.number(), all: z.number() }),
  /** Whether the UMAP layout is there, or only the principal components so far. */
  whole: z.boolean(),
  labels: z.array(MapLabel),
  /** SHA-256 over the places of all items: two runs can be compared by it. */
  digest: z.string(),
})
export type MapHead = z.infer<typeof MapHead>

/** Characters of a name at most. */
export const MAP_NAME = 80

export const MapLayout = z.enum(['umap', 'pca'])
export type MapLayout = z.infer<typeof MapLayout>

/** What points are coloured by. */
export const MapColour = z.enum(['score', 'host', 'mark', 'archive', 'lang', 'alt-kind', 'version'])
export type MapColour = z.infer<typeof MapColour>

/** left, top, right, bottom in units of the layout's square, which is 0..1 both ways. */
export const MapBox = z.tuple([z.number(), z.number(), z.number(), z.number()])
export type MapBox = z.infer<typeof MapBox>

const Asked = z.object({
  corpus: CorpusPath,
  map: MapId,
  layout: MapLayout,
  /** Of `pairs.select`. */
  selection: z.string(),
})

/** Pairs that `maps.places` tells at once. */
export const PLACES_AT_ONCE = 20_000
/** The most points that are drawn at once. */
export const MOST_POINTS = 200_000
/** Cells on a side of the shading. */
export const DENSITY_CELLS = 256

export const maps = {
  'maps.list': call(
    z.object({ corpus: CorpusPath }),
    z.object({
      maps: z.array(
        MapHead.extend({
          madeAt: z.string(),
          /** What people call it; '' where nobody named it. */
          name: z.string(),
        }),
      ),
      /** Files that are no whole maps, with what is wrong. */
      broken: z.array(z.object({ file: z.string(), problem: z.string() })),
      /** Embeddings that a map can be made of, the newest model first. */
      sources: z.array(
        z.object({
          model: z.string(),
          title: z.string(),
          digest: z.string(),
          image: z.boolean(),
          text: z.boolean(),
        }),
      ),
    }),
  ),
  /** Pairs of the corpus that have no place on a map, by reason. */
  'maps.missing': call(
    z.object({ corpus: CorpusPath, map: MapId }),
    z.object({
      placed: z.number().int(),
      /** Their embedding is there: they came after the map. */
      stale: z.number().int(),
      /** No embedding by this model. */
      unencoded: z.number().int(),
    }),
  ),
  /**
   * The points within a box, as bytes, little-endian one after the other: x and y (uint16 of the
   * box's width and height), id and place in the selection (int32; -1: not in it) and colour (uint8)
   * of `drawn` points, those outside the filter first; then, where `cells` is not 0, the shading:
   * cells x cells of uint8, rows from the top, 255 the thickest, even to the eye (square root).
   */
  'maps.view': call(
    Asked.extend({
      box: MapBox,
      colour: MapColour,
      score: ScoreSource.nullable().default(null),
      /** Whether points outside the filter come, too. */
      others: z.boolean(),
      most: z.number().int().min(1).max(MOST_POINTS).default(MOST_POINTS),
    }),
    z.object({
      /** Pairs with a place: on the whole map, and in the box; of the filter and outside it. */
      total: z.object({ kept: z.number().int(), others: z.number().int() }),
      inBox: z.object({ kept: z.number().int(), others: z.number().int() }),
      drawn: z.object({ kept: z.number().int(), others: z.number().int() }),
      /** Of the shading; 0 where every pair is drawn. */
      cells: z.number().int(),
      /** Pairs in the thickest cell. */
      thickest: z.number().int(),
      bytes: Bytes,
    }),
  ),
  /** What the colours mean, over all pairs of the filter that have a place. */
  'maps.legend': call(
    Asked.extend({ colour: MapColour, score: ScoreSource.nullable().default(null) }),
    z.discriminatedUnion('kind', [
      /** Codes 0..254 from `lo` to `hi`; 255 has none. */
      z.object({
        kind: z.literal('scale'),
        lo: z.number(),
        hi: z.number(),
        n: z.number().int(),
        none: z.number().int(),
      }),
      /**
       * The code is the place in the list; the last may be all others. Of versions the value `*` is
       * what lies in several of them.
       */
      z.object({
        kind: z.literal('values'),
        values: z.array(
          z.object({ value: z.string(), n: z.number().int(), rest: z.number().int() }),
        ),
      }),
    ]),
  ),
  /** The pairs of the selection within a closed line, as ranges of their places (int32 pairs). */
  'maps.inside': call(
    Asked.extend({
      line: z
        .array(z.tuple([z.number(), z.number()]))
        .min(3)
        .max(2000),
    }),
    z.object({ n: z.number().int(), bytes: Bytes }),
  ),
  /** The pair of the selection and those nearest to it on the map, `n` in all, as ranges of places. */
  'maps.around': call(
    Asked.extend({ id: PairId, n: z.number().int().min(1).max(1_000_000) }),
    z.object({ n: z.number().int(), bytes: Bytes }),
  ),
  /** Where a pair lies, in units of the layout's square; null: nowhere. */
  'maps.find': call(
    Asked.omit({ selection: true }).extend({ id: PairId }),
    z.object({ at: z.tuple([z.number(), z.number()]).nullable() }),
  ),
  /** Where the pairs after an id lie, in the units of each layout, by their ids; `umap` is null while it is not there. */
  'maps.places': call(
    z.object({ corpus: CorpusPath, map: MapId, afterId: z.number().int().min(0).default(0) }),
    z.array(
      z.object({
        id: PairId,
        umap: z.tuple([z.number(), z.number()]).nullable(),
        pca: z.tuple([z.number(), z.number()]),
      }),
    ),
  ),
  /** Some pairs as the grid shows them, in any order. */
  'maps.rows': call(
    z.object({
      corpus: CorpusPath,
      ids: z.array(PairId).max(400),
      score: ScoreSource.nullable().default(null),
    }),
    z.array(PairRow),
  ),
  /** Names a map; the empty name takes it away. @throws `not-found` */
  'maps.rename': call(
    z.object({ corpus: CorpusPath, map: MapId, name: z.string().trim().max(MAP_NAME) }),
    z.object({}),
  ),
  'maps.remove': call(z.object({ corpus: CorpusPath, map: MapId }), z.object({})),
}
