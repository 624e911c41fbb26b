import type { PictureSource } from '../../pictures/picture-source.ts'
import type { Loaded, ResolvedModel } from '../define.ts'
import type { ImageFeaturesManifest } from './manifest.ts'

export type ImageFeaturesModel = ResolvedModel<ImageFeaturesManifest, LoadedImageFeatures>

export interface LoadedImageFeatures extends Loaded<ImageFeaturesManifest> {
  /** Features as the graph gives them, [n, dim]; rows of pictures named in `failures` are zero. */
  encodeImages(
    pictures: PictureSource[],
  ): Promise<{ vectors: Float32Array; failures: Map<number, string> }>
}
