import { ref, type ShallowRef } from 'vue'
import type { LabelState } from '#shared/contract/index.ts'
import type { InHand } from './label-hand.ts'
import type { Prepared } from './label-items.ts'
import { firstCursor, partOf, type PairWords, type Place } from './label-text.ts'

/** Letters that come later begin another word, in ms. */
const TOGETHER_MS = 1200

/** As letters are compared: without case and accents. */
const folded = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()

/** The words that begin with these letters, in the order in which they are read. */
export function wordsFrom(words: PairWords, letters: string): Place[] {
  const wanted = folded(letters)
  return words.parts.flatMap(({ source, text, index }) =>
    Array.from(index.wordStarts).flatMap((start, at): Place[] => {
      const end = index.wordEnds[at] as number
      const word = text.slice(index.offsets.toUnits(start), index.offsets.toUnits(end))
      return folded(word).startsWith(wanted) ? [{ source, start, end }] : []
    }),
  )
}

/**
 * The next word that begins with these letters, around the end to the first.
 * @param from where to look first; the word that begins there counts only with `here`
 * @param within which words count at all
 */
export function nextBeginning(
  words: PairWords,
  letters: string,
  from: Place | null,
  here: boolean,
  within: (place: Place) => boolean = () => true,
): Place | null {
  const found = wordsFrom(words, letters).filter(within)
  if (!from) return found[0] ?? null
  const order = words.parts.map(({ source }) => source)
  const at = (place: Place): number => order.indexOf(place.source) * 1e9 + place.start
  const next = found.find((place) => (here ? at(place) >= at(from) : at(place) > at(from)))
  return next ?? found[0] ?? null
}

export interface TypeAheadParts {
  current: ShallowRef<Prepared | null>
  said: ShallowRef<LabelState>
  inHand: InHand
  /** Gives words that were said another extent. */
  draw(place: Place, replaces: number): void
}

/**
 * Typing jumps to a word: letters that are typed together begin it, the same letter again goes on to
 * the next. After `extend` the words in hand end with the word that is typed.
 */
export function createTypeAhead({ current, said, inHand, draw }: TypeAheadParts) {
  const letters = ref('')
  /** The end of what is in hand is typed. */
  const extending = ref(false)
  const missed = ref(false)
  /** Where the search of these letters began. */
  let origin: { place: Place | null; here: boolean } = { place: null, here: true }
  let ended: ReturnType<typeof setTimeout> | undefined

  function over(): void {
    clearTimeout(ended)
    letters.value = ''
    missed.value = false
  }

  /** Another key, or another pair. */
  function stop(): void {
    over()
    extending.value = false
  }

  function extend(): void {
    over()
    extending.value = inHand.placeInHand() !== null
  }

  function type(letter: string): void {
    const words = current.value?.words
    if (!words) return
    clearTimeout(ended)
    ended = setTimeout(over, TOGETHER_MS)
    const again = letters.value !== '' && folded(letters.value) === folded(letter)
    const begins = letters.value === '' || again
    if (begins) {
      const place = inHand.placeInHand()
      const { hand } = inHand
      const isWord = hand.value.kind === 'cursor' || hand.value.kind === 'span'
      origin = place
        ? {
            place: extending.value ? endOf(words, place) : place,
            here: !isWord && !extending.value,
          }
        : { place: firstCursor(words), here: true }
    }
    letters.value = again ? letter : letters.value + letter
    const held = extending.value ? inHand.placeInHand() : null
    const to = nextBeginning(
      words,
      letters.value,
      origin.place,
      origin.here,
      (word) => !held || (word.source === held.source && word.end > held.start),
    )
    missed.value = to === null
    if (to === null) return
    if (held) reach(held, to)
    else inHand.setCursor(to)
  }

  /** The last word of a place: the search for another end begins behind it. */
  function endOf(words: PairWords, place: Place): Place {
    const index = partOf(words, place.source)?.index
    // A sentence that was taken by its digit ends at its end: its end may move to any of its words.
    const { hand } = inHand
    const isSentence = hand.value.kind === 'option'
    const at = isSentence
      ? -1
      : Array.from(index?.wordEnds ?? []).findLastIndex((end) => end <= place.end)
    const start = index?.wordStarts[at]
    return start === undefined ? place : { ...place, start }
  }

  function reach(from: Place, to: Place): void {
    const place: Place = { source: from.source, start: from.start, end: to.end }
    const { hand } = inHand
    if (hand.value.kind === 'span' && said.value.spans[hand.value.at]) draw(place, hand.value.at)
    else inHand.setCursor(place)
  }

  return { letters, extending, missed, type, extend, stop }
}

export type TypeAhead = ReturnType<typeof createTypeAhead>
