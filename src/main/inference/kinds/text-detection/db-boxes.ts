import { components, type Component } from './components.ts'
import { smallestRectangle, type Point, type Rectangle } from './rectangle.ts'

/** How boxes are made of a map of probabilities. */
export interface BoxRules {
  /** A pixel above it belongs to the kernel of a line. */
  threshold: number
  /** Mean probability that a box must have. */
  boxThreshold: number
  /** Ratio by which kernels are grown. */
  unclip: number
  /** Shorter side of a kernel, pixels of the map; a grown box must have 2 more. */
  minSide: number
  /** Kernels that are looked at, the largest first. */
  most: number
}

export interface TextBox {
  /** In pixels of the map. */
  rectangle: Rectangle
  /** Mean probability of the kernel's rectangle, 0 to 1. */
  score: number
}

/** What was found, and what was not looked at. */
export interface FoundBoxes {
  boxes: TextBox[]
  /** Kernels beyond `most`. */
  passedOver: number
}

/**
 * Boxes of lines of text out of a map of probabilities.
 *
 * Liao et al., Real-time Scene Text Detection with Differentiable Binarization (AAAI 2020,
 * arXiv:1911.08947), section 3.5: the map is made binary by a constant threshold, connected parts are
 * shrunk text, and each is dilated by the Vatti offset D' = A' r' / L' of its area A' and perimeter L'.
 * As in its authors' and PaddleOCR's programs the part is first taken for its smallest rectangle; the
 * offset of a rectangle with round corners has for its smallest rectangle the rectangle whose sides
 * are moved outwards by D', so no polygon needs clipping.
 *
 * @param map [height, width], 0 to 1
 */
export function textBoxes(
  map: Float32Array,
  width: number,
  height: number,
  rules: BoxRules,
): FoundBoxes {
  const all = components(map, width, height, rules.threshold)
  if (all.length > rules.most) all.sort((a, b) => b.pixels - a.pixels)
  const boxes: TextBox[] = []
  for (const part of all.slice(0, rules.most)) {
    const kernel = smallestRectangle(outline(part))
    if (Math.min(kernel.width, kernel.height) < rules.minSide) continue
    const score = meanWithin(map, width, height, kernel)
    if (score < rules.boxThreshold) continue
    const rectangle = unclip(kernel, rules.unclip)
    if (Math.min(rectangle.width, rectangle.height) < rules.minSide + 2) continue
    boxes.push({ rectangle, score })
  }
  return { boxes, passedOver: Math.max(0, all.length - rules.most) }
}

/** Ends of each row: no other pixel can lie on the hull. */
function outline({ runs }: Component): Point[] {
  return runs.flatMap(({ y, from, to }): Point[] => [
    [from, y],
    [to, y],
  ])
}

/** Moves each side outwards by A r / L. */
export function unclip(rectangle: Rectangle, ratio: number): Rectangle {
  const { width, height } = rectangle
  const perimeter = 2 * (width + height)
  const distance = perimeter === 0 ? 0 : (width * height * ratio) / perimeter
  return { ...rectangle, width: width + 2 * distance, height: height + 2 * distance }
}

/** Mean of the map over the pixels that a rectangle covers or touches. */
export function meanWithin(
  map: Float32Array,
  width: number,
  height: number,
  { x, y, width: w, height: h, u }: Rectangle,
): number {
  const reachX = (w / 2) * Math.abs(u[0]) + (h / 2) * Math.abs(u[1]) + 0.5
  const reachY = (w / 2) * Math.abs(u[1]) + (h / 2) * Math.abs(u[0]) + 0.5
  const [top, bottom] = [
    Math.max(0, Math.ceil(y - reachY)),
    Math.min(height - 1, Math.floor(y + reachY)),
  ]
  const [left, right] = [
    Math.max(0, Math.ceil(x - reachX)),
    Math.min(width - 1, Math.floor(x + reachX)),
  ]
  let sum = 0
  let n = 0
  for (let py = top; py <= bottom; py++) {
    for (let px = left; px <= right; px++) {
      const along = (px - x) * u[0] + (py - y) * u[1]
      const across = (py - y) * u[0] - (px - x) * u[1]
      if (Math.abs(along) > w / 2 + 0.5 || Math.abs(across) > h / 2 + 0.5) continue
      sum += map[py * width + px] as number
      n++
    }
  }
  return n === 0 ? 0 : sum / n
}
