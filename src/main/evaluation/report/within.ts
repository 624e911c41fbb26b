import { spearman } from '#shared/statistics.ts'
import { rounded } from './numbers.ts'

/** Pictures of one prompt, as people and a machine see them. */
type Group = readonly { human: number; machine: number }[]

export interface Within {
  /** Tau-b over pairs of the same prompt; null where one side never differs. */
  tau: number | null
  /** Rho of both sides less their mean over the prompt. */
  spearman: number | null
  /** Pairs that people rate apart, and those of them that the machine orders alike (ties half). */
  apart: number
  same: number
}

/**
 * How two orders go together within prompts. Tau-b (Kendall 1945) of the pairs within each group,
 * summed over the groups: (concordant - discordant) / sqrt(pairs apart in x * pairs apart in y).
 */
export function withinPrompts(groups: readonly Group[]): Within {
  let [excess, apartX, apart, same] = [0, 0, 0, 0]
  const x: number[] = []
  const y: number[] = []
  for (const group of groups) {
    if (group.length < 2) continue
    const mean = (of: 'machine' | 'human'): number =>
      group.reduce((sum, row) => sum + row[of], 0) / group.length
    const [mx, my] = [mean('machine'), mean('human')]
    group.forEach((one, i) => {
      x.push(rounded(one.machine - mx))
      y.push(rounded(one.human - my))
      for (let j = 0; j < i; j++) {
        const other = group[j] as Group[number]
        const a = Math.sign(one.machine - other.machine)
        const b = Math.sign(one.human - other.human)
        excess += a * b
        if (a !== 0) apartX++
        if (b === 0) continue
        apart++
        same += (1 + a * b) / 2
      }
    })
  }
  return {
    tau: apartX === 0 || apart === 0 ? null : excess / Math.sqrt(apartX) / Math.sqrt(apart),
    spearman: spearman(Float64Array.from(x), Float64Array.from(y)),
    apart,
    same,
  }
}
