import type { ModelKind as KindName } from '#shared/contract/models.ts'
import type { FeatureRecipe } from '../pictures/feature-recipe.ts'
import type { AnyManifest, KindCalls } from './define.ts'
import type { RealDevice } from '../onnx/device.ts'
import type { PictureSource } from '../pictures/picture-source.ts'
import type { TextPixels } from '../pictures/text-pixels.ts'
import type { TextRecipe } from '../pictures/text-recipe.ts'
import type { Tokenizers } from '../tokenize/tokenizers.ts'

/** What the host lends to the kinds. */
export interface HostTools {
  /** Aborted when the one who asked no longer wants it. */
  readonly signal: AbortSignal
  /** What came beside the input: its memory is shared, so that what is kept is copied. */
  readonly bytes: Uint8Array
  /**
   * Runs while no other graph does. The runtime's binding blocks its thread and must not be entered
   * twice, so whoever runs a graph does it in here.
   */
  alone<T>(run: () => Promise<T>): Promise<T>
  /** Decodes and resizes a picture in a thread. */
  prepare(
    source: PictureSource,
    recipe: FeatureRecipe,
  ): Promise<{ pixels: Float32Array } | { reason: string }>
  /** The same for a picture in which text is looked for; with `cuts` with a copy to cut lines from. */
  prepareText(
    source: PictureSource,
    recipe: TextRecipe,
    cuts: boolean,
  ): Promise<TextPixels | { reason: string }>
}

/** What the host lends to a model that is loaded. */
export interface LoadTools extends Pick<HostTools, 'signal'> {
  tokenizers: Tokenizers
}

export interface CallAnswer<V> {
  value: V
  bytes?: Uint8Array
}

/** What a model makes of made-up input: unit rows that two devices can be compared by. */
export interface Probe {
  vectors: Float32Array
  /** Numbers in a row. */
  dim: number
  /** That the second run took. */
  seconds: number
}

/**
 * A kind's part in the inference host, the one process that loads onnxruntime.
 * `M` is the manifest, `S` a loaded model, `C` the calls that it answers.
 */
export interface HostKind<
  M extends AnyManifest = AnyManifest,
  S extends { release(): Promise<void> } = { release(): Promise<void> },
  C extends { [N in keyof C]: { input: unknown; value: unknown } } = KindCalls,
> {
  readonly kind: KindName
  /** Throws `model` or `unsupported` for files that cannot be used. No other graph runs meanwhile. */
  load(
    folder: string,
    manifest: M,
    device: RealDevice,
    threads: number,
    tools: LoadTools,
  ): Promise<S>
  readonly calls: {
    [N in keyof C]: (
      model: S,
      input: C[N]['input'],
      tools: HostTools,
    ) => Promise<CallAnswer<C[N]['value']>>
  }
  /** No other graph runs meanwhile. */
  probe(model: S): Promise<Probe>
}

/** Writes the host's part of a kind down with all of its types checked. */
export function defineHostKind<
  M extends AnyManifest,
  S extends { release(): Promise<void> },
  C extends { [N in keyof C]: { input: unknown; value: unknown } },
>(kind: HostKind<M, S, C>): HostKind {
  return kind as unknown as HostKind
}
