import { INK, TONES, WHITE } from './palette.ts'
import type { Colour } from './palette.ts'
import type { Style } from './styles.ts'

/**
 * What an object is drawn with. Coordinates: a box of 100 x 100, x to the right, y down; a standing
 * object stands on y = 100.
 */
export interface Pen {
  main: string
  dark: string
  light: string
  path(d: string, fill: string): string
  circle(x: number, y: number, r: number, fill: string): string
  ellipse(x: number, y: number, rx: number, ry: number, fill: string, turn?: number): string
  box(x: number, y: number, w: number, h: number, fill: string, round?: number): string
  line(d: string, stroke: string, width?: number): string
  /** An eye with a gleam. */
  eye(x: number, y: number, r?: number): string
}

/** A pen of one style, loaded with one colour. */
export function pen(style: Style, colour: Colour): Pen {
  const { main, dark, light } = TONES[colour]
  const fill = (tag: string, hex: string): string => style.fill(tag, hex)
  return {
    main,
    dark,
    light,
    path: (d, hex) => fill(`<path d="${d}"`, hex),
    circle: (x, y, r, hex) => fill(`<circle cx="${x}" cy="${y}" r="${r}"`, hex),
    ellipse: (x, y, rx, ry, hex, turn) =>
      turn === undefined
        ? fill(`<ellipse cx="${x}" cy="${y}" rx="${rx}" ry="${ry}"`, hex)
        : `<g transform="rotate(${turn} ${x} ${y})">${fill(`<ellipse cx="${x}" cy="${y}" rx="${rx}" ry="${ry}"`, hex)}</g>`,
    box: (x, y, w, h, hex, round = 0) =>
      fill(`<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="${round}"`, hex),
    line: (d, hex, width = 2.5) => style.line(`<path d="${d}"`, hex, width),
    eye: (x, y, r = 2.6) =>
      `<circle cx="${x}" cy="${y}" r="${r}" fill="${INK}"/>` +
      `<circle cx="${x + r * 0.3}" cy="${y - r * 0.35}" r="${r * 0.35}" fill="${WHITE}"/>`,
  }
}
