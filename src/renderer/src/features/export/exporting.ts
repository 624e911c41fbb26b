import type { TextSource } from '#shared/domain.ts'
import { defineStore } from 'pinia'
import { t } from '../../texts/index.ts'
import { computed, ref, shallowRef, watch } from 'vue'
import type {
  CallInput,
  CallOutput,
  ExportFormat,
  ExportSkip,
  VersionInfo,
} from '#shared/contract/index.ts'
import { toErrorValue, type ErrorValue } from '#shared/errors.ts'
import { latest, useClient } from '../../bridge/client.ts'
import { keep, recall } from '../../bridge/persist.ts'
import { STATUS_NAMES, TEXT_NAMES } from '../../state/text-sources.ts'
import { useExportScope } from '../../state/export-scope.ts'
import { useJobs } from '../../state/jobs.ts'
import { useUi } from '../../state/ui.ts'
import { createExportChoices } from './export-choices.ts'

export type Preview = CallOutput<'exports.preview'>

/** Why a pair is left out, in words. */
export function skipReason(skip: ExportSkip, text: TextSource): string {
  switch (skip.reason) {
    case 'no-text':
      return t('exporting.skip.noText', { text: TEXT_NAMES[text] })
    case 'no-picture':
      return STATUS_NAMES[skip.status]
    case 'same-picture':
      return t('exporting.skip.samePicture')
    case 'picture-type':
      return skip.mime === null
        ? t('exporting.skip.unknownType')
        : t('exporting.skip.pictureType', { type: skip.mime })
  }
}

/** What would be written where, and what would be left out. */
export const useExporting = defineStore('exporting', () => {
  const format = ref<ExportFormat>(recall<ExportFormat>(null, 'export-format', 'webdataset'))
  const exportScope = useExportScope()
  const folder = ref('')
  const preview = shallowRef<Preview | null>(null)
  const counting = ref(false)
  const error = shallowRef<ErrorValue | null>(null)
  const lastJob = ref<string | null>(null)
  /** Whose pairs are exported, in place of what is chosen by filter. */
  const version = shallowRef<VersionInfo | null>(null)
  const choices = createExportChoices(() => format.value)
  const asked = computed(() =>
    version.value
      ? {
          where: `version:${version.value.name}`,
          text: version.value.recipe.texts[0] ?? 'alt',
          fallback: version.value.recipe.texts.slice(1),
          onePerPicture: false,
        }
      : {
          where: exportScope.where,
          text: exportScope.text,
          fallback: choices.chosen.fallback.filter((one) => one !== exportScope.text),
          onePerPicture: choices.chosen.onePerPicture,
        },
  )
  let corpus: string | null = null

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
        ...asked.value,
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

  /** Another set of pairs is another export: the one before stands among the past ones. */
  watch(
    () => exportScope.where,
    () => (lastJob.value = null),
  )

  /** The pairs of a version; null: what is chosen by filter. */
  function chooseVersion(next: VersionInfo | null): void {
    version.value = next
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
        title: t('exporting.folder.dialog'),
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
        ...choices.inputOf(version.value !== null),
        ...(version.value
          ? { version: version.value.name }
          : { where: exportScope.where, text: exportScope.text, fallback: asked.value.fallback }),
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
    lastJob.value = null
    version.value = null
    exportScope.enter()
    folder.value = path ? recall(path, 'export-folder', '') : ''
  }

  return {
    format,
    folder,
    preview,
    counting,
    error,
    job,
    past,
    lastJob,
    version,
    choices,
    asked,
    chooseVersion,
    refresh,
    setFormat,
    chooseFolder,
    start,
    enter,
  }
})
