import type { Background } from '../draw/backgrounds.ts'
import { thingNamed } from '../draw/objects/index.ts'
import type { Thing } from '../draw/objects/types.ts'
import type { Colour } from '../draw/palette.ts'

export const LEVELS = [1, 2, 3, 4, 5] as const
export type Level = (typeof LEVELS)[number]

/** Sensible prompts ask for what there is, nonsensical ones for what nobody has seen. */
export type Kind = 'sensible' | 'nonsensical'

/** What a level adds to the one before it. */
export type Step = 'colour' | 'place' | 'night' | 'second' | 'second colour' | 'over'

/** How the first thing stands to the second. `beside` is true on either side. */
export const RELATIONS = ['beside', 'to the left of', 'to the right of', 'above'] as const
export type Relation = (typeof RELATIONS)[number]

/** One or several of a thing that a ladder asks for. */
export interface Wish {
  thing: Thing
  count: number
  colour: Colour
}

/** Five prompts of growing length about one thing. */
export interface Ladder {
  /** Without underscores, since file names separate by them. */
  group: string
  kind: Kind
  first: Wish
  relation: Relation
  second: Wish
  /** What is above everything else. */
  over: Wish
  place: Place
  steps: readonly [Step, Step, Step, Step]
}

/** Places that a prompt can name, in the words of the prompts. */
export const PLACE_WORDS = {
  sky: 'in the sky',
  meadow: 'on a meadow',
  sea: 'on the sea',
  beach: 'on a beach',
  city: 'in a city',
  room: 'in a room',
  snow: 'in the snow',
  desert: 'in a desert',
} as const satisfies Partial<Record<Background, string>>
export type Place = keyof typeof PLACE_WORDS
export const PLACES = Object.keys(PLACE_WORDS) as readonly Place[]

/** A thing as far as a prompt asks for it. */
export interface Asked {
  part: 'first' | 'second' | 'over'
  thing: Thing
  count: number
  /** null = the prompt leaves it open. */
  colour: Colour | null
}

/** A prompt and everything that it asks for. */
export interface Prompt {
  group: string
  level: Level
  kind: Kind
  text: string
  things: Asked[]
  relation: Relation | null
  place: Place | null
  night: boolean
}

const NUMBERS = ['no', 'a', 'two', 'three', 'four', 'five']

/** "a red car", "three owls". */
export function nounPhrase({ thing, count, colour }: Omit<Asked, 'part'>): string {
  const words = [colour, count === 1 ? thing.name : thing.plural].filter(Boolean).join(' ')
  const number = count === 1 && /^[aeiou]/.test(words) ? 'an' : (NUMBERS[count] ?? String(count))
  return `${number} ${words}`
}

/**
 * The five prompts of a ladder. Each keeps all words of the one before it in their order.
 * Throws RangeError where it cannot: when an "a" becomes an "an", or a step stands too early.
 */
export function promptsOf(ladder: Ladder): Prompt[] {
  const prompts = LEVELS.map((level) => promptAt(ladder, level))
  prompts.forEach(({ text }, i) => {
    const before = prompts[i - 1]?.text
    if (before !== undefined && !keepsWords(before, text))
      throw new RangeError(`"${text}" does not keep the words of "${before}"`)
  })
  return prompts
}

/** Whether the words of `shorter` stand in `longer` in the same order, and `longer` has more. */
export function keepsWords(shorter: string, longer: string): boolean {
  const words = shorter.split(' ')
  const more = longer.split(' ')
  let next = 0
  for (const word of more) if (word === words[next]) next++
  return next === words.length && more.length > words.length
}

function promptAt(ladder: Ladder, level: Level): Prompt {
  const steps = new Set<Step>(ladder.steps.slice(0, level - 1))
  const { group, kind, first, second, over } = ladder
  const things: Asked[] = [
    { ...first, part: 'first', colour: steps.has('colour') ? first.colour : null },
  ]
  const relation = steps.has('second') ? ladder.relation : null
  const place = steps.has('place') ? ladder.place : null
  const night = steps.has('night')
  if (relation !== null)
    things.push({
      ...second,
      part: 'second',
      colour: steps.has('second colour') ? second.colour : null,
    })
  // A rainbow is of no one colour.
  if (steps.has('over'))
    things.push({ ...over, part: 'over', colour: over.thing.motley ? null : over.colour })
  const said = (part: Asked['part']): string =>
    things
      .filter((asked) => asked.part === part)
      .map(nounPhrase)
      .join('')
  const text = [
    said('first'),
    relation !== null && `${relation} ${said('second')}`,
    place !== null && PLACE_WORDS[place],
    night && 'at night',
    steps.has('over') && `under ${said('over')}`,
  ]
    .filter(Boolean)
    .join(' ')
  return { group, level, kind, text, things, relation, place, night }
}

/** "2 red car": a count, a colour and the name of a thing. */
export function wish(count: number, colour: Colour, name: string): Wish {
  return { thing: thingNamed(name), count, colour }
}
