import { resize, type RgbPixels } from './resize.ts'
import type { ChannelRecipe, TextRecipe, TextSize } from './text-recipe.ts'

/** A side is never made longer than this, pixels: a strip of a picture would fill the memory. */
const LONGEST = 4096
/** Nor is there more of it than this: three of them are prepared at once, 12 bytes a pixel. */
const MOST_PIXELS = 6_000_000
/** Longer side of the copy that lines are cut out of, pixels. */
export const CROP_SIDE = 2560

/** Where a picture lies in what the detector sees, in its pixels. */
export interface TextPlan {
  /** Of the graph's input. */
  width: number
  height: number
  /** The part that the picture takes; all of it unless it is padded. */
  inner: { left: number; top: number; width: number; height: number }
}

/**
 * How large a picture goes into a detector. PaddleOCR, DetResizeForTest: the ratio of the limit is
 * taken, then each side rounded to a multiple.
 */
export function planText(width: number, height: number, size: TextSize): TextPlan {
  if (size.mode === 'pad') {
    const ratio = Math.min(size.width / width, size.height / height)
    const inner = {
      width: Math.max(1, Math.min(size.width, Math.round(width * ratio))),
      height: Math.max(1, Math.min(size.height, Math.round(height * ratio))),
    }
    const left = Math.floor((size.width - inner.width) / 2)
    const top = Math.floor((size.height - inner.height) / 2)
    return { width: size.width, height: size.height, inner: { left, top, ...inner } }
  }
  const [long, short] = [Math.max(width, height), Math.min(width, height)]
  const wanted =
    size.mode === 'max'
      ? Math.min(1, size.side / long)
      : size.mode === 'min'
        ? Math.max(1, size.side / short)
        : size.side / long
  const ratio = Math.min(wanted, LONGEST / long, Math.sqrt(MOST_PIXELS / (width * height)))
  const rounded = (side: number): number =>
    Math.max(size.multiple, Math.round((side * ratio) / size.multiple) * size.multiple)
  const whole = { width: rounded(width), height: rounded(height) }
  return { ...whole, inner: { left: 0, top: 0, ...whole } }
}

/** Values of a picture as a graph takes them, [3, height, width], laid on zeros of that size. */
export function planes(
  picture: RgbPixels,
  recipe: ChannelRecipe,
  into: { width: number; height: number; left: number; top: number; rest: 'black' | 'zero' },
): Float32Array<ArrayBuffer> {
  const area = into.width * into.height
  const out = new Float32Array(3 * area)
  const table = new Float32Array(256)
  for (let c = 0; c < 3; c++) {
    const [mean, std] = [recipe.mean[c] as number, recipe.std[c] as number]
    for (let v = 0; v < 256; v++) table[v] = (v * recipe.rescale - mean) / std
    if (into.rest === 'black') out.fill(table[0] as number, c * area, (c + 1) * area)
    const from = recipe.channels === 'rgb' ? c : 2 - c
    for (let y = 0; y < picture.height; y++) {
      let to = c * area + (y + into.top) * into.width + into.left
      let at = y * picture.width * 3 + from
      for (let x = 0; x < picture.width; x++, at += 3) {
        out[to++] = table[picture.data[at] as number] as number
      }
    }
  }
  return out
}

/** A picture as a detector of text takes it, and a copy that lines are cut out of. */
export interface TextPixels {
  plan: TextPlan
  pixels: Float32Array<ArrayBuffer>
  /** Of the picture itself. */
  width: number
  height: number
  /** Its longer side at most `CROP_SIDE`; null where nobody cuts. */
  copy: RgbPixels | null
}

/** @param cuts whether lines are cut out of it afterwards */
export function textPixels(picture: RgbPixels, recipe: TextRecipe, cuts: boolean): TextPixels {
  const { width, height } = picture
  const plan = planText(width, height, recipe.size)
  const { inner } = plan
  const small = resize(picture, inner.width, inner.height, 'bilinear')
  const place = { width: plan.width, height: plan.height, left: inner.left, top: inner.top }
  const pixels = planes(small, recipe, { ...place, rest: 'black' })
  return { plan, pixels, width, height, copy: cuts ? copyOf(picture) : null }
}

function copyOf(picture: RgbPixels): RgbPixels {
  const ratio = CROP_SIDE / Math.max(picture.width, picture.height)
  if (ratio >= 1) return { ...picture, data: Uint8Array.from(picture.data) }
  const side = (length: number): number => Math.max(1, Math.round(length * ratio))
  return resize(picture, side(picture.width), side(picture.height), 'bilinear')
}
