import { seededRandom } from '#shared/random.ts'
import type { Graph } from './fuzzy-graph.ts'

/**
 * 1 / (1 + a d^(2b)) nearest to the wished fall of closeness for min_dist 0.1 and spread 1, as
 * `find_ab_params` of umap-learn 0.5.7 fits it.
 */
const A = 1.5769434603
const B = 0.8950608779
const NEGATIVE = 5
const CLIP = 4
/** Largest coordinate of the first picture, as umap-learn scales it. */
const WIDE = 10

export interface LayoutOptions {
  /** n x 2; the first two principal coordinates. */
  start: Float32Array
  epochs: number
  seed: number
  /** After each epoch; a word of it ends the work. */
  tell(epoch: number): void
}

/** As many rounds as umap-learn takes: more where there are few points. */
export const epochsFor = (n: number): number => (n <= 10_000 ? 500 : 200)

/**
 * Places the ends of strong edges beside each other and chance pairs apart: stochastic gradient
 * descent with negative samples (arXiv 1802.03426, algorithm 5; `optimize_layout_euclidean` of
 * umap-learn). One thread, one order, one seed: the same graph gives the same picture to the bit.
 * @returns n x 2
 */
export function layOut(graph: Graph, { start, epochs, seed, tell }: LayoutOptions): Float32Array {
  const { n, from, to, weights } = graph
  const at = startAt(start, seed)
  let most = 0
  for (const weight of weights) if (weight > most) most = weight
  // An edge is drawn every 1 / weight rounds; those that never would be are left out.
  const edges = [...weights.keys()].filter((e) => weights[e]! / most >= 1 / epochs)
  const every = Float64Array.from(edges, (e) => most / weights[e]!)
  const next = every.slice()
  const nextNegative = every.map((value) => value / NEGATIVE)
  const heads = Int32Array.from(edges, (e) => from[e]!)
  const tails = Int32Array.from(edges, (e) => to[e]!)
  const random = seededRandom(seed ^ 0x5eed)
  for (let epoch = 0; epoch < epochs; epoch++) {
    const alpha = 1 - epoch / epochs
    for (let e = 0; e < heads.length; e++) {
      if (next[e]! > epoch) continue
      const i = 2 * heads[e]!
      const j = 2 * tails[e]!
      const dx = at[i]! - at[j]!
      const dy = at[i + 1]! - at[j + 1]!
      const d2 = dx * dx + dy * dy
      if (d2 > 0) {
        const power = Math.pow(d2, B)
        const pull = (-2 * A * B * (power / d2)) / (A * power + 1)
        const mx = clipped(pull * dx) * alpha
        const my = clipped(pull * dy) * alpha
        at[i]! += mx
        at[i + 1]! += my
        at[j]! -= mx
        at[j + 1]! -= my
      }
      next[e]! += every[e]!
      const step = every[e]! / NEGATIVE
      const pushes = Math.floor((epoch - nextNegative[e]!) / step)
      for (let p = 0; p < pushes; p++) pushFrom(at, i, 2 * random.below(n), alpha)
      nextNegative[e]! += pushes * step
    }
    tell(epoch + 1)
  }
  return at
}

function pushFrom(at: Float32Array, i: number, j: number, alpha: number): void {
  if (i === j) return
  const dx = at[i]! - at[j]!
  const dy = at[i + 1]! - at[j + 1]!
  const d2 = dx * dx + dy * dy
  if (d2 > 0) {
    const push = (2 * B) / ((0.001 + d2) * (A * Math.pow(d2, B) + 1))
    at[i]! += clipped(push * dx) * alpha
    at[i + 1]! += clipped(push * dy) * alpha
  }
}

const clipped = (value: number): number => (value > CLIP ? CLIP : value < -CLIP ? -CLIP : value)

/** Scaled to +-10, with a little chance so that no two points start at one place. */
function startAt(start: Float32Array, seed: number): Float32Array {
  const random = seededRandom(seed)
  let most = 0
  for (const value of start) if (Math.abs(value) > most) most = Math.abs(value)
  const scale = most > 0 ? WIDE / most : 1
  return start.map((value) => value * scale + 1e-4 * random.normal())
}
