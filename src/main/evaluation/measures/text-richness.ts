import { median } from '#shared/statistics.ts'
import { conceptsOf, wordsOf } from './words.ts'

/** How rich and how diverse a set of descriptions is; docs/measures.md says what each leaves out. */
export interface TextRichness {
  /** Descriptions with at least one word; all below is of these. */
  texts: number
  /** Without a word, left out. */
  empty: number
  /** Part of the descriptions that is left when each wording is counted once. */
  distinctTexts: number
  words: number
  /** Different words. */
  types: number
  /** Words a description, mean and median, and characters. */
  meanWords: number
  medianWords: number
  meanCharacters: number
  /**
   * Different n-grams by all n-grams within descriptions (Li et al. 2016); null where there are
   * none. They fall as a set grows: compare sets of the same size.
   */
  distinct1: number
  distinct2: number | null
  distinct3: number | null
  /**
   * Types by tokens in a window of 50 words, mean over all windows of the descriptions one after
   * another (MATTR, Covington and McFall 2010); of all words where there are fewer.
   */
  movingTypeTokenRatio: number
  /** Mean over descriptions of the mean of -log2 p(word), bits; p as given or of this very set. */
  rarity: number
  /** Words that occur once in the set, by types. */
  onceOnly: number
  /** Mean of the different words of a description that may name something; see `conceptsOf`. */
  concepts: number
  /** Different ones in the whole set. */
  conceptTypes: number
  /** Mean part of a description's bigrams that another one has, too; null without bigrams. */
  shared2: number | null
}

/** How often each word occurs in a set. */
export interface WordCounts {
  counts: ReadonlyMap<string, number>
  total: number
}

const WINDOW = 50

export function countWords(texts: Iterable<string>): WordCounts {
  const counts = new Map<string, number>()
  let total = 0
  for (const text of texts) {
    for (const word of wordsOf(text)) {
      counts.set(word, (counts.get(word) ?? 0) + 1)
      total++
    }
  }
  return { counts, total }
}

/**
 * Memory grows with the different n-grams: a draw of 100,000 descriptions is what this is for.
 *
 * @param texts in an order that means nothing, as a draw has
 * @param frequencies where rarity is judged by another set, such as all before a cutoff; then with
 *   one added to every count, so that a word that is not in it is finite
 * @returns null where no description has a word
 */
export function textRichness(
  texts: readonly string[],
  frequencies?: WordCounts,
): TextRichness | null {
  const documents = texts.map(wordsOf).filter((words) => words.length > 0)
  if (documents.length === 0) return null
  const own = countOf(documents)
  const bits = bitsOf(frequencies, own)
  const concepts = documents.map(conceptsOf)
  const bigrams = documents.map((words) => ngrams(words, 2))
  return {
    texts: documents.length,
    empty: texts.length - documents.length,
    distinctTexts: new Set(documents.map((words) => words.join(' '))).size / documents.length,
    words: own.total,
    types: own.counts.size,
    meanWords: own.total / documents.length,
    medianWords: median(documents.map((words) => words.length)) as number,
    meanCharacters: mean(
      texts.filter((text) => wordsOf(text).length > 0).map((text) => [...text.trim()].length),
    ),
    distinct1: own.counts.size / own.total,
    distinct2: distinct(bigrams),
    distinct3: distinct(documents.map((words) => ngrams(words, 3))),
    movingTypeTokenRatio: movingRatio(documents.flat()),
    rarity: mean(documents.map((words) => mean(words.map(bits)))),
    onceOnly: [...own.counts.values()].filter((count) => count === 1).length / own.counts.size,
    concepts: mean(concepts.map((set) => set.size)),
    conceptTypes: new Set(concepts.flatMap((set) => [...set])).size,
    shared2: shared(bigrams),
  }
}

function countOf(documents: readonly string[][]): WordCounts {
  const counts = new Map<string, number>()
  let total = 0
  for (const words of documents) {
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
    total += words.length
  }
  return { counts, total }
}

/** -log2 p(word) */
function bitsOf(given: WordCounts | undefined, own: WordCounts): (word: string) => number {
  const { counts, total } = given ?? own
  const extra = given ? 1 : 0
  const all = total + extra * (counts.size + 1)
  return (word) => Math.log2(all / ((counts.get(word) ?? 0) + extra))
}

function ngrams(words: readonly string[], n: number): string[] {
  const out: string[] = []
  for (let i = 0; i + n <= words.length; i++) out.push(words.slice(i, i + n).join(' '))
  return out
}

function distinct(grams: readonly string[][]): number | null {
  const seen = new Set<string>()
  let total = 0
  for (const some of grams) {
    for (const gram of some) seen.add(gram)
    total += some.length
  }
  return total === 0 ? null : seen.size / total
}

function shared(grams: readonly string[][]): number | null {
  const sets = grams.map((some) => new Set(some)).filter(({ size }) => size > 0)
  const documents = new Map<string, number>()
  for (const set of sets) {
    for (const gram of set) documents.set(gram, (documents.get(gram) ?? 0) + 1)
  }
  if (sets.length === 0) return null
  const parts = sets.map((set) => {
    let others = 0
    for (const gram of set) if ((documents.get(gram) ?? 0) > 1) others++
    return others / set.size
  })
  return mean(parts)
}

function movingRatio(words: readonly string[]): number {
  const size = Math.min(WINDOW, words.length)
  const inside = new Map<string, number>()
  let sum = 0
  let windows = 0
  for (const [i, word] of words.entries()) {
    inside.set(word, (inside.get(word) ?? 0) + 1)
    if (i >= size) {
      const gone = words[i - size] as string
      const left = (inside.get(gone) ?? 0) - 1
      if (left === 0) inside.delete(gone)
      else inside.set(gone, left)
    }
    if (i >= size - 1) {
      sum += inside.size / size
      windows++
    }
  }
  return sum / windows
}

function mean(values: readonly number[]): number {
  let sum = 0
  for (const value of values) sum += value
  return sum / values.length
}
