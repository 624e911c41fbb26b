import type { ContextWindow } from '../../tokenize/context-windows.ts'
import { defineHostKind } from '../host-kind.ts'
import { HEAD_FEATURES, headFeatures } from '../text/head-features.ts'
import { probeText, runContexts } from '../text/serve.ts'
import { loadTextModel, type TextModel, type TextOutput } from '../text/session.ts'
import { unit } from '../text/unit-rows.ts'
import type { TextEncoderManifest } from './manifest.ts'
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

export const textEncoderHost = defineHostKind<TextEncoderManifest, TextModel, TextEncoderCalls>({
  kind: 'text-encoder',
  load: (folder, manifest, device, threads, tools) =>
    loadTextModel(folder, manifest, encoderOutput(manifest), device, threads, tools),
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
    for (let from = 0; from < out.length; from += columns, at += dim) {
      states.set(out.subarray(from, from + dim), at)
    }
  }
  return new Uint8Array(states.buffer)
}
