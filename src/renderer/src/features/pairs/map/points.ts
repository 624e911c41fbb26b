import type { CallOutput } from '#shared/contract/index.ts'
import type { Box } from './camera.ts'

/** The points that are there to be drawn, as arrays over the bytes that came. */
export interface Points {
  box: Box
  n: number
  ids: Int32Array
  /** In the selection; -1: not in it. */
  places: Int32Array
  /** Of the box, 0..65535. */
  x: Uint16Array
  y: Uint16Array
  colours: Uint8Array
  /** cells x cells; empty where all points are drawn. */
  shading: Uint8Array
  view: Omit<CallOutput<'maps.view'>, 'bytes'>
}

const WIDE = 65_535

export function readPoints({ bytes, ...view }: CallOutput<'maps.view'>, box: Box): Points {
  const n = view.drawn.kept + view.drawn.others
  // Arrays of int32 begin at a multiple of four.
  const all = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
  const { buffer, byteOffset: at } = all
  return {
    box,
    n,
    ids: new Int32Array(buffer, at, n),
    places: new Int32Array(buffer, at + 4 * n, n),
    x: new Uint16Array(buffer, at + 8 * n, n),
    y: new Uint16Array(buffer, at + 10 * n, n),
    colours: new Uint8Array(buffer, at + 12 * n, n),
    shading: new Uint8Array(buffer, at + 13 * n, view.cells ** 2),
    view,
  }
}

/** Where a point lies on the map, 0..1. */
export function placeOf({ box, x, y }: Points, i: number): [number, number] {
  return [
    box[0] + ((x[i] as number) / WIDE) * (box[2] - box[0]),
    box[1] + ((y[i] as number) / WIDE) * (box[3] - box[1]),
  ]
}

/** A box of the map in the units of `x` and `y`. */
export function inUnits({ box }: Points, [left, top, right, bottom]: Box): Box {
  const across = WIDE / (box[2] - box[0])
  const down = WIDE / (box[3] - box[1])
  return [
    (left - box[0]) * across,
    (top - box[1]) * down,
    (right - box[0]) * across,
    (bottom - box[1]) * down,
  ]
}

/**
 * The point of the filter nearest to a place of the map.
 * @param within in units of the map; -1 where none is as near
 */
export function nearestPoint(
  points: Points,
  at: readonly [number, number],
  within: number,
): number {
  const { box, n, x, y, places } = points
  const w = (box[2] - box[0]) / WIDE
  const h = (box[3] - box[1]) / WIDE
  const px = (at[0] - box[0]) / w
  const py = (at[1] - box[1]) / h
  const reach = within / w
  let best = -1
  let least = within * within
  for (let i = 0; i < n; i++) {
    const dx = (x[i] as number) - px
    if (dx > reach || dx < -reach || (places[i] as number) < 0) continue
    const dy = ((y[i] as number) - py) * h
    const d = dx * w * (dx * w) + dy * dy
    if (d <= least) {
      least = d
      best = i
    }
  }
  return best
}

/**
 * The next point of the filter in a direction: the nearest within a quarter of all directions, with
 * those straight ahead before those at the side.
 */
export function nextPoint(
  points: Points,
  from: readonly [number, number],
  direction: readonly [number, number],
  not: number,
): number {
  const { box, n, x, y, places } = points
  const w = (box[2] - box[0]) / WIDE
  const h = (box[3] - box[1]) / WIDE
  let best = -1
  let least = Infinity
  for (let i = 0; i < n; i++) {
    if ((places[i] as number) < 0 || (places[i] as number) === not) continue
    const dx = box[0] + (x[i] as number) * w - from[0]
    const dy = box[1] + (y[i] as number) * h - from[1]
    const ahead = dx * direction[0] + dy * direction[1]
    const aside = Math.abs(dx * direction[1] - dy * direction[0])
    if (ahead <= 0 || aside > ahead) continue
    const far = ahead + 2 * aside
    if (far < least) {
      least = far
      best = i
    }
  }
  return best
}
