/**
 * Seconds of KID's subsets and of a covariance, beside the same task written plainly: each subset's
 * kernel worked out anew, row by row, and a covariance as three loops. All in this run, on the same
 * numbers, one after the other and in turns.
 *
 *     node test/bench/measures.ts [ROWS ROWS_B DIM]
 */
import { seededRandom } from '../../src/shared/random.ts'
import type { Features } from '../../src/main/evaluation/measures/features.ts'
import { drawSubsets } from '../../src/main/evaluation/measures/kid.ts'
import { subsetEstimates } from '../../src/main/evaluation/measures/kid-subsets.ts'
import type { Subset } from '../../src/main/evaluation/measures/kid-subsets.ts'
import { createMoments } from '../../src/main/evaluation/measures/moments.ts'

const [rows = 1024, rowsB = 4000, dim = 2048] = process.argv.slice(2).map(Number)
/** Plain subsets take so long that some are measured, and their time multiplied. */
const PLAIN_SUBSETS = 3

const random = seededRandom(1)
const set = (n: number): Features => ({
  rows: n,
  dim,
  values: Float32Array.from({ length: n * dim }, () => random.next()),
})

function plainKid(a: Features, b: Features, subset: Subset): number {
  const kernel = (x: Features, i: number, y: Features, j: number): number => {
    let sum = 0
    for (let k = 0; k < dim; k++) {
      sum += (x.values[i * dim + k] as number) * (y.values[j * dim + k] as number)
    }
    return (sum / dim + 1) ** 3
  }
  const [n, m] = [subset.a.length, subset.b.length]
  let [xx, yy, xy] = [0, 0, 0]
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) xx += 2 * kernel(a, subset.a[i] as number, a, subset.a[j] as number)
    for (let j = 0; j < m; j++) xy += kernel(a, subset.a[i] as number, b, subset.b[j] as number)
  }
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < i; j++) yy += 2 * kernel(b, subset.b[i] as number, b, subset.b[j] as number)
  }
  return xx / (n * (n - 1)) + yy / (m * (m - 1)) - (2 * xy) / (n * m)
}

function plainCovariance({ values, rows: n }: Features): Float64Array {
  const mean = new Float64Array(dim)
  for (let i = 0; i < n * dim; i++)
    mean[i % dim] = (mean[i % dim] as number) + (values[i] as number) / n
  const out = new Float64Array(dim * dim)
  for (let r = 0; r < n; r++) {
    for (let i = 0; i < dim; i++) {
      const x = (values[r * dim + i] as number) - (mean[i] as number)
      for (let j = 0; j <= i; j++) {
        const y = (values[r * dim + j] as number) - (mean[j] as number)
        out[i * dim + j] = (out[i * dim + j] as number) + (x * y) / (n - 1)
      }
    }
  }
  return out
}

/** Of the processor, not of the clock on the wall: others use the machine, too. */
function seconds(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user } = process.cpuUsage(before)
  return user / 1e6
}

const [a, b] = [set(rows), set(rowsB)]
const subsets = drawSubsets(a, b, random)
let ours: number[] = []
const pass = seconds(() => (ours = subsetEstimates(a, b, subsets, () => undefined)))
const plain: number[] = []
const one =
  seconds(() => {
    for (const subset of subsets.slice(0, PLAIN_SUBSETS)) plain.push(plainKid(a, b, subset))
  }) / PLAIN_SUBSETS
const apart = Math.max(...plain.map((value, i) => Math.abs((ours[i] as number) / value - 1)))
const said = (name: string, mine: number, theirs: number): void =>
  console.log(
    `${name}: ${mine.toFixed(1)} s, plainly ${theirs.toFixed(1)} s, ratio ${(theirs / mine).toFixed(1)}`,
  )
console.log(`${rows} against ${rowsB} rows of ${dim} numbers, seconds of one core`)
said(`KID, ${subsets.length} subsets of ${subsets[0]?.a.length ?? 0}`, pass, one * subsets.length)
console.log(`  largest relative difference of a subset: ${apart.toExponential(1)}`)

const few: Features = { ...a, rows: Math.min(rows, 1024) }
few.values = few.values.subarray(0, few.rows * dim)
let moments = new Float64Array(0)
const fast = seconds(() => {
  const sums = createMoments(dim)
  sums.add(few.values)
  moments = sums.moments().covariance as Float64Array<ArrayBuffer>
})
let wanted = new Float64Array(0)
const slow = seconds(() => (wanted = plainCovariance(few) as Float64Array<ArrayBuffer>))
said(`covariance of ${few.rows} rows`, fast, slow)
let largest = 0
for (let i = 0; i < dim; i++) {
  for (let j = 0; j <= i; j++) {
    largest = Math.max(
      largest,
      Math.abs((moments[i * dim + j] as number) - (wanted[i * dim + j] as number)),
    )
  }
}
console.log(`  largest difference of a covariance: ${largest.toExponential(1)}`)
