import type { Prediction } from '#shared/contract/jobs/prompt-base.ts'
import type { ProjectionRecipe } from '#shared/contract/prompt-projection.ts'
import type { PromptEvaluation } from '#shared/contract/prompt-evaluation.ts'
import { AppError } from '#shared/errors.ts'
import { seededRandom } from '#shared/random.ts'
import { countBits, createBits, hasBit, setBit } from '../../search/vectors/bits.ts'
import type { Bits } from '../../search/vectors/bits.ts'
import { cosineOf, predictedRow } from '../../search/prompts/predicted-rows.ts'
import {
  bootstrapClusters,
  bootstrapPairedDifference,
} from '../../statistics/intervals/cluster-bootstrap.ts'
import type { Bootstrap } from '../../statistics/intervals/bootstrap.ts'
import type { Outcome } from '../../statistics/outcome.ts'
import type { Rating } from '../../statistics/rating.ts'
import { spaceRowsAt } from './base-rows.ts'
import type { BaseRows } from './base-rows.ts'
import type { EncodedPairs } from './encoded-pairs.ts'
import { recipesFor, trainRecipe } from './evaluate-projections.ts'
import type { TrainedRecipe } from './evaluate-projections.ts'
import { projected } from './projection.ts'

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

/** Texts that are read together. */
const TEXTS = 2000

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
  const { index, spaceDim } = base
  const clipDim = index.dimensions
  const { weights, averaging, seed, resamples } = choices
  const split = splitPairs(pairs, clipDim, choices)
  const forbidden = new Set(split.heldOut.map((pair) => sameKey(pairs.truths[pair] as string)))
  const mask = without(base, forbidden)
  const left = countBits(mask)
  if (left === 0) {
    throw new AppError(
      'invalid-input',
      'Every prompt of the base is the true prompt of a held-out picture.',
      'Hold out fewer pictures, or take a base that holds other prompts, too.',
    )
  }
  const ks = [...new Set(choices.ks.map((k) => Math.min(k, left)))].sort((a, b) => a - b)

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
  const constant = meanOfBase(base, mask)
  const byPicture = Map.groupBy(split.heldOut, (pair) => pairs.pictureOf[pair] as number)
  let done = 0
  for (const [picture, of] of byPicture) {
    await tell(done++, byPicture.size, 'pictures')
    const query = rowOf(pairs.pictures, clipDim, picture)
    const near = index.search(query, ks.at(-1) as number, { mask })
    const own = spaceRowsAt(base, near.rows)
    const order = Uint32Array.from(near.rows.keys())
    for (const pair of of) add('mean of the base', 'constant', null, pair, constant)
    for (const k of ks) {
      const nearest = { rows: order, cosines: near.cosines }
      const row = predictedRow(own, spaceDim, nearest, k, { weights, averaging })
      for (const pair of of) add(nameOf(k), 'neighbours', k, pair, row)
    }
  }
  const trained = await train(pairs, split.heldIn, forbidden, { clipDim, spaceDim }, choices, tell)
  for (const { projection, about } of trained) {
    for (const pair of split.heldOut) {
      const query = rowOf(pairs.pictures, clipDim, pairs.pictureOf[pair] as number)
      add(about.name, 'projection', null, pair, projected(projection, query))
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
    base: { prompts: base.size, removed: base.size - left },
    space: choices.space,
    averaging,
    weights,
    seed,
    resamples,
    rows,
    gains: [
      ...free.slice(1).flatMap((name) => gain(name, free[0] as string)),
      ...trained.flatMap(({ about: { name } }) => [
        ...free.flatMap((over) => gain(name, over)),
        ...gain(name, 'mean of the base'),
      ]),
    ],
    projections: trained.map(({ about }) => about),
  }
}

type Kind = PromptEvaluation['rows'][number]['kind']
/** k = 1 is the text that CLIP alone finds. */
const nameOf = (k: number): string => (k === 1 ? 'CLIP alone (k = 1)' : `k = ${k}`)

function rowOf(rows: Float32Array, dim: number, at: number): Float32Array {
  return rows.subarray(at * dim, (at + 1) * dim)
}

/** Places of the prompts that are no true prompt of a held-out picture. */
function without(base: BaseRows, forbidden: ReadonlySet<string>): Bits {
  const mask = createBits(base.size)
  for (let from = 0; from < base.size; from += TEXTS) {
    const places = Int32Array.from(
      { length: Math.min(TEXTS, base.size - from) },
      (_, i) => from + i,
    )
    for (const [i, text] of base.textsAt(places).entries()) {
      if (!forbidden.has(sameKey(text))) setBit(mask, from + i)
    }
  }
  return mask
}

/** float64, of one row at a time. */
function meanOfBase(base: BaseRows, mask: Bits): Float64Array {
  const sum = new Float64Array(base.spaceDim)
  for (let place = 0; place < base.size; place++) {
    if (!hasBit(mask, place)) continue
    const row = base.spaceRow(place)
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (row[i] as number)
  }
  const n = countBits(mask)
  return sum.map((value) => value / n)
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
  sides: { clipDim: number; spaceDim: number },
  { projection: recipe, seed }: EvaluationChoices,
  tell: Tell,
): Promise<TrainedRecipe[]> {
  const used = heldIn.filter((pair) => !forbidden.has(sameKey(pairs.truths[pair] as string)))
  if (used.length === 0) return []
  const of = { used, dropped: heldIn.length - used.length }
  const trained: TrainedRecipe[] = []
  for (const one of recipesFor(recipe)) {
    trained.push(await trainRecipe(one, pairs, of, sides, seed, tell))
  }
  return trained
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
