import { termKey, termsOf, wordsOf } from './terms.ts'

export interface VotedTerm {
  term: string
  /** Share of the neighbours' weights that stand behind it, 0 to 1. */
  share: number
  /** Neighbours that have it. */
  neighbours: number
}

export interface ComposedPrompt {
  prompt: string
  /** In the order of the prompt; the first is the beginning. */
  terms: VotedTerm[]
}

/** Terms behind the beginning, at most. */
const MOST_TERMS = 8
/** A term needs this share of the votes, and two neighbours. */
const LEAST_SHARE = 0.15

/**
 * A prompt out of those of the neighbours. It begins with the first term of the neighbour that lies
 * nearest to the predicted row. Behind it stand the terms that the neighbours vote for: a
 * neighbour's vote weighs (cosine - lowest cosine) / (highest - lowest), 1 where all are alike; terms
 * with at least 15 % of all votes that two neighbours have, by their votes, eight at most. A term
 * whose words all stand in the prompt already is left out.
 * @param neighbours the nearest to the picture first
 * @param centre place of the one nearest to the predicted row
 */
export function composePrompt(
  neighbours: readonly { text: string; cosine: number }[],
  centre: number,
): ComposedPrompt {
  const cosines = neighbours.map(({ cosine }) => cosine)
  const [low, high] = [Math.min(...cosines), Math.max(...cosines)]
  const votes = new Map<string, { term: string; weight: number; neighbours: number }>()
  let total = 0
  for (const { text, cosine } of neighbours) {
    const weight = high > low ? (cosine - low) / (high - low) : 1
    total += weight
    for (const [key, term] of new Map(termsOf(text).map((one) => [termKey(one), one]))) {
      const found = votes.get(key) ?? { term, weight: 0, neighbours: 0 }
      found.weight += weight
      found.neighbours++
      votes.set(key, found)
    }
  }
  const voted = (key: string, term: string): VotedTerm => {
    const found = votes.get(key)
    return {
      term,
      share: total === 0 ? 0 : (found?.weight ?? 0) / total,
      neighbours: found?.neighbours ?? 0,
    }
  }
  const [beginning] = termsOf(neighbours[centre]?.text ?? '')
  const terms: VotedTerm[] = []
  const words = new Set<string>()
  if (beginning !== undefined) {
    terms.push(voted(termKey(beginning), beginning))
    for (const word of wordsOf(beginning)) words.add(word)
  }
  const ranked = [...votes].sort(
    ([a, one], [b, two]) => two.weight - one.weight || (a < b ? -1 : 1),
  )
  for (const [key, { term, weight, neighbours: n }] of ranked) {
    if (terms.length > MOST_TERMS || n < 2 || weight < LEAST_SHARE * total) continue
    const own = wordsOf(term)
    if (own.every((word) => words.has(word))) continue
    terms.push(voted(key, term))
    for (const word of own) words.add(word)
  }
  return { prompt: terms.map(({ term }) => term).join(', '), terms }
}
