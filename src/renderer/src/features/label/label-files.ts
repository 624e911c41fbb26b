import { shallowRef } from 'vue'
import type { CallOutput } from '#shared/contract/index.ts'
import { useClient } from '../../bridge/client.ts'
import { count } from '../../bridge/format.ts'
import { useUi } from '../../state/ui.ts'
import { t } from '../../texts/index.ts'
import type { Speaker } from './label-speaker.ts'

/**
 * Labels that go to other machines and come from them.
 * @param settle resolves when all that was said is kept
 * @param came reads anew what other labels change
 */
export function createLabelFiles(
  who: Speaker,
  settle: () => Promise<void>,
  came: () => Promise<unknown>,
) {
  const ui = useUi()
  const FILES = { kind: t('label.files.kind'), extensions: ['jsonl', 'ndjson', 'json'] }

  async function exportFile(): Promise<void> {
    const corpus = who.corpus.value
    if (corpus === null) return
    try {
      await settle()
      const out = await useClient().shell('shell.saveFile', {
        title: t('label.files.exportTitle'),
        suggested: 'labels.jsonl',
        ...FILES,
      })
      if (!out) return
      const { events } = await useClient().call('labels.export', { corpus, out })
      ui.note(t('label.files.exported', { n: count(events), path: out }, events), {
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
    const corpus = who.corpus.value
    if (corpus === null) return
    try {
      await settle()
      const files = await useClient().shell('shell.openFiles', {
        title: t('label.files.mergeTitle'),
        ...FILES,
      })
      if (files.length === 0) return
      merged.value = await useClient().call('labels.merge', { corpus, files })
      await came()
    } catch (thrown) {
      ui.fail(thrown)
    }
  }

  return { merged, exportFile, mergeFiles }
}
