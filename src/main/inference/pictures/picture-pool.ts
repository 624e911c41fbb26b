import { errorLine } from '#shared/errors.ts'
import { HelperCrash } from '../../processes/crash.ts'
import { createPool } from '../../processes/pool.ts'
import { startThread } from '../../processes/start.ts'
import type { PictureSource } from './picture-source.ts'
import type { PictureCalls, Prepared, PreparedText } from './picture-worker.ts'
import type { FeatureRecipe } from './feature-recipe.ts'
import type { TextRecipe } from './text-recipe.ts'

export interface PicturePool {
  prepare(source: PictureSource, recipe: FeatureRecipe): Promise<Prepared>
  /** @param cuts whether a copy is wanted that lines are cut out of */
  prepareText(source: PictureSource, recipe: TextRecipe, cuts: boolean): Promise<PreparedText>
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
    prepare: (source, recipe) => orReason(pool.run('prepare', { source, recipe })),
    prepareText: (source, recipe, cuts) =>
      orReason(pool.run('prepareText', { source, recipe, cuts })),
  }
}

/** What a thread answers; a picture that ends it is a failure of that picture. */
async function orReason<T>(answer: Promise<{ value: T }>): Promise<T | { reason: string }> {
  try {
    return (await answer).value
  } catch (error) {
    if (!(error instanceof HelperCrash) || error.reason === 'not-started') throw error
    return { reason: errorLine(error) }
  }
}
