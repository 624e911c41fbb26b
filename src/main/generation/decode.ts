import type { LoadedDiffusion } from '../inference/kinds/diffusion/types.ts'

/** Side of a tile of latents, and how much of it two neighbours share. */
export interface Tiling {
  side: number
  overlap: number
}

/**
 * How a picture is decoded: as a whole up to twice the side that the model was made for; larger ones
 * in tiles, whose memory does not grow with the picture.
 */
export function tilingOf(modelSide: number, height: number, width: number): Tiling | null {
  if (Math.max(height, width) <= 2 * modelSide) return null
  return { side: modelSide, overlap: Math.max(1, Math.floor(modelSide / 4)) }
}

/**
 * Latents to a picture, [3, height, width] in about -1..1. Tiles are blended linearly over what they
 * share, as diffusers' `tiled_decode` does.
 */
export async function decodeLatents(
  loaded: LoadedDiffusion,
  latents: Float32Array,
  height: number,
  width: number,
  tiling: Tiling | null,
): Promise<Float32Array> {
  const { channels, scale, factor, shift, mean, std } = loaded.model.manifest.latents
  const area = height * width
  const scaled = latents.map((value, i) => {
    const c = Math.floor(i / area)
    return (value * (std?.[c] ?? 1)) / factor + (mean?.[c] ?? 0) + shift
  })
  if (tiling === null) return loaded.decode(scaled, height, width)
  const { side, overlap } = tiling
  const [outH, outW] = [height * scale, width * scale]
  const sum = new Float64Array(3 * outH * outW)
  const weights = new Float64Array(outH * outW)
  for (const top of startsOf(height, side, overlap)) {
    for (const left of startsOf(width, side, overlap)) {
      const [h, w] = [Math.min(side, height - top), Math.min(side, width - left)]
      const tile = new Float32Array(channels * h * w)
      for (let c = 0; c < channels; c++) {
        for (let y = 0; y < h; y++) {
          const from = c * area + (top + y) * width + left
          tile.set(scaled.subarray(from, from + w), (c * h + y) * w)
        }
      }
      const made = await loaded.decode(tile, h, w)
      const ramp = (at: number, length: number, isFirst: boolean, isLast: boolean): number => {
        const shared = overlap * scale
        const before = isFirst ? 1 : (at + 1) / (shared + 1)
        const after = isLast ? 1 : (length - at) / (shared + 1)
        return Math.min(1, before, after)
      }
      const [ph, pw] = [h * scale, w * scale]
      for (let y = 0; y < ph; y++) {
        const down = ramp(y, ph, top === 0, top + h === height)
        for (let x = 0; x < pw; x++) {
          const weight = down * ramp(x, pw, left === 0, left + w === width)
          const to = (top * scale + y) * outW + left * scale + x
          weights[to] = (weights[to] as number) + weight
          for (let c = 0; c < 3; c++) {
            const at = c * outH * outW + to
            sum[at] = (sum[at] as number) + weight * (made[(c * ph + y) * pw + x] as number)
          }
        }
      }
    }
  }
  return Float32Array.from(sum, (value, i) => value / (weights[i % weights.length] as number))
}

/** Where tiles begin: from the first to the last that still is whole. */
function startsOf(length: number, side: number, overlap: number): number[] {
  const starts: number[] = []
  for (let at = 0; ; at += side - overlap) {
    if (at + side >= length) return [...starts, Math.max(0, length - side)]
    starts.push(at)
  }
}

/** `round(255 clip(x / 2 + 0.5))`, RGB by rows. */
export function toBytes(picture: Float32Array, height: number, width: number): Uint8Array {
  const area = height * width
  const out = new Uint8Array(3 * area)
  for (let i = 0; i < area; i++) {
    for (let c = 0; c < 3; c++) {
      const value = (picture[c * area + i] as number) / 2 + 0.5
      out[3 * i + c] = Math.round(255 * Math.min(1, Math.max(0, value)))
    }
  }
  return out
}
