import type { LabelItem } from '#shared/contract/index.ts'
import { useClient } from '../../bridge/client.ts'
import { pictureUrl } from '../../bridge/pictures.ts'
import { heldPicture } from './label-pictures.ts'
import type { Speaker } from './label-speaker.ts'
import { sentencesNear } from './label-sentences.ts'
import { optionsOf, type LabelOption } from './label-state.ts'
import { cutWords, type PairWords } from './label-text.ts'

/** Of so many items that are read ahead the picture is, too. */
const PICTURES_AHEAD = 6
const KEPT = 60

/** An item with everything that is worked out of it once. */
export interface Prepared {
  item: LabelItem
  words: PairWords
  options: readonly LabelOption[]
}

/**
 * Reads items and keeps those read last.
 * @param found is told of each item that was read
 */
export function createItems(who: Speaker, found: (item: LabelItem) => void) {
  const ready = new Map<number, Prepared>()
  const reading = new Map<number, Promise<Prepared>>()
  let generation = 0
  let reader = 0

  function prepare(item: LabelItem): Prepared {
    const words = cutWords(item, item.language)
    const options = optionsOf(item, who.review.value, (room, known) =>
      sentencesNear(words, room, known),
    )
    return { item, words, options }
  }

  function load(id: number): Promise<Prepared> {
    const known = ready.get(id)
    if (known) return Promise.resolve(known)
    const under = reading.get(id)
    if (under) return under
    const mine = generation
    const promise = useClient()
      .call('labels.item', { ...who.speaker(), pair: id })
      .then((item) => {
        const made = prepare(item)
        if (mine === generation) {
          ready.set(id, made)
          found(item)
          while (ready.size > KEPT) ready.delete(ready.keys().next().value as number)
        }
        return made
      })
      .finally(() => {
        if (reading.get(id) === promise) reading.delete(id)
      })
    reading.set(id, promise)
    return promise
  }

  function fetchPicture({ item }: Prepared): void {
    const { sha256, status } = item.row
    const corpus = who.corpus.value
    if (corpus === null || sha256 === null || status !== 'ok' || typeof Image === 'undefined')
      return
    heldPicture(pictureUrl(sha256, corpus))
  }

  /** Reads what comes next, one after the other, so that the item in front is never behind them. */
  function readAhead(ids: readonly number[]): void {
    const mine = ++reader
    void (async () => {
      for (const [n, id] of ids.entries()) {
        if (mine !== reader) return
        try {
          const prepared = await load(id)
          if (n < PICTURES_AHEAD) fetchPicture(prepared)
        } catch {
          // It is asked for again when it is opened, and then says what is wrong.
        }
        // Between two items the keys come first.
        await new Promise((resolve) => setTimeout(resolve, 0))
      }
    })()
  }

  /** Items read before no longer hold: another speaker, or other proposals. */
  function forget(): void {
    generation++
    ready.clear()
    reading.clear()
  }

  return { known: (id: number) => ready.get(id), load, readAhead, forget }
}

export type Items = ReturnType<typeof createItems>
