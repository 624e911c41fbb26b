import { seededRandom } from '#shared/random.ts'
import type { LabelItem } from '#shared/contract/index.ts'
import { sentencesNear } from '../../src/renderer/src/features/label/label-sentences.ts'
import {
  cutWords,
  firstCursor,
  moveEdge,
  nextSentence,
  nextWord,
  quoted,
  samePlace,
  wordCount,
  type PairWords,
  type Place,
} from '../../src/renderer/src/features/label/label-text.ts'
import { nextBeginning } from '../../src/renderer/src/features/label/label-type-ahead.ts'

/**
 * What is to be marked, fixed before anybody marks it, and by a seed alone:
 * - `caption`: the caption as a whole, where there is one; else the sentence nearest to the picture
 * - `sentence`: one of the four sentences nearest on each side
 * - `part`: 2 to 8 words within such a sentence
 */
export interface Target {
  kind: 'caption' | 'sentence' | 'part'
  place: Place
  quote: string
}

const KINDS = ['caption', 'sentence', 'part'] as const

export function targetOf(item: LabelItem, seed: number): Target | null {
  const random = seededRandom(item.pair * 7919 + seed)
  const { below } = random
  const words = cutWords(item, item.language)
  const long = (place: Place): boolean => wordCount(words, place) >= 3
  const of = (source: Place['source']): Place[] =>
    words.parts
      .filter((part) => part.source === source)
      .flatMap((part) => part.sentences.map((sentence) => ({ source, ...sentence })))
      .filter(long)
  const near = [...of('before').slice(-4), ...of('caption').slice(0, 4), ...of('after').slice(0, 4)]
  if (near.length === 0) return null
  const kind = KINDS[item.pair % 3] as Target['kind']
  const caption = of('caption')
  const drawn = near[below(near.length)] as Place
  let place = drawn
  if (kind === 'caption') {
    const nearest = of('after')[0] ?? (of('before').at(-1) as Place)
    const last = caption.at(-1)
    place = caption[0] && last ? { ...caption[0], end: last.end } : nearest
  } else if (kind === 'part') {
    const index = words.parts.find(({ source }) => source === drawn.source)?.index
    const inside = Array.from(index?.wordStarts ?? []).flatMap((start, at) =>
      start >= drawn.start && start < drawn.end ? [at] : [],
    )
    const n = Math.min(inside.length, 2 + below(7))
    const from = below(inside.length - n + 1)
    place = {
      source: drawn.source,
      start: index?.wordStarts[inside[from] as number] as number,
      end: index?.wordEnds[inside[from + n - 1] as number] as number,
    }
  }
  return { kind, place, quote: quoted(words, place).quote }
}

interface Step {
  keys: readonly string[]
  place: Place
}

/** The fewest keys from one place to another, by the moves that there are; null = no way. */
function fewest(
  from: Step,
  isThere: (place: Place) => boolean,
  moves: Readonly<Record<string, (place: Place) => Place | null>>,
): Step | null {
  const met = new Set<string>()
  let front: Step[] = [from]
  while (front.length > 0) {
    const next: Step[] = []
    for (const step of front) {
      if (isThere(step.place)) return step
      for (const [key, move] of Object.entries(moves)) {
        const place = move(step.place)
        if (!place) continue
        const name = `${place.source} ${place.start} ${place.end}`
        if (met.has(name)) continue
        met.add(name)
        next.push({ keys: [...step.keys, key], place })
      }
    }
    front = next
  }
  return null
}

const cursorMoves = (words: PairWords): Record<string, (place: Place) => Place | null> => ({
  ArrowRight: (place) => nextWord(words, place, 'forward'),
  ArrowLeft: (place) => nextWord(words, place, 'backward'),
  ArrowDown: (place) => nextSentence(words, place, 'forward'),
  ArrowUp: (place) => nextSentence(words, place, 'backward'),
})
const endMoves = (words: PairWords): Record<string, (place: Place) => Place | null> => ({
  'Shift+ArrowRight': (place) => moveEdge(words, place, 'end', 'forward', 'word'),
  'Shift+ArrowLeft': (place) => moveEdge(words, place, 'end', 'backward', 'word'),
  'Shift+ArrowDown': (place) => moveEdge(words, place, 'end', 'forward', 'sentence'),
  'Shift+ArrowUp': (place) => moveEdge(words, place, 'end', 'backward', 'sentence'),
})

/** The fewest keys by arrows: to the first word, then to the end; Enter takes it. */
export function byArrows(words: PairWords, target: Place): string[] | null {
  const begin = firstCursor(words)
  if (!begin) return null
  const start = fewest(
    { keys: ['ArrowDown'], place: begin },
    (place) => place.source === target.source && place.start === target.start,
    cursorMoves(words),
  )
  const end = start && fewest(start, (place) => samePlace(place, target), endMoves(words))
  return end && [...end.keys, 'Enter']
}

/** Letters that a person types with Shift held down. */
const shifted = (letters: string): string[] =>
  Array.from(letters, (letter) =>
    /^[a-z]$/i.test(letter) ? `Shift+${letter.toUpperCase()}` : letter,
  )

/** The first letters of the word that a place begins with, one more at a time. */
function* beginnings(words: PairWords, place: Place): Generator<string, void, void> {
  const letters = Array.from(quoted(words, place).quote)
  for (let n = 1; n <= Math.min(6, letters.length); n++) {
    const typed = letters.slice(0, n).join('')
    if (!/^\p{L}+$/u.test(typed)) return
    yield typed
  }
}

function lastWordOf(words: PairWords, place: Place): Place {
  const index = words.parts.find(({ source }) => source === place.source)?.index
  const at = Array.from(index?.wordEnds ?? []).findLastIndex((end) => end <= place.end)
  return {
    ...place,
    start: index?.wordStarts[at] ?? place.start,
    end: index?.wordEnds[at] ?? place.end,
  }
}

/** Typing to a word from where one is: its letters, then the first letter again until it is there. */
function typedTo(
  words: PairWords,
  to: Place,
  from: Place | null,
  here: boolean,
  within?: (place: Place) => boolean,
): string[] | null {
  let best: string[] | null = null
  for (const letters of beginnings(words, to)) {
    const found = nextBeginning(words, letters, from, here, within)
    if (found && found.start === to.start && found.source === to.source) {
      if (!best || letters.length < best.length) best = shifted(letters)
    }
    if (letters.length > 1) continue
    let place = found
    for (let n = 2; n <= 5 && place; n++) {
      place = nextBeginning(words, letters, place, false, within)
      if (place && place.start === to.start && place.source === to.source) {
        const keys = Array.from({ length: n }, () => shifted(letters)[0] as string)
        if (!best || keys.length < best.length) best = keys
        break
      }
    }
  }
  return best
}

/** The end by typing, where the words that are held begin as they should. */
function endTyped(words: PairWords, held: Place, target: Place, whole: boolean): string[] | null {
  const last = lastWordOf(words, target)
  if (last.end !== target.end) return null
  const from = whole ? held : lastWordOf(words, held)
  const keys = typedTo(
    words,
    last,
    from,
    false,
    (word) => word.source === held.source && word.end > held.start,
  )
  return keys && ['-', ...keys]
}

/** The fewest keys with numbers of sentences, typed words and arrows; Enter takes it. */
export function byAll(words: PairWords, target: Place, room = 9): string[] | null {
  const ways: string[][] = []
  const arrows = byArrows(words, target)
  if (arrows) ways.push(arrows)
  const sentences = sentencesNear(words, room, [])
  const ends = (held: Place, before: readonly string[], whole: boolean): void => {
    const byEnd = fewest(
      { keys: [], place: held },
      (one) => samePlace(one, target),
      endMoves(words),
    )
    if (byEnd) ways.push([...before, ...byEnd.keys, 'Enter'])
    const typed = endTyped(words, held, target, whole)
    if (typed) ways.push([...before, ...typed, 'Enter'])
  }
  const firstWord = (place: Place): Place | null =>
    nextWord(words, { ...place, end: place.start }, 'forward')
  const startWord = firstWord(target)
  for (const [at, sentence] of sentences.entries()) {
    const digit = [String(at + 1)]
    if (samePlace(sentence, target)) ways.push([...digit, 'Enter'])
    else if (sentence.source === target.source && sentence.start === target.start) {
      ends(sentence, digit, true)
    } else if (startWord) {
      const keys = typedTo(words, startWord, sentence, true)
      if (keys) ends(startWord, [...digit, ...keys], false)
    }
  }
  if (startWord?.start === target.start) {
    const keys = typedTo(words, startWord, firstCursor(words), true)
    if (keys) ends(startWord, keys, false)
  }
  return ways.sort((a, b) => a.length - b.length)[0] ?? null
}
