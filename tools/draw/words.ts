import type { Background } from './backgrounds.ts'
import { COLOURS } from './palette.ts'
import type { Random } from './random.ts'
import { random } from './random.ts'
import { CATALOGUE } from './objects/index.ts'
import type { Item, Scene, Size } from './scene.ts'
import { STYLE } from './styles.ts'

const NUMBERS = ['no', 'one', 'two', 'three', 'four', 'five', 'six']

const PLACES: Record<Background, readonly string[]> = {
  plain: ['on a plain background'],
  sky: ['in the sky', 'before a blue sky', 'up in the air'],
  meadow: ['on a meadow', 'in a green field', 'on the grass', 'in the countryside'],
  sea: ['on the sea', 'on the water', 'at sea', 'in the waves'],
  beach: ['on the beach', 'on the sand by the sea', 'at the seaside'],
  city: ['in the city', 'on a city street', 'in town', 'before tall buildings'],
  room: ['in a room', 'indoors', 'inside the house'],
  snow: ['in the snow', 'on a snowy field', 'in winter'],
  desert: ['in the desert', 'on the dunes'],
  night: ['at night', 'under the stars', 'on a starry night'],
}

const SIZES: Record<Size, readonly string[]> = {
  small: ['small', 'little', 'tiny'],
  medium: [''],
  big: ['big', 'large', 'huge'],
}

const article = (words: string): string => `${/^[aeiou]/.test(words) ? 'an' : 'a'} ${words}`

/** "three red cars", "a small owl". `plain` leaves the colour out. */
export function nounPhrase(item: Item, rnd: Random, plain = false): string {
  const size = rnd.pick(SIZES[item.size])
  const colour = plain || item.thing.motley ? '' : item.colour
  // Other names only where they stand for the same shape in singular; plurals keep the first name.
  const other = rnd.chance(0.22) && item.thing.also.length > 0 ? rnd.pick(item.thing.also) : null
  const name = item.count === 1 ? (other ?? item.thing.name) : item.thing.plural
  const words = [size, colour, name].filter(Boolean).join(' ')
  if (item.count > 1) return `${NUMBERS[item.count] ?? item.count} ${words}`
  return /^(grapes|watermelon|scissors|pizza|bread|lightning)$/.test(name) ? words : article(words)
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

/** A sentence or a phrase that says what a scene shows. */
export function describe(scene: Scene, rnd: Random): string {
  const { items, relation } = scene
  const plain = rnd.chance(0.08)
  const phrases = items.map((item) => nounPhrase(item, rnd, plain))
  const a = phrases[0] ?? ''
  const b = phrases[1] ?? ''
  let core = a
  if (relation === 'left')
    core = rnd.pick([
      `${a} to the left of ${b}`,
      `${b} to the right of ${a}`,
      `${a} left of ${b}`,
      `${a} on the left and ${b} on the right`,
      `${b} on the right, ${a} on the left`,
      `${a} next to ${b}`,
      `${a} and ${b}`,
    ])
  else if (relation === 'above')
    core = rnd.pick([`${a} above ${b}`, `${b} below ${a}`, `${a} over ${b}`, `${b} under ${a}`])
  else if (relation === 'behind')
    core = rnd.pick([`${a} behind ${b}`, `${b} in front of ${a}`, `${b} before ${a}`])
  else if (relation === 'row') {
    const c = phrases[2] ?? ''
    core = rnd.pick([
      `${a}, ${b} and ${c}`,
      `${a}, then ${b}, then ${c}, from left to right`,
      `${b} between ${a} and ${c}`,
    ])
  }
  const where = scene.background === 'plain' ? '' : rnd.pick(PLACES[scene.background])
  const placeFirst = rnd.chance(0.12)
  const says = rnd.chance(0.72) && where !== ''
  const styled = rnd.chance(0.14) && !placeFirst
  const hand = rnd.pick(STYLE[scene.style].words)
  let text = core
  if (says) text = placeFirst ? `${where}, ${core}` : `${core} ${where}`
  if (styled) text = `${hand} of ${text}`
  const shape = rnd.below(10)
  if (shape < 5) return capital(text)
  if (shape < 7) return `${capital(text)}.`
  if (shape === 7) return `A picture of ${text}`
  return text
}

/** Says everything, always in the same words: for truth files and tests. */
export function describeFully(scene: Scene): string {
  const steady = random(1)
  const say = (item: Item): string =>
    nounPhrase({ ...item, thing: { ...item.thing, also: [] } }, steady)
  const phrases = scene.items.map(say)
  const glue = { left: ' to the left of ', above: ' above ', behind: ' behind ', row: ', ' }
  const core = phrases.join(scene.relation ? glue[scene.relation] : '')
  const where = scene.background === 'plain' ? 'on a plain background' : PLACES[scene.background][0]
  return `${capital(core)} ${where}.`
}

/**
 * The same scene with one thing changed: a colour, a count, a side or a kind. Its sentence from the
 * same seed differs in a word or two: a hard negative.
 */
export function changeOneThing(scene: Scene, rnd: Random): Scene {
  const items = scene.items.map((item) => ({ ...item }))
  const changed: Scene = { ...scene, items }
  const target = rnd.pick(items)
  const ways: (() => void)[] = []
  if (!target.thing.motley)
    ways.push(() => {
      target.colour = rnd.pick(COLOURS.filter((colour) => colour !== target.colour))
    })
  if (target.count > 1)
    ways.push(() => {
      target.count = rnd.pick([2, 3, 4, 5, 6].filter((n) => n !== target.count))
    })
  if (scene.relation && items.length === 2 && items[0]?.thing !== items[1]?.thing) {
    const swap = (): void => {
      items.reverse()
    }
    ways.push(swap, swap)
  }
  ways.push(() => {
    const others = CATALOGUE.filter(
      (item) => item.group === target.thing.group && item !== target.thing,
    )
    target.thing = rnd.pick(others)
  })
  rnd.pick(ways)()
  return changed
}
