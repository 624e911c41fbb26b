import { computed, ref, watch } from 'vue'
import type { Job } from '#shared/contract/index.ts'
import { useClient } from '../../../bridge/client.ts'
import { useJobs } from '../../../state/jobs.ts'
import { useUi } from '../../../state/ui.ts'
import { t } from '../../../texts/index.ts'

/** Takes a study's report out of the window: as a folder, or as PDF with its folder beside it. */
export function useReportSaving(of: () => { corpus: string; study: string }) {
  const ui = useUi()
  const jobs = useJobs()
  const job = ref<string | null>(null)
  const isSaving = computed(() => job.value !== null)

  /** Writes the folder; null where it was not written, which is then said. */
  async function write(out: string): Promise<string | null> {
    const { corpus, study } = of()
    const started = await useClient().call('studies.report', { corpus, study, out })
    job.value = started.job
    try {
      const done = await ended(started.job)
      if (done.state === 'done') return out
      if (done.error) ui.fail(done.error)
      else ui.note(t('report.canceled'))
      return null
    } finally {
      job.value = null
    }
  }

  const ended = (id: string): Promise<Job> =>
    new Promise((resolve) => {
      const stop = watch(
        () => jobs.byId.get(id),
        (found) => {
          if (!found || found.state === 'queued' || found.state === 'running') return
          // Not yet assigned where it had ended before.
          void Promise.resolve().then(() => stop())
          resolve(found)
        },
        { immediate: true },
      )
    })

  const show = (path: string) => ({
    label: t('report.show'),
    run: () => void useClient().shell('shell.showInFolder', { path }).catch(ui.fail),
  })

  async function save(): Promise<void> {
    if (isSaving.value) return
    try {
      const out = await useClient().shell('shell.saveFile', {
        title: t('report.saveTitle'),
        suggested: t('report.suggested', { study: fileName(of().study) }),
        kind: t('report.folder'),
        extensions: ['*'],
      })
      if (!out || (await write(out)) === null) return
      ui.note(t('report.saved', { path: out }), show(out))
    } catch (thrown) {
      ui.fail(thrown)
    }
  }

  async function savePdf(): Promise<void> {
    if (isSaving.value) return
    try {
      const chosen = await useClient().shell('shell.saveFile', {
        title: t('report.pdfTitle'),
        suggested: `${t('report.suggested', { study: fileName(of().study) })}.pdf`,
        kind: t('report.pdf'),
        extensions: ['pdf'],
      })
      if (!chosen) return
      const out = /\.pdf$/i.test(chosen) ? chosen : `${chosen}.pdf`
      const folder = out.replace(/\.pdf$/i, '')
      if ((await write(folder)) === null) return
      const slash = folder.includes('\\') ? '\\' : '/'
      await useClient().shell('shell.reportPdf', { html: `${folder}${slash}report.html`, out })
      ui.note(t('report.savedPdf', { path: out, folder }), show(out))
    } catch (thrown) {
      ui.fail(thrown)
    }
  }

  return { save, savePdf, isSaving }
}

/** A name without what a file's name cannot hold. */
function fileName(name: string): string {
  return name.replace(/[\\/:*?"<>|\p{Cc}]+/gu, ' ').trim() || 'study'
}
