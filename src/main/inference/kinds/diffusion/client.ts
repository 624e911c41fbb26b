import type { ModelPort } from '../define.ts'
import type { DiffusionManifest } from './manifest.ts'
import type { DiffusionCalls, LoadedDiffusion, TextStates } from './types.ts'

/** Texts of one call. */
const TEXTS = 16

function floatsOf(bytes: Uint8Array): Float32Array {
  return new Float32Array(new Uint8Array(bytes).buffer)
}

function bytesOf(parts: readonly Float32Array[]): Uint8Array {
  const out = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return new Uint8Array(out.buffer)
}

/** What the engine holds of a loaded model. */
export function attachDiffusion(
  port: ModelPort<DiffusionManifest, DiffusionCalls>,
): LoadedDiffusion {
  const { model, device, passedOver } = port
  const { channels } = model.manifest.latents

  async function readSome(texts: readonly string[]): Promise<TextStates[]> {
    const { value, bytes } = await port.call('texts', { texts: [...texts] })
    const floats = floatsOf(bytes)
    const { tokens, width, pooled, cut } = value
    const size = tokens * width
    return texts.map((_, i) => {
      const from = i * (size + pooled)
      return {
        states: floats.subarray(from, from + size),
        width,
        pooled: floats.subarray(from + size, from + size + pooled),
        cut: cut[i] ?? [],
      }
    })
  }

  return {
    model,
    device,
    passedOver,
    async readTexts(texts) {
      const all: TextStates[] = []
      for (let from = 0; from < texts.length; from += TEXTS) {
        all.push(...(await readSome(texts.slice(from, from + TEXTS))))
      }
      return all
    },
    async denoise({ sample, height, width, timestep, texts, timeIds, guidance }) {
      const [first] = texts
      if (!first) return []
      const { bytes } = await port.call(
        'denoise',
        {
          height,
          width,
          timestep,
          texts: texts.length,
          tokens: first.states.length / first.width,
          textWidth: first.width,
          pooled: first.pooled.length,
          timeIds,
          guidance,
        },
        bytesOf([
          sample,
          ...texts.map(({ states }) => states),
          ...texts.map(({ pooled }) => pooled),
        ]),
      )
      const floats = floatsOf(bytes)
      const size = channels * height * width
      return texts.map((_, i) => floats.subarray(i * size, (i + 1) * size))
    },
    async decode(latents, height, width) {
      const { bytes } = await port.call('decode', { height, width }, bytesOf([latents]))
      return floatsOf(bytes)
    },
    async encode(picture, height, width) {
      const isRead = 'source' in picture
      const { value, bytes } = await port.call(
        'encode',
        { height, width, source: isRead ? picture.source : null },
        isRead ? undefined : bytesOf([picture.pixels]),
      )
      const floats = floatsOf(bytes)
      if (value.channels === channels) return { mean: floats, std: null }
      const half = floats.length / 2
      // The logarithm of the variance, held in the bounds that the autoencoder was trained with.
      const std = floats.subarray(half).map((log) => Math.exp(Math.min(20, Math.max(-30, log)) / 2))
      return { mean: floats.subarray(0, half), std }
    },
    release: () => port.release(),
  }
}
