import type { WinCounts } from './comparisons.ts'

export interface Connectedness {
  /** Groups between which nothing was compared; one = all are connected. */
  compared: string[][]
  /** Groups such that all votes between two of them went one way; one = strengths are finite (Ford 1957). */
  mixed: string[][]
}

/** Which items can be put on one scale. A tie counts as a win of both. */
export function connectedness({ items, wins, ties }: WinCounts): Connectedness {
  const beats = (i: number, j: number): boolean =>
    (wins[i]?.[j] ?? 0) > 0 || (ties[i]?.[j] ?? 0) > 0
  const named = (groups: number[][]): string[][] =>
    groups.map((group) => group.map((i) => items[i] as string))
  const n = items.length
  const meets = (i: number, j: number): boolean => beats(i, j) || beats(j, i)
  return {
    compared: named(groupsOf(n, (i) => reached(n, i, meets))),
    mixed: named(
      groupsOf(n, (i) => {
        const back = reached(n, i, (a, b) => beats(b, a))
        return new Set([...reached(n, i, beats)].filter((j) => back.has(j)))
      }),
    ),
  }
}

/** Why there are no finite strengths; null where there are. */
export function whyNoScale(counts: WinCounts): string | null {
  if (counts.items.length < 2) return 'A scale needs at least two items.'
  const { compared, mixed } = connectedness(counts)
  const list = (group: string[] | undefined): string => (group ?? []).join(', ')
  if (compared.length > 1) {
    return `${list(compared[0])} never met ${compared.slice(1).map(list).join('; ')}: there is no common scale.`
  }
  if (mixed.length > 1) {
    const alone = [...mixed].sort((a, b) => a.length - b.length)[0]
    return `All votes between ${list(alone)} and the others went one way: the difference has no bound.`
  }
  return null
}

function groupsOf(n: number, groupOf: (i: number) => Set<number>): number[][] {
  const seen = new Set<number>()
  const groups: number[][] = []
  for (let i = 0; i < n; i++) {
    if (seen.has(i)) continue
    const group = [...groupOf(i)].sort((a, b) => a - b)
    for (const j of group) seen.add(j)
    groups.push(group)
  }
  return groups
}

function reached(n: number, from: number, edge: (i: number, j: number) => boolean): Set<number> {
  const found = new Set([from])
  const open = [from]
  for (let i = open.pop(); i !== undefined; i = open.pop()) {
    for (let j = 0; j < n; j++) {
      if (found.has(j) || !edge(i, j)) continue
      found.add(j)
      open.push(j)
    }
  }
  return found
}
