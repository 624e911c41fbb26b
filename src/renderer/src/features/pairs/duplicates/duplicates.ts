import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { CallInput, CallOutput } from '#shared/contract/index.ts'
import { DuplicateKind, type DuplicateDecision } from '#shared/duplicates.ts'
import { toErrorValue, type ErrorValue } from '#shared/errors.ts'
import { createChunkCache } from '../../../bridge/chunk-cache.ts'
import { useClient } from '../../../bridge/client.ts'
import { keep, recall } from '../../../bridge/persist.ts'
import { useInspect } from '../../../state/inspect.ts'
import { useJobs } from '../../../state/jobs.ts'
import { useMarking } from '../../../state/marking.ts'
import { usePairs } from '../../../state/pairs.ts'
import { and, idQuery, MAX_ID_RANGES } from '../../../state/query-text.ts'
import { useSession } from '../../../state/session.ts'
import { useUi } from '../../../state/ui.ts'
import { useUndo } from '../../../state/undo.ts'
import { t } from '../../../texts/index.ts'

export type Group = CallOutput<'duplicates.groups'>['groups'][number]
export type GroupMember = Group['members'][number]
export type Only = 'all' | 'open' | 'decided'
/** Several decisions that are one step for people. */
type Acts = readonly { ids: readonly number[]; decision: DuplicateDecision | null }[]
type Undone = keyof typeof UNDO_NAMES

const UNDO_NAMES = {
  accept: t('duplicates.undo.accept'),
  keep: t('duplicates.undo.keep'),
  drop: t('duplicates.undo.drop'),
  apart: t('duplicates.undo.apart'),
  back: t('duplicates.undo.back'),
}
const CHUNK = 50
/** Members of the group that is shown, until all are asked for. */
const MEMBERS = 60
const MOST_MEMBERS = 1_000_000
/** Groups that are looked through at once for the next open one. */
const SCAN = 500
/** Most pairs of one decision. */
const AT_ONCE = 100_000

/** The groups of duplicates of the present filter, the one that is looked at, and what is said of it. */
export const useDuplicates = defineStore('duplicates', () => {
  const kind = ref<DuplicateKind>('exact')
  const only = ref<Only>('all')
  const states = shallowRef<CallOutput<'duplicates.state'>>([])
  const total = ref(0)
  /** The place of the group that is shown, from 0. */
  const index = ref(0)
  const group = shallowRef<Group | null>(null)
  /** The member under the cursor, by its pair. */
  const member = ref<number | null>(null)
  const state = ref<'empty' | 'loading' | 'ready' | 'error'>('empty')
  const error = shallowRef<ErrorValue | null>(null)
  /** Counts up when rows of the list arrive. */
  const version = ref(0)
  let corpus: string | null = null
  let ticket = 0
  /** What the groups were asked by. */
  let key = ''
  /** The group that is shown has left the list; the next one stands in its place. */
  let hasLeft = false
  /** A step is under way: what is still shown is not what is meant. */
  let isMoving = false
  let size = MEMBERS

  const now = computed(() => states.value.find((one) => one.kind === kind.value) ?? null)
  const making = computed(
    () => useJobs().live.find((job) => job.kind === 'duplicates' && job.corpus === corpus) ?? null,
  )

  const asked = (more: Partial<CallInput<'duplicates.groups'>>) => ({
    corpus: corpus ?? '',
    kind: kind.value,
    where: usePairs().where,
    score: usePairs().score,
    only: only.value,
    ...more,
  })
  const read = (more: Partial<CallInput<'duplicates.groups'>>) =>
    useClient().call('duplicates.groups', asked(more))

  const cache = createChunkCache<Group>({
    chunk: CHUNK,
    capacity: 40,
    parallel: 2,
    read: async (offset, limit) => (await read({ offset, limit, members: 3 })).groups,
    onLoad: () => version.value++,
    onError: (thrown) => useUi().fail(thrown),
  })

  /** Its suggested keeper first; while it is looked at nothing changes its place. */
  function put(next: Group | null): void {
    const before = group.value?.id === next?.id ? (group.value?.members ?? []) : []
    const places = new Map(before.map(({ pair }, i) => [pair.id, i]))
    const place = (one: GroupMember): number =>
      places.get(one.pair.id) ?? (one.pair.id === next?.keeper ? -1 : places.size)
    group.value = next && {
      ...next,
      members: [...next.members].sort((a, b) => place(a) - place(b)),
    }
    const ids = group.value?.members.map(({ pair }) => pair.id) ?? []
    if (member.value === null || !ids.includes(member.value)) member.value = ids[0] ?? null
    void useInspect().show(member.value)
  }

  /** The group once more as it stands in the filter; null: it is none any more. */
  async function again(held: Group): Promise<Group | null> {
    const ids = held.members.slice(0, MAX_ID_RANGES).map(({ pair }) => pair.id)
    const where = and(usePairs().where, idQuery(ids))
    const whole = held.size <= ids.length
    const { groups } = await read({ where, only: 'all', members: size, limit: 1 })
    const found = groups[0] ?? null
    return found && !whole ? { ...found, id: held.id, size: held.size } : found
  }

  /** Reads how the kinds stand, and the groups; the one that is shown stays while it is one. */
  async function load(): Promise<void> {
    const wanted = useSession().path
    if (wanted === null) return void (state.value = 'empty')
    if (wanted !== corpus) {
      corpus = wanted
      kind.value = DuplicateKind.safeParse(recall<string>(wanted, 'duplicates', '')).data ?? 'exact'
      states.value = []
    }
    const mine = ++ticket
    const { where, score } = usePairs()
    const nextKey = JSON.stringify([wanted, kind.value, only.value, where, score])
    const isNew = nextKey !== key
    if (isNew) {
      key = nextKey
      index.value = 0
      group.value = null
      cache.clear()
      state.value = 'loading'
    }
    try {
      const found = await useClient().call('duplicates.state', { corpus: wanted })
      if (mine !== ticket) return
      states.value = found
      if (!now.value?.made) {
        total.value = 0
        put(null)
      } else {
        let page = await read({ offset: index.value, limit: 1, members: size })
        if (page.groups.length === 0 && page.total > 0) {
          page = await read({ offset: page.total - 1, limit: 1, members: size })
        }
        const here = page.groups[0] ?? null
        const held = isMoving ? null : group.value
        const next = held && held.id !== here?.id ? ((await again(held)) ?? here) : here
        if (mine !== ticket) return
        total.value = page.total
        index.value = Math.max(0, Math.min(index.value, page.total - 1))
        hasLeft = next !== here
        if (isMoving) member.value = null
        isMoving = false
        put(next)
      }
      cache.invalidate()
      version.value++
      state.value = 'ready'
      error.value = null
    } catch (thrown) {
      if (mine !== ticket) return
      error.value = toErrorValue(thrown)
      state.value = 'error'
    }
  }

  /** Shows the group at a place of the list. */
  async function go(to: number): Promise<void> {
    if (total.value === 0) return
    const mine = ++ticket
    index.value = Math.max(0, Math.min(to, total.value - 1))
    hasLeft = false
    isMoving = true
    size = MEMBERS
    try {
      let page = await read({ offset: index.value, limit: 1, members: size })
      if (page.groups.length === 0 && page.total > 0) {
        page = await read({ offset: page.total - 1, limit: 1, members: size })
      }
      if (mine !== ticket) return
      total.value = page.total
      index.value = Math.max(0, Math.min(index.value, page.total - 1))
      isMoving = false
      member.value = null
      put(page.groups[0] ?? null)
    } catch (thrown) {
      if (mine === ticket) isMoving = false
      useUi().fail(thrown)
    }
  }

  function step(by: 1 | -1): Promise<void> {
    return go(hasLeft && by > 0 ? index.value : index.value + by)
  }

  function moveTo(id: number): void {
    member.value = id
    void useInspect().show(id)
  }
  function move(by: 1 | -1): void {
    const ids = group.value?.members.map(({ pair }) => pair.id) ?? []
    const next = ids[ids.indexOf(member.value ?? -1) + by]
    if (next !== undefined) moveTo(next)
  }

  async function showAll(): Promise<void> {
    size = MOST_MEMBERS
    await load()
  }

  /** All pairs of the group that pass the filter, also those that are not listed. */
  async function allIds(): Promise<number[]> {
    const held = group.value
    if (!held) return []
    if (held.members.length < held.size) await showAll()
    return (group.value?.members ?? []).map(({ pair }) => pair.id)
  }

  /** Writes decisions as one step of undo. */
  async function say(acts: Acts, name: Undone): Promise<boolean> {
    const path = corpus
    const held = group.value
    const at = index.value
    if (path === null || !held) return false
    const person = useMarking().speaker(() => void say(acts, name))
    if (person === null) return false
    const events: string[] = []
    const by = { corpus: path, person }
    const client = useClient()
    const take = (call: 'duplicates.undo' | 'duplicates.redo') => async () => {
      try {
        const order = call === 'duplicates.undo' ? [...events].reverse() : events
        for (const event of order) await client.call(call, { ...by, event })
        if (corpus !== path) return
        // What is taken back is looked at again.
        isMoving = false
        index.value = at
        group.value = held
        await load()
      } catch (thrown) {
        useUi().fail(thrown)
      }
    }
    try {
      for (const { ids, decision } of acts) {
        for (let from = 0; from < ids.length; from += AT_ONCE) {
          const some = ids.slice(from, from + AT_ONCE)
          const said = await client.call('duplicates.decide', {
            ...by,
            kind: kind.value,
            ids: some,
            decision,
          })
          events.push(said.event)
        }
      }
      return true
    } catch (thrown) {
      useUi().fail(thrown)
      return false
    } finally {
      // What was written before something failed can be taken back as well.
      if (events.length > 0) {
        useUndo().push({
          label: UNDO_NAMES[name],
          undo: () => void take('duplicates.undo')(),
          redo: () => void take('duplicates.redo')(),
        })
      }
      await load()
    }
  }

  async function decide(decision: 'keep' | 'drop'): Promise<void> {
    if (member.value !== null) await say([{ ids: [member.value], decision }], decision)
  }
  async function apart(): Promise<void> {
    await say([{ ids: await allIds(), decision: 'apart' }], 'apart')
  }
  async function back(): Promise<void> {
    await say([{ ids: await allIds(), decision: null }], 'back')
  }

  /** The keeper stays, the others are dropped; goes on to the next open group. */
  async function accept(): Promise<void> {
    const held = group.value
    if (!held || held.keeper === null) return
    const { keeper } = held
    const others = (await allIds()).filter((id) => id !== keeper)
    const acts: Acts = [
      { ids: [keeper], decision: 'keep' },
      { ids: others, decision: 'drop' },
    ]
    if (useMarking().speaker(() => void accept()) === null) return
    if (await say(acts, 'accept')) await goOpen()
  }

  async function goOpen(): Promise<void> {
    if (only.value !== 'all') return step(1)
    for (let from = index.value + 1; from < total.value; from += SCAN) {
      const { groups } = await read({ offset: from, limit: SCAN, members: 1 })
      const i = groups.findIndex((one) => !one.decided)
      if (i >= 0) return go(from + i)
    }
    useUi().note(t('duplicates.end'))
  }

  function setKind(next: DuplicateKind): void {
    kind.value = next
    keep(corpus, 'duplicates', next)
    void load()
  }
  function setOnly(next: Only): void {
    only.value = next
    void load()
  }

  /** The pairs with one of each group, where they are listed. */
  function showOne(): void {
    const pairs = usePairs()
    pairs.setWhere(and(pairs.where, `one:${kind.value}`))
    pairs.setView('grid')
  }

  return {
    ...{ kind, only, states, total, index, group, member, state, error, version, now, making },
    ...{ load, go, step, move, moveTo, showAll, decide, apart, back, accept, setKind, setOnly },
    ...{ showOne, rowAt: cache.get, want: cache.want },
  }
})
