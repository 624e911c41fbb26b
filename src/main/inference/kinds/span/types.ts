import type { PairContext } from '#shared/text/context.ts'
import type { ContextTokens } from '../../tokenize/context-windows.ts'
import type { Loaded, ResolvedModel } from '../define.ts'
import type { SpanManifest } from './manifest.ts'

export type SpanModel = ResolvedModel<SpanManifest, LoadedSpanModel>

/** As `decodeSpans` of src/main/labeling takes them. */
export interface LogitWindow {
  tokenOffset: number
  start: Float32Array
  end: Float32Array
}
export interface SpanLogits extends ContextTokens {
  windows: LogitWindow[]
}

export interface LoadedSpanModel extends Loaded<SpanManifest> {
  /** Start and end logits in the order of `contexts`; a few hundred contexts at a time. */
  spanLogits(contexts: readonly PairContext[]): Promise<SpanLogits[]>
}
