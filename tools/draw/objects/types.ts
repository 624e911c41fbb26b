import { colourNamed } from '../palette.ts'
import type { Colour } from '../palette.ts'
import type { Pen } from '../pen.ts'

export type Group = 'animal' | 'vehicle' | 'building' | 'food' | 'thing' | 'plant' | 'weather'

/** Something that can be drawn. */
export interface Thing {
  /** Singular, lower case; also its key. */
  name: string
  plural: string
  /** Other words for the same. */
  also: readonly string[]
  group: Group
  /** Colours it is drawn in, the most natural first. */
  colours: readonly Colour[]
  /** Height over that of the others, before the sentence says big or small. */
  scale: number
  /** Where it lives: on the ground, in the air, or in water. */
  home: 'ground' | 'air' | 'water'
  /** Of many colours at once: no sentence names one. */
  motley: boolean
  draw(p: Pen): string
}

/** A table row; `names` = singular, plural, then other words. */
export function thing(
  names: string,
  group: Group,
  colours: string,
  draw: (p: Pen) => string,
  more: { scale?: number; home?: Thing['home']; motley?: boolean } = {},
): Thing {
  const [name = '', plural = '', ...also] = names.split(',').map((part) => part.trim())
  return {
    name,
    plural,
    also,
    group,
    colours: colours.split(' ').map(colourNamed),
    scale: more.scale ?? 1,
    home: more.home ?? 'ground',
    motley: more.motley ?? false,
    draw,
  }
}
