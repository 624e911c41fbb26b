import { BACKGROUNDS, backdrop } from './backgrounds.ts'
import type { Background } from './backgrounds.ts'
import { CATALOGUE } from './objects/index.ts'
import type { Thing } from './objects/types.ts'
import { TONES } from './palette.ts'
import type { Colour } from './palette.ts'
import { pen } from './pen.ts'
import { hash, random } from './random.ts'
import type { Random } from './random.ts'
import { STYLE, STYLES } from './styles.ts'
import type { StyleName } from './styles.ts'

export type Size = 'small' | 'medium' | 'big'

/** One or several of a thing. */
export interface Item {
  thing: Thing
  colour: Colour
  count: number
  size: Size
}

/** How the first item stands to the second. `row` = one after the other, from the left. */
export type Relation = 'left' | 'above' | 'behind' | 'row'

/** What a picture shows; everything that a sentence can say. */
export interface Scene {
  items: Item[]
  relation: Relation | null
  background: Background
  style: StyleName
  width: number
  height: number
  /** For what no sentence says: jitter, mirroring, clouds. */
  seed: number
}

/** One drawn thing and where it stands. */
export interface Placed {
  item: Item
  /** Middle of the object's foot, and its height, in pixels. */
  x: number
  y: number
  size: number
  /** The object floats: no shadow. */
  floats: boolean
  mirrored: boolean
}

const SIZE: Record<Size, number> = { small: 0.62, medium: 1, big: 1.32 }

function rows(n: number): number[] {
  if (n <= 3) return [n]
  const back = Math.floor(n / 2)
  return [back, n - back]
}

/** Places one item's objects inside a column of the picture. */
function placeItem(
  item: Item,
  column: { left: number; right: number; floor: number; tall: number },
  scene: Scene,
  floats: boolean,
  rnd: Random,
): Placed[] {
  const wide = column.right - column.left
  const lines = rows(item.count)
  const most = Math.max(...lines)
  const room = Math.min(wide / most, (column.tall / lines.length) * (lines.length > 1 ? 1.1 : 1))
  const size = Math.min(room * 0.97, room * 0.86 * item.thing.scale * SIZE[item.size])
  const out: Placed[] = []
  lines.forEach((n, line) => {
    const y = column.floor - (lines.length - 1 - line) * (column.tall / lines.length) * 0.98
    for (let i = 0; i < n; i++) {
      const x = column.left + (wide * (i + 0.5)) / n + rnd.range(-0.03, 0.03) * room
      out.push({
        item,
        x: Math.min(Math.max(x, size * 0.5), scene.width - size * 0.5),
        y: y + rnd.range(-0.015, 0.015) * scene.height,
        size,
        floats,
        mirrored: rnd.chance(0.3),
      })
    }
  })
  return out
}

function layout(scene: Scene, horizon: number, floorShare: number, rnd: Random): Placed[] {
  const { width: w, height: h, items, relation } = scene
  const floor = floorShare * h
  const inAir = (item: Item): boolean =>
    item.thing.home === 'air' && scene.background !== 'plain' && scene.background !== 'room'
  const lift = (item: Item, tall: number): number => {
    if (!inAir(item))
      return scene.background === 'sky' || scene.background === 'plain'
        ? 0.5 * h + tall * 0.5
        : floor
    return Math.min(floor, horizon * h * 0.42 + tall * 0.55)
  }
  const [first, second] = items
  if (!first) return []
  if (!second) {
    const tall = Math.min(h * 0.86, first.count > 3 ? h * 0.84 : h * 0.78)
    return placeItem(
      first,
      {
        left: w * 0.04,
        right: w * 0.96,
        floor: first.count > 3 ? h * 0.93 : lift(first, tall * 0.8),
        tall,
      },
      scene,
      inAir(first) || scene.background === 'sky',
      rnd,
    )
  }
  if (relation === 'above') {
    const tall = h * 0.44
    return [
      ...placeItem(
        second,
        { left: w * 0.1, right: w * 0.9, floor: h * 0.95, tall },
        scene,
        false,
        rnd,
      ),
      ...placeItem(
        first,
        { left: w * 0.1, right: w * 0.9, floor: h * 0.48, tall },
        scene,
        true,
        rnd,
      ),
    ]
  }
  if (relation === 'behind') {
    const back = {
      left: w * 0.06,
      right: w * 0.74,
      floor: Math.min(floor, (floorShare - 0.13) * h),
      tall: h * 0.72,
    }
    const front = {
      left: w * 0.42,
      right: w * 0.98,
      floor: Math.min(h * 0.97, floor + 0.05 * h),
      tall: h * 0.5,
    }
    const far = placeItem(first, back, scene, false, rnd).map((p) => ({
      ...p,
      size: p.size * 1.05,
    }))
    return [...far, ...placeItem(second, front, scene, false, rnd)]
  }
  const wide = (w * 0.96) / items.length
  return items.flatMap((item, i) => {
    const tall = h * 0.74
    const left = w * 0.02 + i * wide
    const size = Math.min(wide, tall)
    return placeItem(
      item,
      { left, right: left + wide, floor: lift(item, size * 0.8), tall },
      scene,
      inAir(item) || scene.background === 'sky',
      rnd,
    )
  })
}

/** One thing as SVG, with its shadow where it stands on ground. */
export function drawPlaced(
  placed: Placed,
  scene: { style: StyleName; background: Background },
): string {
  const style = STYLE[scene.style]
  const { item, x, y, size } = placed
  const scale = size / 100
  const body = style.wrap(item.thing.draw(pen(style, item.colour)))
  const shadow =
    placed.floats || item.thing.home === 'water' || scene.background === 'sea'
      ? ''
      : `<ellipse cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" rx="${(size * 0.44).toFixed(1)}" ry="${(size * 0.06).toFixed(1)}" fill="#2a2038" fill-opacity="0.16"/>`
  const flip = placed.mirrored ? -1 : 1
  return (
    shadow +
    `<g transform="translate(${(x - flip * size * 0.5).toFixed(2)} ${(y - size).toFixed(2)}) scale(${(flip * scale).toFixed(4)} ${scale.toFixed(4)})">${body}</g>`
  )
}

/** The scene as an SVG document. Same scene, same text. */
export function sceneSvg(scene: Scene): string {
  const style = STYLE[scene.style]
  const rnd = random(scene.seed)
  const back = backdrop(scene.background, style, scene.width, scene.height, rnd)
  const placed = layout(scene, back.horizon, back.floor, rnd)
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${scene.width}" height="${scene.height}" viewBox="0 0 ${scene.width} ${scene.height}">` +
    (style.defs ? `<defs>${style.defs}</defs>` : '') +
    back.svg +
    placed.map((p) => drawPlaced(p, scene)).join('') +
    back.front +
    '</svg>'
  )
}

const SHAPES: readonly (readonly [number, number])[] = [
  [480, 360],
  [480, 360],
  [420, 420],
  [480, 320],
  [360, 440],
]

/** Colours that vanish before a background are not drawn on it. */
export const LOST: Partial<Record<Background, readonly Colour[]>> = {
  snow: ['white'],
  night: ['black'],
  plain: ['white'],
}

/** Backgrounds that suit a thing. */
export function suits(item: Thing, background: Background): boolean {
  if (background === 'plain') return true
  if (background === 'sky') return item.home === 'air'
  if (background === 'sea') return item.home !== 'ground'
  if (background === 'room')
    return (
      ['thing', 'food', 'plant', 'animal'].includes(item.group) &&
      item.scale <= 1.05 &&
      item.home !== 'water' &&
      !['star', 'heart', 'leaf', 'kite'].includes(item.name)
    )
  if (background === 'city')
    return (
      ['vehicle', 'animal', 'thing', 'building', 'weather'].includes(item.group) &&
      item.home !== 'water'
    )
  return item.home !== 'water' || background === 'beach'
}

export interface SceneWish {
  kind?: 'single' | 'count' | 'pair' | 'size' | 'group'
  styles?: readonly StyleName[]
  things?: readonly Thing[]
  backgrounds?: readonly Background[]
}

function pickItem(rnd: Random, things: readonly Thing[], background: Background): Item {
  const fitting = things.filter((item) => suits(item, background))
  const chosen = rnd.pick(fitting.length > 0 ? fitting : things)
  const lost = LOST[background] ?? []
  const colours = chosen.colours.filter((colour) => !lost.includes(colour))
  return {
    thing: chosen,
    colour: rnd.pick(colours.length > 0 ? colours : chosen.colours),
    count: 1,
    size: 'medium',
  }
}

/** A scene by chance. */
export function inventScene(rnd: Random, wish: SceneWish = {}): Scene {
  const kind =
    wish.kind ??
    rnd.pick([
      'single',
      'single',
      'count',
      'count',
      'pair',
      'pair',
      'pair',
      'size',
      'group',
    ] as const)
  const things = wish.things ?? CATALOGUE
  const background = rnd.pick(wish.backgrounds ?? BACKGROUNDS)
  const [width, height] =
    kind === 'group' || kind === 'size' ? ([480, 320] as const) : rnd.pick(SHAPES)
  const first = pickItem(rnd, things, background)
  const items = [first]
  let relation: Relation | null = null
  const another = (): Item => {
    for (let tries = 0; tries < 40; tries++) {
      const item = pickItem(rnd, CATALOGUE, background)
      if (!items.some((other) => other.thing === item.thing)) return item
    }
    throw new RangeError(`too few things suit the background "${background}"`)
  }
  if (kind === 'count') first.count = rnd.between(2, 6)
  if (kind === 'single' && rnd.chance(0.15)) first.size = rnd.pick(['small', 'big'] as const)
  if (kind === 'pair') {
    items.push(another())
    relation = rnd.pick(['left', 'left', 'left', 'above', 'behind'] as const)
    if (relation === 'above' && background === 'sea') relation = 'left'
    if (relation === 'left' && rnd.chance(0.25)) rnd.pick(items).count = rnd.between(2, 3)
  }
  if (kind === 'size') {
    items.push(another())
    relation = 'left'
    const big = rnd.below(2)
    items.forEach((item, i) => (item.size = i === big ? 'big' : 'small'))
  }
  if (kind === 'group') {
    items.push(another())
    items.push(another())
    relation = 'row'
  }
  return {
    items,
    relation,
    background,
    style: rnd.pick(wish.styles ?? STYLES),
    width,
    height,
    seed: rnd.below(0x7fffffff),
  }
}

/** Two scenes with one key cannot be told apart by a sentence that says all. */
export function sceneKey(scene: Scene): string {
  const items = scene.items.map((i) => `${i.count} ${i.size} ${i.colour} ${i.thing.name}`)
  return `${items.join(` ${scene.relation ?? ''} `)} @ ${scene.background}`
}

/** A number that belongs to what a scene shows, for dividing scenes into sets. */
export function sceneHash(scene: Scene): number {
  return hash(sceneKey(scene))
}

/** The colour of an item as pixels see it, `#rrggbb`. */
export function itemHex(item: Item): string {
  return TONES[item.colour].main
}
