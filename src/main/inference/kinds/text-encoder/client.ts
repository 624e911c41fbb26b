import type { ModelPort } from '../define.ts'
import { askContexts } from '../text/client.ts'
import { HEAD_FEATURES } from '../text/head-features.ts'
import type { TextEncoderManifest } from './manifest.ts'
import type { LoadedEncoder, TextEncoderCalls } from './types.ts'

/** Texts that one call holds: their states are in memory together. */
const SENTENCES = 64

const CALL = { contexts: 64, units: 50_000 }

/** What the engine holds of a loaded encoder. */
export function attachEncoder(
  port: ModelPort<TextEncoderManifest, TextEncoderCalls>,
): LoadedEncoder {
  const { model, device, passedOver } = port
  const { dim } = model.manifest
  return {
    model,
    device,
    passedOver,
    featureDim: dim + HEAD_FEATURES,
    async encodeContexts(contexts) {
      const answers = await askContexts(port, contexts, CALL)
      return answers.map(({ offsets, isCut, windows, columns }) => ({
        offsets,
        isCut,
        windows: windows.map(({ tokenOffset, values }) => ({
          tokenOffset,
          rows: values.length / columns,
          features: values,
        })),
      }))
    },
    async sequences(contexts) {
      return (await port.call('sequences', { contexts: [...contexts] })).value.sequences
    },
    async states(sequences) {
      const { bytes } = await port.call('states', { sequences: [...sequences] })
      const all = new Float32Array(new Uint8Array(bytes).buffer)
      let at = 0
      return sequences.map(({ rows }) => all.subarray(at, (at += rows.length * dim)))
    },
    async encodeSentences(texts) {
      const out = new Float32Array(texts.length * dim)
      for (let from = 0; from < texts.length; from += SENTENCES) {
        const part = texts.slice(from, from + SENTENCES)
        const { bytes } = await port.call('sentences', { texts: part })
        out.set(new Float32Array(new Uint8Array(bytes).buffer), from * dim)
      }
      return out
    },
    release: () => port.release(),
  }
}
