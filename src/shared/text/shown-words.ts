import { searchWords } from './search-words.ts'

/** Words that are compared at most: what stands in a picture is short. */
const MOST = 2000

/**
 * Letters by which a word that was read may differ from one of the text, by the length of the latter:
 * none below 4, 1 below 8, 2 from there on. Readers take l for 1 and rn for m.
 */
export function tolerance(length: number): 0 | 1 | 2 {
  return length < 4 ? 0 : length < 8 ? 1 : 2
}

/**
 * The share of a text's words that stand in a picture, 0 to 1: words as the word index cuts and folds
 * them, each as often as it stands in the text, found where a word that was read differs by no more
 * than `tolerance`. null where either was not looked at, or the text has no words.
 *
 * @param read null = not read
 */
export function shownShare(text: string | null, read: string | null): number | null {
  if (text === null || read === null) return null
  const words = searchWords(text).slice(0, MOST)
  if (words.length === 0) return null
  const there = [...new Set(searchWords(read).slice(0, MOST))]
  if (there.length === 0) return 0
  const known = new Map<string, boolean>()
  let n = 0
  for (const word of words) {
    let found = known.get(word)
    if (found === undefined) known.set(word, (found = there.some((one) => isClose(word, one))))
    if (found) n++
  }
  return n / words.length
}

function isClose(word: string, read: string): boolean {
  if (word === read) return true
  const most = tolerance(word.length)
  return most > 0 && Math.abs(word.length - read.length) <= most && editDistance(word, read) <= most
}

/** Insertions, deletions and substitutions that make one of the other. Levenshtein 1966. */
export function editDistance(a: string, b: string): number {
  let before = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const changed = (before[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(changed, (before[j] as number) + 1, (row[j - 1] as number) + 1))
    }
    before = row
  }
  return before[b.length] as number
}
