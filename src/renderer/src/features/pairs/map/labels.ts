import { clamp } from '#shared/clamp.ts'
import type { MapLabel } from '#shared/contract/maps.ts'
import { toScreen, zoomOf, type Camera, type Pane } from './camera.ts'

export interface ShownLabel {
  key: string
  text: string
  x: number
  y: number
}

/** From so near the names of smaller parts are shown. */
const NEAR = 3
/** Room of a name: px a letter, and its height. */
const LETTER = 7.2
const HEIGHT = 20
const MOST = 40
/** A name stands above its points, so far and no farther, px. */
const LEAST_ABOVE = 16
const MOST_ABOVE = 44

/**
 * Names of regions that lie in the pane and do not touch each other or what lies over the pane,
 * those of larger regions first.
 * @param over the lower left corner of the pane that is covered, px
 */
export function shownLabels(
  labels: readonly MapLabel[],
  camera: Camera,
  pane: Pane,
  over: Pane,
): ShownLabel[] {
  const level = zoomOf(camera, pane) >= NEAR ? 1 : 0
  const shown: (ShownLabel & { half: number })[] = []
  const wanted = labels.filter((label) => label.level === level)
  for (const label of wanted.toSorted((a, b) => b.points - a.points)) {
    if (shown.length === MOST) break
    const text = label.words.map(({ word }) => word).join(' · ')
    const half = (text.length * LETTER) / 2 + 4
    const [x, middle] = toScreen(camera, pane, label.x, label.y)
    const y = middle - clamp(1.5 * label.spread * camera.scale, LEAST_ABOVE, MOST_ABOVE)
    if (x < half || y < HEIGHT || x > pane.width - half || y > pane.height - HEIGHT) continue
    if (x - half < over.width && y > pane.height - over.height - HEIGHT) continue
    const touches = shown.some(
      (other) => Math.abs(other.y - y) < HEIGHT && Math.abs(other.x - x) < half + other.half,
    )
    if (!touches) shown.push({ key: `${label.level} ${label.x} ${label.y}`, text, x, y, half })
  }
  return shown
}
