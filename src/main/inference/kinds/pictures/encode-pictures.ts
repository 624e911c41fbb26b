import type { FeatureRecipe } from '../../pictures/feature-recipe.ts'
import type { PictureSource } from '../../pictures/picture-source.ts'
import type { HostTools } from '../host-kind.ts'

/** Batches of pictures that are prepared at once, the one at work included. */
const AHEAD = 3

/** How a loaded model makes rows of pictures. */
export interface PictureEncoder {
  recipe: FeatureRecipe
  /** Numbers in a row. */
  dim: number
  /** Pictures that go through the graph together. */
  batch: number
  /** Rows of pictures, each [3, height, width] floats. */
  encode(pixels: Float32Array[]): Promise<Float32Array>
}

/** One row per picture, in their order; all zero where `failures` names it. In the host. */
export async function encodePictures(
  pictures: readonly PictureSource[],
  tools: HostTools,
  { recipe, dim, batch, encode }: PictureEncoder,
): Promise<{ vectors: Float32Array; failures: { index: number; reason: string }[] }> {
  const vectors = new Float32Array(pictures.length * dim)
  const failures: { index: number; reason: string }[] = []
  // Threads decode the next batches while the graph runs this one; not more of them than that,
  // as a prepared picture takes up to a few megabytes.
  const prepared: ReturnType<HostTools['prepare']>[] = []
  for (let start = 0; start < pictures.length; start += batch) {
    while (prepared.length < Math.min(pictures.length, start + AHEAD * batch)) {
      prepared.push(tools.prepare(pictures[prepared.length] as PictureSource, recipe))
    }
    const results = await Promise.all(prepared.slice(start, start + batch))
    const good: { index: number; pixels: Float32Array }[] = []
    for (const [i, result] of results.entries()) {
      const index = start + i
      if ('pixels' in result) good.push({ index, pixels: result.pixels })
      else failures.push({ index, reason: result.reason })
    }
    if (good.length === 0) continue
    const rows = await tools.alone(() => encode(good.map((picture) => picture.pixels)))
    for (const [row, { index }] of good.entries()) {
      vectors.set(rows.subarray(row * dim, (row + 1) * dim), index * dim)
    }
  }
  return { vectors, failures }
}
