import { AppError } from '#shared/errors.ts'

/**
 * Sets of ids as runs, small enough for a million: for each run of consecutive ids the distance from
 * the end of the run before and the length less one, as LEB128.
 */

/** @param ids ascending, each once */
export function encodeRuns(ids: ArrayLike<number>): Uint8Array {
  const bytes: number[] = []
  const put = (value: number): void => {
    let rest = value
    while (rest > 127) {
      bytes.push((rest & 127) | 128)
      rest >>>= 7
    }
    bytes.push(rest)
  }
  let end = 0
  for (let i = 0; i < ids.length;) {
    const from = ids[i] as number
    let to = from
    while (++i < ids.length && (ids[i] as number) === to + 1) to++
    put(from - end)
    put(to - from)
    end = to
  }
  return Uint8Array.from(bytes)
}

/**
 * Tells each run, both ends included, ascending.
 * @throws AppError `damaged`
 */
export function eachRun(runs: Uint8Array, tell: (from: number, to: number) => void): void {
  let at = 0
  const take = (): number => {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = runs[at++]
      if (byte === undefined) break
      value += (byte & 127) * 2 ** shift
      if (byte < 128) return value
    }
    throw new AppError('damaged', 'the corpus holds a list of marked pairs that cannot be read')
  }
  for (let end = 0; at < runs.length;) {
    const from = end + take()
    end = from + take()
    tell(from, end)
  }
}

/** The ids of runs, ascending. */
export function idsOfRuns(runs: Uint8Array, n: number): Int32Array {
  const ids = new Int32Array(n)
  let at = 0
  eachRun(runs, (from, to) => {
    for (let id = from; id <= to && at < n; id++) ids[at++] = id
  })
  return ids.subarray(0, at)
}
