import type { Loaded, ResolvedModel } from '../define.ts'
import type { PictureSource } from '../../pictures/picture-source.ts'
import type { PictureTextManifest } from './manifest.ts'

export type PictureTextModel = ResolvedModel<PictureTextManifest, LoadedPictureText>

export interface LoadedPictureText extends Loaded<PictureTextManifest> {
  /** Unit vectors, [n, embeddingDim]; rows of pictures named in `failures` are zero. */
  encodeImages(
    pictures: PictureSource[],
  ): Promise<{ vectors: Float32Array; failures: Map<number, string> }>
  /** Unit vectors, [n, embeddingDim]. `full` pads to the whole context even where less is exact. */
  encodeTexts(texts: string[], full?: boolean): Promise<Float32Array>
  /** Token ids as they go into the graph, without padding. */
  ids(texts: string[]): Promise<number[][]>
}

/** Vectors come back as the bytes: float32, row by row. */
export interface PictureTextCalls {
  /** One vector per picture, unit length; all zero where `failures` names it. */
  images: {
    input: { pictures: PictureSource[] }
    value: { failures: { index: number; reason: string }[] }
  }
  /** One vector per text, unit length. `full` pads each to the whole context, whatever is exact. */
  texts: { input: { texts: string[]; full: boolean }; value: Record<string, never> }
  /** Token ids, for comparison with a reference. */
  ids: { input: { texts: string[] }; value: { ids: number[][] } }
}
