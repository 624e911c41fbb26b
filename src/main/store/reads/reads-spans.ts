import type { CallOutput } from '#shared/contract/index.ts'
import { pearson, spearman } from '#shared/statistics.ts'
import { argsort, floatKeys } from './arrays.ts'
import { lru } from './lru.ts'
import type { ReaderDb } from '../open.ts'
import { findModel } from '../repositories/models.ts'
import type { ScoreKind } from '../repositories/models.ts'
import { spanSet } from '../repositories/span-sets.ts'
import { lowerBound } from '#shared/sorted.ts'

/** What counts of each pair in a set, by id of the pair. */
export interface BestSpans {
  ids: Int32Array
  /** Confidence or similarity; NaN where nobody measured it. */
  scores: Float32Array
  /** 1 = there is a span, 0 = nothing describes the picture. */
  placed: Uint8Array
}

export interface SpanReadContext {
  db: ReaderDb
  /** A number that changes with the pairs, and one that changes with the pictures. */
  version: Readonly<Record<'pairs' | 'images', number>>
  /** All scores of a kind in ascending order. */
  baseScores(kind: ScoreKind): { values: Float32Array; ids: Int32Array }
}

interface InSet {
  set: number
  model: string
}

/** Sets whose spans are held: 9 bytes a pair. */
const MAX_SETS = 3

/** Reads over the spans of millions of pairs. */
export function createSpanReads(context: SpanReadContext) {
  const { db, version } = context
  const best = lru<BestSpans>(MAX_SETS)
  const orders = lru<Int32Array>(MAX_SETS)
  const pictures = lru<{ ofPair: Int32Array; held: Uint8Array }>(1)

  /** What a set says; as sets only grow, their size tells whether it is still so. */
  function stampOf(set: number): string {
    return `${set} ${spanSet(db, set).pairs}`
  }

  function bestOf(set: number): BestSpans {
    return best.get(stampOf(set), () => {
      const count = db
        .prepare<[number], number>('SELECT count(*) FROM spans WHERE set_id = ? AND rank = 0')
        .pluck()
        .get(set) as number
      const ids = new Int32Array(count)
      const scores = new Float32Array(count)
      const placed = new Uint8Array(count)
      const rows = db
        .prepare<[number], [number, number | null, number]>(
          `SELECT pair_id, score, start IS NOT NULL FROM spans INDEXED BY spans_best
           WHERE set_id = ? AND rank = 0 ORDER BY pair_id`,
        )
        .raw()
        .iterate(set) as IterableIterator<[number, number | null, number]>
      let n = 0
      for (const [id, score, place] of rows) {
        // Written by another connection between the two reads: there the next time.
        if (n === count) break
        ids[n] = id
        scores[n] = score ?? NaN
        placed[n++] = place
      }
      return { ids, scores, placed }
    })
  }

  /** The picture of each pair, and whether its bytes are held. */
  function picturesOfPairs(): { ofPair: Int32Array; held: Uint8Array } {
    return pictures.get(`${version.pairs} ${version.images}`, () => {
      const last = (table: 'pairs' | 'images'): number =>
        db.prepare<[], number>(`SELECT ifnull(max(id), 0) FROM ${table}`).pluck().get() as number
      const ofPair = new Int32Array(last('pairs') + 1)
      const held = new Uint8Array(last('images') + 1)
      const images = db
        .prepare<[], number>(`SELECT id FROM images WHERE status = 'ok' AND sha256 IS NOT NULL`)
        .pluck()
        .iterate()
      for (const id of images) held[id] = 1
      const pairs = db
        .prepare<[], [number, number]>('SELECT id, image_id FROM pairs')
        .raw()
        .iterate() as IterableIterator<[number, number]>
      for (const [id, image] of pairs) ofPair[id] = image
      return { ofPair, held }
    })
  }

  function scoresOfSet({ set, model }: InSet): { values: Float32Array; ids: Int32Array } {
    const modelId = findModel(db, model).id
    return context.baseScores({ modelId, text: 'span', key: `span@${set}` })
  }

  /** Values by id of the pair; NaN for the others. */
  function dense(ids: Int32Array, values: Float32Array): Float32Array {
    const made = new Float32Array((ids[ids.length - 1] ?? 0) + 1).fill(NaN)
    for (let i = 0; i < ids.length; i++) made[ids[i] as number] = values[i] as number
    return made
  }

  return {
    /** Pairs of a set from the least confident up; without those that have no confidence. */
    byConfidence(set: number): Int32Array {
      return orders.get(stampOf(set), () => {
        const { ids, scores } = bestOf(set)
        const order = argsort(floatKeys(scores))
        const sorted = new Int32Array(ids.length)
        let n = 0
        for (let i = 0; i < order.length; i++) {
          const at = order[i] as number
          if (!Number.isNaN(scores[at])) sorted[n++] = ids[at] as number
        }
        return sorted.subarray(0, n)
      })
    },

    /** `spans.coverage`: pictures are distinct addresses whose bytes are held and that a pair shows. */
    spanCoverage(
      args: InSet & { minCosine: number; minConfidence: number },
    ): CallOutput<'spans.coverage'> {
      const { ids, scores, placed } = bestOf(args.set)
      const { ofPair, held } = picturesOfPairs()
      const ALT = 1
      const SPAN = 2
      const SHOWN = 4
      const marks = new Uint8Array(held.length)
      for (let pair = 0; pair < ofPair.length; pair++) {
        const image = ofPair[pair] as number
        if (held[image] === 1) marks[image]! |= SHOWN
      }
      const alt = context.baseScores({
        modelId: findModel(db, args.model).id,
        text: 'alt',
        key: 'alt',
      })
      for (let i = lowerBound(alt.values, args.minCosine); i < alt.ids.length; i++) {
        marks[ofPair[alt.ids[i] as number] ?? 0]! |= ALT
      }
      const span = scoresOfSet(args)
      const confidence = dense(ids, scores)
      const from = lowerBound(span.values, args.minCosine)
      // As they are held: 0.9 as float32 is less than 0.9.
      const minConfidence = Math.fround(args.minConfidence)
      const scored = new Uint8Array(ofPair.length)
      for (let i = 0; i < span.ids.length; i++) {
        const pair = span.ids[i] as number
        scored[pair] = 1
        // What nobody measured, as a label of a person, is sure.
        if (i >= from && !((confidence[pair] ?? NaN) < minConfidence)) {
          marks[ofPair[pair] ?? 0]! |= SPAN
        }
      }
      let unscored = 0
      for (let i = 0; i < ids.length; i++) {
        const pair = ids[i] as number
        if (placed[i] === 1 && held[ofPair[pair] ?? 0] === 1 && scored[pair] !== 1) unscored++
      }
      const counts = { pictures: 0, altOnly: 0, spanOnly: 0, both: 0, neither: 0, unscored }
      for (let image = 0; image < marks.length; image++) {
        const mark = marks[image] as number
        if ((mark & SHOWN) === 0) continue
        counts.pictures++
        const usable = mark & (ALT | SPAN)
        if (usable === ALT) counts.altOnly++
        else if (usable === SPAN) counts.spanOnly++
        else if (usable === 0) counts.neither++
        else counts.both++
      }
      return counts
    },

    /**
     * `spans.density`: pairs that have a span with a confidence, and a score of it. Confidence from 0
     * to 1, cosine over what there is.
     */
    spanDensity(args: InSet & { columns: number; rows: number }): CallOutput<'spans.density'> {
      const { columns, rows } = args
      const { ids, scores, placed } = bestOf(args.set)
      const confidences = dense(
        ids,
        scores.map((score, i) => (placed[i] === 1 ? score : NaN)),
      )
      const scored = scoresOfSet(args)
      const x = new Float32Array(scored.ids.length)
      const y = new Float32Array(scored.ids.length)
      let n = 0
      for (let i = 0; i < scored.ids.length; i++) {
        const confidence = confidences[scored.ids[i] as number] ?? NaN
        if (Number.isNaN(confidence)) continue
        x[n] = confidence
        y[n++] = scored.values[i] as number
      }
      let low = n === 0 ? 0 : (y[0] as number)
      let high = n === 0 ? 1 : (y[n - 1] as number)
      if (low === high) {
        low -= 0.005
        high += 0.005
      }
      const counts = new Array<number>(columns * rows).fill(0)
      for (let i = 0; i < n; i++) {
        const column = Math.min(columns - 1, Math.floor((x[i] as number) * columns))
        const row = Math.min(rows - 1, Math.floor((((y[i] as number) - low) / (high - low)) * rows))
        counts[row * columns + column]!++
      }
      const [a, b] = [x.subarray(0, n), y.subarray(0, n)]
      return {
        columns,
        rows,
        confidence: [0, 1],
        cosine: [low, high],
        counts,
        n,
        pearson: pearson(a, b),
        spearman: spearman(a, b),
      }
    },
  }
}
