import { parentPort } from 'node:worker_threads'
import { toErrorValue } from '#shared/errors.ts'
import { decode } from './decode.ts'
import type { ImageRecipe } from './recipe.ts'
import { fit, normalise } from './preprocess.ts'
import type { PictureSource } from '../kinds/define.ts'

export interface PictureTask {
  id: number
  source: PictureSource
  recipe: ImageRecipe
}
export type PictureResult =
  | { id: number; ok: true; pixels: Float32Array<ArrayBuffer> }
  | { id: number; ok: false; reason: string }

/** Turns pictures into the floats that a graph takes, in a thread of the inference host. */
export function servePictures(): void {
  const port = parentPort
  if (port === null) throw new Error('the picture worker must run in a thread')
  // One at a time: a large picture is held whole, and the threads are as many as the cores.
  let last: Promise<void> = Promise.resolve()
  port.on('message', (task: PictureTask) => {
    last = last.then(async () => {
      try {
        const { source, recipe } = task
        const input = 'path' in source ? source.path : Buffer.from(source.base64, 'base64')
        const pixels = new Float32Array(3 * recipe.width * recipe.height)
        normalise(fit(await decode(input, recipe), recipe), recipe, pixels)
        const result: PictureResult = { id: task.id, ok: true, pixels }
        port.postMessage(result, [pixels.buffer])
      } catch (error) {
        const result: PictureResult = {
          id: task.id,
          ok: false,
          reason: toErrorValue(error).message,
        }
        port.postMessage(result)
      }
    })
  })
}
