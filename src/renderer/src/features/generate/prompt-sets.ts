import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type {
  CallInput,
  CallOutput,
  CorpusPart,
  PromptProblemCode,
  PromptReport,
  PromptSet,
  PromptSetInfo,
  PromptText,
} from '#shared/contract/index.ts'
import { toErrorValue, type ErrorValue } from '#shared/errors.ts'
import { coalesced, latest, useClient } from '../../bridge/client.ts'
import { keep, recall } from '../../bridge/persist.ts'
import { useSession } from '../../state/session.ts'
import { useUi } from '../../state/ui.ts'
import { useUndo } from '../../state/undo.ts'
import { laddersOf, linesOf, textsOf, type Cursor, type Ladder } from './ladders.ts'

/** Beyond this many pairs a person asks for the comparison with the corpus. */
const COMPARED_BY_ITSELF = 200_000

type Change = CallInput<'prompts.save'>['change']

/** The sets of prompts of the open corpus, and the one that is looked at. */
export const usePromptSets = defineStore('promptSets', () => {
  let active = false
  const corpus = ref<string | null>(null)
  const sets = shallowRef<readonly PromptSetInfo[]>([])
  const set = shallowRef<PromptSet | null>(null)
  const report = shallowRef<PromptReport | null>(null)
  const overlap = shallowRef<{
    of: NonNullable<PromptReport['corpus']>
    texts: Map<string, string>
  } | null>(null)
  const comparing = ref(false)
  const loaded = ref(false)
  const error = shallowRef<ErrorValue | null>(null)
  const cursor = shallowRef<Cursor | null>(null)

  const words = ref('')
  const kind = ref<string | null>(null)
  const problem = ref<PromptProblemCode | 'any' | null>(null)

  const texts = computed<readonly PromptText[]>(() => set.value?.texts ?? [])
  const placeOf = (at: { group: string; level: number | null }): string =>
    `${at.level ?? ''} ${at.group}`
  const textAt = computed(() => new Map(texts.value.map((one) => [placeOf(one), one.text])))

  /** What the corpus holds is asked for apart, and holds for a prompt as long as it is not changed. */
  const problems = computed(() => {
    const held = (overlap.value?.of.matches ?? []).flatMap(({ group, level, exact, normalised }) =>
      overlap.value?.texts.get(placeOf({ group, level })) ===
      textAt.value.get(placeOf({ group, level }))
        ? [{ code: 'in-corpus' as const, group, level, exact, normalised }]
        : [],
    )
    return [...(report.value?.problems ?? []), ...held]
  })
  const problemsAt = computed(() => {
    const all = new Map<string, (typeof problems.value)[number][]>()
    for (const one of problems.value) {
      const key = placeOf(one)
      all.set(key, [...(all.get(key) ?? []), one])
    }
    return all
  })
  const measures = computed(
    () => new Map((report.value?.measures ?? []).map((one) => [placeOf(one), one])),
  )

  const ladders = computed<Ladder[]>(() => laddersOf(texts.value))
  /** Those that the filter keeps. */
  const shown = computed<Ladder[]>(() => {
    const sought = words.value.trim().toLowerCase()
    const wanted = problem.value
    const marked =
      wanted === null
        ? null
        : new Set(
            problems.value
              .filter(({ code }) => wanted === 'any' || code === wanted)
              .map(({ group }) => group),
          )
    return ladders.value.filter(
      (one) =>
        (kind.value === null || one.kind === kind.value) &&
        (marked === null || marked.has(one.group)) &&
        (sought === '' ||
          one.group.toLowerCase().includes(sought) ||
          one.prompts.some(({ text }) => text.toLowerCase().includes(sought))),
    )
  })
  const lines = computed(() => linesOf(shown.value))

  const readSet = latest((path: string, id: number) =>
    useClient().call('prompts.set', { corpus: path, set: id }),
  )
  const readReport = latest((path: string, id: number) =>
    useClient().call('prompts.check', { corpus: path, set: id }),
  )

  const check = coalesced(async () => {
    if (!corpus.value || !set.value) return
    try {
      const read = await readReport(corpus.value, set.value.id)
      if (!read.late) report.value = read.value
    } catch (thrown) {
      useUi().fail(thrown)
    }
  })

  const compare = coalesced(async () => {
    if (!corpus.value || !set.value) return
    const [path, { id, texts: compared }] = [corpus.value, set.value]
    comparing.value = true
    try {
      const read = await useClient().call('prompts.check', { corpus: path, set: id, overlap: true })
      if (set.value?.id !== id || corpus.value !== path || !read.corpus) return
      const known = new Map(compared.map((one) => [placeOf(one), one.text]))
      overlap.value = { of: read.corpus, texts: known }
    } catch (thrown) {
      useUi().fail(thrown)
    } finally {
      comparing.value = false
    }
  })

  function examine(): void {
    check()
    const { pairs } = useSession().corpus ?? {}
    if (pairs !== undefined && pairs <= COMPARED_BY_ITSELF) compare()
  }

  /** Reads the sets, and the one that is looked at. */
  async function load(): Promise<void> {
    active = true
    const path = corpus.value
    if (!path) return
    try {
      const found = await useClient().call('prompts.sets', { corpus: path })
      if (corpus.value !== path) return
      sets.value = found
      const wanted = set.value?.id ?? recall(path, 'prompt-set', 0)
      const id = (found.find((one) => one.id === wanted) ?? found[0])?.id ?? null
      if (id === null) close()
      else await show(id)
      error.value = null
      loaded.value = true
    } catch (thrown) {
      error.value = toErrorValue(thrown)
    }
  }

  function close(): void {
    set.value = null
    report.value = null
    overlap.value = null
    cursor.value = null
  }

  async function show(id: number): Promise<void> {
    if (!corpus.value) return
    const isOther = set.value?.id !== id
    const read = await readSet(corpus.value, id)
    if (read.late) return
    if (isOther) {
      close()
      clearFilter()
    }
    set.value = read.value
    keep(corpus.value, 'prompt-set', id)
    if (isOther) cursor.value = lines.value[0] ?? null
    examine()
  }

  async function open(id: number): Promise<void> {
    try {
      await show(id)
    } catch (thrown) {
      useUi().fail(thrown)
    }
  }

  function clearFilter(): void {
    words.value = ''
    kind.value = null
    problem.value = null
  }

  /** Texts that wait to be kept, the newest. */
  const write = coalesced(async (path: string, id: number, made: readonly PromptText[]) => {
    try {
      const change: Change = { what: 'replace', set: id, texts: [...made] }
      await useClient().call('prompts.save', { corpus: path, change })
      if (corpus.value === path && set.value?.id === id && set.value.texts === made) examine()
    } catch (thrown) {
      useUi().fail(thrown)
      if (corpus.value === path) await load()
    }
  })

  function put(id: number, made: readonly PromptText[]): void {
    if (!corpus.value || set.value?.id !== id) return
    set.value = { ...set.value, texts: textsOf(laddersOf(made)) }
    write(corpus.value, id, set.value.texts)
  }

  /** Changes the prompts of the set: at once here, then in the corpus; it can be undone. */
  function change(label: string, made: readonly PromptText[], at: Cursor | null): void {
    if (!set.value) return
    const { id, texts: before } = set.value
    const from = cursor.value
    put(id, made)
    cursor.value = at
    const back = (to: readonly PromptText[], line: Cursor | null) => (): void => {
      void (async () => {
        if (set.value?.id !== id) await open(id)
        put(id, to)
        cursor.value = line
      })()
    }
    useUndo().push({ label, undo: back(before, from), redo: back(made, at) })
  }

  /** Calls what makes or changes a set, and shows it. */
  async function make<T extends PromptSetInfo | CallOutput<'prompts.import'>>(
    call: () => Promise<T>,
  ): Promise<T | null> {
    const path = corpus.value
    if (!path) return null
    try {
      const made = await call()
      if (corpus.value !== path) return null
      const { id } = 'set' in made ? made.set : made
      sets.value = await useClient().call('prompts.sets', { corpus: path })
      loaded.value = true
      await show(id)
      return made
    } catch (thrown) {
      useUi().fail(thrown)
      return null
    }
  }

  async function save(what: Change): Promise<PromptSetInfo | null> {
    return make(() =>
      useClient().call('prompts.save', { corpus: corpus.value ?? '', change: what }),
    )
  }

  async function remove(id: number): Promise<void> {
    try {
      await useClient().call('prompts.remove', { corpus: corpus.value ?? '', set: id })
      close()
      await load()
    } catch (thrown) {
      useUi().fail(thrown)
    }
  }

  function enter(path: string | null): void {
    corpus.value = path
    sets.value = []
    loaded.value = false
    error.value = null
    close()
    clearFilter()
    if (active) void load()
  }

  /** What this view wrote itself is there already; the counts of the list are read again. */
  async function refresh(parts: readonly CorpusPart[]): Promise<void> {
    if (!active || !corpus.value) return
    if (parts.includes('prompts')) {
      try {
        sets.value = await useClient().call('prompts.sets', { corpus: corpus.value })
      } catch (thrown) {
        useUi().fail(thrown)
      }
    }
    if (parts.includes('pairs') || parts.includes('spans')) examine()
  }

  function leave(): void {
    active = false
  }

  return {
    corpus,
    sets,
    set,
    report,
    overlap,
    comparing,
    loaded,
    error,
    cursor,
    words,
    kind,
    problem,
    texts,
    problems,
    problemsAt,
    measures,
    ladders,
    shown,
    lines,
    placeOf,
    load,
    open,
    compare,
    change,
    make,
    save,
    remove,
    clearFilter,
    enter,
    refresh,
    leave,
  }
})
