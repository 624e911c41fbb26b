import { tokenWeight } from './word-tokens.ts'

/** A run of text tokens that is similar to a sequence looked for; `last` inclusive. */
export interface AlignedRun {
  first: number
  last: number
  /** 0..1, see `alignTokens`. */
  similarity: number
}

/**
 * Runs of `text` that resemble `wanted`, best first, not overlapping.
 *
 * similarity(run) = 2 M / (|run| + |wanted|), where |.| sums the weights of tokens (`tokenWeight`)
 * and M is the greatest weight of tokens that can be aligned in order, each times how alike the two
 * are: 1 for equal ones, `wordLikeness` for misspelt ones. It is Dice's coefficient over aligned
 * words; 1 means the same words in the same order. Numbers must agree: where `wanted` has a number
 * that the run lacks, there is no match (Figure 3 is not Figure 4). No run crosses a break, and none
 * ends in an article or preposition that `wanted` goes on from ("a yellow submarine on the").
 *
 * Found by local alignment (Smith and Waterman 1981) with the score 2 M - t |run|, t = threshold:
 * a run reaches the threshold if and only if its score reaches t |wanted|, so none is missed by the
 * choice of gap costs. The run is then improved by raising t to what it reached until nothing better
 * is found (Dinkelbach 1967): the first in all of the text, further ones around where they were seen. Time: |text| x |wanted|.
 */
export function alignTokens(
  wanted: readonly string[],
  text: readonly string[],
  threshold: number,
  maxRuns: number,
  breaks: Uint8Array = new Uint8Array(text.length),
): AlignedRun[] {
  const table = likenessTable(wanted, text)
  const wantedWeights = Float64Array.from(wanted, tokenWeight)
  const wantedWeight = sum(wantedWeights)
  if (!canReach(table, wantedWeights, wantedWeight, threshold)) return []
  const textWeights = Float64Array.from(text, tokenWeight)
  const problem: Problem = { table, wantedWeights, wantedWeight, textWeights, breaks }
  const ends = sweep(problem, 0, text.length, threshold)
  const ranked = ends
    .filter((run) => run.similarity >= threshold - 1e-9)
    .sort((a, b) => b.similarity - a.similarity || a.first - b.first || a.last - b.last)
  const runs: AlignedRun[] = []
  // Runs that were looked at: those that fell through still hide what overlaps them, and their
  // number is bounded, since a hostile text may have one at every word.
  const seen: AlignedRun[] = []
  for (const run of ranked) {
    if (runs.length >= maxRuns || seen.length >= 4 * maxRuns) break
    if (seen.some((other) => other.first <= run.last && run.first <= other.last)) continue
    const found = improve(problem, run, seen)
    seen.push(found)
    const best = withoutTails(problem, wanted, text, found, threshold)
    if (best && numbersAgree(wanted, text, best)) runs.push(best)
  }
  return runs.sort((a, b) => b.similarity - a.similarity || a.first - b.first)
}

interface Problem {
  table: LikenessTable
  wantedWeights: Float64Array
  wantedWeight: number
  textWeights: Float64Array
  /** 1 where a text token begins a new block. */
  breaks: Uint8Array
}

/** For each text token the place of its row of likenesses to the wanted tokens; -1 = all 0. */
interface LikenessTable {
  rows: Int32Array
  values: Float64Array[]
}

function likenessTable(wanted: readonly string[], text: readonly string[]): LikenessTable {
  const values: Float64Array[] = []
  const known = new Map<string, number>()
  const rows = new Int32Array(text.length)
  for (let place = 0; place < text.length; place++) {
    const word = text[place] as string
    let row = known.get(word)
    if (row === undefined) {
      let any = false
      const likeness = new Float64Array(wanted.length)
      for (let at = 0; at < wanted.length; at++) {
        const value = wordLikeness(word, wanted[at] as string)
        likeness[at] = value
        if (value > 0) any = true
      }
      row = any ? values.push(likeness) - 1 : -1
      known.set(word, row)
    }
    rows[place] = row
  }
  return { rows, values }
}

/** An upper bound: even if every wanted token that occurs were aligned, the run being just that. */
function canReach(
  table: LikenessTable,
  weights: Float64Array,
  total: number,
  threshold: number,
): boolean {
  let reach = 0
  for (let at = 0; at < weights.length; at++) {
    let best = 0
    for (const row of table.values) best = Math.max(best, row[at] as number)
    reach += best * (weights[at] as number)
  }
  return (2 * reach) / (reach + total) >= threshold - 1e-9
}

const HAS_DIGIT = /\p{N}/u

/**
 * How alike two folded words are: 1 if equal; 1 - d / longer for words of at least 4 letters that
 * begin alike and differ by at most one edit (insert, delete, replace, swap neighbours) per 4
 * letters; else 0. Words with digits are equal or not.
 */
export function wordLikeness(a: string, b: string): number {
  if (a === b) return 1
  const longer = Math.max(a.length, b.length)
  const shorter = Math.min(a.length, b.length)
  if (shorter < 4 || longer > 64 || a[0] !== b[0]) return 0
  const allowed = Math.floor(longer / 4)
  if (longer - shorter > allowed || HAS_DIGIT.test(a) || HAS_DIGIT.test(b)) return 0
  const edits = editDistance(a, b, allowed)
  return edits > allowed ? 0 : 1 - edits / longer
}

/** Optimal string alignment distance in UTF-16 units; anything above `limit` comes as limit + 1. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let before = new Int32Array(b.length + 1)
  let previous = Int32Array.from({ length: b.length + 1 }, (_, n) => n)
  let current = new Int32Array(b.length + 1)
  for (let i = 1; i <= a.length; i++) {
    current[0] = i
    let least = i
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min(
        (previous[j] as number) + 1,
        (current[j - 1] as number) + 1,
        (previous[j - 1] as number) + (same ? 0 : 1),
      )
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (before[j - 2] as number) + 1)
      }
      current[j] = cost
      if (cost < least) least = cost
    }
    if (least > limit) return limit + 1
    ;[before, previous, current] = [previous, current, before]
  }
  return Math.min(previous[b.length] as number, limit + 1)
}

/**
 * For every end the best run in `from..to` by 2 M - t |run|. Columns are wanted tokens; leaving one
 * out is free, since |wanted| is the same for all runs.
 */
function sweep(problem: Problem, from: number, to: number, t: number): AlignedRun[] {
  const { table, wantedWeights, wantedWeight, textWeights } = problem
  const columns = wantedWeights.length
  let scores = new Float64Array(columns + 1)
  let begins = new Int32Array(columns + 1).fill(from)
  let nextScores = new Float64Array(columns + 1)
  let nextBegins = new Int32Array(columns + 1)
  const runs: AlignedRun[] = []
  // Weight of the text before each token, to know |run| from its ends.
  const before = new Float64Array(to - from + 1)
  for (let place = from; place < to; place++) {
    const weight = textWeights[place] as number
    before[place - from + 1] = (before[place - from] as number) + weight
    const row = table.rows[place] as number
    const likeness = row < 0 ? null : (table.values[row] as Float64Array)
    const cost = t * weight
    if (problem.breaks[place] === 1) {
      scores.fill(0)
      begins.fill(place)
    }
    nextScores[0] = 0
    nextBegins[0] = place + 1
    let bestAligned = false
    for (let column = 1; column <= columns; column++) {
      // Begin after this token; or leave this token of the text unaligned; or the wanted one.
      let score = 0
      let begin = place + 1
      const skipText = (scores[column] as number) - cost
      if (skipText > score) {
        score = skipText
        begin = begins[column] as number
      }
      const skipWanted = nextScores[column - 1] as number
      if (skipWanted > score) {
        score = skipWanted
        begin = nextBegins[column - 1] as number
      }
      const alike = likeness === null ? 0 : (likeness[column - 1] as number)
      if (alike > 0) {
        const aligned =
          (scores[column - 1] as number) + 2 * alike * (wantedWeights[column - 1] as number) - cost
        if (aligned > score) {
          score = aligned
          // The score is 0 where no run is open: then it opens here.
          begin = (scores[column - 1] as number) > 0 ? (begins[column - 1] as number) : place
          bestAligned = true
        }
      }
      nextScores[column] = score
      nextBegins[column] = begin
    }
    const score = nextScores[columns] as number
    const begin = nextBegins[columns] as number
    // Only ends at an aligned token: a run never trails off into other words.
    if (bestAligned && begin <= place && score >= t * wantedWeight - 1e-9) {
      const runWeight = (before[place - from + 1] as number) - (before[begin - from] as number)
      const similarity = (score + t * runWeight) / (runWeight + wantedWeight)
      runs.push({ first: begin, last: place, similarity: Math.min(similarity, 1) })
    }
    ;[scores, nextScores] = [nextScores, scores]
    ;[begins, nextBegins] = [nextBegins, begins]
  }
  return runs
}

/** The most similar run around this one that meets none of those already taken. */
function improve(problem: Problem, run: AlignedRun, taken: readonly AlignedRun[]): AlignedRun {
  // The first is sought in all of the text: it is the best there is.
  const reach = taken.length === 0 ? problem.textWeights.length : problem.wantedWeights.length
  let from = Math.max(0, run.first - reach)
  let to = Math.min(problem.textWeights.length, run.last + 1 + reach)
  for (const other of taken) {
    if (other.last < run.first) from = Math.max(from, other.last + 1)
    else if (other.first > run.last) to = Math.min(to, other.first)
  }
  let best = run
  for (let round = 0; round < 8; round++) {
    let better = best
    for (const other of sweep(problem, from, to, best.similarity)) {
      if (other.similarity > better.similarity + 1e-12) better = other
    }
    if (better === best) break
    best = better
  }
  return best
}

/**
 * Words that lead on to something, so that no description ends with them; those of the first list
 * also do not begin one that they did not begin in the alt. English, German, French, Spanish,
 * Italian, Dutch, Portuguese; folded as `foldWord` does.
 */
const JOINING = new Set(
  (
    'of with and or but as by to for from into onto von vom mit und oder für ' +
    'de du des avec et ou con y o di da e met en van do dos das com'
  ).split(' '),
)
const LEADING_ON = new Set([
  ...JOINING,
  ...(
    'a an the in on at over under near der die das den dem ein eine einen einem einer im am zum ' +
    'zur bei auf le la les un une au aux dans sur par pour el los las una del al por para sobre ' +
    'il lo gli uno nel nella sul sulla het een op os um uma no na'
  ).split(' '),
])

/**
 * The run without such words at its edges, unless `wanted` has them there; null where it is no
 * longer similar enough: then they were what made it so.
 */
function withoutTails(
  problem: Problem,
  wanted: readonly string[],
  text: readonly string[],
  run: AlignedRun,
  threshold: number,
): AlignedRun | null {
  let { first, last } = run
  const dangling = (place: number, edge: string | undefined, words: Set<string>): boolean =>
    first < last && text[place] !== edge && words.has(text[place] as string)
  while (dangling(last, wanted.at(-1), LEADING_ON)) last--
  while (dangling(first, wanted[0], JOINING)) first++
  if (first === run.first && last === run.last) return run
  const similarity = similarityOf(problem, first, last)
  return similarity >= threshold - 1e-9 ? { first, last, similarity } : null
}

/** Of one run: longest common subsequence, weighted by likeness. */
function similarityOf(problem: Problem, first: number, last: number): number {
  const { table, wantedWeights, wantedWeight, textWeights } = problem
  let previous = new Float64Array(wantedWeights.length + 1)
  let current = new Float64Array(wantedWeights.length + 1)
  let weight = 0
  for (let place = first; place <= last; place++) {
    weight += textWeights[place] as number
    const row = table.values[table.rows[place] as number]
    for (let column = 1; column < current.length; column++) {
      const alike = row ? (row[column - 1] as number) : 0
      current[column] = Math.max(
        previous[column] as number,
        current[column - 1] as number,
        (previous[column - 1] as number) + alike * (wantedWeights[column - 1] as number),
      )
    }
    ;[previous, current] = [current, previous]
  }
  return (2 * (previous.at(-1) as number)) / (weight + wantedWeight)
}

/** Every number of `wanted` stands in the run. */
function numbersAgree(
  wanted: readonly string[],
  text: readonly string[],
  run: AlignedRun,
): boolean {
  const numbers = wanted.filter((word) => HAS_DIGIT.test(word))
  if (numbers.length === 0) return true
  const there = new Set(text.slice(run.first, run.last + 1))
  return numbers.every((number) => there.has(number))
}

function sum(values: Float64Array): number {
  let total = 0
  for (const value of values) total += value
  return total
}
