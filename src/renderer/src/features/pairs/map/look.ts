import type { MapColour } from '#shared/contract/maps.ts'
import type { Look } from './draw.ts'
import { bytesOf, paletteOf, type Theme } from './palette.ts'

/** What a colour of the theme is in red, green and blue, 0..1: the canvas of the browser works it out. */
function themeColour(name: string): [number, number, number] {
  const value = getComputedStyle(document.documentElement).getPropertyValue(name).trim()
  const pixel = document.createElement('canvas').getContext('2d')
  if (!pixel) return [0.5, 0.5, 0.5]
  pixel.fillStyle = value
  pixel.fillRect(0, 0, 1, 1)
  const [r = 0, g = 0, b = 0] = pixel.getImageData(0, 0, 1, 1).data
  return [r / 255, g / 255, b / 255]
}

export function lookOf(colour: MapColour, theme: Theme): Look {
  return {
    palette: bytesOf(paletteOf(colour, theme)),
    accent: themeColour('--accent'),
    outside: themeColour('--line-strong'),
    shade: themeColour('--faint'),
    ground: themeColour('--bg'),
    text: themeColour('--text'),
  }
}
