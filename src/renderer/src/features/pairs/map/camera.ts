import { clamp } from '#shared/clamp.ts'

/** What of the map is seen: its middle in 0..1 of the map, and pixels a side of the whole map takes. */
export interface Camera {
  x: number
  y: number
  scale: number
}
export interface Pane {
  width: number
  height: number
}
export type Box = [left: number, top: number, right: number, bottom: number]

/** Room around the whole map, px. */
const ROOM = 24
/** What the legend takes at the left, and what stays free at the right, px. */
const LEGEND = 224
const EDGE = 8
/** How near one can go: so many times the whole. */
const NEAREST = 20_000

export const fitScale = ({ width, height }: Pane): number =>
  Math.max(64, Math.min(width, height) - 2 * ROOM)

/** The whole map in the middle, or as far to the right as keeps it from under the legend. */
export function whole(pane: Pane): Camera {
  const scale = fitScale(pane)
  const free = (pane.width - scale) / 2
  const aside = clamp(LEGEND - free, 0, Math.max(0, free - EDGE))
  return { x: 0.5 - aside / scale, y: 0.5, scale }
}

/** How many times nearer than the whole. */
export const zoomOf = (camera: Camera, pane: Pane): number => camera.scale / fitScale(pane)

export function toScreen(camera: Camera, pane: Pane, x: number, y: number): [number, number] {
  return [
    (x - camera.x) * camera.scale + pane.width / 2,
    (y - camera.y) * camera.scale + pane.height / 2,
  ]
}

export function toMap(camera: Camera, pane: Pane, px: number, py: number): [number, number] {
  return [
    (px - pane.width / 2) / camera.scale + camera.x,
    (py - pane.height / 2) / camera.scale + camera.y,
  ]
}

/** Nearer by a factor; what lies at a place of the pane stays there. */
export function zoomAt(camera: Camera, pane: Pane, by: number, px: number, py: number): Camera {
  const fit = fitScale(pane)
  const scale = clamp(camera.scale * by, fit * 0.8, fit * NEAREST)
  const [x, y] = toMap(camera, pane, px, py)
  return held({
    scale,
    x: x - (px - pane.width / 2) / scale,
    y: y - (py - pane.height / 2) / scale,
  })
}

export function moved(camera: Camera, dx: number, dy: number): Camera {
  return held({ ...camera, x: camera.x - dx / camera.scale, y: camera.y - dy / camera.scale })
}

/** The map never leaves the pane. */
const held = (camera: Camera): Camera => ({
  ...camera,
  x: clamp(camera.x, 0, 1),
  y: clamp(camera.y, 0, 1),
})

/** What the pane shows, with a share of its size more at each side. */
export function boxOf(camera: Camera, pane: Pane, more = 0): Box {
  const w = (pane.width / camera.scale) * (0.5 + more)
  const h = (pane.height / camera.scale) * (0.5 + more)
  return [camera.x - w, camera.y - h, camera.x + w, camera.y + h]
}

export const holds = (outer: Box, inner: Box): boolean =>
  outer[0] <= inner[0] && outer[1] <= inner[1] && outer[2] >= inner[2] && outer[3] >= inner[3]
