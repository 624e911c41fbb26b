/** A word that names a region, with what speaks for it. */
export interface RegionWord {
  word: string
  /** Texts of the region, and those of them that hold it. */
  n: number
  with: number
}

/** Texts that a region has at least before it gets a name. */
const LEAST_TEXTS = 20
/** A word stands in this share of the region's texts at least. */
const LEAST_SHARE = 0.15
/** By how much it must be more frequent there than elsewhere, at the ends of both intervals. */
const LEAST_RATIO = 3
const MOST_WORDS = 2
const Z = 1.96

const WORD = /[\p{L}\p{M}][\p{L}\p{M}\p{N}’'-]+/gu
/** Written without spaces. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u
const segmenter = new Intl.Segmenter('und', { granularity: 'word' })

/** The different words of a text, in lower case; at least three letters where these are Latin. */
export function wordsOf(text: string): Set<string> {
  if (!UNSPACED.test(text)) {
    return new Set(
      [...text.toLowerCase().matchAll(WORD)]
        .map(([word]) => word)
        .filter((word) => word.length > 2),
    )
  }
  const words = new Set<string>()
  for (const { segment, isWordLike } of segmenter.segment(text.toLowerCase())) {
    if (isWordLike && (UNSPACED.test(segment) ? segment.length > 1 : segment.length > 2)) {
      words.add(segment)
    }
  }
  return words
}

/**
 * The words by which regions differ: ordered by class-based TF-IDF, tf(t, c) / |c| * log(1 + A / f(t))
 * (Grootendorst 2022, arXiv 2203.05794), and named only where it is sure that the word is typical:
 * the lower end of its 95 % interval in the region (Wilson 1927) is three times the upper end
 * elsewhere. Each text counts a word once. A region without such a word gets none.
 * @param regions texts of each region
 * @param elsewhere texts that lie in none
 */
export function regionWords(
  regions: readonly (readonly string[])[],
  elsewhere: readonly string[],
): RegionWord[][] {
  const counts = regions.map(count)
  const all = new Map<string, number>()
  for (const some of [...counts, count(elsewhere)]) {
    for (const [word, n] of some) all.set(word, (all.get(word) ?? 0) + n)
  }
  const texts = regions.reduce((sum, some) => sum + some.length, elsewhere.length)
  const sizes = counts.map((some) => [...some.values()].reduce((sum, n) => sum + n, 0))
  const usual = sizes.reduce((sum, n) => sum + n, 0) / Math.max(1, sizes.length)
  return regions.map((own, c) => {
    const n = own.length
    if (n < LEAST_TEXTS || n === texts) return []
    const sure = [...(counts[c] as Map<string, number>)].filter(([word, k]) => {
      const others = (all.get(word) as number) - k
      return (
        k / n >= LEAST_SHARE && wilson(k, n).low >= LEAST_RATIO * wilson(others, texts - n).high
      )
    })
    const weight = ([word, k]: [string, number]): number =>
      (k / (sizes[c] as number)) * Math.log(1 + usual / (all.get(word) as number))
    return sure
      .sort((a, b) => weight(b) - weight(a) || (a[0] < b[0] ? -1 : 1))
      .slice(0, MOST_WORDS)
      .map(([word, k]) => ({ word, n, with: k }))
  })
}

function count(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) {
    for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return counts
}

function wilson(k: number, n: number): { low: number; high: number } {
  if (n === 0) return { low: 0, high: 1 }
  const p = k / n
  const middle = p + Z ** 2 / (2 * n)
  const half = Z * Math.sqrt((p * (1 - p)) / n + Z ** 2 / (4 * n * n))
  const scale = 1 + Z ** 2 / n
  return { low: Math.max(0, (middle - half) / scale), high: Math.min(1, (middle + half) / scale) }
}
