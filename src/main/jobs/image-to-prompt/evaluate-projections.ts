import { canonicalJson } from '#shared/canonical-json.ts'
import { FIELD_RECIPE } from '#shared/contract/prompt-projection.ts'
import type { ProjectionRecipe } from '#shared/contract/prompt-projection.ts'
import type { PromptEvaluation } from '#shared/contract/prompt-evaluation.ts'
import { seededRandom } from '#shared/random.ts'
import type { EncodedPairs } from './encoded-pairs.ts'
import { trainProjection } from './projection.ts'
import type { Projection } from './projection.ts'

export interface TrainedRecipe {
  projection: Projection
  about: PromptEvaluation['projections'][number]
}

type Tell = (done: number, total: number, note: string) => Promise<void>

/** The field's recipe, then another that was chosen: what is reported stands beside what others do. */
export function recipesFor(
  chosen: ProjectionRecipe | null,
): { name: string; recipe: ProjectionRecipe }[] {
  if (chosen === null) return []
  const field = { name: 'linear projection', recipe: FIELD_RECIPE }
  if (canonicalJson(chosen) === canonicalJson(FIELD_RECIPE)) return [field]
  return [
    { ...field, name: "linear projection, the field's recipe" },
    { name: 'linear projection, chosen recipe', recipe: chosen },
  ]
}

/**
 * Trains one projection on held-in pairs. One that stops early is looked at by a share of their
 * pictures, which are drawn whole and train nothing.
 * @param used held-in pairs whose prompt is none of a held-out picture
 * @param dropped those that are not
 */
export async function trainRecipe(
  { name, recipe }: { name: string; recipe: ProjectionRecipe },
  pairs: EncodedPairs,
  { used, dropped }: { used: readonly number[]; dropped: number },
  { clipDim, spaceDim }: { clipDim: number; spaceDim: number },
  seed: number,
  tell: Tell,
): Promise<TrainedRecipe> {
  const looking = recipe.stop === null ? [] : lookedAt(pairs, used, recipe.stop.share, seed)
  const isLooked = new Set(looking)
  const training = used.filter((pair) => !isLooked.has(pair))
  const rowsOf = (of: readonly number[]) => ({
    x: rowsAt(
      pairs.pictures,
      clipDim,
      of.map((pair) => pairs.pictureOf[pair] as number),
    ),
    y: rowsAt(pairs.truthRows, spaceDim, of),
  })
  const { x, y } = rowsOf(training)
  const look =
    recipe.stop !== null && looking.length > 0
      ? { ...rowsOf(looking), patience: recipe.stop.patience }
      : null
  const sides = { from: clipDim, to: spaceDim }
  const trained = await trainProjection(x, y, sides, recipe, seed, {
    look,
    tell: (step, of) => tell(step, of, `training the ${name}`),
  })
  const { projection, steps, losses, looked, kept } = trained
  const stopped = look ? { pairs: looking.length, losses: looked, kept } : null
  return {
    projection,
    about: { name, recipe, pairs: training.length, dropped, steps, losses, stopped },
  }
}

/** Pairs of a share of their pictures; none where that would leave none to train on. */
export function lookedAt(
  { pictureOf }: Pick<EncodedPairs, 'pictureOf'>,
  used: readonly number[],
  share: number,
  seed: number,
): number[] {
  const pictures = Int32Array.from(new Set(used.map((pair) => pictureOf[pair] as number)))
  if (pictures.length < 2) return []
  seededRandom(seed).shuffle(pictures)
  const most = pictures.length - 1
  const n = Math.min(most, Math.max(1, Math.round(share * pictures.length)))
  const out = new Set(pictures.subarray(0, n))
  return used.filter((pair) => out.has(pictureOf[pair] as number))
}

function rowsAt(rows: Float32Array, dim: number, at: readonly number[]): Float32Array {
  const out = new Float32Array(at.length * dim)
  for (const [i, row] of at.entries()) out.set(rows.subarray(row * dim, (row + 1) * dim), i * dim)
  return out
}
