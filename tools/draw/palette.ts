/** The colours that the sentences name. */
export const COLOURS = [
  'red',
  'orange',
  'yellow',
  'green',
  'blue',
  'purple',
  'pink',
  'brown',
  'black',
  'white',
  'grey',
  'turquoise',
] as const
export type Colour = (typeof COLOURS)[number]

/** The colour of this name. Throws RangeError when there is none. */
export function colourNamed(name: string): Colour {
  const found = COLOURS.find((colour) => colour === name)
  if (!found) throw new RangeError(`no colour is called "${name}"`)
  return found
}

/** Three tones of one colour, `#rrggbb`. */
export interface Tones {
  main: string
  dark: string
  light: string
}

export const TONES: Record<Colour, Tones> = {
  red: { main: '#d93a3a', dark: '#a3242b', light: '#f0807a' },
  orange: { main: '#f0862c', dark: '#c05f14', light: '#f9b878' },
  yellow: { main: '#f5c93a', dark: '#d09c16', light: '#fce690' },
  green: { main: '#56a446', dark: '#357330', light: '#9bd286' },
  blue: { main: '#3b78cf', dark: '#25539a', light: '#8cb8ee' },
  purple: { main: '#8d52b4', dark: '#633483', light: '#c29ddd' },
  pink: { main: '#ec86ae', dark: '#c65a86', light: '#f9c3d7' },
  brown: { main: '#946138', dark: '#674021', light: '#c99c70' },
  black: { main: '#3a3a42', dark: '#222228', light: '#74747e' },
  white: { main: '#f8f6f0', dark: '#d3cfc6', light: '#ffffff' },
  grey: { main: '#98a0a8', dark: '#6c747c', light: '#c8ced4' },
  turquoise: { main: '#36b5b0', dark: '#1f837f', light: '#94e0da' },
}

export const INK = '#2e2a35'
export const WHITE = '#ffffff'

/** Red, green, blue of `#rrggbb`, 0..255. */
export function rgb(hex: string): [number, number, number] {
  const n = Number.parseInt(hex.slice(1), 16)
  return [(n >> 16) & 255, (n >> 8) & 255, n & 255]
}

/** `share` of b in a, in sRGB values. */
export function mix(a: string, b: string, share: number): string {
  const [ar, ag, ab] = rgb(a)
  const [br, bg, bb] = rgb(b)
  const part = (x: number, y: number): string =>
    Math.round(x + (y - x) * share)
      .toString(16)
      .padStart(2, '0')
  return `#${part(ar, br)}${part(ag, bg)}${part(ab, bb)}`
}
