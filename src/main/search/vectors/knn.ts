import type { FlatIndex } from './flat-index.ts'
import { createFlatIndex } from './flat-index.ts'
import { rowsOfCells } from './kmeans.ts'
import type { Cells } from './kmeans.ts'

/** n x k: of each row its nearest others from best to worst. Filled up with NO_ROW and cosine -1. */
export interface Neighbours {
  k: number
  rows: Uint32Array<ArrayBuffer>
  cosines: Float32Array<ArrayBuffer>
}

export const NO_ROW = 0xffffffff

export interface NeighboursOptions {
  k: number
  /** Cells that are looked through for each row, its own first; default 1. */
  probes?: number
  /** Exact cosines are taken of this many candidates by codes; default 4 k + 16. */
  candidates?: number
  onProgress?(done: number, total: number): void
}

/**
 * The nearest neighbours of every row within its cell and the cells whose centroids lie nearest to
 * it, itself left out (the inverted lists of Jegou, Douze and Schmid 2011, with the search of
 * SemDeDup, Abbas et al. 2023). Cosines are exact; a neighbour in a farther cell is missed. Work
 * grows with rows x rows of `probes` cells.
 */
export function neighboursWithin(
  index: FlatIndex,
  cells: Cells,
  { k, probes = 1, candidates = 4 * k + 16, onProgress }: NeighboursOptions,
): Neighbours {
  const n = index.size
  const rows = new Uint32Array(n * k).fill(NO_ROW)
  const cosines = new Float32Array(n * k).fill(-1)
  const members = rowsOfCells(cells)
  const near = nearCells(index.dimensions, cells, probes)
  let done = 0
  members.forEach((mine, cell) => {
    const among = joined((near[cell] as number[]).map((other) => members[other] as Uint32Array))
    for (let from = 0; from < mine.length; from += ROWS_AT_ONCE) {
      const some = mine.subarray(from, from + ROWS_AT_ONCE)
      const found = index.searchMany(vectorsOf(index, some), k + 1, { rows: among, candidates })
      found.forEach((hits, i) => {
        const row = some[i] as number
        let at = row * k
        hits.rows.forEach((other, rank) => {
          if (other === row || at === (row + 1) * k) return
          rows[at] = other
          cosines[at++] = hits.cosines[rank] as number
        })
      })
    }
    done += mine.length
    onProgress?.(done, n)
  })
  return { k, rows, cosines }
}

const ROWS_AT_ONCE = 64

/** For each cell the nearest, itself first. */
function nearCells(dimensions: number, { centroids, k }: Cells, probes: number): number[][] {
  const index = createFlatIndex({ dimensions })
  index.add(centroids)
  return index.searchMany(centroids, Math.min(k, probes + 1)).map(({ rows }, cell) => {
    const others = [...rows].filter((other) => other !== cell)
    return [cell, ...others].slice(0, Math.max(1, probes))
  })
}

function vectorsOf(index: FlatIndex, rows: Uint32Array): Float32Array {
  const vectors = new Float32Array(rows.length * index.dimensions)
  rows.forEach((row, i) => vectors.set(index.vector(row), i * index.dimensions))
  return vectors
}

function joined(lists: Uint32Array[]): Uint32Array {
  const all = new Uint32Array(lists.reduce((n, list) => n + list.length, 0))
  let at = 0
  for (const list of lists) {
    all.set(list, at)
    at += list.length
  }
  return all.sort()
}
