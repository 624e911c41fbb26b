import type { TrainingRun } from '../contract/training.ts'
import { VersionRecipe } from './recipe.ts'

/** The versions that the filter of a training named, with the hashes that they had; [] = none. */
export function trainedVersions(run: Pick<TrainingRun, 'config'>): VersionRecipe['versions'] {
  return VersionRecipe.shape.versions.safeParse(run.config['versions']).data ?? []
}
