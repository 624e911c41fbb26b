import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type {
  CallOutput,
  CorpusPart,
  DescriptionType,
  LabeledPlace,
  LabelItem,
} from '#shared/contract/index.ts'
import { DEFAULT_TYPES, LABEL_ORDERS, LABEL_SCOPES, OPEN_LABEL } from '#shared/contract/index.ts'
import type { LabelState } from '#shared/contract/index.ts'
import { AppError, toErrorValue, type ErrorValue } from '#shared/errors.ts'
import type { MoveDirection, SpanEdge } from '#shared/text/spans.ts'
import { createChunkCache } from '../../bridge/chunk-cache.ts'
import { latest, useClient } from '../../bridge/client.ts'
import { createLabelClock } from './label-clock.ts'
import {
  asNone,
  asOpen,
  asSkipped,
  firstOption,
  isNone,
  optionsOf,
  replaceSpan,
  sameState,
  withoutSpan,
  withSpan,
  withType,
  type LabelOption,
} from './label-state.ts'
import {
  arrowDirection,
  cutWords,
  firstCursor,
  moveEdge,
  movePlace,
  nextSentence,
  nextWord,
  outerWord,
  quoted,
  samePlace,
  type PairWords,
  type Place,
  type StepUnit,
} from './label-text.ts'
import { heldPicture } from './label-pictures.ts'
import { createLabelWriter, isEngineGone, type LabelWrite } from './label-writer.ts'
import { keep, recall } from '../../bridge/persist.ts'
import { pictureUrl } from '../../bridge/pictures.ts'
import { useSession } from '../../state/session.ts'
import { useUi } from '../../state/ui.ts'
import { count as formatCount } from '../../bridge/format.ts'
import { t } from '../../texts/index.ts'

export type LabelOrder = (typeof LABEL_ORDERS)[number]
export type LabelScope = (typeof LABEL_SCOPES)[number]
export type Person = CallOutput<'labels.annotators'>[number]
export type Progress = CallOutput<'labels.progress'>
type QueueRow = CallOutput<'labels.queuePage'>[number]

/** An item with everything that is worked out of it once. */
export interface Prepared {
  item: LabelItem
  words: PairWords
  options: readonly LabelOption[]
}

/**
 * What the keys act on: a proposal that Enter takes, words that were said, or the word under the
 * cursor.
 */
export type Hand =
  | { kind: 'nothing' }
  | { kind: 'option'; at: number }
  | { kind: 'span'; at: number }
  | { kind: 'cursor'; place: Place }

interface Recipe {
  order: LabelOrder
  scope: LabelScope
  where: string
  seed: number
}

const CHUNK = 200
/** Items read and cut ahead of the one that is shown; of so many the picture, too. */
const AHEAD = 12
const PICTURES_AHEAD = 6
const KEPT = 60
/** A key that is held down is one action: it is written when it comes up, or after this. */
const HELD_MS = 250
/** A note is written when its typing pauses. */
const TYPED_MS = 800
const PROGRESS_MS = 600

const NOTHING: Hand = { kind: 'nothing' }

/** Labeling: who, in which order, the item that is shown, and what is said of it. */
export const useLabeling = defineStore('labeling', () => {
  const ui = useUi()
  const annotator = ref(recall(null, 'annotator', ''))
  const review = ref(false)
  const order = ref<LabelOrder>('uncertain')
  const scope = ref<LabelScope>('open')
  const where = ref('')
  const seed = ref(1)
  const people = shallowRef<readonly Person[]>([])
  const types = shallowRef<readonly DescriptionType[]>(DEFAULT_TYPES)
  const progress = shallowRef<Progress | null>(null)

  const state = ref<'idle' | 'loading' | 'ready' | 'error'>('idle')
  const error = shallowRef<ErrorValue | null>(null)
  const total = ref(0)
  /** Place in the queue from 0; `total` = behind the last. */
  const at = ref(0)
  const current = shallowRef<Prepared | null>(null)
  /** The item came by undo and is not the one of the place in the queue. */
  const aside = ref(false)
  const said = shallowRef<LabelState>(OPEN_LABEL)
  const hand = shallowRef<Hand>(NOTHING)
  const itemError = shallowRef<ErrorValue | null>(null)
  const unkept = ref(0)
  /** Texts that could sway are shown when asked for. */
  const details = ref(recall(null, 'label-details', false))
  /** Predictions changed since the queue was made. */
  const stale = ref(false)
  /** Counts up when the words should be scrolled to what is in hand. */
  const looks = ref(0)
  const clock = createLabelClock()

  let corpus: string | null = null
  let queue: string | null = null
  let lostQueue = 0
  let generation = 0
  const ready = new Map<number, Prepared>()
  const reading = new Map<number, Promise<Prepared>>()
  /** What is shown of each pair, and what the corpus is known to hold. */
  const shown = new Map<number, LabelState>()
  const kept = new Map<number, LabelState>()
  const places = new Map<number, number>()

  const pair = computed(() => current.value?.item.pair ?? null)
  const finished = computed(
    () => state.value === 'ready' && !aside.value && total.value > 0 && at.value >= total.value,
  )
  const options = computed(() => current.value?.options ?? [])
  const defaultType = computed(() => types.value[0]?.name ?? 'content')
  const named = computed(() => annotator.value.trim() !== '')

  function speaker() {
    return { corpus: corpus as string, annotator: annotator.value, review: review.value }
  }

  const rows = createChunkCache<QueueRow>({
    chunk: CHUNK,
    capacity: 30,
    parallel: 2,
    read: (offset, limit) => {
      if (queue === null) return Promise.resolve([])
      return useClient().call('labels.queuePage', { ...speaker(), queue, offset, limit })
    },
    onLoad: () => {
      lostQueue = 0
      if (!aside.value && current.value === null) show()
      else ahead()
    },
    onError: (thrown) => {
      // A new engine knows no queue of the one before.
      if (toErrorValue(thrown).kind === 'not-found' && lostQueue < 2) {
        lostQueue++
        void makeQueue(true)
      } else if (!isEngineGone(thrown)) {
        itemError.value = toErrorValue(thrown)
      }
    },
  })

  const writer = createLabelWriter({
    send: (entry) => useClient().call('labels.set', entry),
    read: async ({ corpus: path, annotator: name, review: settles, pair: id }) =>
      (
        await useClient().call('labels.item', {
          corpus: path,
          annotator: name,
          review: settles,
          pair: id,
        })
      ).state,
    engineBack,
    onPending: (n) => (unkept.value = n),
    onKept: (entry) => {
      if (isHere(entry)) kept.set(entry.pair, entry.state)
      if (writer.pending === 0) soonProgress()
    },
    onLost: (entry, thrown) => {
      const value = toErrorValue(thrown)
      const back = kept.get(entry.pair)
      if (isHere(entry) && back) {
        put(entry.pair, back)
        if (pair.value === entry.pair) {
          said.value = back
          hand.value = handFor(current.value as Prepared, back)
        }
      }
      soonProgress()
      ui.fail(
        new AppError(value.kind, t('label.said.lost', { message: value.message }), value.hint),
        pair.value === entry.pair
          ? null
          : { label: t('label.said.goThere'), run: () => void openPair(entry.pair) },
      )
    },
  })

  const isHere = (entry: LabelWrite): boolean =>
    entry.corpus === corpus && entry.annotator === annotator.value && entry.review === review.value

  /** Waits for the engine that is started after a crash. */
  async function engineBack(): Promise<boolean> {
    for (let i = 0; i < 300; i++) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      if (i >= 2 && ui.engine.state === 'ready') return true
    }
    return false
  }

  // --- who, and which queue ------------------------------------------------------------------

  /** Turns to a corpus, as it was left. */
  async function enter(path: string | null): Promise<void> {
    if (path === corpus && (path === null || state.value !== 'idle')) return
    flushHeld()
    corpus = path
    orderBefore = null
    forget()
    state.value = 'idle'
    if (path === null) return
    const left = recall<Partial<Recipe & { review: boolean; pair: number | null }>>(
      path,
      'labeling',
      {},
    )
    const among = <T extends string>(value: unknown, list: readonly T[], fallback: T): T =>
      list.find((item) => item === value) ?? fallback
    order.value = among(left.order, LABEL_ORDERS, 'uncertain')
    scope.value = among(left.scope, LABEL_SCOPES, 'open')
    where.value = typeof left.where === 'string' ? left.where : ''
    seed.value = typeof left.seed === 'number' ? left.seed : 1
    review.value = left.review === true
    if (!named.value) {
      void loadPeople()
      return
    }
    await Promise.all([
      loadTypes(),
      loadPeople(),
      makeQueue(scope.value === 'open' ? null : (left.pair ?? null)),
    ])
  }

  /** Items read before no longer hold: another speaker, or other proposals. */
  function forgetItems(): void {
    generation++
    ready.clear()
    reading.clear()
  }

  function forget(): void {
    queue = null
    rows.clear()
    forgetItems()
    shown.clear()
    kept.clear()
    places.clear()
    current.value = null
    target = null
    aside.value = false
    total.value = 0
    at.value = 0
    error.value = null
    itemError.value = null
    progress.value = null
    said.value = OPEN_LABEL
    hand.value = NOTHING
    stale.value = false
  }

  function remember(): void {
    if (corpus === null) return
    keep(corpus, 'labeling', {
      order: order.value,
      scope: scope.value,
      where: where.value,
      seed: seed.value,
      review: review.value,
      pair: pair.value,
    })
  }

  const readQueue = latest((input: Recipe) =>
    useClient().call('labels.queue', { ...speaker(), ...input }),
  )

  /**
   * Asks for the queue anew. `stay` = go on with the pair that is shown then, or with one that was
   * shown before, if it is among the first 1,000.
   */
  async function makeQueue(stay: boolean | number | null = false): Promise<void> {
    if (corpus === null || !named.value) return
    flushHeld()
    const wanted = corpus
    if (current.value === null) state.value = 'loading'
    error.value = null
    itemError.value = null
    try {
      await writer.settled()
      const answer = await readQueue({
        order: order.value,
        scope: scope.value,
        where: where.value,
        seed: seed.value,
      })
      if (answer.late || wanted !== corpus) return
      const made = answer.value.queue
      let first: readonly QueueRow[] = []
      if (stay !== false && stay !== null && answer.value.total > 0) {
        first = await useClient().call('labels.queuePage', {
          ...speaker(),
          queue: made,
          offset: 0,
          limit: 1000,
        })
        if (wanted !== corpus) return
      }
      // The person may have gone on meanwhile.
      const stayOn = stay === true ? (pair.value ?? target) : stay
      const place = typeof stayOn === 'number' ? first.findIndex((row) => row.pair === stayOn) : 0
      queue = made
      total.value = answer.value.total
      rows.clear()
      places.clear()
      const renewed = stale.value
      if (renewed) forgetItems()
      stale.value = false
      state.value = 'ready'
      if (place < 0 && current.value !== null) {
        // The pair that is worked on is no longer asked for: it stays until one goes on.
        at.value = 0
        aside.value = true
        ahead()
      } else {
        at.value = Math.max(0, place)
        aside.value = false
        if (typeof stayOn === 'number' && place >= 0 && pair.value === stayOn) {
          places.set(stayOn, place)
          if (renewed) present(stayOn)
          else ahead()
        } else {
          current.value = null
          show()
        }
      }
      void loadProgress()
      remember()
    } catch (thrown) {
      if (wanted !== corpus) return
      error.value = toErrorValue(thrown)
      state.value = 'error'
    }
  }

  async function change(patch: Partial<Recipe & { review: boolean }>): Promise<void> {
    flushHeld()
    if (patch.review !== undefined && patch.review !== review.value) {
      await writer.settled()
      review.value = patch.review
      shown.clear()
      kept.clear()
    }
    if (patch.order !== undefined) order.value = patch.order
    if (patch.scope !== undefined) scope.value = patch.scope
    if (patch.where !== undefined) where.value = patch.where.trim()
    if (patch.seed !== undefined) seed.value = patch.seed
    current.value = null
    target = null
    queue = null
    forgetItems()
    rows.clear()
    await makeQueue()
  }

  /** Another order of the random queue. */
  const shuffle = (): Promise<void> => change({ order: 'random', seed: seed.value + 1 })

  async function setAnnotator(name: string): Promise<void> {
    const clean = name.trim().slice(0, 100)
    if (clean === '' || clean === annotator.value) return
    flushHeld()
    await writer.settled()
    annotator.value = clean
    keep(null, 'annotator', clean)
    const path = corpus
    forget()
    if (path === null) return
    await Promise.all([loadTypes(), loadPeople(), makeQueue()])
  }

  /** The order to go back to: labeling by disagreement would find nothing where nobody disagrees. */
  let orderBefore: Recipe['order'] | null = null
  async function setReview(on: boolean): Promise<void> {
    if (on === review.value) return
    if (on) orderBefore = order.value
    const back = order.value === 'disagreement' ? (orderBefore ?? 'uncertain') : order.value
    await change({ review: on, order: on ? 'disagreement' : back })
  }

  const readPeople = latest((path: string) =>
    useClient().call('labels.annotators', { corpus: path }),
  )
  async function loadPeople(): Promise<void> {
    if (corpus === null) return
    try {
      const answer = await readPeople(corpus)
      if (!answer.late) people.value = answer.value
    } catch (thrown) {
      ui.fail(thrown)
    }
  }

  async function loadTypes(): Promise<void> {
    if (corpus === null) return
    try {
      types.value = await useClient().call('labels.types', { corpus })
    } catch (thrown) {
      ui.fail(thrown)
    }
  }

  async function setTypes(next: readonly DescriptionType[]): Promise<boolean> {
    if (corpus === null) return false
    const before = types.value
    types.value = next
    try {
      await useClient().call('labels.setTypes', { corpus, types: [...next] })
      return true
    } catch (thrown) {
      types.value = before
      ui.fail(thrown)
      return false
    }
  }

  const readProgress = latest(() =>
    useClient().call('labels.progress', { ...speaker(), where: where.value }),
  )
  let progressTimer: ReturnType<typeof setTimeout> | undefined
  function soonProgress(): void {
    progressTimer ??= setTimeout(() => {
      progressTimer = undefined
      void loadProgress()
    }, PROGRESS_MS)
    if (progress.value === null) void loadProgress()
  }
  async function loadProgress(): Promise<void> {
    if (corpus === null || !named.value) return
    try {
      const answer = await readProgress()
      if (!answer.late && writer.pending === 0) progress.value = answer.value
    } catch {
      // A number that is a moment old does no harm; the next write asks again.
    }
  }

  // --- the item ------------------------------------------------------------------------------

  function prepare(item: LabelItem): Prepared {
    const words = cutWords(item, item.language)
    return { item, words, options: optionsOf(item, review.value) }
  }

  function load(id: number): Promise<Prepared> {
    const known = ready.get(id)
    if (known) return Promise.resolve(known)
    const under = reading.get(id)
    if (under) return under
    const mine = generation
    const promise = useClient()
      .call('labels.item', { ...speaker(), pair: id })
      .then((item) => {
        const made = prepare(item)
        if (mine === generation) {
          ready.set(id, made)
          if (!shown.has(id)) put(id, item.state)
          if (!kept.has(id)) kept.set(id, item.state)
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
    if (corpus === null || sha256 === null || status !== 'ok' || typeof Image === 'undefined')
      return
    heldPicture(pictureUrl(sha256, corpus))
  }

  /** Reads what comes next, one after the other, so that the item in front is never behind them. */
  let reader = 0
  function ahead(): void {
    const mine = ++reader
    const from = Math.min(at.value, Math.max(0, total.value - 1))
    rows.want(Math.max(0, from - 2), Math.min(total.value, from + AHEAD + 2))
    const wanted: number[] = []
    for (const place of [...Array.from({ length: AHEAD }, (_, i) => from + 1 + i), from - 1]) {
      const row = place >= 0 && place < total.value ? rows.get(place) : undefined
      if (row) wanted.push(row.pair)
    }
    void (async () => {
      for (const [n, id] of wanted.entries()) {
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

  const open = latest((id: number) => load(id))

  /** Shows the item of the place in the queue. */
  function show(): void {
    itemError.value = null
    aside.value = false
    if (at.value >= total.value) {
      current.value = null
      hand.value = NOTHING
      said.value = OPEN_LABEL
      return
    }
    const row = rows.get(at.value)
    if (!row) {
      current.value = null
      rows.want(at.value, at.value + AHEAD)
      return
    }
    places.set(row.pair, at.value)
    present(row.pair)
  }

  /** The pair that is to be shown next, while it is read. */
  let target: number | null = null

  function present(id: number, attempt = 0): void {
    target = id
    const known = ready.get(id)
    if (known) {
      open.cancel()
      display(known)
      return
    }
    if (current.value?.item.pair !== id) current.value = null
    void open(id)
      .then((answer) => {
        if (!answer.late) display(answer.value)
      })
      .catch(async (thrown: unknown) => {
        // An engine that was started again answers in a moment.
        if (isEngineGone(thrown) && attempt < 3 && (await engineBack())) {
          if (target === id && pair.value !== id) present(id, attempt + 1)
        } else if (target === id) itemError.value = toErrorValue(thrown)
      })
  }

  function display(prepared: Prepared): void {
    const { item } = prepared
    current.value = prepared
    said.value = shown.get(item.pair) ?? item.state
    hand.value = handFor(prepared, said.value)
    clock.restart()
    looks.value++
    ahead()
    remember()
  }

  function handFor(prepared: Prepared, answer: LabelState): Hand {
    if (answer.spans.length > 0) return { kind: 'span', at: 0 }
    if (answer.status !== 'open') return NOTHING
    const first = firstOption(prepared.options)
    return first < 0 ? NOTHING : { kind: 'option', at: first }
  }

  function go(place: number): void {
    flushHeld()
    if (aside.value && place > at.value) {
      // Back to where one was before an undo led away.
      show()
      return
    }
    const next = Math.min(total.value, Math.max(0, place))
    if (next === at.value && !aside.value) return
    at.value = next
    show()
  }
  const next = (): void => go(at.value + 1)
  const previous = (): void => (aside.value ? show() : go(at.value - 1))

  /** Opens a pair wherever it is: in the queue if it was seen there. */
  async function openPair(id: number): Promise<void> {
    const place = places.get(id)
    if (place !== undefined) {
      at.value = place
      show()
      return
    }
    try {
      const answer = await open(id)
      if (answer.late) return
      const row = rows.get(at.value)
      aside.value = row?.pair !== id
      display(answer.value)
    } catch (thrown) {
      ui.fail(thrown)
    }
  }

  async function reload(): Promise<void> {
    itemError.value = null
    if (state.value === 'error' || current.value === null) await makeQueue(true)
    else show()
  }

  // --- what is said --------------------------------------------------------------------------

  function put(id: number, answer: LabelState): void {
    shown.set(id, answer)
  }

  let held: { entry: LabelWrite; timer: ReturnType<typeof setTimeout>; typed: boolean } | null =
    null
  /** Writes what a key that was held down has come to. */
  function flushHeld(): void {
    if (!held) return
    clearTimeout(held.timer)
    const { entry } = held
    held = null
    writer.write({ ...entry, seconds: clock.lap() })
  }

  /** A key came up. */
  function keyUp(): void {
    if (held && !held.typed) flushHeld()
  }

  /** Shows it at once and writes it; `repeat` = the key is held down. */
  function say(answer: LabelState, repeat = false, typed = false): void {
    const prepared = current.value
    if (!prepared || corpus === null) return
    const id = prepared.item.pair
    if (sameState(answer, said.value)) return
    count(said.value, answer)
    said.value = answer
    put(id, answer)
    const entry: LabelWrite = { ...speaker(), pair: id, state: answer, seconds: null }
    if (repeat || typed) {
      if (held && held.entry.pair !== id) flushHeld()
      if (held) clearTimeout(held.timer)
      held = { entry, timer: setTimeout(flushHeld, typed ? TYPED_MS : HELD_MS), typed }
      return
    }
    flushHeld()
    writer.write({ ...entry, seconds: clock.lap() })
  }

  /** The numbers follow at once; the engine's own come after. */
  function count(before: LabelState, after: LabelState): void {
    const sum = progress.value
    if (!sum) return
    const is = (answer: LabelState, status: LabelState['status']): number =>
      answer.status === status ? 1 : 0
    const labeled = is(after, 'labeled') - is(before, 'labeled')
    progress.value = {
      ...sum,
      labeled: sum.labeled + labeled,
      today: Math.max(0, sum.today + labeled),
      none: sum.none + Number(isNone(after)) - Number(isNone(before)),
      skipped: sum.skipped + is(after, 'skipped') - is(before, 'skipped'),
      flagged: sum.flagged + Number(after.flagged) - Number(before.flagged),
    }
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
    if (current.value) say({ ...said.value, note: note.slice(0, 10_000) }, false, true)
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

  // --- what is in hand -----------------------------------------------------------------------

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
      ...options.value.map((_, index): Hand => ({ kind: 'option', at: index })),
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

  /** Takes what is in hand and stays; what is in hand already makes room for another. */
  function add(): void {
    const prepared = current.value
    if (!prepared || take()) return
    const here = placeInHand()
    setCursor(here ? nextWord(prepared.words, here, 'forward') : firstCursor(prepared.words))
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
      if (option?.kind === 'span') return option.place
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
      if (option?.kind === 'span') {
        addSpan(to(option.place, prepared.words), option.type, repeat)
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

  function side(which: 'left' | 'right' | 'up' | 'down'): MoveDirection {
    const words = current.value?.words
    if (which === 'up') return 'backward'
    if (which === 'down') return 'forward'
    return words ? arrowDirection(words, placeInHand()?.source ?? null, which) : 'forward'
  }

  function edge(
    which: SpanEdge,
    towards: 'left' | 'right' | 'up' | 'down',
    unit: StepUnit,
    repeat = false,
  ): void {
    const direction = side(towards)
    reshape((place, words) => moveEdge(words, place, which, direction, unit), repeat)
  }

  function move(towards: 'left' | 'right', unit: 'word' | 'character', repeat = false): void {
    const direction = side(towards)
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

  // --- undo ----------------------------------------------------------------------------------

  async function backOrForth(name: 'labels.undo' | 'labels.redo'): Promise<void> {
    if (corpus === null || !named.value) return
    flushHeld()
    await writer.settled()
    try {
      const answer = await useClient().call(name, speaker())
      if (!answer) {
        ui.note(
          name === 'labels.undo' ? t('label.said.nothingToUndo') : t('label.said.nothingToRedo'),
        )
        return
      }
      kept.set(answer.pair, answer.state)
      put(answer.pair, answer.state)
      if (pair.value === answer.pair && current.value) {
        said.value = answer.state
        hand.value = handFor(current.value, answer.state)
        looks.value++
      } else await openPair(answer.pair)
      soonProgress()
    } catch (thrown) {
      ui.fail(thrown)
    }
  }
  const undo = (): Promise<void> => backOrForth('labels.undo')
  const redo = (): Promise<void> => backOrForth('labels.redo')

  // --- files of others, and what happens elsewhere --------------------------------------------

  const FILES = { kind: t('label.files.kind'), extensions: ['jsonl', 'ndjson', 'json'] }

  async function exportFile(): Promise<void> {
    if (corpus === null) return
    try {
      flushHeld()
      await writer.settled()
      const out = await useClient().shell('shell.saveFile', {
        title: t('label.files.exportTitle'),
        suggested: 'labels.jsonl',
        ...FILES,
      })
      if (!out) return
      const { events } = await useClient().call('labels.export', { corpus, out })
      ui.note(t('label.files.exported', { n: formatCount(events), path: out }, events), {
        label: t('label.files.show'),
        run: () => void useClient().shell('shell.showInFolder', { path: out }).catch(ui.fail),
      })
    } catch (thrown) {
      ui.fail(thrown)
    }
  }

  /** What came in with files of other machines, until it was read. */
  const merged = shallowRef<CallOutput<'labels.merge'> | null>(null)
  async function mergeFiles(): Promise<void> {
    if (corpus === null) return
    try {
      flushHeld()
      await writer.settled()
      const files = await useClient().shell('shell.openFiles', {
        title: t('label.files.mergeTitle'),
        ...FILES,
      })
      if (files.length === 0) return
      merged.value = await useClient().call('labels.merge', { corpus, files })
      shown.clear()
      kept.clear()
      forgetItems()
      current.value = null
      await Promise.all([loadPeople(), makeQueue()])
    } catch (thrown) {
      ui.fail(thrown)
    }
  }

  /** Something in the corpus changed. New predictions wait until they are asked for. */
  function refresh(what: readonly CorpusPart[]): void {
    if (corpus === null || corpus !== useSession().path) return
    if (what.includes('spans') && state.value === 'ready') stale.value = true
    if (what.includes('pairs') && state.value === 'ready' && total.value === 0) void makeQueue()
  }

  /** The engine was started again: its queues are gone. */
  function engineReady(): void {
    if (corpus !== null && named.value && state.value !== 'idle') void makeQueue(true)
  }

  function setDetails(on: boolean): void {
    details.value = on
    keep(null, 'label-details', on)
  }

  watch(
    () => ui.engine.state,
    (now, before) => {
      if (now === 'ready' && before !== 'ready') engineReady()
    },
  )

  return {
    annotator,
    named,
    review,
    order,
    scope,
    where,
    people,
    types,
    progress,
    state,
    error,
    total,
    at,
    current,
    pair,
    aside,
    said,
    hand,
    options,
    itemError,
    unkept,
    details,
    stale,
    looks,
    finished,
    merged,
    clock,
    enter,
    refresh,
    makeQueue,
    change,
    shuffle,
    setAnnotator,
    setReview,
    loadPeople,
    setTypes,
    go,
    next,
    previous,
    openPair,
    reload,
    take,
    takeAndGo,
    sayNone,
    skip,
    flag,
    setNote,
    clear,
    setType,
    choose,
    chooseSpan,
    cycle,
    canCycle,
    add,
    keyUp,
    dropHand,
    placeInHand,
    setCursor,
    cursorBy,
    cursorTo,
    edge,
    move,
    draw,
    undo,
    redo,
    flushHeld,
    exportFile,
    mergeFiles,
    setDetails,
    settled: () => writer.settled(),
  }
})
