import { createDots } from './dots.ts'
import { rowCount, squares } from './vectors.ts'
import type { Rows } from './vectors.ts'

/** For each row its `k` nearest, the nearest first. */
export interface Nearest {
  k: number
  ids: Int32Array
  /** Euclidean. */
  distances: Float32Array
}

/** Keeps the k smallest of what it is told, in order; of equals the one that came first. */
export class Smallest {
  readonly values: Float64Array
  readonly ids: Int32Array
  size = 0
  /** What is not below it would not be kept. */
  bound = Infinity

  constructor(k: number) {
    this.values = new Float64Array(k)
    this.ids = new Int32Array(k)
  }

  clear(): void {
    this.size = 0
    this.bound = Infinity
  }

  tell(value: number, id: number): void {
    if (!(value < this.bound)) return
    const { values, ids } = this
    const k = values.length
    let at = this.size < k ? this.size++ : k - 1
    while (at > 0 && values[at - 1]! > value) {
      values[at] = values[at - 1]!
      ids[at] = ids[at - 1]!
      at--
    }
    values[at] = value
    ids[at] = id
    if (this.size === k) this.bound = values[k - 1]!
  }
}

/**
 * The k nearest others of each row by an exact scan: n squared comparisons.
 * @param rows n x dim, more than k of them
 * @param tell rows that are done, now and then
 */
export function nearestOthers(rows: Rows, k: number, tell: (done: number) => void): Nearest {
  const n = rowCount(rows)
  const { values, dim } = rows
  const lengths = squares(rows)
  const dots = createDots(rows)
  const ids = new Int32Array(n * k)
  const distances = new Float32Array(n * k)
  const best = new Smallest(k)
  for (let i = 0; i < n; i++) {
    const products = dots.with(values, i * dim, 0, n)
    best.clear()
    // d2 without what is the same for all of them.
    for (let j = 0; j < n; j++) {
      const d = lengths[j]! - 2 * products[j]!
      if (d < best.bound && j !== i) best.tell(d, j)
    }
    for (let at = 0; at < k; at++) {
      ids[i * k + at] = best.ids[at]!
      distances[i * k + at] = Math.sqrt(Math.max(0, lengths[i]! + best.values[at]!))
    }
    if (i % 256 === 255) tell(i + 1)
  }
  return { k, ids, distances }
}
