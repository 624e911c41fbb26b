import type { PairContext } from '#shared/text/context.ts'
import { AppError } from '#shared/errors.ts'
import { HEAD_FEATURES } from '../tasks/head-features.ts'
import type { HostCalls, RealDevice } from '../models/protocol.ts'
import type { SpanManifest, TextEncoderManifest, TextManifest } from '../models/text-manifest.ts'
import type {
  EncodedContext,
  LoadedEncoder,
  LoadedSpanModel,
  ResolvedTextModel,
  SpanLogits,
} from '../models/text-types.ts'

/** A text model in the host, as `client.ts` reaches it. */
export interface TextHandle<M extends TextManifest> {
  model: ResolvedTextModel<M>
  device: RealDevice
  passedOver: readonly string[]
  contexts(
    contexts: PairContext[],
  ): Promise<{ value: HostCalls['contexts']['value']; bytes: Uint8Array }>
  release(): Promise<void>
}

/** What one call holds at most: contexts, and UTF-16 units of them unless it is a single one. */
const CALL = {
  features: { contexts: 64, units: 50_000 },
  logits: { contexts: 256, units: 500_000 },
} as const

export function loadedEncoder(handle: TextHandle<TextEncoderManifest>): LoadedEncoder {
  const { model, device, passedOver, release } = handle
  return {
    model,
    device,
    passedOver,
    featureDim: model.manifest.dim + HEAD_FEATURES,
    release,
    async encodeContexts(contexts) {
      const out: EncodedContext[] = []
      for (const part of inCalls(contexts, CALL.features)) {
        for (const { offsets, isCut, windows, columns } of await askFor(handle, part)) {
          out.push({
            offsets,
            isCut,
            windows: windows.map(({ tokenOffset, values }) => ({
              tokenOffset,
              rows: values.length / columns,
              features: values,
            })),
          })
        }
      }
      return out
    },
  }
}

export function loadedSpanModel(handle: TextHandle<SpanManifest>): LoadedSpanModel {
  const { model, device, passedOver, release } = handle
  return {
    model,
    device,
    passedOver,
    release,
    async spanLogits(contexts) {
      const out: SpanLogits[] = []
      for (const part of inCalls(contexts, CALL.logits)) {
        for (const { offsets, isCut, windows } of await askFor(handle, part)) {
          out.push({
            offsets,
            isCut,
            windows: windows.map(({ tokenOffset, values }) => ({
              tokenOffset,
              start: values.subarray(0, values.length / 2),
              end: values.subarray(values.length / 2),
            })),
          })
        }
      }
      return out
    },
  }
}

function* inCalls(
  contexts: readonly PairContext[],
  most: { contexts: number; units: number },
): Generator<PairContext[]> {
  let part: PairContext[] = []
  let units = 0
  for (const context of contexts) {
    const isFull = part.length === most.contexts || units + context.text.length > most.units
    if (part.length > 0 && isFull) {
      yield part
      part = []
      units = 0
    }
    part.push(context)
    units += context.text.length
  }
  if (part.length > 0) yield part
}

interface Answer {
  offsets: Int32Array
  isCut: boolean
  columns: number
  windows: { tokenOffset: number; values: Float32Array }[]
}

/** Copies every list out of the frame, so that keeping one does not keep all. */
async function askFor(
  handle: TextHandle<TextManifest>,
  contexts: PairContext[],
): Promise<Answer[]> {
  const { value, bytes } = await handle.contexts(contexts)
  const { columns } = value
  const { buffer } = new Uint8Array(bytes)
  let at = 0
  const take = (numbers: number): number => {
    const from = 4 * at
    at += numbers
    if (4 * at > buffer.byteLength) {
      throw new AppError('internal', 'The inference process sent fewer numbers than it said')
    }
    return from
  }
  const answers = value.contexts.map(({ tokens, isCut, windows }) => ({
    offsets: new Int32Array(buffer, take(2 * tokens), 2 * tokens).slice(),
    isCut,
    columns,
    windows: windows.map(([tokenOffset, rows]) => ({
      tokenOffset,
      values: new Float32Array(buffer, take(rows * columns), rows * columns).slice(),
    })),
  }))
  if (answers.length !== contexts.length || 4 * at !== buffer.byteLength) {
    throw new AppError('internal', 'The inference process answered another question')
  }
  return answers
}
