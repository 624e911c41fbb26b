import type { MapBox } from '#shared/contract/maps.ts'
import { DENSITY_CELLS } from '#shared/contract/maps.ts'
import { argsort, floatKeys } from './arrays.ts'

/** The pairs that have a place, in a chance order that is always the same. */
export interface MapPoints {
  ids: Int32Array
  /** In 0..1 of the layout's square. */
  x: Float32Array
  y: Float32Array
}

/** What is told of a view; see `maps.view` of the contract. */
export interface MapPart {
  total: { kept: number; others: number }
  inBox: { kept: number; others: number }
  drawn: { kept: number; others: number }
  cells: number
  thickest: number
  bytes: Uint8Array<ArrayBuffer>
}

const WIDE = 65_535

/**
 * The points of a box, at most `most`. As the points stand in a chance order, the first of them are
 * an even draw from all in the box; those of the filter come before others.
 * @param places place + 1 in the selection by id; 0 or beyond the end: not in it
 * @param colours by id
 */
export function partOf(
  points: MapPoints,
  args: {
    box: MapBox
    most: number
    others: boolean
    places: Int32Array
    colours: Uint8Array
  },
): MapPart {
  const { ids, x, y } = points
  const { places, most } = args
  const [left, top, right, bottom] = args.box
  const kept = new Int32Array(Math.min(most, ids.length))
  const others = new Int32Array(args.others ? Math.min(most, ids.length) : 0)
  const total = { kept: 0, others: 0 }
  const inBox = { kept: 0, others: 0 }
  for (let i = 0; i < ids.length; i++) {
    const isKept = (places[ids[i]!] ?? 0) > 0
    if (isKept) total.kept++
    else total.others++
    if (x[i]! < left || x[i]! > right || y[i]! < top || y[i]! > bottom) continue
    if (isKept) {
      if (inBox.kept < most) kept[inBox.kept] = i
      inBox.kept++
    } else {
      if (inBox.others < others.length) others[inBox.others] = i
      inBox.others++
    }
  }
  const drawnKept = Math.min(inBox.kept, most)
  const drawn = {
    kept: drawnKept,
    others: Math.min(inBox.others, others.length, most - drawnKept),
  }
  const isShaded = drawn.kept < inBox.kept
  const shown = new Int32Array(drawn.kept + drawn.others)
  shown.set(others.subarray(0, drawn.others))
  shown.set(kept.subarray(0, drawn.kept), drawn.others)
  const shading = isShaded ? shade(points, args) : { bytes: new Uint8Array(), thickest: 0 }
  return {
    total,
    inBox,
    drawn,
    cells: isShaded ? DENSITY_CELLS : 0,
    thickest: shading.thickest,
    bytes: pack(points, shown, args, shading.bytes),
  }
}

/** Bytes of a point: id, place, x, y, colour. */
export const POINT_BYTES = 13

function pack(
  { ids, x, y }: MapPoints,
  shown: Int32Array,
  { box, places, colours }: { box: MapBox; places: Int32Array; colours: Uint8Array },
  shading: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const n = shown.length
  const buffer = new ArrayBuffer(POINT_BYTES * n + shading.length)
  const id = new Int32Array(buffer, 0, n)
  const place = new Int32Array(buffer, 4 * n, n)
  const across = new Uint16Array(buffer, 8 * n, n)
  const down = new Uint16Array(buffer, 10 * n, n)
  const colour = new Uint8Array(buffer, 12 * n, n)
  const [left, top, right, bottom] = box
  for (let at = 0; at < n; at++) {
    const i = shown[at]!
    const one = ids[i]!
    id[at] = one
    place[at] = (places[one] ?? 0) - 1
    across[at] = Math.round(((x[i]! - left) / (right - left)) * WIDE)
    down[at] = Math.round(((y[i]! - top) / (bottom - top)) * WIDE)
    colour[at] = colours[one] ?? 255
  }
  new Uint8Array(buffer, POINT_BYTES * n).set(shading)
  return new Uint8Array(buffer)
}

/** How many pairs of the filter lie in each cell of the box; 255 is the thickest. */
function shade(
  { ids, x, y }: MapPoints,
  { box, places }: { box: MapBox; places: Int32Array },
): { bytes: Uint8Array; thickest: number } {
  const [left, top, right, bottom] = box
  const counts = new Uint32Array(DENSITY_CELLS * DENSITY_CELLS)
  const across = DENSITY_CELLS / (right - left)
  const down = DENSITY_CELLS / (bottom - top)
  for (let i = 0; i < ids.length; i++) {
    const column = Math.floor((x[i]! - left) * across)
    const row = Math.floor((y[i]! - top) * down)
    if (column < 0 || row < 0 || column >= DENSITY_CELLS || row >= DENSITY_CELLS) continue
    if ((places[ids[i]!] ?? 0) > 0) counts[row * DENSITY_CELLS + column]!++
  }
  let thickest = 0
  for (const count of counts) if (count > thickest) thickest = count
  const bytes = Uint8Array.from(counts, (count) =>
    count === 0 ? 0 : Math.max(1, Math.round(255 * Math.sqrt(count / thickest))),
  )
  return { bytes, thickest }
}

/** Places of the selection within a closed line, rising; a point is in where the line goes around it an odd number of times. */
export function placesInside(
  { ids, x, y }: MapPoints,
  line: readonly (readonly [number, number])[],
  places: Int32Array,
): Int32Array {
  const xs = line.map(([one]) => one)
  const ys = line.map(([, one]) => one)
  const [left, right] = [Math.min(...xs), Math.max(...xs)]
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)]
  const found: number[] = []
  for (let i = 0; i < ids.length; i++) {
    const px = x[i]!
    const py = y[i]!
    if (px < left || px > right || py < top || py > bottom) continue
    const place = (places[ids[i]!] ?? 0) - 1
    if (place < 0) continue
    let isIn = false
    for (let a = 0, b = xs.length - 1; a < xs.length; b = a++) {
      if (ys[a]! > py === ys[b]! > py) continue
      if (px < ((xs[b]! - xs[a]!) * (py - ys[a]!)) / (ys[b]! - ys[a]!) + xs[a]!) isIn = !isIn
    }
    if (isIn) found.push(place)
  }
  return Int32Array.from(found).sort()
}

/** The places of the `n` pairs of the selection that lie nearest to a point, rising. */
export function placesAround(
  { ids, x, y }: MapPoints,
  at: { x: number; y: number },
  n: number,
  places: Int32Array,
): Int32Array {
  const kept: number[] = []
  for (let i = 0; i < ids.length; i++) if ((places[ids[i]!] ?? 0) > 0) kept.push(i)
  const distances = Float32Array.from(kept, (i) => (x[i]! - at.x) ** 2 + (y[i]! - at.y) ** 2)
  const order = argsort(floatKeys(distances)).subarray(0, n)
  return Int32Array.from(order, (one) => places[ids[kept[one]!]!]! - 1).sort()
}

/** Rising whole numbers as inclusive ranges, two int32 each. */
export function rangesOf(rising: Int32Array): Uint8Array<ArrayBuffer> {
  const out: number[] = []
  for (const one of rising) {
    if (out.length > 0 && out[out.length - 1]! === one - 1) out[out.length - 1] = one
    else out.push(one, one)
  }
  return new Uint8Array(Int32Array.from(out).buffer)
}
