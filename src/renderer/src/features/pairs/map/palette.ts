import type { MapColour } from '#shared/contract/maps.ts'
import { scaleColour } from '#shared/colour-scales.ts'

export type Theme = 'dark' | 'light'

/**
 * Eight colours that are told apart with colour-blind eyes, too (after Okabe and Ito 2008) and none is
 * the blue of the selection; darker on a light ground; what has no value or one of the many others is grey.
 */
const CATEGORIES: Record<Theme, readonly string[]> = {
  dark: ['#e69f00', '#22b58a', '#f0e442', '#e8743b', '#d68fb8', '#9c93f5', '#b98b5f', '#9fd356'],
  light: ['#d18700', '#007d5a', '#a89400', '#c44a00', '#b04f8b', '#5646c4', '#7a4a1e', '#5f8f00'],
}
const REST: Record<Theme, string> = { dark: '#8a8a8a', light: '#8f8f8f' }
/** Nothing said, keep, reject, unsure, disputed. */
const MARKS: Record<Theme, readonly string[]> = {
  dark: ['#6f6f6f', '#3fb8a8', '#d98a3d', '#9c93f5', '#f0e442'],
  light: ['#a8a8a8', '#00897b', '#b8661a', '#5646c4', '#a89400'],
}

/** The colours of the codes 0..255, as `#rrggbb`. */
export function paletteOf(colour: MapColour, theme: Theme): string[] {
  const none = REST[theme]
  return Array.from({ length: 256 }, (_, code) => {
    if (code === 255) return none
    if (colour === 'score') return scaleColour('viridis', code / 254)
    if (colour === 'mark') return MARKS[theme][code] ?? none
    // What lies in no version is the first of the values and steps back.
    if (colour === 'version') return code === 0 ? none : (CATEGORIES[theme][code - 1] ?? none)
    return CATEGORIES[theme][code] ?? none
  })
}

/** As bytes of red, green, blue, alpha. */
export function bytesOf(colours: readonly string[]): Uint8Array {
  const out = new Uint8Array(4 * colours.length)
  for (const [i, hex] of colours.entries()) {
    for (let c = 0; c < 3; c++)
      out[4 * i + c] = Number.parseInt(hex.slice(1 + 2 * c, 3 + 2 * c), 16)
    out[4 * i + 3] = 255
  }
  return out
}
