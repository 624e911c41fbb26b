import type { ShallowRef } from 'vue'
import { LabelState, type LabeledPlace } from '#shared/contract/index.ts'
import type { SpanEdge } from '#shared/text/spans.ts'
import { useUi } from '../../state/ui.ts'
import { t } from '../../texts/index.ts'
import { NOTHING, type InHand } from './label-hand.ts'
import type { Prepared } from './label-items.ts'
import type { Speaker } from './label-speaker.ts'
import {
  asNone,
  asOpen,
  asSkipped,
  placeOf,
  replaceSpan,
  sameState,
  withoutSpan,
  withSpan,
  withType,
} from './label-state.ts'
import {
  firstCursor,
  moveEdge,
  movePlace,
  nextWord,
  quoted,
  samePlace,
  type PairWords,
  type Place,
  type StepUnit,
} from './label-text.ts'

export interface EditingParts {
  who: Speaker
  current: ShallowRef<Prepared | null>
  said: ShallowRef<LabelState>
  inHand: InHand
  /** Another answer to the item that is shown: it is to be counted and kept. */
  answered(pair: number, before: LabelState, after: LabelState, how: 'now' | 'held' | 'typed'): void
  /** Goes on to the next item. */
  next(): void
}

/** What is said of the item that is shown: every answer that a key or the pointer can give. */
export function createEditing({ who, current, said, inHand, answered, next }: EditingParts) {
  const ui = useUi()
  const { types, defaultType } = who
  const { hand, looks, placeInHand, setCursor, directionOf } = inHand

  /** Shows it at once and writes it; `repeat` = the key is held down. */
  function say(answer: LabelState, repeat = false, typed = false): void {
    const prepared = current.value
    if (!prepared || who.corpus.value === null) return
    if (sameState(answer, said.value)) return
    const before = said.value
    said.value = answer
    answered(prepared.item.pair, before, answer, typed ? 'typed' : repeat ? 'held' : 'now')
  }

  function spanOf(place: Place, type: string | null): LabeledPlace {
    const words = (current.value as Prepared).words
    const known = types.value.some(({ name }) => name === type)
    return { ...quoted(words, place), type: known && type ? type : defaultType.value }
  }

  /** @param type of the proposal; words that were said already keep theirs */
  function addSpan(place: Place, type: string | null, repeat = false): void {
    const known = said.value.spans.findIndex((one) => samePlace(one, place))
    if (known >= 0) {
      hand.value = { kind: 'span', at: known }
      return
    }
    const span = spanOf(place, type)
    const answer = withSpan(said.value, span)
    say(answer, repeat)
    hand.value = { kind: 'span', at: answer.spans.findIndex((one) => samePlace(one, span)) }
  }

  /** Takes what is in hand; false where there is nothing to take. */
  function take(type: string | null = null): boolean {
    const prepared = current.value
    if (!prepared) return false
    const inHand = hand.value
    if (inHand.kind === 'cursor') {
      addSpan(inHand.place, type)
      return true
    }
    if (inHand.kind !== 'option') return false
    const option = prepared.options[inHand.at]
    if (!option) return false
    if (option.kind === 'span') addSpan(option.place, type ?? option.type)
    else if (option.kind === 'sentence') addSpan(option.place, type)
    else {
      const spans = option.kind === 'answer' ? option.state.spans : []
      say({ ...asNone(said.value), spans })
      hand.value = spans.length > 0 ? { kind: 'span', at: 0 } : NOTHING
    }
    return true
  }

  /** The one key: takes what is in hand and goes on. */
  function takeAndGo(): void {
    if (!current.value) return
    if (take() || said.value.status !== 'open') next()
    else {
      ui.note(t('label.said.nothingChosen'))
    }
  }

  function sayNone(): void {
    if (!current.value) return
    say(asNone(said.value))
    hand.value = NOTHING
    next()
  }

  function skip(): void {
    if (!current.value) return
    say(asSkipped(said.value))
    hand.value = NOTHING
    next()
  }

  function flag(): void {
    if (current.value) say({ ...said.value, flagged: !said.value.flagged })
  }

  function setNote(note: string): void {
    if (current.value)
      say(
        { ...said.value, note: note.slice(0, LabelState.shape.note.maxLength ?? undefined) },
        false,
        true,
      )
  }

  /** Takes back the words in hand; else all that was said of the item. */
  function clear(): void {
    const prepared = current.value
    if (!prepared) return
    const inHand = hand.value
    if (inHand.kind === 'span' && said.value.spans.length > 1) {
      say(withoutSpan(said.value, inHand.at))
      hand.value = { kind: 'span', at: Math.min(inHand.at, said.value.spans.length - 1) }
      return
    }
    if (said.value.status !== 'open') say(asOpen(said.value))
    hand.value = NOTHING
  }

  /** A type letter: of the words in hand, or of the proposal that is taken with it. */
  function setType(name: string): void {
    const inHand = hand.value
    if (inHand.kind === 'span') {
      const at = said.value.spans[inHand.at]
      if (at) say(withType(said.value, inHand.at, name))
    } else if (take(name)) {
      const taken = hand.value
      if (taken.kind === 'span' && said.value.spans[taken.at]?.type !== name) {
        say(withType(said.value, taken.at, name))
      }
    }
  }

  /** Takes what is in hand and stays; what is in hand already makes room for another. */
  function add(): void {
    const prepared = current.value
    if (!prepared || take()) return
    const here = placeInHand()
    setCursor(here ? nextWord(prepared.words, here, 'forward') : firstCursor(prepared.words))
  }

  /** Applies a change of place to the words in hand; what was only proposed is said by that. */
  function reshape(to: (place: Place, words: PairWords) => Place, repeat: boolean): void {
    const prepared = current.value
    if (!prepared) return
    const inHand = hand.value
    if (inHand.kind === 'nothing') {
      setCursor(firstCursor(prepared.words))
      return
    }
    if (inHand.kind === 'option') {
      const option = prepared.options[inHand.at]
      const proposed = placeOf(option)
      if (option && proposed) {
        const type = option.kind === 'span' ? option.type : null
        addSpan(to(proposed, prepared.words), type, repeat)
        looks.value++
        return
      }
      if (option?.kind !== 'answer' || option.state.spans.length === 0) return
      take()
    }
    if (inHand.kind === 'cursor') addSpan(to(inHand.place, prepared.words), null, repeat)
    else {
      const index = hand.value.kind === 'span' ? hand.value.at : 0
      const span = said.value.spans[index]
      if (!span) return
      const place = to(span, prepared.words)
      if (samePlace(place, span)) return
      const moved = spanOf(place, span.type)
      const answer = replaceSpan(said.value, index, moved)
      if (!answer) {
        ui.note(t('label.said.overlap'))
        return
      }
      say(answer, repeat)
      hand.value = { kind: 'span', at: answer.spans.findIndex((one) => samePlace(one, moved)) }
    }
    looks.value++
  }

  function edge(
    which: SpanEdge,
    towards: 'left' | 'right' | 'up' | 'down',
    unit: StepUnit,
    repeat = false,
  ): void {
    const direction = directionOf(towards)
    reshape((place, words) => moveEdge(words, place, which, direction, unit), repeat)
  }

  function move(towards: 'left' | 'right', unit: 'word' | 'character', repeat = false): void {
    const direction = directionOf(towards)
    reshape((place, words) => movePlace(words, place, direction, unit), repeat)
  }

  /** The pointer chose words: a new span, or another extent of the one in hand. */
  function draw(place: Place, replaces: number | null): void {
    if (replaces === null) {
      addSpan(place, null)
      return
    }
    const span = said.value.spans[replaces]
    if (!span) return
    const moved = spanOf(place, span.type)
    const answer = replaceSpan(said.value, replaces, moved)
    if (!answer) ui.note(t('label.said.overlap'))
    else {
      say(answer)
      hand.value = { kind: 'span', at: answer.spans.findIndex((one) => samePlace(one, moved)) }
    }
  }

  return {
    take,
    takeAndGo,
    sayNone,
    skip,
    flag,
    setNote,
    clear,
    setType,
    add,
    edge,
    move,
    draw,
  }
}
