import type { PictureSource } from '../../pictures/picture-source.ts'
import type { Loaded, ResolvedModel } from '../define.ts'
import type { TextDetectionManifest } from './manifest.ts'

/** A line of text in a picture. */
export interface FoundLine {
  /** Corners from the top left on, clockwise, in pixels of the picture: x, y, x, y, ... */
  corners: number[]
  /** Mean probability of its box, 0 to 1. */
  score: number
  /** null where nothing reads. */
  text: string | null
  /** Of what was read, 0 to 1. */
  confidence: number | null
}

/** The text in a picture. */
export interface PictureText {
  width: number
  height: number
  /** Share of the picture's area that lies within a box, 0 to 1. */
  share: number
  /** In reading order. */
  lines: FoundLine[]
  /** Parts of the map that were not looked at, as there were too many. */
  passedOver: number
}

export type TextDetectionModel = ResolvedModel<TextDetectionManifest, LoadedTextDetection>

export interface LoadedTextDetection extends Loaded<TextDetectionManifest> {
  /** The text in each of some pictures, or why it was not looked for. */
  findText(pictures: PictureSource[]): Promise<(PictureText | { reason: string })[]>
}

/** What the host answers. */
export type TextCalls = {
  texts: {
    input: { pictures: PictureSource[] }
    value: { results: (PictureText | { reason: string })[] }
  }
}
