import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type {
  CallInput,
  CallName,
  CallOutput,
  CorpusPart,
  Merged,
  RaterSummary,
  SheetCell,
  Study,
  StudySummary,
} from '#shared/contract/index.ts'
import { toErrorValue, type ErrorValue } from '#shared/errors.ts'
import type { StudyDesign } from '#shared/studies/design.ts'
import { latest, useClient } from '../../bridge/client.ts'
import { keep, recall } from '../../bridge/persist.ts'
import { useJobs } from '../../state/jobs.ts'
import { useSession } from '../../state/session.ts'
import { useUi } from '../../state/ui.ts'

/** Beyond this many pairs a person asks for the comparison of prompts with the corpus. */
const COMPARED_BY_ITSELF = 200_000
/** Prompts that are asked for at once. */
const PAGE = 1000

/** What is shown of a study; `tabs.ts` says by what. */
export type StudyPart = 'overview' | 'images' | 'raters' | 'measures' | 'report'
export type Problems = CallOutput<'studies.problems'>
/** What is told of where prompts come from. */
export type PromptSource = CallInput<'studies.create'>['prompts']

/** A call about a study; corpus and study are filled in. */
type StudyCall = {
  [N in CallName]: CallInput<N> extends { corpus: string; study: string } ? N : never
}[CallName]
type Rest<N extends StudyCall> = Omit<CallInput<N>, 'corpus' | 'study'>

/** The studies of the open corpus, and the one that is looked at. */
export const useStudies = defineStore('studies', () => {
  let active = false
  const corpus = ref<string | null>(null)
  const list = shallowRef<readonly StudySummary[]>([])
  const study = shallowRef<Study | null>(null)
  const problems = shallowRef<Problems | null>(null)
  /** Whether the texts of the corpus were looked through for the prompts. */
  const compared = ref<'no' | 'running' | 'yes'>('no')
  const raters = shallowRef<readonly RaterSummary[] | null>(null)
  /** Prompts with their pictures; null while they are read, or must not be seen. */
  const cells = shallowRef<readonly SheetCell[] | null>(null)
  const loaded = ref(false)
  const error = shallowRef<ErrorValue | null>(null)
  const tab = ref<StudyPart>('overview')

  /** Whether anybody may see which model made what. */
  const isSighted = computed(() => study.value !== null && study.value.state !== 'frozen')
  /** Long work on studies of this corpus that is under way. */
  const jobs = computed(() =>
    useJobs().live.filter((job) => job.corpus === corpus.value && job.kind.startsWith('study-')),
  )

  const readStudy = latest((path: string, name: string) =>
    useClient().call('studies.get', { corpus: path, study: name }),
  )
  const readProblems = latest((path: string, name: string, overlap: boolean) =>
    useClient().call('studies.problems', { corpus: path, study: name, overlap }),
  )
  const readRaters = latest((path: string, name: string) =>
    useClient().call('ratings.raters', { corpus: path, study: name }),
  )
  const readCells = latest(async (path: string, name: string) => {
    const all: SheetCell[] = []
    for (;;) {
      const input = { corpus: path, study: name, from: all.length, limit: PAGE }
      const { total, cells: page } = await useClient().call('studies.sheet', input)
      all.push(...page)
      if (all.length >= total || page.length === 0) return all
    }
  })

  /** Reads the studies, and the one that is looked at. */
  async function load(): Promise<void> {
    active = true
    const path = corpus.value
    if (!path) return
    try {
      const found = await useClient().call('studies.list', { corpus: path })
      if (corpus.value !== path) return
      list.value = found
      const wanted = study.value?.name ?? recall(path, 'study', '')
      const name = (found.find((one) => one.name === wanted) ?? found[0])?.name
      if (name === undefined) close()
      else await show(name)
      error.value = null
      loaded.value = true
    } catch (thrown) {
      error.value = toErrorValue(thrown)
    }
  }

  function close(): void {
    study.value = null
    forget()
  }

  function forget(): void {
    problems.value = null
    compared.value = 'no'
    raters.value = null
    cells.value = null
  }

  async function show(name: string): Promise<void> {
    if (!corpus.value) return
    const read = await readStudy(corpus.value, name)
    if (read.late) return
    if (study.value?.uid !== read.value.uid) {
      forget()
      tab.value = 'overview'
    }
    study.value = read.value
    keep(corpus.value, 'study', name)
    await Promise.all([look(compared.value === 'yes'), rate(), lay()])
  }

  /** Reads what is wrong or missing. */
  async function look(overlap: boolean): Promise<void> {
    if (!corpus.value || !study.value) return
    const small = (useSession().corpus?.pairs ?? Infinity) <= COMPARED_BY_ITSELF
    const whole = overlap || small
    if (overlap) compared.value = 'running'
    const read = await readProblems(corpus.value, study.value.name, whole)
    if (read.late) return
    problems.value = read.value
    compared.value = whole ? 'yes' : 'no'
  }

  async function rate(): Promise<void> {
    if (!corpus.value || !study.value) return
    if (study.value.state === 'draft') {
      raters.value = []
      return
    }
    const read = await readRaters(corpus.value, study.value.name)
    if (!read.late) raters.value = read.value
  }

  /** Reads the contact sheet, where it may be seen. */
  async function lay(): Promise<void> {
    if (!corpus.value || !study.value) return
    if (!isSighted.value) {
      readCells.cancel()
      cells.value = null
      return
    }
    const read = await readCells(corpus.value, study.value.name)
    if (!read.late) cells.value = read.value
  }

  async function open(name: string): Promise<void> {
    try {
      await show(name)
    } catch (thrown) {
      useUi().fail(thrown)
    }
  }

  /** Looks for the prompts in all texts of the corpus. */
  async function compare(): Promise<void> {
    try {
      await look(true)
    } catch (thrown) {
      compared.value = 'no'
      useUi().fail(thrown)
    }
  }

  /** Asks something of the study that is looked at; null where that failed, which is then said. */
  async function ask<N extends StudyCall>(name: N, rest: Rest<N>): Promise<CallOutput<N> | null> {
    if (!corpus.value || !study.value) return null
    try {
      const input = { corpus: corpus.value, study: study.value.name, ...rest }
      return await useClient().call(name, input as unknown as CallInput<N>)
    } catch (thrown) {
      useUi().fail(thrown)
      return null
    }
  }

  /** The same, where it changes the study: list and study are read again. @returns whether it did */
  async function change<N extends StudyCall>(name: N, rest: Rest<N>): Promise<boolean> {
    const path = corpus.value
    if ((await ask(name, rest)) === null) return false
    if (corpus.value === path) await load()
    return true
  }

  async function create(
    name: string,
    prompts: PromptSource,
    design: Partial<StudyDesign>,
  ): Promise<boolean> {
    const path = corpus.value
    if (!path) return false
    try {
      const made = await useClient().call('studies.create', {
        corpus: path,
        study: name,
        prompts,
        design,
      })
      list.value = await useClient().call('studies.list', { corpus: path })
      loaded.value = true
      await show(made.name)
      return true
    } catch (thrown) {
      useUi().fail(thrown)
      return false
    }
  }

  async function rename(to: string): Promise<boolean> {
    if (!corpus.value || (await ask('studies.rename', { name: to })) === null) return false
    if (study.value) study.value = { ...study.value, name: to }
    await load()
    return true
  }

  async function remove(): Promise<boolean> {
    if ((await ask('studies.remove', {})) === null) return false
    close()
    await load()
    return true
  }

  /** Starts long work on the study. */
  async function start<N extends 'studies.addImages' | 'studies.generate' | 'studies.package'>(
    name: N,
    rest: Rest<N>,
  ): Promise<boolean> {
    if ((await ask(name, rest)) === null) return false
    await useJobs().load()
    return true
  }

  /** Takes in what others rated. */
  async function merge(files: readonly string[]): Promise<Merged | null> {
    const merged = await ask('ratings.merge', { files: [...files] })
    if (merged) await load()
    return merged
  }

  function enter(path: string | null): void {
    corpus.value = path
    list.value = []
    loaded.value = false
    error.value = null
    close()
    if (active) void load()
  }

  async function refresh(parts: readonly CorpusPart[]): Promise<void> {
    if (!active || !corpus.value || !loaded.value) return
    if (parts.includes('studies') || parts.includes('pairs')) await load()
    else if (parts.includes('ratings')) {
      try {
        list.value = await useClient().call('studies.list', { corpus: corpus.value })
        const name = study.value?.name
        if (name === undefined) return
        const read = await readStudy(corpus.value, name)
        if (read.late) return
        study.value = read.value
        await rate()
      } catch (thrown) {
        useUi().fail(thrown)
      }
    }
  }

  function leave(): void {
    active = false
  }

  return {
    corpus,
    list,
    study,
    problems,
    compared,
    raters,
    cells,
    loaded,
    error,
    tab,
    isSighted,
    jobs,
    load,
    open,
    compare,
    ask,
    change,
    create,
    rename,
    remove,
    start,
    merge,
    enter,
    refresh,
    leave,
  }
})
