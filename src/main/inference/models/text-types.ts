import type { TextModelInfo } from '#shared/contract/training.ts'
import type { PairContext } from '#shared/text/context.ts'
import type { RealDevice } from './protocol.ts'
import type { SpanManifest, TextEncoderManifest, TextKind, TextManifest } from './text-manifest.ts'

/** An encoder or a span model that can run. */
export interface ResolvedTextModel<M extends TextManifest = TextManifest> {
  id: string
  folder: string
  /** SHA-256 over the files and the part of the manifest that can change what comes out. */
  digest: string
  manifest: M
  info: TextModelInfo
}
export type ManifestOf<K extends TextKind> = K extends 'span' ? SpanManifest : TextEncoderManifest

/** The tokens of a running text as the model sees it, special ones left out. */
export interface ContextTokens {
  /** Start and end of each token in code points of the running text, rising: 2 numbers a token. */
  offsets: Int32Array
  /** The text was longer than what is looked at: words far from the picture are left out. */
  isCut: boolean
}

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

/** As `decodeSpans` of src/main/labeling takes them. */
export interface LogitWindow {
  tokenOffset: number
  start: Float32Array
  end: Float32Array
}
export interface SpanLogits extends ContextTokens {
  windows: LogitWindow[]
}

export interface LoadedTextModel<M extends TextManifest = TextManifest> {
  readonly model: ResolvedTextModel<M>
  /** The one that really runs it. */
  readonly device: RealDevice
  /** Why better devices were passed over, one line each. */
  readonly passedOver: readonly string[]
  release(): Promise<void>
}
export interface LoadedEncoder extends LoadedTextModel<TextEncoderManifest> {
  /** Numbers in a feature row: the encoder's dim + HEAD_FEATURES. What a head is made for. */
  readonly featureDim: number
  /**
   * What a head is trained on, in the order of `contexts`. Large lists are cut into calls of
   * bounded size; the answer to all of them is held in memory, so give a few dozen at a time.
   */
  encodeContexts(contexts: readonly PairContext[]): Promise<EncodedContext[]>
}
export interface LoadedSpanModel extends LoadedTextModel<SpanManifest> {
  /** Start and end logits in the order of `contexts`; a few hundred contexts at a time. */
  spanLogits(contexts: readonly PairContext[]): Promise<SpanLogits[]>
}
