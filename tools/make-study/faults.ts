import { BACKGROUNDS } from '../draw/backgrounds.ts'
import type { Background } from '../draw/backgrounds.ts'
import { CATALOGUE } from '../draw/objects/index.ts'
import type { Thing } from '../draw/objects/types.ts'
import { COLOURS } from '../draw/palette.ts'
import type { Colour } from '../draw/palette.ts'
import type { Random } from '../draw/random.ts'
import { LOST, suits } from '../draw/scene.ts'
import type { Asked, Prompt } from './ladders.ts'

export const FAULTS = ['missing object', 'wrong colour', 'wrong count', 'wrong background'] as const
export type Fault = (typeof FAULTS)[number]

/** Chance of each fault in a picture where it is possible. */
export type Rates = Record<Fault, number>

export const MODELS = {
  base: {
    'missing object': 0.15,
    'wrong colour': 0.35,
    'wrong count': 0.25,
    'wrong background': 0.1,
  },
  tuned: {
    'missing object': 0.05,
    'wrong colour': 0.1,
    'wrong count': 0.08,
    'wrong background': 0.1,
  },
} as const satisfies Record<string, Rates>
export type ModelName = keyof typeof MODELS
export const MODEL_NAMES = Object.keys(MODELS) as readonly ModelName[]

/** A thing as it is drawn. */
export interface Shown {
  part: Asked['part']
  thing: Thing
  count: number
  colour: Colour
}

/** What a picture shows, and what was planted in it. */
export interface Picture {
  things: Shown[]
  background: Background
  night: boolean
  /** Faults that this prompt allows, given that a missing thing takes its colour and count along. */
  possible: Fault[]
  faults: Fault[]
}

/** Colours that an eye may take for one another. */
const ALIKE: readonly (readonly Colour[])[] = [
  ['red', 'orange', 'pink', 'brown'],
  ['orange', 'yellow', 'brown'],
  ['blue', 'turquoise', 'purple'],
  ['green', 'turquoise'],
  ['purple', 'pink'],
  ['black', 'grey', 'brown'],
  ['white', 'grey', 'yellow', 'pink'],
]

/** Backgrounds that an eye may take for one another. */
const ALIKE_PLACES: readonly (readonly Background[])[] = [
  ['sea', 'beach'],
  ['sky', 'plain', 'sea'],
  ['desert', 'beach'],
  ['plain', 'snow'],
]

function unlike<T>(from: readonly T[], one: T, groups: readonly (readonly T[])[]): T[] {
  const alike = groups.filter((group) => group.includes(one)).flat()
  return from.filter((other) => other !== one && !alike.includes(other))
}

/** Colours that vanish before a background, by day or by night. */
export const lostColours = (background: Background, night: boolean): readonly Colour[] => [
  ...(LOST[background] ?? []),
  ...(night ? (LOST.night ?? []) : []),
]

/** Whether every colour that the prompt names stands out before a background. */
const standsOut = (prompt: Prompt, background: Background): boolean =>
  prompt.things.every(
    ({ colour }) => colour === null || !lostColours(background, prompt.night).includes(colour),
  )

/** A background for a prompt that names none. */
function inventBackground(prompt: Prompt, rnd: Random): Background {
  if (prompt.night) return 'night'
  const clear = BACKGROUNDS.filter((name) => name !== 'night' && standsOut(prompt, name))
  if (rnd.chance(0.4) && clear.includes('plain')) return 'plain'
  const fitting = clear.filter((name) => prompt.things.every(({ thing }) => suits(thing, name)))
  return rnd.pick(fitting.length > 0 ? fitting : clear)
}

function inventColour(asked: Asked, lost: readonly Colour[]): Colour {
  const { colours } = asked.thing
  return colours.find((colour) => !lost.includes(colour)) ?? colours[0] ?? 'red'
}

function otherThing(instead: Asked, background: Background, rnd: Random): Thing {
  return rnd.pick(
    CATALOGUE.filter(
      (thing) => thing.group !== instead.thing.group && !thing.motley && suits(thing, background),
    ),
  )
}

/**
 * Draws what a model makes of a prompt, as data. Each fault that is possible is planted with its
 * rate, independently of the others:
 * - missing object: of several things one is left out; a thing that stands alone is another one
 *   instead, in the colour and the number that were asked for;
 * - wrong colour: one thing whose colour the prompt names has a colour that cannot be taken for it;
 * - wrong count: one thing is there once or twice too often or too rarely, at least once;
 * - wrong background: another place, or day for night.
 * A missing thing takes its colour and count along, so they cannot be wrong as well.
 */
export function plantFaults(prompt: Prompt, rates: Rates, rnd: Random): Picture {
  const faults: Fault[] = []
  const possible: Fault[] = []
  const strikes = (fault: Fault): boolean => {
    possible.push(fault)
    const struck = rnd.chance(rates[fault])
    if (struck) faults.push(fault)
    return struck
  }

  let background: Background = prompt.place ?? inventBackground(prompt, rnd)
  let { night } = prompt
  const named = background
  if ((prompt.place !== null || night) && strikes('wrong background')) {
    if (night && (prompt.place === null || rnd.chance(0.35))) night = false
    else
      background = rnd.pick(
        unlike(BACKGROUNDS, named, ALIKE_PLACES).filter(
          (name) => name !== 'night' && standsOut(prompt, name),
        ),
      )
  }
  if (background === 'night' && !night) background = 'meadow'

  const lost = lostColours(background, night)
  const asked = new Map(prompt.things.map((thing) => [thing.part, thing]))
  const shown: Shown[] = prompt.things.map((thing) => ({
    ...thing,
    colour: thing.colour ?? inventColour(thing, lost),
  }))
  let left = shown
  if (strikes('missing object')) {
    const gone = rnd.pick(shown)
    const only = asked.get(gone.part)
    if (shown.length === 1 && only) {
      gone.thing = otherThing(only, background, rnd)
      left = []
    } else left = shown.filter((thing) => thing !== gone)
  }
  const replaced = left.length === 0

  const coloured = left.filter(({ part }) => asked.get(part)?.colour !== null)
  if (coloured.length > 0 && strikes('wrong colour')) {
    const target = rnd.pick(coloured)
    target.colour = rnd.pick(
      unlike(COLOURS, target.colour, ALIKE).filter((colour) => !lost.includes(colour)),
    )
  }
  if (left.length > 0 && strikes('wrong count')) {
    const target = rnd.pick(left)
    target.count = rnd.pick(
      [-2, -1, 1, 2].map((by) => target.count + by).filter((count) => count >= 1 && count <= 6),
    )
  }
  return { things: replaced ? shown : left, background, night, possible, faults }
}
