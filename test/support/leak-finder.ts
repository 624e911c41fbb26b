import { Matrix, solve } from 'ml-matrix'
import { seededRandom } from '#shared/random.ts'

/** What somebody sees of one thing, and which of two it is. */
export interface Sighting {
  numbers: readonly number[]
  texts: readonly string[]
  label: 0 | 1
}

/** Columns that pieces of the texts are hashed into. */
const PIECES = 64
const FOLDS = 10

/**
 * How often a learner guesses the label of what it has not learned from (10 folds, each class spread
 * evenly), by learner: a threshold on the one feature that fits best, logistic regression, and the
 * five nearest neighbours, over all numbers and all pieces of 1 to 4 letters of all texts.
 */
export function guessed(sightings: readonly Sighting[], seed = 1): Record<string, number> {
  const order = Int32Array.from(sightings.keys())
  seededRandom(seed).shuffle(order)
  const foldOf = new Map<number, number>()
  const met = [0, 0]
  for (const i of order) {
    const { label } = sightings[i] as Sighting
    foldOf.set(i, (met[label] as number) % FOLDS)
    met[label] = (met[label] as number) + 1
  }
  const rows = sightings.map(featuresOf)
  const labels = sightings.map(({ label }) => label)
  const right: Record<string, number> = {}
  for (let fold = 0; fold < FOLDS; fold++) {
    const inside = sightings.map((_, i) => i).filter((i) => foldOf.get(i) !== fold)
    const scale = scaleOf(inside.map((i) => rows[i] as number[]))
    const x = inside.map((i) => scale(rows[i] as number[]))
    const y = inside.map((i) => labels[i] as number)
    const learned = {
      threshold: threshold(x, y),
      logistic: logistic(x, y),
      neighbours: neighbours(x, y),
    }
    for (const [i, row] of rows.entries()) {
      if (foldOf.get(i) !== fold) continue
      const scaled = scale(row)
      for (const [name, guess] of Object.entries(learned)) {
        right[name] = (right[name] ?? 0) + Number(guess(scaled) === labels[i])
      }
    }
  }
  return right
}

/** The most that is guessed of `n` by who knows nothing, but once in 100,000 times (a binomial's bound). */
export function chance(n: number): number {
  return Math.ceil(n / 2 + 4.27 * Math.sqrt(n / 4))
}

function featuresOf({ numbers, texts }: Sighting): number[] {
  const pieces = new Array<number>(PIECES).fill(0)
  for (const text of texts) {
    for (let length = 1; length <= 4; length++) {
      for (let at = 0; at + length <= text.length; at++) {
        let hash = 2166136261
        for (let i = at; i < at + length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619)
        const column = (hash >>> 0) % PIECES
        pieces[column] = (pieces[column] as number) + 1
      }
    }
  }
  return [...numbers, ...pieces]
}

type Guess = (row: readonly number[]) => number

function scaleOf(rows: readonly number[][]): (row: readonly number[]) => number[] {
  const columns = (rows[0] ?? []).map((_, j) => {
    const values = rows.map((row) => row[j] as number)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const spread = Math.sqrt(
      values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length,
    )
    return { mean, spread: spread > 1e-9 ? spread : Infinity }
  })
  return (row) =>
    row.map((value, j) => (value - (columns[j]?.mean ?? 0)) / (columns[j]?.spread ?? 1))
}

function threshold(x: readonly number[][], y: readonly number[]): Guess {
  let best = { right: -1, column: 0, at: 0, above: 1 }
  const ones = y.reduce((sum, value) => sum + value, 0)
  for (let column = 0; column < (x[0]?.length ?? 0); column++) {
    const order = [...x.keys()].sort((a, b) => (x[a]?.[column] ?? 0) - (x[b]?.[column] ?? 0))
    let onesBelow = 0
    for (const [place, i] of order.entries()) {
      onesBelow += y[i] as number
      const [here, next] = [x[i]?.[column] ?? 0, x[order[place + 1] ?? -1]?.[column]]
      if (next === undefined || next - here < 1e-9) continue
      const right = place + 1 - onesBelow + (ones - onesBelow)
      for (const [n, above] of [
        [right, 1],
        [y.length - right, 0],
      ] as const) {
        if (n > best.right) best = { right: n, column, at: (here + next) / 2, above }
      }
    }
  }
  const { column, at, above } = best
  return (row) => ((row[column] as number) > at ? above : 1 - above)
}

/** Ridge of 1 a feature; a few steps of Newton's method. */
function logistic(x: readonly number[][], y: readonly number[]): Guess {
  const design = new Matrix(x.map((row) => [1, ...row]))
  let weights = Matrix.zeros(design.columns, 1)
  for (let step = 0; step < 8; step++) {
    const said = design
      .mmul(weights)
      .to1DArray()
      .map((value) => 1 / (1 + Math.exp(-value)))
    const weighted = new Matrix(
      design.to2DArray().map((row, i) => {
        const p = said[i] as number
        return row.map((value) => value * Math.max(1e-6, p * (1 - p)))
      }),
    )
    const hessian = design.transpose().mmul(weighted).add(Matrix.eye(design.columns))
    const slope = design
      .transpose()
      .mmul(Matrix.columnVector(y.map((value, i) => value - (said[i] as number))))
      .sub(weights)
    weights = Matrix.add(weights, solve(hessian, slope))
  }
  const found = weights.to1DArray()
  return (row) =>
    Number([1, ...row].reduce((sum, value, j) => sum + value * (found[j] as number), 0) > 0)
}

function neighbours(x: readonly number[][], y: readonly number[]): Guess {
  return (row) => {
    const near = x
      .map((other, i) => ({
        i,
        far: other.reduce((sum, value, j) => sum + (value - (row[j] as number)) ** 2, 0),
      }))
      .sort((a, b) => a.far - b.far)
      .slice(0, 5)
    return Number(near.reduce((sum, { i }) => sum + (y[i] as number), 0) > 2)
  }
}
