import { ref } from 'vue'
import type { LabelState } from '#shared/contract/index.ts'
import { useClient } from '../../bridge/client.ts'
import type { LabelClock } from './label-clock.ts'
import { engineBack } from './label-engine.ts'
import type { Speaker } from './label-speaker.ts'
import { createLabelWriter, type LabelWrite } from './label-writer.ts'

/** A key that is held down is one action: it is written when it comes up, or after this. */
const HELD_MS = 250
/** A note is written when its typing pauses. */
const TYPED_MS = 800

export interface AnswerEvents {
  /** All that was said is kept. */
  settled(): void
  /** What was said of a pair could not be kept; `back` is what the corpus holds, if it is known. */
  lost(pair: number, back: LabelState | null, error: unknown): void
}

/** What is said of each pair as it is shown, and its way into the corpus. */
export function createAnswers(who: Speaker, clock: LabelClock, on: AnswerEvents) {
  const unkept = ref(0)
  /** What is shown of each pair, and what the corpus is known to hold. */
  const shown = new Map<number, LabelState>()
  const kept = new Map<number, LabelState>()
  let held: { entry: LabelWrite; timer: ReturnType<typeof setTimeout>; typed: boolean } | null =
    null

  const isHere = (entry: LabelWrite): boolean => {
    const { corpus, annotator, review } = who.speaker()
    return entry.corpus === corpus && entry.annotator === annotator && entry.review === review
  }

  const writer = createLabelWriter({
    send: (entry) => useClient().call('labels.set', entry),
    read: async ({ corpus, annotator, review, pair }) =>
      (await useClient().call('labels.item', { corpus, annotator, review, pair })).state,
    engineBack,
    onPending: (n) => (unkept.value = n),
    onKept: (entry) => {
      if (isHere(entry)) kept.set(entry.pair, entry.state)
      if (writer.pending === 0) on.settled()
    },
    onLost: (entry, error) => {
      const back = (isHere(entry) && kept.get(entry.pair)) || null
      if (back) shown.set(entry.pair, back)
      on.lost(entry.pair, back, error)
    },
  })

  /** Writes what a key that was held down has come to. */
  function flush(): void {
    if (!held) return
    clearTimeout(held.timer)
    const { entry } = held
    held = null
    writer.write({ ...entry, seconds: clock.lap() })
  }

  /** A key came up. */
  function keyUp(): void {
    if (held && !held.typed) flush()
  }

  /** Writes an answer; one that is `held` or `typed` when the hand rests. */
  function write(pair: number, state: LabelState, how: 'now' | 'held' | 'typed'): void {
    shown.set(pair, state)
    const entry: LabelWrite = { ...who.speaker(), pair, state, seconds: null }
    if (how === 'now') {
      flush()
      writer.write({ ...entry, seconds: clock.lap() })
      return
    }
    if (held && held.entry.pair !== pair) flush()
    if (held) clearTimeout(held.timer)
    const typed = how === 'typed'
    held = { entry, timer: setTimeout(flush, typed ? TYPED_MS : HELD_MS), typed }
  }

  /** What the corpus was found to hold; what was said here since then stays. */
  function found(pair: number, state: LabelState): void {
    if (!shown.has(pair)) shown.set(pair, state)
    if (!kept.has(pair)) kept.set(pair, state)
  }

  /** The corpus holds another answer now, as after undo. */
  function replace(pair: number, state: LabelState): void {
    shown.set(pair, state)
    kept.set(pair, state)
  }

  function forget(): void {
    shown.clear()
    kept.clear()
  }

  return {
    unkept,
    of: (pair: number): LabelState | undefined => shown.get(pair),
    write,
    flush,
    keyUp,
    found,
    replace,
    forget,
    /** Resolves when nothing is under way, also after a failure. */
    settled: (): Promise<void> => writer.settled(),
    pending: (): number => writer.pending,
  }
}

export type Answers = ReturnType<typeof createAnswers>
