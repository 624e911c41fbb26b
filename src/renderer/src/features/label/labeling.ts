import { defineStore } from 'pinia'
import { ref, shallowRef, watch } from 'vue'
import { Annotator, OPEN_LABEL, type CorpusPart, type LabelState } from '#shared/contract/index.ts'
import { AppError, toErrorValue } from '#shared/errors.ts'
import { useClient } from '../../bridge/client.ts'
import { keep, recall } from '../../bridge/persist.ts'
import { useSession } from '../../state/session.ts'
import { useUi } from '../../state/ui.ts'
import { t } from '../../texts/index.ts'
import { createAnswers } from './label-answers.ts'
import { createLabelClock } from './label-clock.ts'
import { createEditing } from './label-editing.ts'
import { createLabelFiles } from './label-files.ts'
import { createHand } from './label-hand.ts'
import { createItems } from './label-items.ts'
import { createProgress } from './label-progress.ts'
import { createQueue } from './label-queue.ts'
import { createSpeaker } from './label-speaker.ts'
import { createTypeAhead } from './label-type-ahead.ts'

/** Labeling: who, in which order, the item that is shown, and what is said of it. */
export const useLabeling = defineStore('labeling', () => {
  const ui = useUi()
  const clock = createLabelClock()
  const said = shallowRef<LabelState>(OPEN_LABEL)
  /** Texts that could sway are shown when asked for. */
  const details = ref(recall(null, 'label-details', false))

  const who = createSpeaker()
  const { corpus, annotator, named, review, people, types } = who
  const answers = createAnswers(who, clock, {
    settled: () => progress.soon(),
    lost: (pair, back, thrown) => {
      if (back && queue.pair.value === pair) {
        said.value = back
        inHand.begin()
      }
      progress.soon()
      const value = toErrorValue(thrown)
      ui.fail(
        new AppError(value.kind, t('label.said.lost', { message: value.message }), value.hint),
        queue.pair.value === pair
          ? null
          : { label: t('label.said.goThere'), run: () => void queue.openPair(pair) },
      )
    },
  })
  const items = createItems(who, (item) => answers.found(item.pair, item.state))
  const queue = createQueue({
    who,
    items,
    answers,
    shown: () => {
      const item = queue.current.value?.item
      said.value = item ? (answers.of(item.pair) ?? item.state) : OPEN_LABEL
      inHand.begin()
      if (!item) return
      clock.restart()
      inHand.looks.value++
    },
    counted: () => void progress.load(),
  })
  const progress = createProgress(who, () => queue.where.value, answers.pending)
  const inHand = createHand(queue.current, said)
  const editing = createEditing({
    who,
    current: queue.current,
    said,
    inHand,
    answered: (pair, before, after, how) => {
      progress.count(before, after)
      answers.write(pair, after, how)
    },
    next: queue.next,
  })
  const typeAhead = createTypeAhead({
    current: queue.current,
    said,
    inHand,
    draw: editing.draw,
  })
  watch(queue.pair, typeAhead.stop)
  const files = createLabelFiles(who, settle, () => {
    answers.forget()
    items.forget()
    queue.current.value = null
    return Promise.all([who.loadPeople(), queue.makeQueue()])
  })

  /** Writes what waits, until all of it is kept. */
  async function settle(): Promise<void> {
    answers.flush()
    await answers.settled()
  }

  function forget(): void {
    answers.forget()
    queue.forget()
    progress.forget()
  }

  /** Turns to a corpus, as it was left. */
  async function enter(path: string | null): Promise<void> {
    if (path === corpus.value && (path === null || queue.state.value !== 'idle')) return
    answers.flush()
    corpus.value = path
    forget()
    queue.state.value = 'idle'
    if (path === null) return
    const left = queue.restore(path)
    if (!named.value) {
      void who.loadPeople()
      return
    }
    await Promise.all([who.loadTypes(), who.loadPeople(), queue.makeQueue(left)])
  }

  async function setAnnotator(name: string): Promise<void> {
    const clean = name.trim().slice(0, Annotator.maxLength ?? undefined)
    if (clean === '' || clean === annotator.value) return
    await settle()
    who.setName(clean)
    forget()
    if (corpus.value === null) return
    await Promise.all([who.loadTypes(), who.loadPeople(), queue.makeQueue()])
  }

  async function backOrForth(name: 'labels.undo' | 'labels.redo'): Promise<void> {
    if (corpus.value === null || !named.value) return
    await settle()
    try {
      const answer = await useClient().call(name, who.speaker())
      if (!answer) {
        ui.note(
          name === 'labels.undo' ? t('label.said.nothingToUndo') : t('label.said.nothingToRedo'),
        )
        return
      }
      answers.replace(answer.pair, answer.state)
      if (queue.pair.value === answer.pair) {
        said.value = answer.state
        inHand.begin()
        inHand.looks.value++
      } else await queue.openPair(answer.pair)
      progress.soon()
    } catch (thrown) {
      ui.fail(thrown)
    }
  }

  /** Something in the corpus changed. New predictions wait until they are asked for. */
  function refresh(what: readonly CorpusPart[]): void {
    if (corpus.value === null || corpus.value !== useSession().path) return
    if (queue.state.value !== 'ready') return
    if (what.includes('spans')) queue.stale.value = true
    if (what.includes('pairs') && queue.total.value === 0) void queue.makeQueue()
  }

  function setDetails(on: boolean): void {
    details.value = on
    keep(null, 'label-details', on)
  }

  watch(
    () => ui.engine.state,
    (now, before) => {
      if (now !== 'ready' || before === 'ready') return
      // The engine was started again: its queues are gone.
      if (corpus.value !== null && named.value && queue.state.value !== 'idle') {
        void queue.makeQueue(true)
      }
    },
  )

  return {
    annotator,
    named,
    review,
    people,
    types,
    order: queue.order,
    shownOrder: queue.shownOrder,
    predicted: queue.predicted,
    scope: queue.scope,
    where: queue.where,
    progress: progress.progress,
    state: queue.state,
    error: queue.error,
    total: queue.total,
    at: queue.at,
    current: queue.current,
    pair: queue.pair,
    aside: queue.aside,
    finished: queue.finished,
    itemError: queue.itemError,
    stale: queue.stale,
    said,
    hand: inHand.hand,
    options: inHand.options,
    looks: inHand.looks,
    unkept: answers.unkept,
    details,
    merged: files.merged,
    clock,
    enter,
    refresh,
    setAnnotator,
    setDetails,
    loadPeople: who.loadPeople,
    setTypes: who.setTypes,
    makeQueue: queue.makeQueue,
    change: queue.change,
    shuffle: queue.shuffle,
    setReview: queue.setReview,
    go: queue.go,
    next: queue.next,
    previous: queue.previous,
    openPair: queue.openPair,
    reload: queue.reload,
    ...editing,
    choose: inHand.choose,
    chooseSpan: inHand.chooseSpan,
    cycle: inHand.cycle,
    canCycle: inHand.canCycle,
    dropHand: inHand.dropHand,
    placeInHand: inHand.placeInHand,
    setCursor: inHand.setCursor,
    cursorBy: inHand.cursorBy,
    cursorTo: inHand.cursorTo,
    typed: typeAhead.letters,
    typingEnd: typeAhead.extending,
    typedNothing: typeAhead.missed,
    typeLetter: typeAhead.type,
    typeEnd: typeAhead.extend,
    stopTyping: typeAhead.stop,
    keyUp: answers.keyUp,
    flushHeld: answers.flush,
    settled: answers.settled,
    undo: (): Promise<void> => backOrForth('labels.undo'),
    redo: (): Promise<void> => backOrForth('labels.redo'),
    exportFile: files.exportFile,
    mergeFiles: files.mergeFiles,
  }
})
