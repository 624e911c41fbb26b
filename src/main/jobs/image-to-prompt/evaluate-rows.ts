import type { Prediction, ProjectionRecipe } from '#shared/contract/jobs/prompt-base.ts'
import type { PromptEvaluation } from '#shared/contract/prompt-evaluation.ts'
import { AppError } from '#shared/errors.ts'
import { seededRandom } from '#shared/random.ts'
import { createFlatIndex } from '../../search/vectors/flat-index.ts'
import { cosineOf, meanOfRows, predictedRow } from '../../search/prompts/predicted-rows.ts'
import {
  bootstrapClusters,
  bootstrapPairedDifference,
} from '../../statistics/intervals/cluster-bootstrap.ts'
import type { Bootstrap } from '../../statistics/intervals/bootstrap.ts'
import type { Outcome } from '../../statistics/outcome.ts'
import type { Rating } from '../../statistics/rating.ts'
import { projected, trainProjection } from './projection.ts'

/** Pairs of pictures and true prompts, encoded. */
export interface EncodedPairs {
  /** Unit rows of the distinct pictures. */
  pictures: Float32Array
  /** Of each pair, the place of its picture. */
  pictureOf: Int32Array
  truths: string[]
  /** Unit rows of the true prompts in the space of the prediction. */
  truthRows: Float32Array
}

export interface EvaluationChoices extends Prediction {
  ks: number[]
  heldOut: number
  seed: number
  resamples: number
  projection: ProjectionRecipe | null
}

export interface EvaluationInput extends EvaluationChoices, EncodedPairs {
  clip: { id: number; dim: number }
  sentence: { id: number; dim: number }
}

/** The base as it is predicted from: rows of the prompts in use, place by place. */
export interface BaseRows {
  texts: string[]
  clip: Float32Array
  clipDim: number
  /** In the space of the prediction. */
  space: Float32Array
  spaceDim: number
}

type Tell = (done: number, total: number, note: string) => Promise<void>

/** As prompts are the same: case, form and spaces do not matter. */
export function sameKey(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()
}

/**
 * How near predicted rows come to those of the true prompts, on held-out pictures. Pictures are drawn
 * whole by the seed; prompts of the base that are the true prompt of a held-out picture are left out of
 * it, and held-in pairs with such a prompt train no projection.
 * @throws AppError `invalid-input` where nothing is left to judge by
 */
export async function evaluateRows(
  base: BaseRows,
  pairs: EncodedPairs,
  choices: EvaluationChoices,
  tell: Tell = () => Promise.resolve(),
): Promise<PromptEvaluation> {
  const { clipDim, spaceDim } = base
  const { weights, averaging, seed, resamples } = choices
  const split = splitPairs(pairs, base.clipDim, choices)
  const forbidden = new Set(split.heldOut.map((pair) => sameKey(pairs.truths[pair] as string)))
  const left = Int32Array.from(
    base.texts.flatMap((text, row) => (forbidden.has(sameKey(text)) ? [] : [row])),
  )
  if (left.length === 0) {
    throw new AppError(
      'invalid-input',
      'Every prompt of the base is the true prompt of a held-out picture.',
      'Hold out fewer pictures, or take a base that holds other prompts, too.',
    )
  }
  const index = createFlatIndex({ dimensions: clipDim })
  index.add(rowsAt(base.clip, clipDim, left))
  const space = rowsAt(base.space, spaceDim, left)
  const ks = [...new Set(choices.ks.map((k) => Math.min(k, left.length)))].sort((a, b) => a - b)

  const values = new Map<string, { kind: Kind; k: number | null; ratings: Rating[] }>()
  const add = (
    name: string,
    kind: Kind,
    k: number | null,
    pair: number,
    row: ArrayLike<number>,
  ) => {
    const found = values.get(name) ?? { kind, k, ratings: [] }
    const truth = rowOf(pairs.truthRows, spaceDim, pair)
    found.ratings.push({
      rater: name,
      unit: String(pair),
      cluster: String(pairs.pictureOf[pair]),
      value: cosineOf(row, truth),
    })
    values.set(name, found)
  }
  const constant = meanOfRows(
    space,
    spaceDim,
    Array.from({ length: left.length }, (_, i) => i),
  )
  const byPicture = Map.groupBy(split.heldOut, (pair) => pairs.pictureOf[pair] as number)
  let done = 0
  for (const [picture, own] of byPicture) {
    await tell(done++, byPicture.size, 'pictures')
    const query = rowOf(pairs.pictures, clipDim, picture)
    const near = index.search(query, ks.at(-1) as number)
    for (const pair of own) add('mean of the base', 'constant', null, pair, constant)
    for (const k of ks) {
      const row = predictedRow(space, spaceDim, near, k, {
        weights,
        averaging,
      })
      for (const pair of own) add(nameOf(k), 'neighbours', k, pair, row)
    }
  }
  const trained = await train(pairs, split.heldIn, forbidden, { clipDim, spaceDim }, choices, tell)
  if (trained) {
    for (const pair of split.heldOut) {
      const query = rowOf(pairs.pictures, clipDim, pairs.pictureOf[pair] as number)
      add(PROJECTION, 'projection', null, pair, projected(trained.projection, query))
    }
  }

  const options = { seed, resamples, method: 'percentile' as const }
  const rows = [...values].map(([name, { kind, k, ratings }]) => ({
    name,
    kind,
    k,
    ...estimated(bootstrapClusters(ratings, options), ratings),
  }))
  const gain = (of: string, over: string): PromptEvaluation['gains'][number][] => {
    const [a, b] = [values.get(of), values.get(over)]
    if (!a || !b || of === over) return []
    return [{ of, over, ...differenceOf(bootstrapPairedDifference(a.ratings, b.ratings, options)) }]
  }
  const free = ks.map(nameOf)
  return {
    pairs: pairs.truths.length,
    heldOut: split.count(split.heldOut),
    heldOutPictures: [...byPicture.keys()],
    heldIn: split.count(split.heldIn),
    base: { prompts: base.texts.length, removed: base.texts.length - left.length },
    space: choices.space,
    averaging,
    weights,
    seed,
    resamples,
    rows,
    gains: [
      ...free.slice(1).flatMap((name) => gain(name, free[0] as string)),
      ...free.flatMap((name) => gain(PROJECTION, name)),
      ...gain(PROJECTION, 'mean of the base'),
    ],
    projection: trained?.about ?? null,
  }
}

type Kind = PromptEvaluation['rows'][number]['kind']
const PROJECTION = 'linear projection'
/** k = 1 is the text that CLIP alone finds. */
const nameOf = (k: number): string => (k === 1 ? 'CLIP alone (k = 1)' : `k = ${k}`)

function rowOf(rows: Float32Array, dim: number, at: number): Float32Array {
  return rows.subarray(at * dim, (at + 1) * dim)
}

function rowsAt(rows: Float32Array, dim: number, at: Int32Array): Float32Array {
  const out = new Float32Array(at.length * dim)
  for (const [i, row] of at.entries()) out.set(rowOf(rows, dim, row), i * dim)
  return out
}

interface Split {
  heldOut: number[]
  heldIn: number[]
  count(pairs: number[]): { pairs: number; pictures: number }
}

function splitPairs(
  { pictures, pictureOf }: EncodedPairs,
  dim: number,
  { heldOut, seed }: Pick<EvaluationChoices, 'heldOut' | 'seed'>,
): Split {
  const n = pictures.length / dim
  const order = Int32Array.from({ length: n }, (_, i) => i)
  seededRandom(seed).shuffle(order)
  const out = new Set(order.subarray(0, Math.max(1, Math.round(heldOut * n))))
  const all = Array.from(pictureOf.keys())
  const isOut = (pair: number): boolean => out.has(pictureOf[pair] as number)
  const split = {
    heldOut: all.filter(isOut),
    heldIn: all.filter((pair) => !isOut(pair)),
    count: (of: number[]) => ({
      pairs: of.length,
      pictures: new Set(of.map((pair) => pictureOf[pair])).size,
    }),
  }
  if (split.heldOut.length === 0) {
    throw new AppError(
      'invalid-input',
      'No pair is left to judge by.',
      'Give a table with pictures that can be read and prompts beside them.',
    )
  }
  return split
}

async function train(
  pairs: EncodedPairs,
  heldIn: number[],
  forbidden: ReadonlySet<string>,
  { clipDim, spaceDim }: { clipDim: number; spaceDim: number },
  { projection: recipe, seed }: EvaluationChoices,
  tell: Tell,
) {
  if (recipe === null) return null
  const used = heldIn.filter((pair) => !forbidden.has(sameKey(pairs.truths[pair] as string)))
  if (used.length === 0) return null
  const x = rowsAt(
    pairs.pictures,
    clipDim,
    Int32Array.from(used, (i) => pairs.pictureOf[i] as number),
  )
  const y = rowsAt(pairs.truthRows, spaceDim, Int32Array.from(used))
  const sides = { from: clipDim, to: spaceDim }
  const note = 'training the projection'
  const { projection, steps, losses } = await trainProjection(x, y, sides, recipe, seed, {
    tell: (step, of) => tell(step, of, note),
  })
  const dropped = heldIn.length - used.length
  return { projection, about: { ...recipe, pairs: used.length, dropped, steps, losses } }
}

function estimated(found: Outcome<Bootstrap>, ratings: readonly Rating[]) {
  if (found.ok) {
    const interval: [number, number] = [found.low, found.high]
    return { mean: found.estimate, interval, note: '' }
  }
  const mean = ratings.reduce((sum, { value }) => sum + value, 0) / ratings.length
  return { mean, interval: null, note: found.reason }
}

function differenceOf(found: Outcome<Bootstrap>) {
  if (!found.ok) return { mean: 0, interval: null, note: found.reason }
  const interval: [number, number] = [found.low, found.high]
  return { mean: found.estimate, interval, note: '' }
}
