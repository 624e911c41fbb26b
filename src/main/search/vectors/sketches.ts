/**
 * Sketches: two bits a dimension of a rotated unit vector, from which a table of the query tells about
 * how high a cosine is. A rotated vector's values spread like a normal distribution, whose best four
 * steps are known (Lloyd 1982, Max 1960). Two dimensions make one of 16 steps, so that a table of 16
 * bytes answers for both (product quantisation: Jegou, Douze and Schmid 2011; tables in a register:
 * André, Kermarrec and Le Scouarnec 2015, "Cache locality is not enough").
 */

/** Rows that stand together; their half bytes share 16 bytes for each two dimensions. */
export const SKETCHED = 32
/** Values that stand for a quarter each, and the border between the inner and the outer ones; sigma 1. */
const [INNER, OUTER, BORDER] = [0.4528, 1.5104, 0.9816]
const STEPS = [-OUTER, -INNER, INNER, OUTER] as const

/** Sums of a table's bytes must stay below 2^16. */
const MOST_SUM = 65_535

/** Bytes of `SKETCHED` rows. */
export const sketchBytes = (padded: number): number => (padded / 2) * 16
/** Bytes of a query's table: 16 for each two dimensions, then scale and offset, four float32 each. */
export const tableBytes = (padded: number): number => (padded / 2) * 16 + 32

/**
 * Standard deviation of an estimate from the cosine, at most: what four steps leave out of a normal
 * distribution is 0.1175 of its square, and that error points anywhere.
 */
export const sketchError = (padded: number): number =>
  Math.sqrt(0.1175 / (1 - 0.1175)) / Math.sqrt(padded)

/**
 * Writes the sketch of one row.
 * @param turned `padded` values, rotated
 * @param group the bytes of its 32 rows
 * @param place which of them it is
 * @returns the factor that brings its sums to a cosine: the sketch is shorter than the row and points
 * a little elsewhere (Gao and Long 2024, RaBitQ: an estimate without bias)
 */
export function writeSketch(turned: Float32Array, group: Uint8Array, place: number): number {
  const padded = turned.length
  const sigma = 1 / Math.sqrt(padded)
  const border = BORDER * sigma
  // The kernel adds even and odd bytes apart: so they come out in the order of the rows.
  const lane = place & 15
  const byte = lane < 8 ? 2 * lane : 2 * lane - 15
  const shift = place < 16 ? 0 : 4
  const keep = 0xf0 >> shift
  let [along, square] = [0, 0]
  for (let i = 0, at = byte; i < padded; i += 2, at += 16) {
    let code = 0
    for (let j = 0; j < 2; j++) {
      const value = turned[i + j] as number
      const which = value < 0 ? (value < -border ? 0 : 1) : value < border ? 2 : 3
      along += value * (STEPS[which] as number)
      square += value * value
      code |= which << (2 * j)
    }
    group[at] = ((group[at] as number) & keep) | (code << shift)
  }
  return along > 0 ? square / (along * sigma) : 0
}

/**
 * Writes the table of a query: of each two dimensions what each of the 16 steps adds, in bytes, and the
 * scale and offset that turn a sum of them into (query . sketch).
 * @param turned `padded` values, rotated
 * @param into `tableBytes(padded)`, aligned to 16 bytes
 */
export function writeTable(turned: Float32Array, into: Uint8Array): void {
  const pairs = turned.length / 2
  const sigma = 1 / Math.sqrt(turned.length)
  let [widest, offset] = [0, 0]
  for (let pair = 0; pair < pairs; pair++) {
    const size = Math.abs(turned[2 * pair] as number) + Math.abs(turned[2 * pair + 1] as number)
    if (size > widest) widest = size
    offset -= size * OUTER * sigma
  }
  const most = Math.min(255, Math.floor(MOST_SUM / pairs))
  const scale = (2 * widest * OUTER * sigma) / most || 1
  for (let pair = 0; pair < pairs; pair++) {
    const [a, b] = [turned[2 * pair] as number, turned[2 * pair + 1] as number]
    const least = (Math.abs(a) + Math.abs(b)) * OUTER
    for (let step = 0; step < 16; step++) {
      const value = a * (STEPS[step & 3] as number) + b * (STEPS[step >> 2] as number)
      into[pair * 16 + step] = Math.round(((value + least) * sigma) / scale)
    }
  }
  new Float32Array(into.buffer, into.byteOffset + pairs * 16, 8).set([
    ...new Array<number>(4).fill(scale),
    ...new Array<number>(4).fill(offset),
  ])
}
