import type { ResultAutomatic, ResultNumber } from '#shared/contract/results.ts'
import { correlation, kendallTau } from '../../statistics/correlation/correlation.ts'
import {
  bootstrapWords,
  interval,
  meanNumber,
  method,
  missing,
  wilcoxonOf,
  type Maker,
} from './numbers.ts'
import { pairsOf, pick, promptKey, type Prepared } from './prepared.ts'
import { leadingAspect } from './pictures.ts'
import type { ScoreRow } from './rows.ts'
import { withinPrompts } from './within.ts'

const MOST_DRAWS = 1000

/** What machines say, and whether they agree with people. */
export function automatic(make: Maker, of: Prepared): ResultAutomatic[] {
  return [...Map.groupBy(of.rows.scores, ({ digest }) => digest).values()].map((scores) => {
    const { by, digest } = scores[0] as ScoreRow
    return {
      by,
      digest,
      images: scores.length,
      byLevel: byLevel(make, of, scores),
      differences: differences(make, of, scores),
      correlations: of.aspects.flatMap(({ id }) => correlations(make, of, scores, id)),
      sameChoice: sameChoice(make, of, scores),
    }
  })
}

/** Mean by prompt. */
function promptMeans(scores: readonly ScoreRow[]): Map<string, number> {
  return new Map(
    [...Map.groupBy(scores, promptKey)].map(([prompt, rows]) => [
      prompt,
      rows.reduce((sum, { cosine }) => sum + cosine, 0) / rows.length,
    ]),
  )
}

function byLevel(
  make: Maker,
  of: Prepared,
  scores: readonly ScoreRow[],
): ResultAutomatic['byLevel'] {
  const how = method(
    make,
    'compliance',
    `Cosine of picture and prompt, as the model gives it: mean of prompt means; ${bootstrapWords(make, 'prompts', 'BCa')}. Longer prompts have other cosines whatever the picture shows, so that means of different levels, and means over all levels, say nothing of each other: only pictures of the same prompts are compared.`,
  )
  const levels = [...new Set(of.rows.prompts.map(({ level }) => level))].sort((a, b) => a - b)
  return [null, ...levels].flatMap((level) =>
    of.models.map((model) => {
      const mine = scores.filter(
        (row) => row.model === model && (level === null || row.level === level),
      )
      const mean = meanNumber(make, [...promptMeans(mine).values()], { unit: 'prompts', how })
      return { model, level, mean }
    }),
  )
}

function differences(
  make: Maker,
  of: Prepared,
  scores: readonly ScoreRow[],
): ResultAutomatic['differences'] {
  const how = method(
    make,
    'compliance-difference',
    `Mean of the differences of cosines within prompts (second model minus first); ${bootstrapWords(make, 'prompts', 'BCa')}.`,
  )
  return pairsOf(of.models).map(([a, b]) => {
    const [first, second] = [a, b].map((model) =>
      promptMeans(scores.filter((row) => row.model === model)),
    ) as [Map<string, number>, Map<string, number>]
    const found = [...second].flatMap(([prompt, value]) => {
      const other = first.get(prompt)
      return other === undefined ? [] : [value - other]
    })
    const { test: wilcoxon } = wilcoxonOf(make, found)
    return {
      a,
      b,
      difference: meanNumber(make, found, { unit: 'prompts', how }),
      wilcoxon,
      higher: found.filter((value) => value > 0).length,
      equal: found.filter((value) => value === 0).length,
      lower: found.filter((value) => value < 0).length,
    }
  })
}

/** A picture as people and the machine see it. */
interface Seen {
  prompt: string
  human: number
  machine: number
}

function seen(of: Prepared, scores: readonly ScoreRow[], aspect: string): Seen[] {
  const cosines = new Map(scores.map(({ image, cosine }) => [image, cosine]))
  const byImage = Map.groupBy(pick(of.numeric, { aspect }), ({ image }) => image)
  return [...byImage].flatMap(([image, rows]): Seen[] => {
    const machine = cosines.get(image)
    if (machine === undefined) return []
    const human = rows.reduce((sum, { number }) => sum + number, 0) / rows.length
    return [{ prompt: rows[0]?.prompt ?? '', human, machine }]
  })
}

function correlations(
  make: Maker,
  of: Prepared,
  scores: readonly ScoreRow[],
  aspect: string,
): ResultAutomatic['correlations'] {
  const all = seen(of, scores, aspect)
  const groups = [...Map.groupBy(all, ({ prompt }) => prompt).values()]
  const draws = Math.min(MOST_DRAWS, make.resamples)
  const over = bootstrapWords(make, 'prompts', 'percentile', draws)
  const ways = [
    {
      scope: 'within prompts' as const,
      tau: (of: readonly Seen[][]) => withinPrompts(of).tau,
      spearman: (of: readonly Seen[][]) => withinPrompts(of).spearman,
      tauHow: `Kendall's tau-b of cosine and mean rating over pairs of pictures of the same prompt only (pairs of all prompts pooled); ${over}.`,
      spearmanHow: `Spearman's rho of cosine and mean rating, both minus their mean over the pictures of the prompt; ${over}.`,
    },
    {
      scope: 'overall' as const,
      tau: (of: readonly Seen[][]) => tauOf(of.flat()),
      spearman: (of: readonly Seen[][]) => spearmanOf(of.flat()),
      tauHow: `Kendall's tau-b of cosine and mean rating over all pictures; the length of prompts moves cosines, so that the one within prompts counts; ${over}.`,
      spearmanHow: `Spearman's rho of cosine and mean rating over all pictures; ${over}.`,
    },
  ]
  return ways.map(({ scope, ...way }) => {
    const key = scope === 'overall' ? 'overall' : 'within'
    const numberOf = (
      statistic: (of: readonly Seen[][]) => number | null,
      how: string,
    ): ResultNumber => {
      const value = statistic(groups)
      if (value === null) {
        return missing(all.length, 'pictures', how, 'One of the two sides does not vary.')
      }
      const drawn = interval(
        make,
        groups.length,
        (places) => statistic(Array.from(places, (place) => groups[place] as Seen[])),
        { method: 'percentile', draws },
      )
      return {
        value,
        interval: drawn.interval,
        n: all.length,
        unit: 'pictures',
        how,
        why: drawn.why,
      }
    }
    return {
      aspect,
      scope,
      tau: numberOf(way.tau, method(make, `tau-${key}`, way.tauHow)),
      spearman: numberOf(way.spearman, method(make, `spearman-${key}`, way.spearmanHow)),
    }
  })
}

function tauOf(all: readonly Seen[]): number | null {
  const found = kendallTau(
    all.map(({ machine }) => machine),
    all.map(({ human }) => human),
  )
  return found.ok ? found.tau : null
}

function spearmanOf(all: readonly Seen[]): number | null {
  const found = correlation(
    all.map(({ machine }) => machine),
    all.map(({ human }) => human),
    'spearman',
  )
  return found.ok ? found.r : null
}

/** As a judge of pairs: pictures of a prompt that people rate apart. */
function sameChoice(make: Maker, of: Prepared, scores: readonly ScoreRow[]): ResultNumber {
  const groups = [
    ...Map.groupBy(seen(of, scores, leadingAspect(of)), ({ prompt }) => prompt).values(),
  ]
    .map((rows) => withinPrompts([rows]))
    .filter(({ apart }) => apart > 0)
  const n = groups.reduce((sum, { apart }) => sum + apart, 0)
  const how = method(
    make,
    'same-choice',
    `Of pairs of pictures of the same prompt that people rate apart (${leadingAspect(of)}), the share in which the higher cosine is that of the higher rated one, equal cosines counting half; 0.5 is chance; ${bootstrapWords(make, 'prompts', 'percentile')}.`,
  )
  if (n === 0) return missing(0, 'pairs', how, 'People rate no two pictures of a prompt apart.')
  const statistic = (places: ArrayLike<number>): number => {
    let [same, of] = [0, 0]
    for (let i = 0; i < places.length; i++) {
      const one = groups[places[i] as number] as { same: number; apart: number }
      same += one.same
      of += one.apart
    }
    return same / of
  }
  const drawn = interval(make, groups.length, statistic, { method: 'percentile' })
  return {
    value: statistic(Array.from(groups, (_, i) => i)),
    interval: drawn.interval,
    n,
    unit: 'pairs',
    how,
    why: drawn.why,
  }
}
