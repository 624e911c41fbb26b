import type { FeatureRecipe } from './feature-recipe.ts'
import type { ImageRecipe } from './recipe.ts'
import { resizeFloat } from './resize-float.ts'
import { resize, type RgbPixels, type Window } from './resize.ts'

/** A decoded picture as a graph takes it: [3, height, width], resized and normalised. */
export function preparePixels(source: RgbPixels, recipe: FeatureRecipe): Float32Array<ArrayBuffer> {
  const { resize: how, width, height } = recipe
  if ('filter' in how) {
    const fixed = { ...recipe, resize: how }
    const pixels = new Float32Array(3 * width * height)
    normalise(fit(source, fixed), fixed, pixels)
    return pixels
  }
  const pixels = resizeFloat(source, width, height, how.mode)
  const plane = width * height
  for (let c = 0; c < 3; c++) {
    const [mean, std] = [recipe.mean[c] as number, recipe.std[c] as number]
    for (let i = c * plane; i < (c + 1) * plane; i++) {
      pixels[i] = ((pixels[i] as number) * recipe.rescale - mean) / std
    }
  }
  return pixels
}

/** Size after the resize, and the part of it that goes into the graph. */
export function plan(
  recipe: ImageRecipe,
  width: number,
  height: number,
): { width: number; height: number; window: Window } {
  if (recipe.resize.mode === 'exact') {
    const size = { width: recipe.width, height: recipe.height }
    return { ...size, window: { left: 0, top: 0, ...size } }
  }
  const edge = recipe.resize.shortestEdge ?? Math.max(recipe.width, recipe.height)
  const long = Math.trunc((edge * Math.max(width, height)) / Math.min(width, height))
  const size = width <= height ? { width: edge, height: long } : { width: long, height: edge }
  return {
    ...size,
    window: {
      left: margin(size.width - recipe.width, recipe.crop),
      top: margin(size.height - recipe.height, recipe.crop),
      width: recipe.width,
      height: recipe.height,
    },
  }
}

/** Pixels left out before the centre, of `spare` in all. */
function margin(spare: number, crop: ImageRecipe['crop']): number {
  const half = spare / 2
  if (crop === 'transformers' || Number.isInteger(half)) return Math.floor(half)
  // Python's round: halves go to the even neighbour.
  return Math.floor(half) % 2 === 0 ? Math.floor(half) : Math.ceil(half)
}

/** Resizes and cuts; still 8 bits. Bit by bit what Pillow and the named crop give. */
export function fit(source: RgbPixels, recipe: ImageRecipe): RgbPixels {
  const { width, height, window } = plan(recipe, source.width, source.height)
  return resize(source, width, height, recipe.resize.filter, window)
}

/**
 * Rescales and normalises to float32, channel by channel: [3, height, width]. In float32 as
 * transformers does it: fround(fround(v * rescale) - mean) / std.
 */
export function normalise(pixels: RgbPixels, recipe: ImageRecipe, out: Float32Array): void {
  const n = pixels.width * pixels.height
  if (out.length !== n * 3) throw new RangeError('normalise: out has the wrong length')
  const { data } = pixels
  const table = new Float32Array(256)
  for (let c = 0; c < 3; c++) {
    const mean = Math.fround(recipe.mean[c] as number)
    const std = Math.fround(recipe.std[c] as number)
    for (let v = 0; v < 256; v++) {
      table[v] = Math.fround(Math.fround(v * recipe.rescale) - mean) / std
    }
    const plane = c * n
    for (let i = 0, from = c; i < n; i++, from += 3) {
      out[plane + i] = table[data[from] as number] as number
    }
  }
}
