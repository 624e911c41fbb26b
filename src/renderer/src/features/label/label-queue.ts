import { computed, ref, shallowRef } from 'vue'
import { contract, LABEL_ORDERS, LABEL_SCOPES, type CallOutput } from '#shared/contract/index.ts'
import { defaultsOf } from '#shared/limits.ts'
import { toErrorValue, type ErrorValue } from '#shared/errors.ts'
import { createChunkCache } from '../../bridge/chunk-cache.ts'
import { latest, useClient } from '../../bridge/client.ts'
import { keep, recall } from '../../bridge/persist.ts'
import { useUi } from '../../state/ui.ts'
import type { Answers } from './label-answers.ts'
import { engineBack } from './label-engine.ts'
import type { Items, Prepared } from './label-items.ts'
import type { Speaker } from './label-speaker.ts'
import { isEngineGone } from './label-writer.ts'

export type LabelOrder = (typeof LABEL_ORDERS)[number]
export type LabelScope = (typeof LABEL_SCOPES)[number]
type QueueRow = CallOutput<'labels.queuePage'>[number]

export interface Recipe {
  order: LabelOrder
  scope: LabelScope
  where: string
  seed: number
}

const DEFAULTS = defaultsOf(contract['labels.queue'].input, ['scope', 'where', 'seed'])
const CHUNK = 200
/** Items read and cut ahead of the one that is shown. */
const AHEAD = 12

export interface QueueParts {
  who: Speaker
  items: Items
  answers: Answers
  /** Another item is shown, or none: `current` says which. */
  shown(): void
  /** A queue was made: how much is done in it is to be read. */
  counted(): void
}

/** Which pairs are labeled in which order, and the one that is shown. */
export function createQueue({ who, items, answers, shown, counted }: QueueParts) {
  const order = ref<LabelOrder>('uncertain')
  const scope = ref<LabelScope>(DEFAULTS.scope)
  const where = ref(DEFAULTS.where)
  const seed = ref(DEFAULTS.seed)
  const state = ref<'idle' | 'loading' | 'ready' | 'error'>('idle')
  const error = shallowRef<ErrorValue | null>(null)
  const total = ref(0)
  /** Pairs with a prediction; 0 = there is nothing to be uncertain of. */
  const predicted = ref(0)
  /** The order that the queue has: uncertainty without predictions is none. */
  const shownOrder = computed<LabelOrder>(() =>
    order.value === 'uncertain' && state.value === 'ready' && predicted.value === 0
      ? 'page'
      : order.value,
  )
  /** Place in the queue from 0; `total` = behind the last. */
  const at = ref(0)
  const current = shallowRef<Prepared | null>(null)
  /** The item came by undo and is not the one of the place in the queue. */
  const aside = ref(false)
  const itemError = shallowRef<ErrorValue | null>(null)
  /** Predictions changed since the queue was made. */
  const stale = ref(false)

  let queue: string | null = null
  let lostQueue = 0
  const places = new Map<number, number>()
  /** The pair that is to be shown next, while it is read. */
  let target: number | null = null
  /** The order to go back to: labeling by disagreement would find nothing where nobody disagrees. */
  let orderBefore: LabelOrder | null = null

  const pair = computed(() => current.value?.item.pair ?? null)
  const finished = computed(
    () => state.value === 'ready' && !aside.value && total.value > 0 && at.value >= total.value,
  )

  const rows = createChunkCache<QueueRow>({
    chunk: CHUNK,
    capacity: 30,
    parallel: 2,
    read: (offset, limit) => {
      if (queue === null) return Promise.resolve([])
      return useClient().call('labels.queuePage', { ...who.speaker(), queue, offset, limit })
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

  /** Takes up the queue of a corpus as it was left. @returns the pair that was shown then */
  function restore(path: string): number | null {
    const left = recall<Partial<Recipe & { review: boolean; pair: number | null }>>(
      path,
      'labeling',
      {},
    )
    const among = <T extends string>(value: unknown, list: readonly T[], fallback: T): T =>
      list.find((item) => item === value) ?? fallback
    order.value = among(left.order, LABEL_ORDERS, 'uncertain')
    scope.value = among(left.scope, LABEL_SCOPES, DEFAULTS.scope)
    where.value = typeof left.where === 'string' ? left.where : DEFAULTS.where
    seed.value = typeof left.seed === 'number' ? left.seed : DEFAULTS.seed
    who.review.value = left.review === true
    orderBefore = null
    return scope.value === 'open' ? null : (left.pair ?? null)
  }

  function remember(): void {
    const path = who.corpus.value
    if (path === null) return
    keep(path, 'labeling', {
      order: order.value,
      scope: scope.value,
      where: where.value,
      seed: seed.value,
      review: who.review.value,
      pair: pair.value,
    })
  }

  /** Lets go of the queue and its item; nothing is asked for. */
  function forget(): void {
    queue = null
    rows.clear()
    items.forget()
    places.clear()
    current.value = null
    target = null
    aside.value = false
    total.value = 0
    at.value = 0
    error.value = null
    itemError.value = null
    stale.value = false
    shown()
  }

  const readQueue = latest((input: Recipe) =>
    useClient().call('labels.queue', { ...who.speaker(), ...input }),
  )

  /**
   * Asks for the queue anew. `stay` = go on with the pair that is shown then, or with one that was
   * shown before, if it is among the first 1,000.
   */
  async function makeQueue(stay: boolean | number | null = false): Promise<void> {
    if (who.corpus.value === null || !who.named.value) return
    answers.flush()
    const wanted = who.corpus.value
    if (current.value === null) state.value = 'loading'
    error.value = null
    itemError.value = null
    try {
      await answers.settled()
      const answer = await readQueue({
        order: order.value,
        scope: scope.value,
        where: where.value,
        seed: seed.value,
      })
      if (answer.late || wanted !== who.corpus.value) return
      const made = answer.value.queue
      let first: readonly QueueRow[] = []
      if (stay !== false && stay !== null && answer.value.total > 0) {
        first = await useClient().call('labels.queuePage', {
          ...who.speaker(),
          queue: made,
          offset: 0,
          limit: 1000,
        })
        if (wanted !== who.corpus.value) return
      }
      // The person may have gone on meanwhile.
      const stayOn = stay === true ? (pair.value ?? target) : stay
      const place = typeof stayOn === 'number' ? first.findIndex((row) => row.pair === stayOn) : 0
      queue = made
      total.value = answer.value.total
      predicted.value = answer.value.predicted
      rows.clear()
      places.clear()
      const renewed = stale.value
      if (renewed) items.forget()
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
      counted()
      remember()
    } catch (thrown) {
      if (wanted !== who.corpus.value) return
      error.value = toErrorValue(thrown)
      state.value = 'error'
    }
  }

  async function change(patch: Partial<Recipe & { review: boolean }>): Promise<void> {
    answers.flush()
    if (patch.review !== undefined && patch.review !== who.review.value) {
      await answers.settled()
      who.review.value = patch.review
      answers.forget()
    }
    if (patch.order !== undefined) order.value = patch.order
    if (patch.scope !== undefined) scope.value = patch.scope
    if (patch.where !== undefined) where.value = patch.where.trim()
    if (patch.seed !== undefined) seed.value = patch.seed
    current.value = null
    target = null
    queue = null
    items.forget()
    rows.clear()
    await makeQueue()
  }

  /** Another order of the random queue. */
  const shuffle = (): Promise<void> => change({ order: 'random', seed: seed.value + 1 })

  async function setReview(on: boolean): Promise<void> {
    if (on === who.review.value) return
    if (on) orderBefore = order.value
    const back = order.value === 'disagreement' ? (orderBefore ?? 'uncertain') : order.value
    await change({ review: on, order: on ? 'disagreement' : back })
  }

  /** Reads what comes next before it is asked for. */
  function ahead(): void {
    const from = Math.min(at.value, Math.max(0, total.value - 1))
    rows.want(Math.max(0, from - 2), Math.min(total.value, from + AHEAD + 2))
    const wanted: number[] = []
    for (const place of [...Array.from({ length: AHEAD }, (_, i) => from + 1 + i), from - 1]) {
      const row = place >= 0 && place < total.value ? rows.get(place) : undefined
      if (row) wanted.push(row.pair)
    }
    items.readAhead(wanted)
  }

  const open = latest((id: number) => items.load(id))

  /** Shows the item of the place in the queue. */
  function show(): void {
    itemError.value = null
    aside.value = false
    if (at.value >= total.value) {
      current.value = null
      shown()
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

  function present(id: number, attempt = 0): void {
    target = id
    const known = items.known(id)
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
    current.value = prepared
    shown()
    ahead()
    remember()
  }

  function go(place: number): void {
    answers.flush()
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
      useUi().fail(thrown)
    }
  }

  async function reload(): Promise<void> {
    itemError.value = null
    if (state.value === 'error' || current.value === null) await makeQueue(true)
    else show()
  }

  return {
    order,
    shownOrder,
    predicted,
    scope,
    where,
    seed,
    state,
    error,
    total,
    at,
    current,
    pair,
    aside,
    itemError,
    stale,
    finished,
    restore,
    forget,
    makeQueue,
    change,
    shuffle,
    setReview,
    go,
    next,
    previous,
    openPair,
    reload,
  }
}
