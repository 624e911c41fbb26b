import type { PairContext } from '#shared/text/context.ts'
import type { ContextTokens } from '../../tokenize/context-windows.ts'
import type { Loaded, ResolvedModel } from '../define.ts'
import type { TextCalls } from '../text/types.ts'
import type { TextEncoderManifest } from './manifest.ts'

export type TextEncoderModel = ResolvedModel<TextEncoderManifest, LoadedEncoder>

/** Rows of a window: row 0 = [CLS], "no answer"; row i >= 1 = the text's token tokenOffset + i - 1. */
export interface EncodedWindow {
  tokenOffset: number
  /** Rows, the first included. */
  rows: number
  /** rows x featureDim, row by row: hidden states, then what `head-features.ts` adds. */
  features: Float32Array
}
export interface EncodedContext extends ContextTokens {
  windows: EncodedWindow[]
}

/** Token ids with their segments, and the places in it whose states are wanted. */
export interface TokenSequence {
  ids: number[]
  types: number[]
  rows: number[]
}

export interface LoadedEncoder extends Loaded<TextEncoderManifest> {
  /** Numbers in a feature row: the encoder's dim + HEAD_FEATURES. What a head is made for. */
  readonly featureDim: number
  /**
   * What a head is trained on, in the order of `contexts`. Large lists are cut into calls of
   * bounded size; the answer to all of them is held in memory, so give a few dozen at a time.
   */
  encodeContexts(contexts: readonly PairContext[]): Promise<EncodedContext[]>
  /** Ids and segments of each context's first window, for comparison with a reference. */
  sequences(contexts: readonly PairContext[]): Promise<{ ids: number[]; types: number[] }[]>
  /** Hidden states of given tokens, rows x dim each, for comparison with a reference. */
  states(sequences: readonly TokenSequence[]): Promise<Float32Array[]>
  /**
   * Texts as unit rows, `dim` each, pooled as the manifest says (see `poolingOf`).
   * @throws AppError `model` where a text has a row without a length
   */
  encodeSentences(texts: readonly string[]): Promise<Float32Array>
}

export interface TextEncoderCalls extends TextCalls {
  sequences: {
    input: { contexts: PairContext[] }
    value: { sequences: { ids: number[]; types: number[] }[] }
  }
  /** The bytes: states as float32, dim a row, sequence by sequence. */
  states: { input: { sequences: TokenSequence[] }; value: Record<string, never> }
  /** The bytes: float32, dim a text. */
  sentences: { input: { texts: string[] }; value: Record<string, never> }
}
