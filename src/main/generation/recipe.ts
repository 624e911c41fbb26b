import { SOFTWARE } from '#shared/version.ts'

/** All that a picture is made of: with it, the model and the same device it is made again. */
export interface PictureRecipe {
  model: { id: string; name: string; digest: string }
  prompt: string
  /** null = nothing was said. */
  negative: string | null
  scheduler: string
  steps: number
  guidance: number
  eta: number
  width: number
  height: number
  seed: string
  /** SHA-256 of the files that gave numbers in the place of drawn ones. */
  latents: string | null
  noise: string | null
  /** SHA-256 of the picture that it began with. */
  start: { sha256: string; strength: number } | null
  /** Side of the tiles that it was decoded in, latents; null = as a whole. */
  tiles: number | null
}

/** The chunk that holds a recipe as JSON. */
export const RECIPE_KEYWORD = 'gleaner'

/** What stands in a picture: the recipe, and the same in the words that other programs read. */
export function recipeTexts(recipe: PictureRecipe): [string, string][] {
  const { model, negative, start } = recipe
  const settings = [
    `Steps: ${recipe.steps}`,
    `Sampler: ${recipe.scheduler}`,
    `CFG scale: ${recipe.guidance}`,
    `Seed: ${recipe.seed}`,
    `Size: ${recipe.width}x${recipe.height}`,
    `Model hash: ${model.digest.slice(0, 10)}`,
    `Model: ${quoted(model.name)}`,
    ...(start ? [`Denoising strength: ${start.strength}`] : []),
    `Version: ${quoted(SOFTWARE)}`,
  ]
  const words = [
    recipe.prompt,
    ...(negative === null || negative === '' ? [] : [`Negative prompt: ${negative}`]),
    settings.join(', '),
  ]
  return [
    ['parameters', words.join('\n')],
    [RECIPE_KEYWORD, JSON.stringify({ software: SOFTWARE, ...recipe })],
  ]
}

function quoted(text: string): string {
  return /[,:"]/.test(text) ? JSON.stringify(text) : text
}
