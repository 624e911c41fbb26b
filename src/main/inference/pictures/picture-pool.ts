import { errorLine } from '#shared/errors.ts'
import { HelperCrash } from '../../processes/crash.ts'
import { createPool } from '../../processes/pool.ts'
import { startThread } from '../../processes/start.ts'
import type { PictureSource } from './picture-source.ts'
import type { PictureCalls, Prepared } from './picture-worker.ts'
import type { FeatureRecipe } from './feature-recipe.ts'

export interface PicturePool {
  prepare(source: PictureSource, recipe: FeatureRecipe): Promise<Prepared>
}

/** Threads that decode and resize while the graph runs. `entry` is the inference host itself. */
export function createPicturePool(entry: URL, size: number): PicturePool {
  const pool = createPool<PictureCalls>({
    name: 'The picture thread',
    helpers: size,
    // A graph blocks the one who hands out the pictures: each thread has enough to go on with.
    perHelper: Infinity,
    isFreeWhenIdle: true,
    start: () => startThread(entry),
  })
  return {
    async prepare(source, recipe) {
      try {
        return (await pool.run('prepare', { source, recipe })).value
      } catch (error) {
        if (!(error instanceof HelperCrash) || error.reason === 'not-started') throw error
        return { reason: errorLine(error) }
      }
    },
  }
}
