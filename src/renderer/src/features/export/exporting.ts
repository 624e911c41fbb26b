import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { CallInput, CallOutput, ExportFormat, ExportSkip } from '#shared/contract/index.ts'
import { toErrorValue, type ErrorValue } from '#shared/errors.ts'
import { latest, useClient } from '../../bridge/client.ts'
import { keep, recall } from '../../bridge/persist.ts'
import { explicitScores } from '../../state/query-text.ts'
import { STATUS_NAMES, TEXT_NAMES, type ScorableText } from '../../state/text-sources.ts'
import { useCutoff } from '../../state/cutoff.ts'
import { useJobs } from '../../state/jobs.ts'
import { usePairs } from '../../state/pairs.ts'
import { useUi } from '../../state/ui.ts'

export type ExportScope = 'all' | 'filter' | 'cutoff' | 'selection'

export type Preview = CallOutput<'exports.preview'>

/** Why a pair is left out, in words. */
export function skipReason(skip: ExportSkip, text: ScorableText): string {
  switch (skip.reason) {
    case 'no-text':
      return `no ${TEXT_NAMES[text]}`
    case 'no-picture':
      return STATUS_NAMES[skip.status]
    case 'picture-type':
      return `${skip.mime ?? 'a picture of unknown type'}: its readers do not open it`
  }
}

/** What would be written where, and what would be left out. */
export const useExporting = defineStore('exporting', () => {
  const format = ref<ExportFormat>(recall<ExportFormat>(null, 'export-format', 'webdataset'))
  const text = ref<ScorableText>('alt')
  const scope = ref<ExportScope>('all')
  const selection = ref<{ where: string; n: number } | null>(null)
  const folder = ref('')
  const preview = shallowRef<Preview | null>(null)
  const counting = ref(false)
  const error = shallowRef<ErrorValue | null>(null)
  const lastJob = ref<string | null>(null)
  let corpus: string | null = null

  const where = computed(() => {
    if (scope.value === 'filter') return explicitScores(usePairs().where, usePairs().score)
    if (scope.value === 'cutoff') return useCutoff().query
    if (scope.value === 'selection') return selection.value?.where ?? ''
    return ''
  })
  const job = computed(() => (lastJob.value ? useJobs().byId.get(lastJob.value) : undefined))
  const past = computed(() =>
    useJobs().list.filter(
      (item) => item.kind === 'export' && item.corpus === corpus && item.id !== lastJob.value,
    ),
  )

  const readPreview = latest((asked: CallInput<'exports.preview'>) =>
    useClient().call('exports.preview', asked),
  )

  async function refresh(): Promise<void> {
    if (corpus === null) return
    counting.value = true
    try {
      const answer = await readPreview({
        corpus,
        format: format.value,
        where: where.value,
        text: text.value,
      })
      if (answer.late) return
      preview.value = answer.value
      error.value = null
      counting.value = false
    } catch (thrown) {
      error.value = toErrorValue(thrown)
      preview.value = null
      counting.value = false
    }
  }

  function useSelection(query: string, n: number): void {
    selection.value = { where: query, n }
    scope.value = 'selection'
    lastJob.value = null
  }

  function useCutoffScope(): void {
    scope.value = 'cutoff'
    const source = useCutoff().source
    if (source) text.value = source.text
    lastJob.value = null
  }

  function setFormat(next: ExportFormat): void {
    format.value = next
    lastJob.value = null
    keep(null, 'export-format', next)
  }

  async function chooseFolder(): Promise<void> {
    try {
      const found = await useClient().shell('shell.openFolder', {
        title: 'Folder for the exported dataset',
      })
      if (!found) return
      folder.value = found
      keep(corpus, 'export-folder', found)
    } catch (thrown) {
      useUi().fail(thrown)
    }
  }

  async function start(): Promise<void> {
    if (corpus === null || folder.value === '') return
    try {
      const { job: id } = await useClient().call('jobs.export', {
        corpus,
        format: format.value,
        out: folder.value,
        where: where.value,
        text: text.value,
      })
      lastJob.value = id
      await useJobs().load()
    } catch (thrown) {
      useUi().fail(thrown)
    }
  }

  function enter(path: string | null): void {
    corpus = path
    preview.value = null
    selection.value = null
    lastJob.value = null
    scope.value = 'all'
    folder.value = path ? recall(path, 'export-folder', '') : ''
  }

  return {
    format,
    text,
    scope,
    selection,
    folder,
    preview,
    counting,
    error,
    where,
    job,
    past,
    lastJob,
    refresh,
    useSelection,
    useCutoffScope,
    setFormat,
    chooseFolder,
    start,
    enter,
  }
})
