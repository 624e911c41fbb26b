/**
 * What the index of letters holds of a text, so that "contains" finds its candidates there. Whatever
 * the terms of a filter find in a text, `lettersOf(words)` stands in `lettersOf(text)`; the reverse
 * need not hold, as each candidate is looked at by the term itself.
 *
 * Why it holds: the map goes character by character (NFD, marks dropped, small letters), so that it
 * commutes with cutting out a part; LIKE and `fold` change case, soft hyphens and composition only,
 * which it takes away. Marks of Thai and Lao stay, as nothing there is composed.
 */
export function lettersOf(text: string): string {
  if (/^[\x01-\x7f]*$/.test(text)) return text.toLowerCase()
  return text
    .replaceAll('\u00ad', '')
    .normalize('NFD')
    .toLowerCase()
    .normalize('NFD')
    .replace(DROPPED, '')
    .replaceAll('ς', 'σ')
    .replaceAll('\0', ' ')
}

const DROPPED = /[\p{M}--[\p{sc=Thai}\p{sc=Lao}]]/gv

/** More say hardly more. */
const MOST_GRAMS = 8

/** Some of the rows of three characters in it, each as FTS5 takes it; none where it is too short. */
export function gramsOf(letters: string): string[] {
  const characters = [...letters]
  const grams: string[] = []
  const step = Math.max(1, Math.ceil((characters.length - 2) / MOST_GRAMS))
  for (let i = 0; i + 3 <= characters.length; i += step)
    grams.push(characters.slice(i, i + 3).join(''))
  return [...new Set(grams)]
}
