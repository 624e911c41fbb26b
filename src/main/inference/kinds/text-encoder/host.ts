import { join } from 'node:path'
import type { ContextWindow } from '../../tokenize/context-windows.ts'
import { defineHostKind } from '../host-kind.ts'
import { HEAD_FEATURES, headFeatures } from '../text/head-features.ts'
import { probeText, runContexts } from '../text/serve.ts'
import { AppError } from '#shared/errors.ts'
import { loadTextModel, type TextModel, type TextOutput } from '../text/session.ts'
import { unit } from '../text/unit-rows.ts'
import type { TextEncoderManifest } from './manifest.ts'
import { sentenceReader } from './sentence-tokens.ts'
import type { SentenceReader } from './sentence-tokens.ts'
import { pooled, poolingOf } from './sentences.ts'
import type { TextEncoderCalls, TokenSequence } from './types.ts'

/** Hidden states with head features behind them. */
export function encoderOutput({ graph, dim }: TextEncoderManifest): TextOutput {
  const columns = dim + HEAD_FEATURES
  return {
    outputs: [{ name: graph.hidden, dim }],
    columns,
    hidesBreaks: true,
    write([states = new Float32Array()], first, window, marks, out) {
      const features = headFeatures(window.ids, marks)
      for (const [i, position] of window.positions.entries()) {
        const from = (first + position) * dim
        out.set(states.subarray(from, from + dim), i * columns)
        const at = position * HEAD_FEATURES
        out.set(features.subarray(at, at + HEAD_FEATURES), i * columns + dim)
      }
    },
  }
}

interface LoadedHere extends TextModel {
  readonly manifest: TextEncoderManifest
  readonly sentences: SentenceReader
}

async function sentencesOf(
  model: LoadedHere,
  windows: readonly ContextWindow[],
  texts: readonly string[],
): Promise<Uint8Array> {
  const { manifest, columns } = model
  const { dim } = manifest
  const { mode } = poolingOf(manifest)
  const outs = windows.map(({ positions }) => new Float32Array(positions.length * columns))
  await model.run(windows, (i) => outs[i] as Float32Array)
  const rows = new Float32Array(texts.length * dim)
  for (const [i, out] of outs.entries()) {
    const row = pooled(withoutFeatures(out, columns, dim), dim, mode)
    if (row === null) {
      throw new AppError(
        'model',
        `${manifest.name} makes a row without a length of "${(texts[i] as string).slice(0, 60)}".`,
        'Verify the model, or use another one.',
      )
    }
    rows.set(row, i * dim)
  }
  return new Uint8Array(rows.buffer)
}

/** The states alone, without what heads see beside them. */
function withoutFeatures(out: Float32Array, columns: number, dim: number): Float32Array {
  const states = new Float32Array((out.length / columns) * dim)
  for (let from = 0, at = 0; from < out.length; from += columns, at += dim) {
    states.set(out.subarray(from, from + dim), at)
  }
  return states
}

export const textEncoderHost = defineHostKind<TextEncoderManifest, LoadedHere, TextEncoderCalls>({
  kind: 'text-encoder',
  async load(folder, manifest, device, threads, tools) {
    const output = encoderOutput(manifest)
    const model = await loadTextModel(folder, manifest, output, device, threads, tools)
    const path = join(folder, manifest.text.tokenizer)
    const tokenizer = await tools.tokenizers.open(path, { signal: tools.signal })
    return {
      ...model,
      sentences: sentenceReader(tokenizer, poolingOf(manifest).maxLength),
      manifest,
    }
  },
  calls: {
    contexts: (model, { contexts }, tools) => runContexts(model, contexts, tools),
    sequences: async (model, { contexts }, { signal }) => ({
      value: {
        sequences: (await model.windows(contexts, signal)).map(({ windows: [first] }) => ({
          ids: [...(first?.ids ?? [])],
          types: [...(first?.typeIds ?? [])],
        })),
      },
    }),
    states: (model, { sequences }, tools) =>
      tools.alone(async () => ({ value: {}, bytes: await statesOf(model, sequences) })),
    sentences: async (model, { texts }, tools) => {
      const windows = await model.sentences(texts, tools.signal)
      return tools.alone(async () => ({
        value: {},
        bytes: await sentencesOf(model, windows, texts),
      }))
    },
  },
  probe: (model) => {
    const { columns } = model
    const dim = columns - HEAD_FEATURES
    return probeText(model, (values, n) =>
      Array.from({ length: n }, (_, i) => unit(values.subarray(i * columns, i * columns + dim))),
    )
  },
})

async function statesOf(
  model: TextModel,
  sequences: readonly TokenSequence[],
): Promise<Uint8Array> {
  const { columns } = model
  const dim = columns - HEAD_FEATURES
  const windows = sequences.map(({ ids, types, rows }): ContextWindow => ({
    ids: Int32Array.from(ids),
    typeIds: Int32Array.from(types),
    positions: Int32Array.from(rows),
    tokenOffset: 0,
  }))
  const outs = windows.map(({ positions }) => new Float32Array(positions.length * columns))
  await model.run(windows, (i) => outs[i] as Float32Array)
  const states = new Float32Array(outs.reduce((sum, out) => sum + (out.length / columns) * dim, 0))
  let at = 0
  for (const out of outs) {
    states.set(withoutFeatures(out, columns, dim), at)
    at += (out.length / columns) * dim
  }
  return new Uint8Array(states.buffer)
}
