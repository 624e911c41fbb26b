import { INK, mix } from './palette.ts'

/** How shapes become SVG. A style changes the hand, never what is drawn. */
export interface Style {
  name: StyleName
  /** As it can stand in a sentence: "flat illustration", ... */
  words: readonly string[]
  colour(hex: string): string
  /** `tag` is a shape without fill and closing, e.g. `<circle cx="1" cy="2" r="3"`. */
  fill(tag: string, hex: string): string
  line(tag: string, hex: string, width: number): string
  /** Around one object. */
  wrap(body: string): string
  /** Filters that `wrap` refers to; once in a picture. */
  defs: string
}

export const STYLES = [
  'flat',
  'outline',
  'pastel',
  'paper',
  'crayon',
  'gradient',
  'sticker',
  'print',
] as const
export type StyleName = (typeof STYLES)[number]

const plainLine = (tag: string, hex: string, width: number): string =>
  `${tag} fill="none" stroke="${hex}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"/>`

function style(name: StyleName, words: readonly string[], over: Partial<Style> = {}): Style {
  const colour = over.colour ?? ((hex: string): string => hex)
  return {
    name,
    words,
    colour,
    fill: (tag, hex) => `${tag} fill="${colour(hex)}"/>`,
    line: (tag, hex, width) => plainLine(tag, colour(hex), width),
    wrap: (body) => body,
    defs: '',
    ...over,
  }
}

const deeper = (hex: string): string => mix(hex, '#20182c', 0.42)

export const STYLE: Record<StyleName, Style> = {
  flat: style('flat', ['a flat illustration', 'a flat drawing']),
  outline: style('outline', ['a cartoon', 'an outlined drawing'], {
    fill: (tag, hex) =>
      `${tag} fill="${hex}" stroke="${INK}" stroke-width="2" stroke-linejoin="round"/>`,
    line: (tag, hex, width) =>
      plainLine(tag, INK, width + 3) + (hex === INK ? '' : plainLine(tag, hex, width)),
  }),
  pastel: style('pastel', ['a pastel drawing', 'a soft illustration'], {
    colour: (hex) => mix(hex, '#fff4ea', 0.36),
  }),
  paper: style('paper', ['a paper cut', 'a paper collage'], {
    colour: (hex) => mix(hex, '#f2e6d0', 0.1),
    wrap: (body) => `<g filter="url(#paper)">${body}</g>`,
    defs:
      '<filter id="paper" x="-20%" y="-20%" width="140%" height="140%">' +
      '<feDropShadow dx="2" dy="3" stdDeviation="1.6" flood-color="#1c1430" flood-opacity="0.42"/></filter>',
  }),
  crayon: style('crayon', ['a crayon drawing', 'a child’s drawing'], {
    fill: (tag, hex) =>
      `${tag} fill="${mix(hex, '#ffffff', 0.14)}" fill-opacity="0.9" stroke="${deeper(hex)}" stroke-width="1.8" stroke-linejoin="round"/>`,
    wrap: (body) => `<g filter="url(#crayon)">${body}</g>`,
    defs:
      '<filter id="crayon" x="-10%" y="-10%" width="120%" height="120%">' +
      '<feTurbulence type="fractalNoise" baseFrequency="0.09" numOctaves="2" seed="7" result="n"/>' +
      '<feDisplacementMap in="SourceGraphic" in2="n" scale="3.4" xChannelSelector="R" yChannelSelector="G"/></filter>',
  }),
  gradient: style('gradient', ['a glossy illustration', 'a shaded drawing'], {
    fill: (tag, hex) => {
      const id = `g${hex.slice(1)}`
      return (
        `<linearGradient id="${id}" x1="0.2" y1="0" x2="0.8" y2="1">` +
        `<stop offset="0" stop-color="${mix(hex, '#ffffff', 0.42)}"/>` +
        `<stop offset="0.5" stop-color="${hex}"/>` +
        `<stop offset="1" stop-color="${mix(hex, '#1a1030', 0.34)}"/></linearGradient>` +
        `${tag} fill="url(#${id})"/>`
      )
    },
  }),
  sticker: style('sticker', ['a sticker', 'a sticker drawing'], {
    wrap: (body) => `<g filter="url(#sticker)">${body}</g>`,
    defs:
      '<filter id="sticker" x="-20%" y="-20%" width="140%" height="140%">' +
      '<feMorphology in="SourceAlpha" operator="dilate" radius="3.6" result="fat"/>' +
      '<feFlood flood-color="#ffffff" result="white"/><feComposite in="white" in2="fat" operator="in" result="rim"/>' +
      '<feOffset in="fat" dx="1" dy="2.4" result="below"/>' +
      '<feFlood flood-color="#1c1430" flood-opacity="0.35" result="dim"/><feComposite in="dim" in2="below" operator="in" result="shade"/>' +
      '<feMerge><feMergeNode in="shade"/><feMergeNode in="rim"/><feMergeNode in="SourceGraphic"/></feMerge></filter>',
  }),
  print: style('print', ['a print', 'an old print'], {
    colour: (hex) => mix(hex, '#f4e3c0', 0.2),
    fill: (tag, hex) =>
      `${tag} fill="${mix(hex, '#f4e3c0', 0.2)}" transform="translate(2.2 1.8)"/>` +
      `${tag} fill="none" stroke="#3b2b3f" stroke-width="1.3" stroke-linejoin="round"/>`,
    line: (tag, hex, width) =>
      hex === INK
        ? plainLine(tag, '#3b2b3f', Math.min(width, 2.4))
        : plainLine(tag, mix(hex, '#f4e3c0', 0.2), width) + plainLine(tag, '#3b2b3f', 1.1),
  }),
}
