import type { Best } from './best.ts'
import type { Bits } from './bits.ts'
import { BLOCK, roomOf } from './blocks.ts'
import type { Layout } from './blocks.ts'
import { ZERO_CODE } from './codes.ts'
import { createDotKernel } from './dot-kernel.ts'
import type { DotKernel } from './dot-kernel.ts'
import { binOf } from './estimates.ts'
import { createSketchKernel } from './sketch-kernel.ts'
import { SKETCHED, sketchBytes, tableBytes } from './sketches.ts'

/** Which rows are asked for: all, of a set, of an ascending list. */
export type Asked = { mask: Bits } | { rows: Uint32Array } | null
/** Which rows are looked at: those, or of a set (null: all) those whose estimate is not below `least`. */
export type Within = Asked | { least: number; mask: Bits | null }

export interface Scanner {
  /** Puts a query into the room of this thread and tells what it takes to read its scores. */
  setQuery(place: number, codes: Int8Array, step: number, sum: number): void
  /** Chooses rows of a block; what follows works on them. @returns how many there are */
  choose(block: number, rows: number, within: Within): number
  /** Scores of the rows that were chosen: cosines as far as codes tell them. */
  score(place: number, into: Float64Array): void
  offer(place: number, best: Best): void
  /**
   * Estimates the rows of a block from their sketches, by the table in the room of the first thread, and
   * counts those of a mask by `binOf`.
   */
  estimate(block: number, rows: number, mask: Bits | null, counts: Int32Array): void
}

/** Scans blocks of rows in the room of one thread. */
export function createScanner(memory: WebAssembly.Memory, layout: Layout, thread: number): Scanner {
  const kernel: DotKernel = createDotKernel(memory)
  const sketches = createSketchKernel(memory)
  const { table } = roomOf(layout, 0)
  const room = roomOf(layout, thread)
  const { padded } = layout
  const queries: { step: number; sum: number }[] = []
  /** Rows that were chosen, as places within the block. */
  const places = new Uint32Array(BLOCK)
  let chosen = 0
  let block = 0
  let views = viewsOf()

  function viewsOf(): { buffer: ArrayBufferLike; list: Uint32Array; out: Int32Array } {
    const { buffer } = memory
    return {
      buffer,
      list: new Uint32Array(buffer, room.list, BLOCK + 4),
      out: new Int32Array(buffer, room.out, BLOCK + 4),
    }
  }

  function likelyPlaces(rows: number, least: number, mask: Bits | null): number {
    const estimates = floatsAt(layout.estimatesAt)
    const first = (block * BLOCK) >>> 5
    let n = 0
    for (let row = 0; row < rows; row++) {
      if ((estimates[row] as number) < least) continue
      if (mask && (((mask[first + (row >>> 5)] ?? 0) >>> (row & 31)) & 1) === 0) continue
      places[n++] = row
    }
    return n
  }

  function choosePlaces(rows: number, within: Within): number {
    let n = 0
    if (within === null) {
      for (; n < rows; n++) places[n] = n
    } else if ('least' in within) {
      return likelyPlaces(rows, within.least, within.mask)
    } else if ('mask' in within) {
      const first = (block * BLOCK) >>> 5
      for (let word = 0; word * 32 < rows; word++) {
        let bits = within.mask[first + word] ?? 0
        while (bits !== 0) {
          const place = word * 32 + (31 - Math.clz32(bits & -bits))
          if (place < rows) places[n++] = place
          bits &= bits - 1
        }
      }
    } else {
      const from = block * BLOCK
      for (let i = lowerBound(within.rows, from); i < within.rows.length; i++) {
        const place = (within.rows[i] as number) - from
        if (place >= rows) break
        places[n++] = place
      }
    }
    return n
  }

  function dots(place: number): Int32Array {
    const from = layout.start + block * layout.block
    const { list, out } = views
    for (let i = 0; i < chosen; i++) list[i] = from + (places[i] as number) * padded
    const filled = Math.ceil(chosen / 4) * 4
    for (let i = chosen; i < filled; i++) list[i] = from
    const query = room.queries + place * padded
    kernel.dots(query, padded, room.list, room.list + 4 * filled, room.out)
    return out
  }

  /** What turns an integer into a cosine, but for the row's own step. */
  function scaleOf(place: number): { times: number; less: number } {
    const { step, sum } = queries[place] as { step: number; sum: number }
    return { times: step, less: ZERO_CODE * sum }
  }

  /** Of the block, a number of each of its rows. */
  const floatsAt = (at: number): Float32Array =>
    new Float32Array(views.buffer, layout.start + block * layout.block + at, BLOCK)

  function estimateBlock(rows: number): Float32Array {
    const from = layout.start + block * layout.block
    const codes = from + layout.sketchesAt
    sketches.estimate(
      codes,
      codes + Math.ceil(rows / SKETCHED) * sketchBytes(padded),
      table,
      table + tableBytes(padded) - 32,
      from + layout.factorsAt,
      from + layout.estimatesAt,
    )
    return floatsAt(layout.estimatesAt)
  }

  return {
    setQuery(place, codes, step, sum) {
      new Int8Array(memory.buffer, room.queries + place * padded, padded).set(codes)
      queries[place] = { step, sum }
    },
    choose(which, rows, within) {
      if (views.buffer !== memory.buffer) views = viewsOf()
      block = which
      chosen = choosePlaces(rows, within)
      return chosen
    },
    score(place, into) {
      if (chosen === 0) return
      const out = dots(place)
      const steps = floatsAt(layout.stepsAt)
      const { times, less } = scaleOf(place)
      for (let i = 0; i < chosen; i++) {
        into[i] = ((out[i] as number) - less) * times * (steps[places[i] as number] as number)
      }
    },
    offer(place, best) {
      if (chosen === 0) return
      const out = dots(place)
      const steps = floatsAt(layout.stepsAt)
      const { times, less } = scaleOf(place)
      const from = block * BLOCK
      let { floor } = best
      for (let i = 0; i < chosen; i++) {
        const at = places[i] as number
        const score = ((out[i] as number) - less) * times * (steps[at] as number)
        if (score < floor) continue
        best.offer(from + at, score)
        ;({ floor } = best)
      }
    },
    estimate(which, rows, mask, counts) {
      if (views.buffer !== memory.buffer) views = viewsOf()
      block = which
      const estimates = estimateBlock(rows)
      const first = (block * BLOCK) >>> 5
      for (let row = 0; row < rows; row++) {
        if (mask && (((mask[first + (row >>> 5)] ?? 0) >>> (row & 31)) & 1) === 0) continue
        const bin = binOf(estimates[row] as number)
        counts[bin] = (counts[bin] as number) + 1
      }
    },
  }
}

/** The first place in an ascending list whose value is not below. */
function lowerBound(rows: Uint32Array, value: number): number {
  let [low, high] = [0, rows.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((rows[middle] as number) < value) low = middle + 1
    else high = middle
  }
  return low
}
