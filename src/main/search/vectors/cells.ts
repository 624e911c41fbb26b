import type { FlatIndex } from './flat-index.ts'
import { kmeans, rowsOfCells } from './kmeans.ts'

/** Rows parted into cells, each with what stands for its rows. */
export interface CellsOfRows {
  /** Ascending in each cell. */
  rows: Uint32Array[]
  /** A vector of each cell after the other, of unit length. */
  centroids: Float32Array<ArrayBuffer>
}

export interface CellOptions {
  /** Rows of a cell, about. */
  perCell: number
  seed?: number
  /** Rows that lie in their cell so far. */
  onProgress?(done: number): void
}

/** Cells into which one is parted at a time. */
const BRANCHES = 32
/** Rows of the sample for each of them: more than of a plain k-means, as there are few. */
const SAMPLE = 128

/**
 * Spherical k-means, and within each cell again until cells are small: work grows with rows x
 * log(rows), where parting at once into as many cells grows with their square. Cells are of 1 to
 * 1.5 x `perCell` rows, larger where k-means finds nothing to part them by: rows that are all alike.
 */
export function cellsOf(index: FlatIndex, options: CellOptions): CellsOfRows {
  const { perCell, seed = 0, onProgress } = options
  const found: { rows: Uint32Array; centroid: Float32Array }[] = []
  // One for all: it is done with before what lies in it is parted further.
  const part = index.part()
  let done = 0

  const keep = (rows: Uint32Array, centroid: Float32Array): void => {
    found.push({ rows, centroid })
    done += rows.length
    onProgress?.(done)
  }

  function split(rows: Uint32Array | null, centroid: Float32Array): void {
    const n = rows?.length ?? index.size
    if (rows !== null && n <= 1.5 * perCell) return keep(rows, centroid)
    const k = Math.min(BRANCHES, Math.max(1, Math.round(n / perCell)))
    if (k === 1) return keep(rows ?? Uint32Array.from({ length: n }, (_, i) => i), centroid)
    if (rows !== null) {
      part.clear()
      part.take(rows)
    }
    const cells = kmeans(rows === null ? index : part, {
      k,
      seed: seed + found.length,
      perCell: SAMPLE,
    })
    const { dimensions } = index
    for (const [cell, places] of rowsOfCells(cells).entries()) {
      if (places.length === 0) continue
      const within = rows === null ? places : places.map((place) => rows[place] as number)
      const own = cells.centroids.slice(cell * dimensions, (cell + 1) * dimensions)
      // All in one: they are alike, and would be parted for ever.
      if (within.length === n) keep(within, own)
      else split(within, own)
    }
  }

  split(null, index.size === 0 ? new Float32Array(index.dimensions) : index.vector(0).slice())
  const centroids = new Float32Array(found.length * index.dimensions)
  for (const [cell, { centroid }] of found.entries()) {
    centroids.set(centroid, cell * index.dimensions)
  }
  return { rows: found.map(({ rows }) => rows), centroids }
}
