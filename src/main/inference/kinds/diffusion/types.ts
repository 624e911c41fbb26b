import type { PictureSource } from '../../pictures/picture-source.ts'
import type { Loaded, ResolvedModel } from '../define.ts'
import type { DiffusionManifest } from './manifest.ts'

export type DiffusionModel = ResolvedModel<DiffusionManifest, LoadedDiffusion>

/** What the network is told of a text. */
export interface TextStates {
  /** [tokens, width] */
  states: Float32Array
  width: number
  /** The text as one row (`sdxl`); empty elsewhere. */
  pooled: Float32Array
  /** Tokens of it that were cut off, by each encoder. */
  cut: number[]
}

export interface Denoising {
  /** [channels, height, width], as the scheduler scaled them. */
  sample: Float32Array
  height: number
  width: number
  timestep: number
  /** The network runs once for each, on the same sample. */
  texts: readonly TextStates[]
  /** Original height and width, top, left, height, width (`sdxl`). */
  timeIds: readonly number[] | null
  /** What is told of the guidance (LCM). */
  guidance: readonly number[] | null
}

/** A picture to begin with: [3, height, width] in -1..1, or one that is read and stretched to its size. */
export type StartPicture = { pixels: Float32Array } | { source: PictureSource }

/** Values of a picture before it is drawn from: [channels, height, width] each. */
export interface Encoded {
  mean: Float32Array
  /** null: what came is drawn already. */
  std: Float32Array | null
}

export interface LoadedDiffusion extends Loaded<DiffusionManifest> {
  readTexts(texts: readonly string[]): Promise<TextStates[]>
  /** What the network says, [channels, height, width] for each text. Throws `model` on NaN. */
  denoise(input: Denoising): Promise<Float32Array[]>
  /** -> [3, height, width], about -1..1. Throws `model` on NaN. @param latents as the decoder takes them */
  decode(latents: Float32Array, height: number, width: number): Promise<Float32Array>
  /** Throws `invalid-input` for a picture that cannot be read. */
  encode(picture: StartPicture, height: number, width: number): Promise<Encoded>
}

/** Float32 numbers come and go as the bytes, in the order of the comments. */
export interface DiffusionCalls {
  /** Comes: for each text its states, then its row. */
  texts: {
    input: { texts: string[] }
    value: { tokens: number; width: number; pooled: number; cut: number[][] }
  }
  /** Goes: sample, states of each text, rows of each. Comes: what the network says for each. */
  denoise: {
    input: {
      height: number
      width: number
      timestep: number
      texts: number
      tokens: number
      textWidth: number
      pooled: number
      timeIds: readonly number[] | null
      guidance: readonly number[] | null
    }
    value: Record<string, never>
  }
  decode: {
    input: { height: number; width: number }
    value: { height: number; width: number }
  }
  /** Goes: the pixels, where no picture is named. */
  encode: {
    input: { height: number; width: number; source: PictureSource | null }
    value: { channels: number }
  }
}
