import { offsetMap } from '#shared/text/offsets.ts'
import type { Word } from './words.ts'

/** Beyond this many comparisons (two texts of 1,000 words) order is not looked at. */
const MAX_CELLS = 1_000_000

/**
 * The parts of a text that are not in the one before it, by the longest common subsequence of their
 * words; words that stand side by side are one part.
 * @returns code points of `text`, half-open, rising
 */
export function addedParts(
  before: readonly Word[],
  here: readonly Word[],
  text: string,
): [number, number][] {
  const isKept = keptWords(before, here)
  const { toCodePoints } = offsetMap(text)
  const parts: [number, number][] = []
  for (const [i, word] of here.entries()) {
    if (isKept[i]) continue
    const last = parts.at(-1)
    if (last && i > 0 && !isKept[i - 1]) last[1] = toCodePoints(word.end)
    else parts.push([toCodePoints(word.start), toCodePoints(word.end)])
  }
  return parts
}

/** Of each word, whether it is in the longest sequence that both have. */
function keptWords(before: readonly Word[], here: readonly Word[]): boolean[] {
  const [n, m] = [before.length, here.length]
  if (n * m > MAX_CELLS) {
    const known = new Set(before.map(({ stem }) => stem))
    return here.map(({ stem }) => known.has(stem))
  }
  // length[i * (m + 1) + j]: of the sequence that before[i..] and here[j..] have in common.
  const length = new Uint16Array((n + 1) * (m + 1))
  const at = (i: number, j: number): number => length[i * (m + 1) + j] as number
  const isSame = (i: number, j: number): boolean => before[i]?.stem === here[j]?.stem
  for (let i = n - 1; i >= 0; i--) {
    for (let j = m - 1; j >= 0; j--) {
      length[i * (m + 1) + j] = isSame(i, j)
        ? at(i + 1, j + 1) + 1
        : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const kept = new Array<boolean>(m).fill(false)
  for (let i = 0, j = 0; i < n && j < m;) {
    if (isSame(i, j)) {
      kept[j] = true
      i++
      j++
    } else if (at(i + 1, j) >= at(i, j + 1)) i++
    else j++
  }
  return kept
}
