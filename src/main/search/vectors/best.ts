/** The best of many rows that are offered in any order: higher scores, of equals lower rows. */
export interface Best {
  readonly size: number
  /** What a row must reach to get in: while there is room, what was asked for. */
  readonly floor: number
  offer(row: number, score: number): void
  /** From best to worst; empties it. */
  take(): { rows: Uint32Array<ArrayBuffer>; scores: Float64Array<ArrayBuffer> }
}

/**
 * A heap with its worst on top.
 * @param least scores below are not taken
 */
export function createBest(capacity: number, least = -Infinity): Best {
  let rows = new Uint32Array(Math.min(capacity, 1024))
  let scores = new Float64Array(rows.length)
  let size = 0

  /** Whether the entry at `a` goes out before that at `b`. */
  function isWorse(a: number, b: number): boolean {
    const [x, y] = [scores[a] as number, scores[b] as number]
    return x < y || (x === y && (rows[a] as number) > (rows[b] as number))
  }

  function isBetter(row: number, score: number): boolean {
    if (capacity === 0) return false
    const worst = scores[0] as number
    return score > worst || (score === worst && row < (rows[0] as number))
  }

  function swap(a: number, b: number): void {
    const [row, score] = [rows[a] as number, scores[a] as number]
    rows[a] = rows[b] as number
    scores[a] = scores[b] as number
    rows[b] = row
    scores[b] = score
  }

  function rise(at: number): void {
    for (let i = at; i > 0;) {
      const parent = (i - 1) >> 1
      if (!isWorse(i, parent)) return
      swap(i, parent)
      i = parent
    }
  }

  function sink(n: number): void {
    for (let i = 0; ;) {
      const left = 2 * i + 1
      if (left >= n) return
      const worst = left + 1 < n && isWorse(left + 1, left) ? left + 1 : left
      if (!isWorse(worst, i)) return
      swap(i, worst)
      i = worst
    }
  }

  function makeRoom(): void {
    const wider = Math.min(capacity, rows.length * 2)
    const [moreRows, moreScores] = [new Uint32Array(wider), new Float64Array(wider)]
    moreRows.set(rows)
    moreScores.set(scores)
    rows = moreRows
    scores = moreScores
  }

  return {
    get size() {
      return size
    },
    get floor() {
      return size < capacity ? least : (scores[0] as number)
    },
    offer(row, score) {
      if (score < least) return
      if (size < capacity) {
        if (size === rows.length) makeRoom()
        rows[size] = row
        scores[size] = score
        rise(size++)
      } else if (isBetter(row, score)) {
        rows[0] = row
        scores[0] = score
        sink(size)
      }
    },
    take() {
      const all = size
      // Heapsort: the worst goes to the end, so that the best comes first.
      while (size > 1) {
        swap(0, --size)
        sink(size)
      }
      size = 0
      return { rows: rows.slice(0, all), scores: scores.slice(0, all) }
    },
  }
}
