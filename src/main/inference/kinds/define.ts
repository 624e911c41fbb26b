import type { Hint } from '#shared/errors.ts'
import type { z } from 'zod'
import type { Device } from '#shared/contract/jobs.ts'
import type { ModelInfo, ModelKind as KindName } from '#shared/contract/models.ts'
import type { RealDevice } from '../onnx/device.ts'
import type { PictureSource } from '../pictures/picture-source.ts'
import type { Tokenizers } from '../tokenize/tokenizers.ts'

/**
 * A kind of model is one entry in two lists. Its definition (`index.ts`) is what the engine knows:
 * manifest, digest, what is shown, how it is called and verified. Its part in the inference host
 * (`host.ts`, see `host-kind.ts`) loads and runs it. They are apart since only the host may load
 * onnxruntime: the engine reads a list of models without a line of native code.
 */

/** What every `gleaner.json` says, whatever its kind. */
export interface AnyManifest {
  kind: KindName
  /** What people type: letters, digits, `.`, `_`, `-`, one `/`. */
  id: string
  name: string
  description: string
  license: string | null
  /** A small model that shows the program, not one to judge data by. */
  demonstration: boolean
}

/**
 * What the host can be asked about a loaded model of a kind. Float32 rows come as the bytes, and go so
 * beside the input.
 */
export type KindCalls = Record<string, { input: unknown; value: unknown }>
type CallsOf<C> = { [N in keyof C]: { input: unknown; value: unknown } }

export interface HostAnswer<V> {
  value: V
  bytes: Uint8Array
}

/** A model in the host, as a kind's `attach` reaches it. */
export interface ModelPort<M extends AnyManifest, C extends CallsOf<C>> {
  readonly model: ResolvedModel<M>
  /** The one that really runs it. */
  readonly device: RealDevice
  /** Why better devices were passed over, one line each; empty when the first choice runs. */
  readonly passedOver: readonly string[]
  /** Calls in a line with all others; throws `HelperCrash` where the process dies of it. */
  once<N extends keyof C & string>(
    name: N,
    input: C[N]['input'],
    bytes?: Uint8Array,
  ): Promise<HostAnswer<C[N]['value']>>
  /** Calls; after a crash calls once more, alone. */
  call<N extends keyof C & string>(
    name: N,
    input: C[N]['input'],
    bytes?: Uint8Array,
  ): Promise<HostAnswer<C[N]['value']>>
  /** Calls within `alone`; as `once`. */
  bare<N extends keyof C & string>(
    name: N,
    input: C[N]['input'],
    bytes?: Uint8Array,
  ): Promise<HostAnswer<C[N]['value']>>
  /** Runs while nothing else is called, so that only the guilty one is blamed for a crash. */
  alone<T>(run: () => Promise<T>): Promise<T>
  release(): Promise<void>
}

/** What every loaded model has. */
export interface Loaded<M extends AnyManifest = AnyManifest> {
  readonly model: ResolvedModel<M>
  readonly device: RealDevice
  readonly passedOver: readonly string[]
  release(): Promise<void>
}

/** A model that can run. `M` is its manifest, `L` what it is when it is loaded. */
export interface ResolvedModel<M extends AnyManifest = AnyManifest, L = unknown> {
  kind: ModelKind<M, L>
  /** As in `models.list`; what it makes is shown under it. */
  id: string
  folder: string
  /** SHA-256 that keys what it makes; see docs/models.md. */
  digest: string
  manifest: M
  info: Extract<ModelInfo, { kind: M['kind'] }>
}

/** The part of the inference host that loads models; see `createInferenceHost`. */
export interface OpensModels {
  /**
   * Loads a model. `auto` takes the best device that runs it, agrees with the CPU and is not
   * slower; a device asked for by name is taken or refused with `unsupported`.
   */
  open<M extends AnyManifest, L>(model: ResolvedModel<M, L>, device: Device): Promise<L>
}

export interface Check {
  name: string
  ok: boolean
  difference: number | null
  bound: number | null
  note: string
}

export interface VerifyReport {
  ok: boolean
  device: string
  checks: Check[]
}

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never
/** What `models.list` shows of a kind beside what it shows of every model. */
export type KindFacts = Without<ModelInfo, CommonFact>
type CommonFact =
  | 'id'
  | 'name'
  | 'state'
  | 'problem'
  | 'license'
  | 'bytes'
  | 'digest'
  | 'description'
  | 'folder'
  | 'isDemonstration'
  | 'isBundled'

/** A model on the hub that Gleaner knows how to use and what it is good for. */
export interface KnownModel<M extends AnyManifest = AnyManifest> {
  /** Repository on the hub, which is also its id. */
  repository: string
  name: string
  license: string
  description: string
  /** Of the files that are fetched unless another variant is asked for, about. */
  bytes: number
  /** What can be fetched, the usual one first. */
  variants: readonly { variant: 'fp32' | 'fp16' | 'int8'; bytes: number }[]
  /** Where its files and its licence are named. */
  source: string
  facts: KindFacts
  /** What is known of it beyond its files. */
  describe(manifest: M): M
}

/** How an 8-bit twin of a model is made and judged. */
export interface Quantisation<M extends AnyManifest, L> {
  /** What becomes 8-bit, in words for the manifest. */
  readonly how: string
  /** Whether it is judged on pictures; else texts do. */
  readonly needsPictures: boolean
  /** `fp32` for what can be quantised. */
  dtypeOf(folder: string, manifest: M): string
  /** Name of the graph's input for pictures; null = it has none. */
  pixels(manifest: M): string | null
  /** The manifest of the twin, whose `id` and `name` say so. */
  twinOf(manifest: M, about: { id: string; name: string; derivedFrom: Derivation }): M
  /**
   * How far the two are apart on somebody's own pictures and texts, on the CPU.
   * @param seen called with the work that is done, both models counted; throws to end it
   */
  compare(
    host: OpensModels,
    a: ResolvedModel<M, L>,
    b: ResolvedModel<M, L>,
    sample: Sample,
    seen: (done: number, total: number) => void,
  ): Promise<Comparison>
}

/** The model that another one was made out of, and how. */
export interface Derivation {
  id: string
  digest: string
  how: string
}

/** Pictures and texts that two models are compared on. */
export interface Sample {
  pictures: PictureSource[]
  texts: string[]
}

export interface Comparison {
  /** Largest and root-mean-square difference over all cosines. */
  largest: number
  rms: number
  /** Pictures that both models took. */
  pictures: number
  texts: number
  /** Pictures that cannot be decoded; they are left out. */
  unreadable: number
}

/**
 * What the engine knows of a kind.
 * `M` is its manifest, `L` what a loaded model of it is, `C` the calls that its host part answers.
 */
export interface ModelKind<
  M extends AnyManifest = AnyManifest,
  L = unknown,
  C extends CallsOf<C> = KindCalls,
> {
  readonly kind: KindName
  /** With its article: "a span model". */
  readonly title: string
  /** The words that say how one is had, where there is none. */
  readonly howToGet: Hint
  readonly manifest: z.ZodType<M>
  /** Whether a folder without `gleaner.json` is meant to be one; a quick look that throws nothing. */
  claims(folder: string): boolean
  /**
   * Works out the manifest of a folder in the usual layout of the hub or of an exporter.
   * @param id what the model is to be called
   * @throws `UnusableFolder` naming all that is missing, other AppErrors for what cannot be used
   */
  infer(folder: string, id: string, name: string, tokenizers: Tokenizers): M | Promise<M>
  /** Names of its graphs and of the other files whose bytes change what comes out. */
  files(manifest: M): { graphs: string[]; others: string[] }
  /** What in the manifest can change what comes out; goes into the digest, so it never changes. */
  behaviour(manifest: M): Record<string, unknown>
  /** null for a model that cannot be read. */
  facts(manifest: M | null): KindFacts
  readonly known: readonly KnownModel<M>[]
  /** What a listing does not look at; throws AppError when a folder is added that cannot work. */
  check(folder: string, manifest: M, tokenizers: Tokenizers): void | Promise<void>
  /** What a loaded model can be asked. */
  attach(port: ModelPort<M, C>): L
  /**
   * Runs a model on a device and compares it with its reference, with the CPU and with itself.
   * Throws only when the device cannot be had.
   */
  verify(model: ResolvedModel<M, L>, device: Device, host: OpensModels): Promise<VerifyReport>
  /** null = no twin can be made, as nothing is defined that would judge it. */
  readonly quantisation: Quantisation<M, L> | null
}

/** Writes a definition down with all of its types checked. */
export function defineModelKind<
  const K extends KindName,
  M extends AnyManifest,
  L extends Loaded<M>,
  C extends CallsOf<C>,
>(kind: ModelKind<M, L, C> & { kind: K }): ModelKind<M, L> & { kind: K } {
  return kind as unknown as ModelKind<M, L> & { kind: K }
}
