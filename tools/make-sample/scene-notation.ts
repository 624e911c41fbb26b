import { BACKGROUNDS } from '../draw/backgrounds.ts'
import type { Background } from '../draw/backgrounds.ts'
import { thingNamed } from '../draw/objects/index.ts'
import { COLOURS } from '../draw/palette.ts'
import { hash, random } from '../draw/random.ts'
import type { Item, Relation, Scene, Size } from '../draw/scene.ts'
import { STYLES } from '../draw/styles.ts'
import type { StyleName } from '../draw/styles.ts'

const RELATIONS: readonly (readonly [string, Relation])[] = [
  [' < ', 'left'],
  [' ^ ', 'above'],
  [' / ', 'behind'],
  [' | ', 'row'],
]

function parseItem(text: string): Item {
  const words = text.trim().split(/\s+/)
  const count = /^\d+$/.test(words[0] ?? '') ? Number(words.shift()) : 1
  let size: Size = 'medium'
  if (words[0] === 'small' || words[0] === 'big') {
    size = words[0]
    words.shift()
  }
  // "2 orange" is fruit: a colour is one only when a name follows.
  const named = words.length > 1 ? COLOURS.find((colour) => colour === words[0]) : undefined
  if (named) words.shift()
  const thing = thingNamed(words.join(' '))
  return { thing, colour: named ?? thing.colours[0] ?? 'red', count, size }
}

/**
 * Reads "3 orange fish @plain", "white sailboat < grey whale @sea". `<` = to the left of,
 * `^` = above, `/` = behind, `|` = in a row. Throws RangeError on an unknown name.
 */
export function parseScene(
  text: string,
  key: string,
  styles: readonly StyleName[] = STYLES,
): Scene {
  const [what = '', where = 'plain'] = text.split('@').map((part) => part.trim())
  const background = BACKGROUNDS.find((name): name is Background => name === where)
  if (!background) throw new RangeError(`no background is called "${where}"`)
  const found = RELATIONS.find(([sign]) => what.includes(sign))
  const items = (found ? what.split(found[0]) : [what]).map(parseItem)
  const seed = hash(`${key} ${text}`)
  const rnd = random(seed)
  const [width, height] =
    items.length > 2
      ? ([480, 320] as const)
      : rnd.pick([
          [480, 360],
          [480, 360],
          [440, 440],
          [480, 320],
          [360, 440],
        ] as const)
  return {
    items,
    relation: found?.[1] ?? null,
    background,
    style: rnd.pick(styles),
    width,
    height,
    seed,
  }
}
