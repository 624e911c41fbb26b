import type { SpanPlace } from '#shared/contract/index.ts'
import { partOf, quoted, samePlace, byPlace, wordCount } from './label-text.ts'
import type { PairWords, Place, WordsPart } from './label-text.ts'

const places = (part: WordsPart | undefined): Place[] =>
  part?.sentences.map((sentence) => ({ source: part.source, ...sentence })) ?? []

/** Written for the picture, and as often meant as a whole as a sentence of it. */
const OWN = ['caption', 'alt', 'title'] as const

/** From the picture outwards: its own texts, then by turns the next one behind it and before it. */
function* outwards(words: PairWords): Generator<Place, void, void> {
  for (const source of OWN) {
    const own = places(partOf(words, source))
    const [first] = own
    const last = own.at(-1)
    if (first && last && own.length > 1) yield { ...first, end: last.end }
    yield* own
  }
  const after = places(partOf(words, 'after') ?? partOf(words, 'title'))
  const before = places(partOf(words, 'before')).reverse()
  for (let i = 0; i < Math.max(after.length, before.length); i++) {
    for (const place of [after[i], before[i]]) if (place) yield place
  }
}

/**
 * The sentences nearest to the picture that hold a word, in the order in which they are read.
 * @param room at most so many
 * @param known places that can be taken anyway
 */
export function sentencesNear(
  words: PairWords,
  room: number,
  known: readonly Place[],
): SpanPlace[] {
  const found: Place[] = []
  for (const place of outwards(words)) {
    if (found.length >= room) break
    if (wordCount(words, place) === 0) continue
    if ([...known, ...found].some((other) => samePlace(other, place))) continue
    found.push(place)
  }
  return found.sort(byPlace).map((place) => quoted(words, place))
}
