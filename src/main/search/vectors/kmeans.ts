import { AppError } from '#shared/errors.ts'
import { seededRandom } from '#shared/random.ts'
import type { Random } from '#shared/random.ts'
import { createFlatIndex, dot } from './flat-index.ts'
import type { FlatIndex } from './flat-index.ts'

/** Rows parted into cells of those that point the same way. */
export interface Cells {
  k: number
  /** k x dimensions, of unit length. */
  centroids: Float32Array<ArrayBuffer>
  /** The cell of each row. */
  cellOf: Uint32Array<ArrayBuffer>
  /** By codes: to about 0.001. */
  cosines: Float32Array<ArrayBuffer>
  /** Rows in each cell. */
  sizes: Uint32Array<ArrayBuffer>
}

/** What is parted: an index, or a part of one. */
export type KmeansRows = Pick<FlatIndex, 'dimensions' | 'size' | 'vector' | 'nearest'>

export interface KmeansOptions {
  k: number
  seed?: number
  /** Rounds at most; they end where no row changes its cell. */
  rounds?: number
  /** Rows of the sample on which centroids are found, for each of them. */
  perCell?: number
  onProgress?(done: number, total: number): void
}

const ROUNDS = 10
const PER_CELL = 64

/**
 * Spherical k-means (Dhillon and Modha 2001): centroids are means brought to unit length, a row
 * belongs to the one with the highest cosine. They begin by k-means++ (Arthur and Vassilvitskii
 * 2007), with the squared distance 2 - 2 cosine, on a sample drawn by the seed; at last every row of
 * the index is assigned. The same rows and seed give the same cells on every machine. Work grows with
 * rows x k.
 * @throws AppError where there are fewer rows than cells
 */
export function kmeans(index: KmeansRows, options: KmeansOptions): Cells {
  const { k, seed = 0, rounds = ROUNDS, perCell = PER_CELL, onProgress } = options
  if (!(k >= 1 && k <= index.size)) {
    throw new AppError('invalid-input', `${index.size} vectors cannot be parted into ${k} cells`)
  }
  const random = seededRandom(seed)
  const sample = drawSample(index, Math.min(index.size, k * perCell), random)
  let centroids = spreadOut(sample, k, random)
  let before: Uint32Array | null = null
  for (let round = 0; round < rounds; round++) {
    onProgress?.(round, rounds + 1)
    const { query, cosines } = sample.nearest(centroids)
    if (before && query.every((cell, row) => cell === (before as Uint32Array)[row])) break
    centroids = meansOf(sample, query, cosines, k)
    before = query
  }
  onProgress?.(rounds, rounds + 1)
  const { query: cellOf, cosines } = index.nearest(centroids)
  const sizes = new Uint32Array(k)
  for (const cell of cellOf) sizes[cell] = (sizes[cell] as number) + 1
  onProgress?.(rounds + 1, rounds + 1)
  return { k, centroids, cellOf, cosines, sizes }
}

/** The rows of each cell, ascending, one cell after the other. */
export function rowsOfCells({ cellOf, sizes }: Pick<Cells, 'cellOf' | 'sizes'>): Uint32Array[] {
  const all = new Uint32Array(cellOf.length)
  const ends = new Uint32Array(sizes.length)
  let at = 0
  const cells = Array.from(sizes, (size, cell) => {
    ends[cell] = at
    at += size
    return all.subarray(at - size, at)
  })
  cellOf.forEach((cell, row) => {
    const end = ends[cell] as number
    all[end] = row
    ends[cell] = end + 1
  })
  return cells
}

/** Rows without repetition, in their order (Floyd's sampling would keep no order). */
function drawSample(index: KmeansRows, n: number, random: Random): FlatIndex {
  const sample = createFlatIndex({ dimensions: index.dimensions })
  let left = n
  for (let row = 0; row < index.size && left > 0; row++) {
    // Selection sampling (Knuth, The Art of Computer Programming 2, algorithm S).
    if ((index.size - row) * random.next() >= left) continue
    sample.add(index.vector(row))
    left--
  }
  return sample
}

/** k-means++: each further centroid is drawn in proportion to its squared distance from the nearest. */
function spreadOut(sample: FlatIndex, k: number, random: Random): Float32Array<ArrayBuffer> {
  const { dimensions, size } = sample
  const centroids = new Float32Array(k * dimensions)
  const away = new Float64Array(size).fill(2)
  let row = random.below(size)
  for (let cell = 0; cell < k; cell++) {
    const centroid = sample.vector(row).slice()
    centroids.set(centroid, cell * dimensions)
    const { cosines } = sample.nearest(centroid)
    let total = 0
    for (let i = 0; i < size; i++) {
      // Codes are off by 0.001: what is the centroid itself must not be drawn again.
      const distance = i === row ? 0 : Math.max(0, 1 - (cosines[i] as number))
      if (distance < (away[i] as number)) away[i] = distance
      total += away[i] as number
    }
    row = drawn(away, random.next() * total)
  }
  return centroids
}

function drawn(weights: Float64Array, at: number): number {
  let sum = 0
  for (let i = 0; i < weights.length; i++) {
    sum += weights[i] as number
    if (sum > at) return i
  }
  return weights.length - 1
}

/** Means of unit length. A cell without rows takes the row that lies farthest from its own centroid. */
function meansOf(
  sample: FlatIndex,
  cellOf: Uint32Array,
  cosines: Float32Array,
  k: number,
): Float32Array<ArrayBuffer> {
  const { dimensions, size } = sample
  const sums = new Float64Array(k * dimensions)
  const sizes = new Uint32Array(k)
  for (let row = 0; row < size; row++) {
    const cell = cellOf[row] as number
    const vector = sample.vector(row)
    for (let i = 0, at = cell * dimensions; i < dimensions; i++, at++) {
      sums[at] = (sums[at] as number) + (vector[i] as number)
    }
    sizes[cell] = (sizes[cell] as number) + 1
  }
  const means = Float32Array.from(sums)
  const far = farthest(cosines, sizes.filter((n) => n === 0).length)
  for (let cell = 0; cell < k; cell++) {
    const mean = means.subarray(cell * dimensions, (cell + 1) * dimensions)
    const length = Math.sqrt(dot(mean, mean))
    if (sizes[cell] === 0 || length === 0) mean.set(sample.vector(far.shift() ?? 0))
    else for (let i = 0; i < dimensions; i++) mean[i] = (mean[i] as number) / length
  }
  return means
}

function farthest(cosines: Float32Array, n: number): number[] {
  if (n === 0) return []
  const order = Array.from(cosines.keys()).sort(
    (a, b) => (cosines[a] as number) - (cosines[b] as number) || a - b,
  )
  return order.slice(0, n)
}
