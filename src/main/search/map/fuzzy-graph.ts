import type { Nearest } from './nearest.ts'

/** A weighted graph without direction; each edge stands once each way, by its first end. */
export interface Graph {
  n: number
  from: Int32Array
  to: Int32Array
  /** In (0, 1]. */
  weights: Float32Array
}

const STEPS = 64
const CLOSE = 1e-5
/** `MIN_K_DIST_SCALE` of umap-learn. */
const LEAST_SCALE = 1e-3

/**
 * How far the neighbours of one row reach: rho, the distance of the nearest that is not at the same
 * place, and sigma, so that the memberships exp(-max(0, d - rho) / sigma) sum to log2(k) (McInnes,
 * Healy and Melville 2018, arXiv 1802.03426, algorithm 3; `smooth_knn_dist` of umap-learn 0.5).
 * @param counted the k that the sum stands for: umap-learn counts the point itself among them
 * @param overall mean of all distances, where a row has nothing but zeros
 */
export function reach(
  distances: Float32Array,
  { from, k, counted, overall }: { from: number; k: number; counted: number; overall: number },
): { rho: number; sigma: number } {
  let rho = 0
  let mean = 0
  for (let i = 0; i < k; i++) {
    const d = distances[from + i]!
    mean += d / counted
    if (rho === 0 && d > 0) rho = d
  }
  const target = Math.log2(counted)
  let low = 0
  let high = Infinity
  let sigma = 1
  for (let step = 0; step < STEPS; step++) {
    let sum = 0
    for (let i = 0; i < k; i++) {
      const d = distances[from + i]! - rho
      sum += d > 0 ? Math.exp(-d / sigma) : 1
    }
    if (Math.abs(sum - target) < CLOSE) break
    if (sum > target) {
      high = sigma
      sigma = (low + high) / 2
    } else {
      low = sigma
      sigma = high === Infinity ? sigma * 2 : (low + high) / 2
    }
  }
  return { rho, sigma: Math.max(sigma, LEAST_SCALE * (rho > 0 ? mean : overall)) }
}

export function membership(distance: number, { rho, sigma }: { rho: number; sigma: number }) {
  return distance <= rho || sigma === 0 ? 1 : Math.exp(-(distance - rho) / sigma)
}

/**
 * The fuzzy union of all neighbourhoods: a + b - ab for what each end says of the other (the same
 * paper, algorithm 2; `fuzzy_simplicial_set`).
 */
export function fuzzyGraph({ k, ids, distances }: Nearest): Graph {
  const n = ids.length / k
  let overall = 0
  for (const d of distances) overall += d
  // The point itself, at distance 0, counts as one of the k + 1.
  overall /= n * (k + 1)
  const said = new Map<number, number>()
  for (let i = 0; i < n; i++) {
    const width = reach(distances, { from: i * k, k, counted: k + 1, overall })
    for (let at = i * k; at < (i + 1) * k; at++) {
      said.set(i * n + ids[at]!, membership(distances[at]!, width))
    }
  }
  const edges: [from: number, to: number, weight: number][] = []
  for (const [key, a] of said) {
    const i = Math.floor(key / n)
    const j = key - i * n
    const b = said.get(j * n + i) ?? 0
    const weight = a + b - a * b
    edges.push([i, j, weight])
    // Said by one side only: the way back stands nowhere else.
    if (!said.has(j * n + i)) edges.push([j, i, weight])
  }
  edges.sort((a, b) => a[0] - b[0] || a[1] - b[1])
  return {
    n,
    from: Int32Array.from(edges, (edge) => edge[0]),
    to: Int32Array.from(edges, (edge) => edge[1]),
    weights: Float32Array.from(edges, (edge) => edge[2]),
  }
}
