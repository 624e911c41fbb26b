import { errorLine } from '#shared/errors.ts'
import { serveParent } from '../../processes/child.ts'
import type { Answer } from '../../processes/peer.ts'
import { decode } from './decode.ts'
import type { ImageRecipe } from './recipe.ts'
import { fit, normalise } from './preprocess.ts'
import type { PictureSource } from './picture-source.ts'

/** A picture as the floats that a graph takes, or why there are none. */
export type Prepared = { pixels: Float32Array<ArrayBuffer> } | { reason: string }

export interface PictureCalls {
  prepare: { input: { source: PictureSource; recipe: ImageRecipe }; value: Prepared }
}

/** Turns pictures into the floats that a graph takes, in a thread of the inference host. */
export function servePictures(): void {
  // One at a time: a large picture is held whole, and the threads are as many as the cores.
  let last: Promise<unknown> = Promise.resolve()
  serveParent<PictureCalls>({
    prepare({ source, recipe }) {
      const mine = last.then(() => prepare(source, recipe))
      last = mine
      return mine
    },
  })
}

async function prepare(source: PictureSource, recipe: ImageRecipe): Promise<Answer<Prepared>> {
  try {
    const input = 'path' in source ? source.path : Buffer.from(source.base64, 'base64')
    const pixels = new Float32Array(3 * recipe.width * recipe.height)
    normalise(fit(await decode(input, recipe), recipe), recipe, pixels)
    return { value: { pixels }, transfer: [pixels.buffer] }
  } catch (error) {
    return { value: { reason: errorLine(error) } }
  }
}
