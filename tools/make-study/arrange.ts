import { backdrop } from '../draw/backgrounds.ts'
import type { Backdrop, Background } from '../draw/backgrounds.ts'
import { mix } from '../draw/palette.ts'
import { random } from '../draw/random.ts'
import type { Random } from '../draw/random.ts'
import { drawPlaced } from '../draw/scene.ts'
import type { Placed } from '../draw/scene.ts'
import { STYLE } from '../draw/styles.ts'
import type { Style, StyleName } from '../draw/styles.ts'
import type { Picture, Shown } from './faults.ts'
import type { Relation } from './ladders.ts'

/** Styles that leave a colour its name; a pastel black is grey. */
export const CLEAR_STYLES = ['flat', 'outline', 'paper', 'gradient', 'sticker', 'crayon'] as const

interface Region {
  left: number
  right: number
  bottom: number
  tall: number
  rows: number
  /** Nothing stands on ground here: rows lie over one another, without a shadow. */
  floats: boolean
}

/** Lights that are on at night: stars and windows. */
const LIT = new Set(['#fbeeb0', '#fdf3c4'])

function atNight(style: Style): Style {
  return {
    ...style,
    colour: (hex) => (LIT.has(hex) ? hex : mix(style.colour(hex), '#151d45', 0.72)),
  }
}

function stars(size: number, horizon: number, rnd: Random): string {
  return Array.from({ length: 26 }, () => {
    const x = (rnd.next() * size).toFixed(1)
    const y = (rnd.next() * Math.min(horizon - 0.14, 0.43) * size).toFixed(1)
    return `<circle cx="${x}" cy="${y}" r="${(rnd.range(0.003, 0.007) * size).toFixed(2)}" fill="#fdf3c4"/>`
  }).join('')
}

/** The edge of the square that each of `count` things gets in so many rows. */
const roomIn = (count: number, rows: number, wide: number, tall: number): number =>
  Math.min(wide / Math.ceil(count / rows), tall / rows)

/** Places one thing as often as it is there, all of one size. */
function cluster(shown: Shown, region: Region, size: number, rnd: Random): Placed[] {
  const wide = region.right - region.left
  const { rows } = region
  const most = Math.ceil(shown.count / rows)
  const room = roomIn(shown.count, rows, wide, region.tall)
  // A thing by itself leaves air around it; several use the room they have.
  const fill = (shown.count === 1 ? 0.82 : 0.94) * shown.thing.scale ** 0.6
  const height = Math.min(room * 0.97, room * fill)
  const depth = Math.min(region.tall / rows, height * 1.06)
  const placed: Placed[] = []
  for (let row = 0; row < rows; row++) {
    const n = row === 0 ? shown.count - most * (rows - 1) : most
    const bottom = region.bottom - (rows - 1 - row) * depth
    for (let i = 0; i < n; i++) {
      const pitch = Math.min(wide / n, height * 1.25)
      const x =
        (region.left + region.right) / 2 + (i - (n - 1) / 2) * pitch + rnd.range(-0.02, 0.02) * room
      placed.push({
        item: { thing: shown.thing, colour: shown.colour, count: 1, size: 'medium' },
        x: Math.min(Math.max(x, height * 0.5), size - height * 0.5),
        y: bottom - rnd.range(0, 0.012) * size,
        size: height,
        floats: region.floats,
        mirrored: rnd.chance(0.3),
      })
    }
  }
  return placed
}

/** Places everything so that nothing is cut off and nothing covers another thing. */
function arrange(
  picture: Picture,
  relation: Relation | null,
  back: Backdrop,
  size: number,
  rnd: Random,
): Placed[] {
  const { background } = picture
  const open = background === 'sky' || background === 'plain'
  const over = picture.things.find(({ part }) => part === 'over')
  const main = picture.things.filter(({ part }) => part !== 'over')
  const top = over ? 0.34 * size : 0.05 * size
  const placed: Placed[] = over
    ? cluster(
        over,
        {
          left: 0.12 * size,
          right: 0.88 * size,
          bottom: 0.32 * size,
          tall: 0.29 * size,
          rows: 1,
          floats: true,
        },
        size,
        rnd,
      )
    : []

  const region = (shown: Shown, from: number, to: number): Region => {
    const { count } = shown
    const flies = shown.thing.home === 'air' && background !== 'room'
    const left = from * size
    const right = to * size
    const wide = right - left
    const floor = back.floor * size
    const room = (rows: number, height: number): number => roomIn(count, rows, wide, height)
    if (open || flies) {
      const tall = (open ? 0.95 * size : floor) - top
      const rows = room(2, tall) > room(1, tall) * 1.15 ? 2 : 1
      const used = Math.min(tall, room(rows, tall) * rows)
      const middle = open ? (top + 0.95 * size) / 2 : top + tall * 0.375
      const floats = flies || background === 'sky'
      return {
        left,
        right,
        rows,
        tall: used,
        bottom: Math.max(middle + used / 2, top + used),
        floats,
      }
    }
    const tall = floor - top
    // A second row stands further back on the ground, not in the air; at sea above the near waves.
    const near = background === 'sea' ? back.floor : 0.96
    const ground = Math.min(tall, (near - back.horizon - 0.04) * 2 * size)
    if (count > 2 && room(2, ground) > room(1, tall) * 1.05)
      return { left, right, rows: 2, tall: ground, bottom: near * size, floats: false }
    return { left, right, rows: 1, tall, bottom: floor, floats: false }
  }

  const [one, two] = main
  if (one && two && relation === 'above') {
    const half = { left: 0.08 * size, right: 0.92 * size, tall: 0.44 * size, rows: 1 }
    return [
      ...cluster(two, { ...half, bottom: 0.95 * size, floats: background === 'sky' }, size, rnd),
      ...cluster(one, { ...half, bottom: 0.48 * size, floats: true }, size, rnd),
    ]
  }
  const turned = relation === 'to the right of' || (relation === 'beside' && rnd.chance(0.5))
  const order = turned ? main.toReversed() : main
  const weights = order.map(({ count, thing }) => count ** 0.7 * thing.scale ** 0.5)
  const sum = weights.reduce((total, weight) => total + weight, 0)
  // Between two things lies a gap, so that it is seen which belongs to which.
  const gap = 0.05
  const wide = 0.94 - gap * (order.length - 1)
  let left = 0.03
  order.forEach((shown, i) => {
    const right = left + (wide * (weights[i] ?? 0)) / sum
    placed.push(...cluster(shown, region(shown, left, right), size, rnd))
    left = right + gap
  })
  return placed
}

/** A picture of `size` x `size` pixels as SVG. Same picture and seed, same text. */
export function pictureSvg(
  picture: Picture,
  relation: Relation | null,
  style: StyleName,
  size: number,
  seed: string,
): string {
  const rnd = random(seed)
  const { night } = picture
  const background: Background = picture.background
  const hand = STYLE[style]
  const dark = night && background !== 'night'
  const back = backdrop(background, dark ? atNight(hand) : hand, size, size, rnd)
  const outdoors = dark && background !== 'room' && background !== 'plain'
  const sky = outdoors ? stars(size, back.horizon, rnd) : ''
  const placed = arrange(picture, relation, back, size, rnd)
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 ${size} ${size}">` +
    (hand.defs ? `<defs>${hand.defs}</defs>` : '') +
    back.svg +
    sky +
    placed.map((one) => drawPlaced(one, { style, background })).join('') +
    back.front +
    '</svg>'
  )
}
