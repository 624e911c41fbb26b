import { computed, shallowRef, ref, type ShallowRef } from 'vue'
import type { LabelState } from '#shared/contract/index.ts'
import type { MoveDirection } from '#shared/text/spans.ts'
import type { Prepared } from './label-items.ts'
import { firstOption, placeOf } from './label-state.ts'
import {
  arrowDirection,
  firstCursor,
  nextSentence,
  nextWord,
  outerWord,
  type Place,
} from './label-text.ts'

/**
 * What the keys act on: a proposal that Enter takes, words that were said, or the word under the
 * cursor.
 */
export type Hand =
  | { kind: 'nothing' }
  | { kind: 'option'; at: number }
  | { kind: 'span'; at: number }
  | { kind: 'cursor'; place: Place }

export const NOTHING: Hand = { kind: 'nothing' }

function handFor(prepared: Prepared, answer: LabelState): Hand {
  if (answer.spans.length > 0) return { kind: 'span', at: 0 }
  if (answer.status !== 'open') return NOTHING
  const first = firstOption(prepared.options)
  return first < 0 ? NOTHING : { kind: 'option', at: first }
}

/** What is in hand of the item that is shown, and how the keys go through it. */
export function createHand(current: ShallowRef<Prepared | null>, said: ShallowRef<LabelState>) {
  const hand = shallowRef<Hand>(NOTHING)
  /** Counts up when the words should be scrolled to what is in hand. */
  const looks = ref(0)
  const options = computed(() => current.value?.options ?? [])

  /** Begins anew with an item, or with another answer to it. */
  function begin(): void {
    hand.value = current.value ? handFor(current.value, said.value) : NOTHING
  }

  function choose(index: number): void {
    if (options.value[index]) {
      hand.value = { kind: 'option', at: index }
      looks.value++
    }
  }

  function chooseSpan(index: number): void {
    if (said.value.spans[index]) {
      hand.value = { kind: 'span', at: index }
      looks.value++
    }
  }

  function stepBy(by: 1 | -1): Hand | undefined {
    const steps: Hand[] = [
      ...said.value.spans.map((_, index): Hand => ({ kind: 'span', at: index })),
      // Sentences have their digits: Tab would never leave the words.
      ...options.value.flatMap(({ kind }, at): Hand[] =>
        kind === 'sentence' ? [] : [{ kind: 'option', at }],
      ),
    ]
    const inHand = hand.value
    const here = steps.findIndex(
      (step) =>
        step.kind === inHand.kind && 'at' in step && 'at' in inHand && step.at === inHand.at,
    )
    const target = here < 0 ? (by > 0 ? 0 : steps.length - 1) : here + by
    return steps[target]
  }

  /** Whether there is another proposal; behind the last, Tab leaves the words. */
  const canCycle = (by: 1 | -1): boolean => stepBy(by) !== undefined

  /** Goes through the words that were said and the proposals. */
  function cycle(by: 1 | -1): void {
    const found = stepBy(by)
    if (!found) return
    hand.value = found
    looks.value++
  }

  function dropHand(): void {
    const prepared = current.value
    if (prepared)
      hand.value = hand.value.kind === 'cursor' ? handFor(prepared, said.value) : NOTHING
  }

  /** The words in hand, if any. */
  function placeInHand(): Place | null {
    const inHand = hand.value
    if (inHand.kind === 'cursor') return inHand.place
    if (inHand.kind === 'span') return said.value.spans[inHand.at] ?? null
    if (inHand.kind === 'option') {
      const option = options.value[inHand.at]
      const place = placeOf(option)
      if (place) return place
      if (option?.kind === 'answer') return option.state.spans[0] ?? null
    }
    return null
  }

  function setCursor(place: Place | null): void {
    if (!place) return
    hand.value = { kind: 'cursor', place }
    looks.value++
  }

  /** `from` = where to begin when the words in hand are not in view. */
  function cursorBy(
    unit: 'word' | 'sentence',
    side: 'left' | 'right' | 'up' | 'down',
    from: Place | null = null,
  ): void {
    const words = current.value?.words
    if (!words) return
    if (from) {
      setCursor(from)
      return
    }
    const here = placeInHand()
    if (!here) {
      setCursor(firstCursor(words))
      return
    }
    const direction: MoveDirection =
      side === 'up'
        ? 'backward'
        : side === 'down'
          ? 'forward'
          : arrowDirection(words, here.source, side)
    setCursor(
      unit === 'word' ? nextWord(words, here, direction) : nextSentence(words, here, direction),
    )
  }

  function cursorTo(which: 'first' | 'last'): void {
    if (current.value) setCursor(outerWord(current.value.words, which))
  }

  /** The direction in the text, which may run from right to left. */
  function directionOf(which: 'left' | 'right' | 'up' | 'down'): MoveDirection {
    const words = current.value?.words
    if (which === 'up') return 'backward'
    if (which === 'down') return 'forward'
    return words ? arrowDirection(words, placeInHand()?.source ?? null, which) : 'forward'
  }

  return {
    hand,
    looks,
    options,
    begin,
    choose,
    chooseSpan,
    canCycle,
    cycle,
    dropHand,
    placeInHand,
    setCursor,
    cursorBy,
    cursorTo,
    directionOf,
  }
}

export type InHand = ReturnType<typeof createHand>
