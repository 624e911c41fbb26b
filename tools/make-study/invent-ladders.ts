import { CATALOGUE } from '../draw/objects/index.ts'
import type { Thing } from '../draw/objects/types.ts'
import { COLOURS } from '../draw/palette.ts'
import type { Colour } from '../draw/palette.ts'
import { random } from '../draw/random.ts'
import type { Random } from '../draw/random.ts'
import { suits } from '../draw/scene.ts'
import { lostColours } from './faults.ts'
import { nounPhrase, PLACES, promptsOf } from './ladders.ts'
import type { Kind, Ladder, Place, Relation, Step, Wish } from './ladders.ts'

/** Things of which too little takes the colour, or which a prompt of this grammar cannot name. */
const LEFT_OUT = new Set([
  'banana',
  'candle',
  'hammer',
  'key',
  'orange',
  'pair of scissors',
  'pencil',
  'rainbow',
  'saw',
  'slice of watermelon',
  'thunderstorm',
  'windmill',
])
const THINGS = CATALOGUE.filter((thing) => !LEFT_OUT.has(thing.name))
const OVER = ['cloud', 'star', 'sun', 'moon', 'kite', 'bird', 'hot-air balloon', 'butterfly']

/** There is one of them. */
const ALONE = new Set(['sun', 'moon'])

/** Things at home in one or two places only. */
const ONLY_IN: Record<string, readonly Place[]> = {
  penguin: ['snow'],
  snowman: ['snow'],
  snowflake: ['snow'],
  'fir tree': ['snow', 'meadow'],
  'palm tree': ['beach', 'desert'],
  cactus: ['desert', 'room'],
  lighthouse: ['beach'],
  'tower block': ['city'],
  barn: ['meadow', 'snow'],
  castle: ['meadow', 'snow'],
  tractor: ['meadow'],
  octopus: ['sea'],
  whale: ['sea'],
  fish: ['sea'],
  elephant: ['meadow', 'desert'],
  star: ['sky'],
  heart: [],
  leaf: [],
}

/** Tools and food lie indoors, apart from those that are taken along. */
const TAKEN_ALONG = new Set([
  'ball',
  'umbrella',
  'chair',
  'kite',
  'gift',
  'camera',
  'ice cream',
  'hat',
])

/** Whether a thing can be met in a place: narrower than what the drawing program puts there. */
function belongs(thing: Thing, place: Place): boolean {
  const only = ONLY_IN[thing.name]
  if (only) return only.includes(place)
  if (!suits(thing, place)) return false
  if (thing.group === 'weather') return place === 'sky'
  if (thing.group === 'thing' || thing.group === 'food')
    return (
      place === 'room' ||
      (TAKEN_ALONG.has(thing.name) && (place === 'beach' || place === 'meadow' || place === 'sky'))
    )
  if (thing.group === 'plant') return place === 'meadow' || place === 'room'
  if (place === 'room') return ['cat', 'dog', 'mouse', 'rabbit'].includes(thing.name)
  return true
}

const STEPS: readonly Ladder['steps'][] = [
  ['colour', 'place', 'second', 'second colour'],
  ['colour', 'second', 'second colour', 'place'],
  ['place', 'colour', 'second', 'second colour'],
  ['second', 'colour', 'place', 'second colour'],
  ['colour', 'second', 'place', 'night'],
  ['colour', 'place', 'night', 'second'],
  ['place', 'night', 'colour', 'second'],
  ['colour', 'place', 'second', 'over'],
  ['place', 'over', 'colour', 'second'],
]

const COUNTS = [1, 1, 1, 1, 1, 2, 2, 3, 4, 5] as const

/** The article of a single thing must not change when its colour is named. */
const steady = (count: number, colour: Colour, thing: Thing): boolean =>
  count > 1 || !/^[aeiou]/.test(thing.name) === !/^[aeiou]/.test(colour)

function wishFor(kind: Kind, things: readonly Thing[], place: Place, rnd: Random): Wish {
  for (let tries = 0; tries < 400; tries++) {
    const thing = rnd.pick(things)
    const single = thing.scale > 1.3 || (kind === 'sensible' && ALONE.has(thing.name))
    const count = single ? 1 : rnd.pick(COUNTS)
    // The first two colours of a thing are those it has in the world.
    const colour = rnd.pick(
      kind === 'sensible'
        ? thing.colours.slice(0, 2)
        : COLOURS.filter((name) => !thing.colours.includes(name)),
    )
    if (steady(count, colour, thing) && !lostColours(place, true).includes(colour))
      return { thing, count, colour }
  }
  throw new RangeError(`nothing can be asked for ${place}`)
}

function inventLadder(group: string, kind: Kind, rnd: Random): Ladder {
  const place = rnd.pick(PLACES)
  const sensible = kind === 'sensible'
  const fits = (thing: Thing): boolean => (sensible ? belongs(thing, place) : !suits(thing, place))
  // Everything suits a beach, so that only colours and company are senseless there.
  const fitting = THINGS.filter(fits)
  const first = wishFor(kind, fitting.length > 3 ? fitting : THINGS, place, rnd)
  const others = THINGS.filter(
    (thing) =>
      thing !== first.thing &&
      !first.thing.name.includes(thing.name) &&
      !thing.name.includes(first.thing.name) &&
      (!sensible ? thing.group !== first.thing.group : fits(thing)),
  )
  const second = wishFor(kind, others, place, rnd)
  const over = wishFor(
    'sensible',
    THINGS.filter(
      (thing) => OVER.includes(thing.name) && thing !== first.thing && thing !== second.thing,
    ),
    place,
    rnd,
  )
  const relations: Relation[] = ['beside', 'to the left of', 'to the right of']
  const flies = first.thing.home === 'air' && second.thing.home !== 'air' && place !== 'room'
  const indoorsOrSky = place === 'room' || place === 'sky'
  const barred: Step[] = indoorsOrSky ? ['night', 'over'] : []
  const steps = rnd.pick(STEPS.filter((list) => !list.some((step) => barred.includes(step))))
  // One thing above another and a third above both leaves no room.
  if ((!sensible || flies) && !steps.includes('over')) relations.push('above', 'above')
  return {
    group,
    kind,
    first,
    relation: rnd.pick(relations),
    second,
    over: { ...over, count: Math.min(over.count, 3) },
    place,
    steps,
  }
}

/**
 * Ladders by chance, the two kinds in turn; no two begin with the same prompt. Same seed, same
 * ladders. Throws RangeError when so many cannot be found (a few hundred can).
 */
export function inventLadders(groups: number, seed: string): Ladder[] {
  const rnd = random(`ladders ${seed}`)
  const begun = new Set<string>()
  const ladders: Ladder[] = []
  for (let tries = 0; ladders.length < groups; tries++) {
    if (tries > groups * 50) throw new RangeError(`${groups} different ladders were not found`)
    const group = `g${String(ladders.length + 1).padStart(3, '0')}`
    const kind = ladders.length % 2 === 0 ? 'sensible' : 'nonsensical'
    const ladder = inventLadder(group, kind, rnd)
    const begin = nounPhrase({ ...ladder.first, colour: null })
    if (begun.has(begin)) continue
    // Says at once when the grammar does not carry a ladder.
    promptsOf(ladder)
    begun.add(begin)
    ladders.push(ladder)
  }
  return ladders
}
