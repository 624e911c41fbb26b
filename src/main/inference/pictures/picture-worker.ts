import { errorLine } from '#shared/errors.ts'
import { readSound } from '../../files/sound-blob.ts'
import { serveParent } from '../../processes/child.ts'
import type { Answer } from '../../processes/peer.ts'
import { decode } from './decode-pixels.ts'
import type { FeatureRecipe } from './feature-recipe.ts'
import { preparePixels } from './preprocess.ts'
import type { PictureSource } from './picture-source.ts'
import { textPixels, type TextPixels } from './text-pixels.ts'
import type { TextRecipe } from './text-recipe.ts'

/** A picture as the floats that a graph takes, or why there are none. */
export type Prepared = { pixels: Float32Array<ArrayBuffer> } | { reason: string }

/** A picture in which text is looked for, or why there is none. */
export type PreparedText = TextPixels | { reason: string }

export interface PictureCalls {
  prepare: { input: { source: PictureSource; recipe: FeatureRecipe }; value: Prepared }
  prepareText: {
    input: { source: PictureSource; recipe: TextRecipe; cuts: boolean }
    value: PreparedText
  }
}

/** Turns pictures into the floats that a graph takes, in a thread of the inference host. */
export function servePreparation(): void {
  // One at a time: a large picture is held whole, and the threads are as many as the cores.
  let last: Promise<unknown> = Promise.resolve()
  const inLine = <T>(run: () => Promise<T>): Promise<T> => {
    const mine = last.then(run)
    last = mine
    return mine
  }
  serveParent<PictureCalls>({
    prepare: ({ source, recipe }) => inLine(() => prepare(source, recipe)),
    prepareText: ({ source, recipe, cuts }) => inLine(() => prepareText(source, recipe, cuts)),
  })
}

async function prepare(source: PictureSource, recipe: FeatureRecipe): Promise<Answer<Prepared>> {
  try {
    const pixels = preparePixels(await decode(await bytesOf(source), recipe), recipe)
    return { value: { pixels }, transfer: [pixels.buffer] }
  } catch (error) {
    return { value: { reason: errorLine(error) } }
  }
}

/** Turned upright as people see it, transparency laid on white. */
async function prepareText(
  source: PictureSource,
  recipe: TextRecipe,
  cuts: boolean,
): Promise<Answer<PreparedText>> {
  try {
    const picture = await decode(await bytesOf(source), { orientation: 'apply', alpha: 'white' })
    const value = textPixels(picture, recipe, cuts)
    const copy = value.copy?.data.buffer
    return {
      value,
      transfer: [value.pixels.buffer, ...(copy instanceof ArrayBuffer ? [copy] : [])],
    }
  } catch (error) {
    return { value: { reason: errorLine(error) } }
  }
}

async function bytesOf(source: PictureSource): Promise<Uint8Array> {
  return 'path' in source ? await readSound(source.path) : Buffer.from(source.base64, 'base64')
}
