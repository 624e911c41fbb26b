import type { Best } from './best.ts'
import type { Bits } from './bits.ts'
import { BLOCK, COARSE_SHIFT, roomOf } from './blocks.ts'
import type { Layout } from './blocks.ts'
import { ZERO_CODE } from './codes.ts'
import { createDotKernel } from './dot-kernel.ts'
import type { DotKernel } from './dot-kernel.ts'

/** Which rows of a block are meant, as a list of their places within it. */
export type Within = { mask: Bits } | { rows: Uint32Array } | null

export interface Scanner {
  /** Puts a query into the room of this thread and tells what it takes to read its scores. */
  setQuery(place: number, codes: Int8Array, step: number, sum: number): void
  /** Chooses rows of a block; what follows works on them. @returns how many there are */
  choose(block: number, rows: number, within: Within): number
  /** Scores of the rows that were chosen: cosines as far as codes tell them. */
  score(place: number, kind: 'fine' | 'coarse', into: Float64Array): void
  offer(place: number, kind: 'fine' | 'coarse', best: Best): void
  /** The row at a place of what was chosen. */
  rowAt(i: number): number
}

/** Scans blocks of rows in the room of one thread. */
export function createScanner(memory: WebAssembly.Memory, layout: Layout, thread: number): Scanner {
  const kernel: DotKernel = createDotKernel(memory)
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

  function choosePlaces(rows: number, within: Within): number {
    let n = 0
    if (within === null) {
      for (; n < rows; n++) places[n] = n
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

  function dots(place: number, kind: 'fine' | 'coarse'): Int32Array {
    const bytes = kind === 'fine' ? padded : padded / 2
    const from = layout.start + block * layout.block + (kind === 'fine' ? 0 : layout.coarseAt)
    const { list, out } = views
    for (let i = 0; i < chosen; i++) list[i] = from + (places[i] as number) * bytes
    const filled = Math.ceil(chosen / 4) * 4
    for (let i = chosen; i < filled; i++) list[i] = from
    const query = room.queries + place * padded
    kernel[kind](query, padded, room.list, room.list + 4 * filled, room.out)
    return out
  }

  /** What turns an integer into a cosine, but for the row's own step. */
  function scaleOf(place: number, kind: 'fine' | 'coarse'): { times: number; less: number } {
    const { step, sum } = queries[place] as { step: number; sum: number }
    if (kind === 'fine') return { times: step, less: ZERO_CODE * sum }
    // A coarse code stands for the middle of the fine ones that it covers.
    const wide = 1 << COARSE_SHIFT
    return { times: step * wide, less: (ZERO_CODE / wide - 0.5 + 0.5 / wide) * sum }
  }

  const stepsOf = (): Float32Array =>
    new Float32Array(views.buffer, layout.start + block * layout.block + layout.stepsAt, BLOCK)

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
    score(place, kind, into) {
      if (chosen === 0) return
      const out = dots(place, kind)
      const steps = stepsOf()
      const { times, less } = scaleOf(place, kind)
      for (let i = 0; i < chosen; i++) {
        into[i] = ((out[i] as number) - less) * times * (steps[places[i] as number] as number)
      }
    },
    offer(place, kind, best) {
      if (chosen === 0) return
      const out = dots(place, kind)
      const steps = stepsOf()
      const { times, less } = scaleOf(place, kind)
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
    rowAt: (i) => block * BLOCK + (places[i] as number),
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
