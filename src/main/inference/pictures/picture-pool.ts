import { Worker } from 'node:worker_threads'
import type { ImageRecipe } from './recipe.ts'
import type { PictureResult, PictureTask } from './picture-worker.ts'
import type { PictureSource } from '../kinds/define.ts'

export type Prepared = { pixels: Float32Array } | { reason: string }

export interface PicturePool {
  prepare(source: PictureSource, recipe: ImageRecipe): Promise<Prepared>
}

/** Threads that decode and resize while the graph runs. `entry` is the inference host itself. */
export function createPicturePool(entry: URL, size: number): PicturePool {
  const workers: { worker: Worker; queued: number }[] = []
  const waiting = new Map<number, (result: Prepared) => void>()
  let nextId = 1

  const start = (): { worker: Worker; queued: number } => {
    const slot = { worker: new Worker(entry), queued: 0 }
    slot.worker.on('message', (result: PictureResult) => {
      slot.queued--
      const resolve = waiting.get(result.id)
      waiting.delete(result.id)
      resolve?.(result.ok ? { pixels: result.pixels } : { reason: result.reason })
    })
    // A thread that dies takes unknown work with it: the host ends, its client starts another.
    slot.worker.on('error', (error) => {
      console.error(`the picture thread failed: ${error.message}`)
      process.exit(70)
    })
    slot.worker.unref()
    return slot
  }

  return {
    prepare(source, recipe) {
      if (workers.length < size) workers.push(start())
      const slot = workers.reduce((a, b) => (b.queued < a.queued ? b : a))
      const task: PictureTask = { id: nextId++, source, recipe }
      slot.queued++
      return new Promise((resolve) => {
        waiting.set(task.id, resolve)
        slot.worker.postMessage(task)
      })
    },
  }
}
