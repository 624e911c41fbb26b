import { checkLevel } from '../outcome.ts'
import type { Interval } from '../outcome.ts'
import { wilson } from '../wilson.ts'

/** What one person chose between two; "both bad" is a tie. */
export interface Comparison {
  left: string
  right: string
  vote: 'left' | 'right' | 'tie'
}

export interface WinCounts {
  /** In the order of their first mention, unless given. */
  items: string[]
  /** wins[i][j]: how often i won over j. */
  wins: number[][]
  /** ties[i][j], symmetric. */
  ties: number[][]
}

/** @param items all that may occur, in the order wanted; others are put behind them */
export function countWins(
  comparisons: readonly Comparison[],
  items: readonly string[] = [],
): WinCounts {
  const names = [...new Set([...items, ...comparisons.flatMap(({ left, right }) => [left, right])])]
  const place = new Map(names.map((name, i) => [name, i]))
  const zeros = (): number[][] => names.map(() => names.map(() => 0))
  const counts: WinCounts = { items: names, wins: zeros(), ties: zeros() }
  const add = (table: number[][], i: number, j: number): void => {
    const row = table[i] as number[]
    row[j] = (row[j] as number) + 1
  }
  for (const { left, right, vote } of comparisons) {
    // A thing beside itself says nothing.
    if (left === right) continue
    const i = place.get(left) as number
    const j = place.get(right) as number
    if (vote === 'tie') {
      add(counts.ties, i, j)
      add(counts.ties, j, i)
    } else if (vote === 'left') add(counts.wins, i, j)
    else add(counts.wins, j, i)
  }
  return counts
}

export interface WinRate {
  n: number
  wins: number
  ties: number
  losses: number
  /** (wins + ties / 2) / n with Wilson's interval (1927); null where n is 0. */
  rate: ({ value: number } & Interval) | null
}

/** How often each item won over each other one and over all, a tie counting half. */
export function winRates(
  counts: WinCounts,
  level = 0.95,
): { items: string[]; overall: WinRate[]; pairs: WinRate[][] } {
  checkLevel(level)
  const { items, wins, ties } = counts
  const one = (i: number, j: number): WinRate =>
    rateOf(wins[i]?.[j] ?? 0, ties[i]?.[j] ?? 0, wins[j]?.[i] ?? 0, level)
  const pairs = items.map((_, i) => items.map((_, j) => one(i, j)))
  const overall = pairs.map((row) =>
    rateOf(
      row.reduce((sum, cell) => sum + cell.wins, 0),
      row.reduce((sum, cell) => sum + cell.ties, 0),
      row.reduce((sum, cell) => sum + cell.losses, 0),
      level,
    ),
  )
  return { items, overall, pairs }
}

function rateOf(wins: number, ties: number, losses: number, level: number): WinRate {
  const n = wins + ties + losses
  if (n === 0) return { n, wins, ties, losses, rate: null }
  const value = (wins + ties / 2) / n
  return { n, wins, ties, losses, rate: { value, ...wilson(value, n, level) } }
}
