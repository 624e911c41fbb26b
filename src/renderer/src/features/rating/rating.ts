import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { Rater, type RatingMode } from '#shared/contract/ratings.ts'
import type { CorpusPart } from '#shared/contract/index.ts'
import { AppError, toErrorValue, type ErrorValue } from '#shared/errors.ts'
import { useClient } from '../../bridge/client.ts'
import { keep, recall } from '../../bridge/persist.ts'
import { useUi } from '../../state/ui.ts'
import { t } from '../../texts/index.ts'
import { createDesk } from './rating-desk.ts'
import { resumeAt } from './rating-light.ts'
import { createSaving } from './rating-saving.ts'
import { createSteps } from './rating-steps.ts'
import { createPictures } from './rating-shown.ts'
import { createTimes } from './rating-times.ts'
import { createView } from './rating-view-state.ts'

/**
 * - `who`: nobody said who rates
 * - `instructions`: before the first item
 * - `items`: practice and what counts
 * - `practised`: behind the practice
 * - `end`: behind the last item
 */
export type RatingPhase =
  'idle' | 'who' | 'loading' | 'instructions' | 'items' | 'practised' | 'end' | 'failed'

/** What was rated last in a corpus, to go on there. */
export interface LastRated {
  study: string
  mode: RatingMode
}

/** Rating a study, item by item. */
export const useRating = defineStore('rating', () => {
  const ui = useUi()
  const rater = ref(recall(null, 'rater', ''))
  const corpus = ref<string | null>(null)
  const name = ref('')
  const mode = ref<RatingMode>('rate')
  const phase = ref<RatingPhase>('idle')
  const error = shallowRef<ErrorValue | null>(null)
  const qualified = ref<boolean | null>(null)
  /** Only the newest opening counts. */
  let opening = 0

  const times = createTimes()
  const view = createView()
  const pictures = createPictures(
    () => corpus.value ?? '',
    () => times.clock.shown(),
  )
  const saving = createSaving((entry, thrown) => void refused(entry.task, thrown))
  const desk = createDesk({
    saving,
    times,
    pictures,
    zoom: () => view.scale.value,
    moved: () => view.moved(),
    through: (what) => void through(what),
    failed: fail,
  })
  const study = computed(() => desk.seat.value?.study ?? null)
  const { steps, step } = createSteps({
    desk,
    saving,
    isShown: () => phase.value === 'items',
    goTo,
  })
  const rests = computed(() => {
    const after = study.value?.design.breakAfter ?? 0
    if (after > 0 && times.minutes.value >= after) return 'time'
    return times.tiring.value ? 'pace' : null
  })

  function fail(thrown: unknown): void {
    error.value = toErrorValue(thrown)
    phase.value = 'failed'
  }

  /** What the corpus does not take must not look as if it were kept. */
  async function refused(task: string, thrown: unknown): Promise<void> {
    const value = toErrorValue(thrown)
    const index = desk.indexOf(task)
    ui.fail(
      new AppError(value.kind, t('rating.refused', { message: value.message }), value.hint),
      index < 0 ? null : { label: t('rating.goThere'), run: () => goTo(index) },
    )
    const found = await read(task).catch(() => null)
    if (found && desk.indexOf(task) >= 0) {
      desk.take(desk.indexOf(task), saving.writer.over(task, found))
    }
  }

  async function read(task: string) {
    const at = desk.seat.value
    if (!at) return null
    const [found] = await useClient().call('ratings.tasks', {
      corpus: at.corpus,
      study: at.study.name,
      rater: at.rater,
      tasks: [task],
    })
    return found?.answers ?? null
  }

  function goTo(index: number, aspect: string | null = null): void {
    phase.value = 'items'
    desk.goTo(index, aspect)
  }

  /** Turns to a study where it was left; asks first who rates. */
  async function open(path: string, wanted: string, how: RatingMode): Promise<void> {
    leave()
    corpus.value = path
    name.value = wanted
    mode.value = how
    if (!Rater.safeParse(rater.value).success) {
      phase.value = 'who'
      return
    }
    const mine = ++opening
    phase.value = 'loading'
    try {
      await saving.restore(path)
      const client = useClient()
      const study = await client.call('studies.get', { corpus: path, study: wanted })
      const who = { corpus: path, study: wanted, rater: rater.value }
      // What is still under way would be missing in what is read.
      if (saving.problem.value === null) await saving.writer.settled()
      const queue = await client.call('ratings.queue', { ...who, mode: how })
      if (mine !== opening) return
      desk.begin({ corpus: path, study, rater: rater.value, mode: how }, queue)
      qualified.value = queue.qualified
      times.enter(path, `${how}:${wanted}:${rater.value}`)
      view.picture.value = { width: queue.width, height: queue.height }
      keep(path, 'rating-last', { study: wanted, mode: how } satisfies LastRated)
      const at = resumeAt(queue.done, queue.practice)
      desk.at.value = at ?? Math.max(0, queue.tasks.length - 1)
      if (at === null) phase.value = 'end'
      else if (queue.done.includes(true)) goTo(at)
      else phase.value = 'instructions'
    } catch (thrown) {
      if (mine === opening) fail(thrown)
    }
  }

  async function again(): Promise<void> {
    if (corpus.value !== null) await open(corpus.value, name.value, mode.value)
  }

  /** Lets go of everything but what is being written. */
  function leave(): void {
    opening++
    desk.leave()
    pictures.clear()
    times.clock.pause()
    times.clock.resume()
    error.value = null
    phase.value = 'idle'
  }

  async function setRater(given: string): Promise<void> {
    const clean = Rater.safeParse(given)
    if (!clean.success) return
    rater.value = clean.data
    keep(null, 'rater', clean.data)
    await again()
  }

  async function through(what: 'practice' | 'all'): Promise<void> {
    if (what === 'all') {
      phase.value = 'end'
      return
    }
    qualified.value = null
    phase.value = 'practised'
    await readQualified()
  }

  /** Whether practice was passed is the engine's to say, when it has all of it. */
  async function readQualified(): Promise<void> {
    const at = desk.seat.value
    if (!at) return
    try {
      await saving.writer.settled()
      const { qualified: now } = await useClient().call('ratings.queue', {
        corpus: at.corpus,
        study: at.study.name,
        rater: at.rater,
        mode: at.mode,
      })
      if (desk.seat.value === at) qualified.value = now
    } catch {
      // It is said when the engine is back; one can go on without.
    }
  }

  /** From the instructions, or from practice, to the first item that is open. */
  function begin(): void {
    const from = phase.value === 'practised' ? desk.practice.value : 0
    const next = desk.done.value.indexOf(false, from)
    if (next < 0) phase.value = 'end'
    else goTo(next)
  }

  /** The first item that was left open. */
  function goToOpen(): void {
    const from = phase.value === 'practised' ? 0 : desk.practice.value
    const next = desk.done.value.indexOf(false, from)
    if (next >= 0) goTo(next)
  }

  /** Practice from its beginning, without the answers that were given. */
  function practiseAgain(): void {
    if (!desk.seat.value) return
    desk.forgetPractice()
    goTo(0)
  }

  async function refresh(parts: readonly CorpusPart[], seen: boolean): Promise<void> {
    const at = desk.seat.value
    if (!at || !seen || !parts.includes('studies') || phase.value === 'idle') return
    try {
      const found = await useClient().call('studies.get', {
        corpus: at.corpus,
        study: at.study.name,
      })
      if (desk.seat.value === at) desk.seat.value = { ...at, study: found }
    } catch (thrown) {
      fail(thrown)
    }
  }

  watch(
    () => ui.engine.state,
    (now, before) => {
      if (now !== 'ready' || before === 'ready') return
      saving.writer.retry()
      pictures.retry()
      if (phase.value === 'failed') void again()
      else if (phase.value === 'items') desk.readAgain()
      else if (phase.value === 'practised') void readQualified()
    },
  )

  return {
    rater,
    corpus,
    name,
    mode,
    phase,
    error,
    study,
    qualified,
    steps,
    rests,
    unsaved: saving.unsaved,
    problem: saving.problem,
    pace: times.pace,
    total: times.total,
    clock: times.clock,
    rested: times.rested,
    at: desk.at,
    lit: desk.lit,
    current: desk.current,
    draft: desk.draft,
    refusal: desk.refusal,
    compares: desk.compares,
    aspects: desk.aspects,
    practice: desk.practice,
    isPractice: desk.isPractice,
    answers: desk.answers,
    counts: desk.counts,
    isDone: desk.isDone,
    view,
    pictures,
    open,
    again,
    leave,
    setRater,
    begin,
    goTo,
    goToOpen,
    practiseAgain,
    refresh,
    retrySaving: (): void => saving.writer.retry(),
    settled: (): Promise<void> => saving.writer.settled(),
    say: desk.say,
    press: desk.press,
    commit: desk.commit,
    clear: desk.clear,
    light: desk.light,
    next: desk.next,
    previous: desk.previous,
    skip: desk.skip,
    undo: (): Promise<void> => step('ratings.undo'),
    redo: (): Promise<void> => step('ratings.redo'),
  }
})
