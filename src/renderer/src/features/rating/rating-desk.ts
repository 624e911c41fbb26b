import { computed, ref, shallowRef, triggerRef } from 'vue'
import type { Answers, RatingQueue, RatingTask } from '#shared/contract/ratings.ts'
import { CANNOT_JUDGE, type Aspect } from '#shared/studies/design.ts'
import { useClient } from '../../bridge/client.ts'
import type { DeskParts, Refusal, Seat } from './rating-desk-parts.ts'
import { meaningOf, withDigit, type Vote } from './rating-keys.ts'
import { leftOpen, nextOpenAspect, nextOpenTask } from './rating-light.ts'
import { createTaskShelf } from './rating-tasks.ts'
import type { RatingWrite } from './rating-writer.ts'

/** The item that is shown, the aspect that is lit, and what is said of it. */
export function createDesk(parts: DeskParts) {
  const { saving, times, pictures } = parts
  const seat = shallowRef<Seat | null>(null)
  const queue = shallowRef<RatingQueue | null>(null)
  const done = shallowRef<boolean[]>([])
  const at = ref(0)
  const lit = ref(0)
  const current = shallowRef<RatingTask | null>(null)
  /** Digits of a count before Enter. */
  const draft = ref('')
  /** Why the last key did nothing, until the next one. */
  const refusal = ref<Refusal | null>(null)
  /** Aspect to be lit when its task has been read. */
  let wantedAspect: string | null = null

  const compares = computed(() => seat.value?.mode === 'compare')
  const aspects = computed<readonly Aspect[]>(() =>
    compares.value ? [] : (seat.value?.study.design.aspects ?? []),
  )
  const ids = computed(() => (compares.value ? [''] : aspects.value.map(({ id }) => id)))
  const practice = computed(() => queue.value?.practice ?? 0)
  const isPractice = computed(() => at.value < practice.value)
  const answers = computed<Answers>(() => current.value?.answers ?? {})
  const isDone = computed(() => done.value[at.value] ?? false)
  const counts = computed(() => {
    const total = done.value.length - practice.value
    const rated = done.value.reduce((n, is, i) => (is && i >= practice.value ? n + 1 : n), 0)
    return { total, rated, open: leftOpen(done.value, practice.value, at.value) }
  })

  const tokenAt = (index: number): string => queue.value?.tasks[index] ?? ''
  const shelf = createTaskShelf({
    tokens: () => queue.value?.tasks ?? [],
    async read(tokens) {
      const { corpus, study, rater } = seat.value as Seat
      const input = { corpus, study: study.name, rater, tasks: tokens }
      const found = await useClient().call('ratings.tasks', input)
      return found.map((task) => ({
        ...task,
        answers: saving.writer.over(task.task, task.answers),
      }))
    },
    onLoad: () => {
      if (current.value) readAhead()
      else look()
    },
    onError: (error) => {
      if (!current.value) parts.failed(error)
    },
  })

  /** Pictures ahead and one back, the present one first. */
  function readAhead(): void {
    const ahead: number[] = []
    for (let next = nextOpenTask(done.value, at.value); next !== null && ahead.length < 3;) {
      ahead.push(next)
      next = nextOpenTask(done.value, next)
    }
    const [first, ...others] = ahead.map((index) => shelf.get(tokenAt(index))?.images ?? [])
    const back = shelf.get(tokenAt(at.value - 1))?.images ?? []
    const beside = shelf.get(tokenAt(at.value + 1))?.images ?? []
    const here = current.value?.images ?? []
    pictures.want([here, first ?? [], back, ...others, beside].flat(), here.length)
  }

  /** Shows the task at `at`, once it has been read. */
  function look(): void {
    shelf.want(at.value)
    current.value = shelf.get(tokenAt(at.value)) ?? null
    if (!current.value) return
    const wanted = wantedAspect === null ? -1 : ids.value.indexOf(wantedAspect)
    wantedAspect = null
    lit.value = wanted >= 0 ? wanted : (nextOpenAspect(ids.value, answers.value, 0) ?? 0)
    readAhead()
  }

  function goTo(index: number, aspect: string | null = null): void {
    at.value = index
    draft.value = ''
    refusal.value = null
    wantedAspect = aspect
    pictures.cover()
    parts.moved()
    look()
  }

  /** Takes answers as they now are, said here or found. */
  function take(index: number, now: Answers): void {
    const token = tokenAt(index)
    shelf.put(token, now)
    if (index === at.value) current.value = shelf.get(token) ?? null
    done.value[index] = ids.value.every((id) => now[id] !== undefined)
    triggerRef(done)
  }

  /** Whether an answer would be one to what is in view; null takes one away. */
  function canSay(answer: string | null): boolean {
    if (!current.value) return false
    const { task, images } = current.value
    if (pictures.seen(task, images)) return true
    // Of a picture that cannot be shown these alone are true.
    return (answer === null || answer === CANNOT_JUDGE) && pictures.broken(images)
  }

  function write(aspect: string, answer: string | null): void {
    const task = current.value as RatingTask
    const now = { ...task.answers }
    if (answer === null) delete now[aspect]
    else now[aspect] = answer
    take(at.value, now)
    send(task.task, aspect, answer, {
      ms: times.clock.lap(),
      position: at.value,
      zoom: parts.zoom() || null,
      left: compares.value ? (task.images[0] ?? null) : null,
    })
  }

  function send(
    task: string,
    aspect: string,
    answer: string | null,
    how: Pick<RatingWrite, 'ms' | 'position' | 'zoom' | 'left'>,
  ): void {
    const { corpus, study, rater, mode } = seat.value as Seat
    saving.writer.write({
      corpus,
      study: study.name,
      rater,
      mode,
      task,
      aspect,
      answer,
      ...how,
    })
  }

  /** Takes away all answers of one item. */
  function forget(index: number): void {
    for (const id of ids.value) {
      send(tokenAt(index), id, null, { ms: null, position: index, zoom: null, left: null })
    }
    take(index, {})
  }

  /** Answers the lit aspect; the light moves on, and behind the last open one the next item comes. */
  function say(answer: string): void {
    if (!canSay(answer)) {
      refusal.value = 'notShown'
      return
    }
    refusal.value = null
    draft.value = ''
    const wasDone = isDone.value
    write(ids.value[lit.value] as string, answer)
    if (!isDone.value) {
      lit.value = nextOpenAspect(ids.value, answers.value, lit.value) ?? lit.value
    } else if (wasDone && !compares.value) {
      // A correction: the picture stays until one goes on.
      lit.value = Math.min(lit.value + 1, ids.value.length - 1)
    } else {
      times.finished(times.clock.item())
      advance()
    }
  }

  /** To the next open item; where there is none, to the end. */
  function advance(): void {
    const next = nextOpenTask(done.value, at.value)
    if (isPractice.value && (next ?? practice.value) >= practice.value) parts.through('practice')
    else if (next === null) parts.through('all')
    else goTo(next)
  }

  /** Writes the digits of a count; false if there were none. */
  function commit(): boolean {
    if (draft.value === '') return false
    say(draft.value)
    return true
  }

  function press(key: string): void {
    const aspect = aspects.value[lit.value]
    const meaning = aspect ? meaningOf(aspect.form, key) : null
    if (!meaning) return
    if (meaning.kind === 'answer') say(meaning.answer)
    else if (!canSay(meaning.digit)) refusal.value = 'notShown'
    else {
      const next = withDigit(draft.value, meaning.digit)
      refusal.value = next === draft.value && next !== meaning.digit ? 'count' : null
      draft.value = next
    }
  }

  /** Takes away the answer of the lit aspect, or else the last one before it. */
  function clear(): void {
    refusal.value = null
    if (draft.value !== '') {
      draft.value = draft.value.slice(0, -1)
      return
    }
    const upTo = ids.value.slice(0, lit.value + 1)
    const index = upTo.findLastIndex((id) => answers.value[id] !== undefined)
    if (index < 0) return
    if (!canSay(null)) {
      refusal.value = 'notShown'
      return
    }
    lit.value = index
    write(ids.value[index] as string, null)
  }

  /** Moves the light; digits that wait are said of where they were typed. */
  function light(index: number): void {
    if (index < 0 || index >= ids.value.length) return
    const task = current.value?.task
    if (draft.value !== '') say(draft.value)
    if (current.value?.task === task) lit.value = index
    refusal.value = null
  }

  function next(): void {
    if (commit()) return
    if (!isDone.value) refusal.value = 'open'
    else if (at.value + 1 === practice.value || at.value + 1 >= done.value.length) advance()
    else goTo(at.value + 1)
  }
  function previous(): void {
    const first = isPractice.value ? 0 : practice.value
    if (at.value <= first) refusal.value = 'first'
    else goTo(at.value - 1)
  }

  return {
    seat,
    queue,
    done,
    at,
    lit,
    current,
    draft,
    refusal,
    compares,
    aspects,
    practice,
    isPractice,
    answers,
    isDone,
    counts,
    begin(at: Seat, read: RatingQueue): void {
      shelf.clear()
      seat.value = at
      queue.value = read
      done.value = [...read.done]
      current.value = null
    },
    leave(): void {
      shelf.clear()
      queue.value = null
      current.value = null
      done.value = []
    },
    goTo,
    take,
    readAgain: look,
    lightOn(aspect: string): void {
      lit.value = Math.max(0, ids.value.indexOf(aspect))
      refusal.value = null
    },
    /** Takes away all answers of practice. */
    forgetPractice(): void {
      for (let i = 0; i < practice.value; i++) forget(i)
    },
    indexOf: (task: string): number => queue.value?.tasks.indexOf(task) ?? -1,
    say,
    vote: (vote: Vote): void => say(vote),
    press,
    commit,
    clear,
    light,
    next,
    previous,
    /** Leaves the item open and goes on. */
    skip: advance,
  }
}

export type Desk = ReturnType<typeof createDesk>
