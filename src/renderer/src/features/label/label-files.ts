import { shallowRef } from 'vue'
import type { CallOutput } from '#shared/contract/index.ts'
import { useClient } from '../../bridge/client.ts'
import { useUi } from '../../state/ui.ts'
import type { Speaker } from './label-speaker.ts'

const FILES = { kind: 'Labels (JSON Lines)', extensions: ['jsonl', 'ndjson', 'json'] }

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

  async function exportFile(): Promise<void> {
    const corpus = who.corpus.value
    if (corpus === null) return
    try {
      await settle()
      const out = await useClient().shell('shell.saveFile', {
        title: 'Export labels',
        suggested: 'labels.jsonl',
        ...FILES,
      })
      if (!out) return
      const { events } = await useClient().call('labels.export', { corpus, out })
      ui.note(`Wrote ${events.toLocaleString('en-US')} label events to ${out}`, {
        label: 'Show',
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
        title: 'Merge labels of other machines',
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
