import type { Tone } from '#shared/figures.ts'

export const FIGURE_THEMES = ['dark', 'light', 'print'] as const
/** The two of the window, and black on white for paper. */
export type FigureTheme = (typeof FIGURE_THEMES)[number]

export interface Palette {
  background: string
  text: string
  muted: string
  line: string
  lineStrong: string
  faint: string
  accent: string
  above: string
  below: string
  /** Of series without a tone, in their order. */
  series: readonly string[]
}

/** The window's tokens (styles/tokens.css) in sRGB, which every program reads. */
const LIGHT: Palette = {
  background: '#f5f5f5',
  text: '#181818',
  muted: '#525252',
  line: '#dedede',
  lineStrong: '#bebebe',
  faint: '#bebebe',
  accent: '#0061b6',
  above: '#289590',
  below: '#b36d2a',
  series: ['#181818', '#0061b6', '#037465', '#a06024', '#884783', '#7a7a7a'],
}

export const PALETTES: Record<FigureTheme, Palette> = {
  dark: {
    background: '#121212',
    text: '#e8e8e8',
    muted: '#a4a4a4',
    line: '#292929',
    lineStrong: '#3d3d3d',
    faint: '#3d3d3d',
    accent: '#5db2f7',
    above: '#46a499',
    below: '#a77445',
    series: ['#e8e8e8', '#5db2f7', '#64c6ad', '#d0a260', '#c88ec3', '#868686'],
  },
  light: LIGHT,
  print: { ...LIGHT, background: '#ffffff', text: '#000000', muted: '#3d3d3d' },
}

export type Shape = 'circle' | 'square' | 'triangle' | 'diamond' | 'down' | 'cross'
const SHAPES: readonly Shape[] = ['circle', 'square', 'triangle', 'diamond', 'down', 'cross']
const DASHES: readonly (readonly number[])[] = [[], [7, 3], [2, 2], [8, 3, 2, 3], [4, 2], [1, 3]]

/** How a series is told apart: by colour, and without it by shape, dashes and filling. */
export interface SeriesStyle {
  colour: string
  shape: Shape
  dash: readonly number[]
  /** Only its edge is drawn. */
  hollow: boolean
}

/** The look of the series at a place; from the seventh on shapes are hollow. */
export function seriesStyle(palette: Palette, index: number, tone?: Tone | null): SeriesStyle {
  const at = index % SHAPES.length
  return {
    colour: tone ? toneColour(palette, tone) : (palette.series[at] as string),
    shape: SHAPES[at] as Shape,
    dash: DASHES[at] as readonly number[],
    hollow: Math.floor(index / SHAPES.length) % 2 === 1,
  }
}

export function toneColour(palette: Palette, tone: Tone): string {
  return tone === 'plain' ? palette.muted : palette[tone]
}
