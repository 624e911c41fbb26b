import type { Random } from './random.ts'
import type { Style } from './styles.ts'

export const BACKGROUNDS = [
  'plain',
  'sky',
  'meadow',
  'sea',
  'beach',
  'city',
  'room',
  'snow',
  'desert',
  'night',
] as const
export type Background = (typeof BACKGROUNDS)[number]

/** What a scene stands before. Heights are shares of the picture's height, from the top. */
export interface Backdrop {
  svg: string
  /** Over the objects: water before a ship, grass before feet. */
  front: string
  /** Where the ground begins (the horizon), and where the nearest things stand. */
  horizon: number
  floor: number
}

const TINTS = [
  '#f6e7c8',
  '#dcebf4',
  '#e6f0dc',
  '#f6dfe0',
  '#e8e2f2',
  '#f2f0ea',
  '#d9ece8',
  '#fbeee0',
]

/** Draws a background of w x h pixels. `avoid` is a colour that must stand out before it. */
export function backdrop(
  name: Background,
  style: Style,
  w: number,
  h: number,
  rnd: Random,
): Backdrop {
  const c = style.colour
  const rect = (y: number, height: number, hex: string): string =>
    `<rect x="0" y="${(y * h).toFixed(1)}" width="${w}" height="${(height * h + 1).toFixed(1)}" fill="${c(hex)}"/>`
  const blob = (x: number, y: number, r: number, hex: string, flat = 1): string =>
    `<ellipse cx="${(x * w).toFixed(1)}" cy="${(y * h).toFixed(1)}" rx="${(r * h).toFixed(1)}" ry="${(r * h * flat).toFixed(1)}" fill="${c(hex)}"/>`
  const puff = (x: number, y: number, r: number, hex: string): string =>
    blob(x - r * 0.9, y, r * 0.6, hex, 0.7) +
    blob(x, y - r * 0.2, r * 0.8, hex, 0.75) +
    blob(x + r * 0.85, y + r * 0.05, r * 0.55, hex, 0.7)
  const hill = (x: number, r: number, hex: string, top: number): string =>
    `<ellipse cx="${(x * w).toFixed(1)}" cy="${((top + r * 0.5) * h).toFixed(1)}" rx="${(r * w).toFixed(1)}" ry="${(r * 0.5 * h).toFixed(1)}" fill="${c(hex)}"/>`

  switch (name) {
    case 'plain':
      return { svg: rect(0, 1, rnd.pick(TINTS)), front: '', horizon: 0.5, floor: 0.88 }
    case 'sky':
      return {
        svg:
          rect(0, 1, '#a9d8f2') +
          rect(0.55, 0.45, '#c3e5f7') +
          puff(rnd.range(0.1, 0.3), rnd.range(0.12, 0.25), 0.09, '#ffffff') +
          puff(rnd.range(0.7, 0.9), rnd.range(0.2, 0.4), 0.07, '#f4fafd') +
          puff(rnd.range(0.3, 0.7), rnd.range(0.82, 0.92), 0.11, '#eef8fd'),
        front: '',
        horizon: 0.5,
        floor: 0.88,
      }
    case 'meadow':
      return {
        svg:
          rect(0, 1, '#bfe4f2') +
          puff(rnd.range(0.1, 0.9), 0.14, 0.06, '#ffffff') +
          hill(rnd.range(0.1, 0.3), 0.5, '#9ccf86', 0.46) +
          hill(rnd.range(0.7, 0.95), 0.45, '#8cc477', 0.5) +
          rect(0.6, 0.4, '#7db867') +
          Array.from({ length: 12 }, () =>
            blob(
              rnd.next(),
              rnd.range(0.65, 0.98),
              0.009,
              rnd.pick(['#fff6c9', '#ffffff', '#f6c9d8']),
            ),
          ).join(''),
        front: '',
        horizon: 0.6,
        floor: 0.9,
      }
    case 'sea': {
      const wave = (y: number, hex: string, size: number): string => {
        const step = w / 8
        let d = `M${-step} ${(y * h).toFixed(1)}`
        for (let i = 0; i < 10; i++)
          d += ` q${(step / 2).toFixed(1)} ${(-size * h).toFixed(1)} ${step.toFixed(1)} 0`
        return `<path d="${d} V${h + 2} H${-step} Z" fill="${c(hex)}"/>`
      }
      return {
        svg:
          rect(0, 1, '#cdeaf5') +
          puff(rnd.range(0.1, 0.9), 0.15, 0.06, '#ffffff') +
          rect(0.5, 0.5, '#5fb0d6') +
          wave(0.62, '#4ea2cc', 0.02),
        front: wave(0.85, '#3f92c0', 0.035) + wave(0.93, '#3483b0', 0.03),
        horizon: 0.5,
        floor: 0.89,
      }
    }
    case 'beach':
      return {
        svg:
          rect(0, 1, '#c9e9f5') +
          puff(rnd.range(0.1, 0.9), 0.14, 0.06, '#ffffff') +
          rect(0.45, 0.25, '#58aed2') +
          rect(0.6, 0.03, '#e9f6fa') +
          rect(0.625, 0.375, '#f2dca6') +
          Array.from({ length: 9 }, () =>
            blob(rnd.next(), rnd.range(0.68, 0.98), 0.008, rnd.pick(['#e2c583', '#fdf0cf'])),
          ).join(''),
        front: '',
        horizon: 0.62,
        floor: 0.9,
      }
    case 'city': {
      let towers = ''
      for (let x = -0.02; x < 1; x += 0.12) {
        const top = rnd.range(0.18, 0.46)
        const width = rnd.range(0.1, 0.13)
        towers += `<rect x="${(x * w).toFixed(1)}" y="${(top * h).toFixed(1)}" width="${(width * w).toFixed(1)}" height="${((0.72 - top) * h).toFixed(1)}" fill="${c(rnd.pick(['#b9c2d2', '#a9b4c8', '#c6ccd8', '#b3a9c0']))}"/>`
        for (let y = top + 0.05; y < 0.66; y += 0.08)
          for (const dx of [0.02, 0.06])
            towers += `<rect x="${((x + dx) * w).toFixed(1)}" y="${(y * h).toFixed(1)}" width="${(0.022 * w).toFixed(1)}" height="${(0.04 * h).toFixed(1)}" fill="${c(rnd.chance(0.4) ? '#fbeeb0' : '#d9e6f0')}"/>`
      }
      return {
        svg:
          rect(0, 1, '#dfe9f2') +
          towers +
          rect(0.7, 0.04, '#d6d2cb') +
          rect(0.74, 0.26, '#8b8d96') +
          Array.from(
            { length: 6 },
            (_, i) =>
              `<rect x="${((i * 0.18 + 0.02) * w).toFixed(1)}" y="${(0.85 * h).toFixed(1)}" width="${(0.09 * w).toFixed(1)}" height="${(0.018 * h).toFixed(1)}" fill="${c('#e9e6d8')}"/>`,
          ).join(''),
        front: '',
        horizon: 0.74,
        floor: 0.91,
      }
    }
    case 'room':
      return {
        svg:
          rect(0, 1, rnd.pick(['#f3e3cf', '#e4ead8', '#eadfe8', '#dfe8ee'])) +
          `<g><rect x="${0.08 * w}" y="${0.1 * h}" width="${0.24 * w}" height="${0.36 * h}" fill="${c('#fffaf0')}"/><rect x="${0.1 * w}" y="${0.13 * h}" width="${0.2 * w}" height="${0.3 * h}" fill="${c('#b9dff0')}"/><rect x="${0.195 * w}" y="${0.1 * h}" width="${0.012 * w}" height="${0.36 * h}" fill="${c('#fffaf0')}"/></g>` +
          `<rect x="${0.72 * w}" y="${0.12 * h}" width="${0.17 * w}" height="${0.2 * h}" fill="${c('#a9744a')}"/><rect x="${0.74 * w}" y="${0.15 * h}" width="${0.13 * w}" height="${0.14 * h}" fill="${c('#f7eedb')}"/>` +
          rect(0.66, 0.03, '#fffaf0') +
          rect(0.69, 0.31, '#c99b6b') +
          Array.from(
            { length: 4 },
            (_, i) =>
              `<rect x="0" y="${((0.74 + i * 0.07) * h).toFixed(1)}" width="${w}" height="2" fill="${c('#b58655')}"/>`,
          ).join(''),
        front: '',
        horizon: 0.7,
        floor: 0.91,
      }
    case 'snow':
      return {
        svg:
          rect(0, 1, '#b8cfe3') +
          hill(0.2, 0.5, '#d9e6f0', 0.46) +
          hill(0.85, 0.45, '#cfdfec', 0.5) +
          rect(0.62, 0.38, '#eaf1f6') +
          Array.from({ length: 26 }, () =>
            blob(rnd.next(), rnd.next() * 0.9, rnd.range(0.006, 0.012), '#ffffff'),
          ).join(''),
        front: '',
        horizon: 0.62,
        floor: 0.9,
      }
    case 'desert':
      return {
        svg:
          rect(0, 1, '#f8dcb0') +
          blob(0.8, 0.2, 0.09, '#fbeed0') +
          hill(0.25, 0.55, '#e8b878', 0.5) +
          hill(0.85, 0.5, '#deaa68', 0.54) +
          rect(0.66, 0.34, '#e3b06c') +
          rect(0.82, 0.18, '#d9a45e'),
        front: '',
        horizon: 0.64,
        floor: 0.9,
      }
    case 'night':
      return {
        svg:
          rect(0, 1, '#26305a') +
          rect(0, 0.35, '#1e264a') +
          Array.from({ length: 28 }, () =>
            blob(rnd.next(), rnd.next() * 0.6, rnd.range(0.004, 0.009), '#fdf3c4'),
          ).join('') +
          hill(0.25, 0.5, '#34456a', 0.58) +
          rect(0.68, 0.32, '#3d5274'),
        front: '',
        horizon: 0.66,
        floor: 0.9,
      }
  }
}
