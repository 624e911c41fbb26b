import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type {
  CallInput,
  DiffReason,
  DiffSide,
  VersionDiff,
  VersionInfo,
} from '#shared/contract/index.ts'
import { toErrorValue, type ErrorValue } from '#shared/errors.ts'
import { latest, useClient } from '../../../bridge/client.ts'
import { useJobs } from '../../../state/jobs.ts'
import { useUi } from '../../../state/ui.ts'
import { t } from '../../../texts/index.ts'

/** Pairs that are listed at once. */
const PAGE = 100

/** The versions of the open corpus: which there are, the one that is shown, what it is compared with. */
export const useVersions = defineStore('versions', () => {
  const tab = ref<'dataset' | 'versions'>('dataset')
  const list = shallowRef<readonly VersionInfo[]>([])
  const loaded = ref(false)
  const error = shallowRef<ErrorValue | null>(null)
  const name = ref<string | null>(null)
  /** Another version, `now`, or nothing. */
  const other = ref('')
  const diff = shallowRef<VersionDiff | null>(null)
  const comparing = ref(false)
  const picked = ref<{ side: DiffSide; reason: DiffReason } | null>(null)
  const checked = shallowRef<{ name: string; stated: string; found: string } | null>(null)
  const lastJob = ref<string | null>(null)
  const isFormOpen = ref(false)
  let corpus: string | null = null

  const shown = computed(() => list.value.find((one) => one.name === name.value) ?? null)
  /** A version that is there says so itself. */
  const job = computed(() => {
    const found = lastJob.value ? useJobs().byId.get(lastJob.value) : undefined
    return found?.kind === 'version' && found.state === 'done' ? undefined : found
  })

  const readDiff = latest((asked: CallInput<'versions.diff'>) =>
    useClient().call('versions.diff', asked),
  )

  async function load(): Promise<void> {
    if (corpus === null) return
    const asked = corpus
    try {
      const found = await useClient().call('versions.list', { corpus: asked })
      if (asked !== corpus) return
      list.value = found
      error.value = null
      if (!found.some((one) => one.name === name.value)) name.value = found[0]?.name ?? null
      loaded.value = true
    } catch (thrown) {
      if (asked === corpus) error.value = toErrorValue(thrown)
    }
  }

  function show(next: string): void {
    name.value = next
    other.value = ''
    clear()
  }

  function clear(): void {
    readDiff.cancel()
    diff.value = null
    comparing.value = false
    picked.value = null
    checked.value = null
  }

  /** From what is chosen to the shown version, so that it reads as what became of it. */
  async function compare(next: string): Promise<void> {
    other.value = next
    picked.value = null
    diff.value = null
    readDiff.cancel()
    if (next !== '') await readPage(0)
  }

  async function pick(next: { side: DiffSide; reason: DiffReason } | null): Promise<void> {
    picked.value = next
    await readPage(0)
  }

  /** Reads the first pairs, or those after the ones that are there. */
  async function readPage(offset: number): Promise<void> {
    if (corpus === null || name.value === null || other.value === '') return
    comparing.value = true
    const isNow = other.value === 'now'
    try {
      const answer = await readDiff({
        corpus,
        a: isNow ? name.value : other.value,
        b: isNow ? 'now' : name.value,
        side: picked.value?.side,
        reason: picked.value?.reason,
        offset,
        limit: PAGE,
      })
      if (answer.late) return
      const before = offset > 0 ? (diff.value?.pairs ?? []) : []
      diff.value = { ...answer.value, pairs: [...before, ...answer.value.pairs] }
      comparing.value = false
    } catch (thrown) {
      comparing.value = false
      useUi().fail(thrown)
    }
  }

  async function check(): Promise<void> {
    if (corpus === null || name.value === null) return
    try {
      checked.value = await useClient().call('versions.check', { corpus, name: name.value })
    } catch (thrown) {
      useUi().fail(thrown)
    }
  }

  /** @returns whether it was begun */
  async function create(input: Omit<CallInput<'versions.create'>, 'corpus'>): Promise<boolean> {
    if (corpus === null) return false
    try {
      const { job: id } = await useClient().call('versions.create', { ...input, corpus })
      lastJob.value = id
      name.value = input.name
      clear()
      await useJobs().load()
      return true
    } catch (thrown) {
      useUi().fail(thrown)
      return false
    }
  }

  async function verifyFolder(): Promise<void> {
    try {
      const path = await useClient().shell('shell.openFolder', {
        title: t('versions.verifyDialog'),
      })
      if (!path) return
      const { job: id } = await useClient().call('versions.verify', { path })
      lastJob.value = id
      await useJobs().load()
    } catch (thrown) {
      useUi().fail(thrown)
    }
  }

  function enter(path: string | null): void {
    corpus = path
    list.value = []
    loaded.value = false
    error.value = null
    name.value = null
    other.value = ''
    lastJob.value = null
    isFormOpen.value = false
    tab.value = 'dataset'
    clear()
  }

  return {
    ...{ tab, list, loaded, error, name, other, diff, comparing, picked, checked, isFormOpen },
    ...{ shown, job, load, show, compare, pick, readPage, check, create, verifyFolder, enter },
  }
})
