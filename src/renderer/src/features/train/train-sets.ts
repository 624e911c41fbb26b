import { computed, shallowRef } from 'vue'
import type { SpanSet } from '#shared/contract/index.ts'
import { latest, useClient } from '../../bridge/client.ts'
import { usePairs } from '../../state/pairs.ts'
import { useUi } from '../../state/ui.ts'
import { useUndo } from '../../state/undo.ts'
import { t } from '../../texts/index.ts'
import type { TrainContext } from './train-context.ts'

/**
 * The sets of spans of a corpus, and the one in use.
 * @param read is told when sets were read, with the newest whole search for alts before
 */
export function createSets({ corpus }: TrainContext, read: (wholeBefore: number | null) => void) {
  const sets = shallowRef<readonly SpanSet[]>([])
  const newest = (kind: SpanSet['kind']) =>
    sets.value
      .filter((set) => set.kind === kind)
      .reduce<SpanSet | null>((best, set) => (best && best.id > set.id ? best : set), null)
  const altSet = computed(() => newest('alt'))
  /** The newest that is whole: half a search would be half of what there is to learn from. */
  const wholeAlts = (): number | null =>
    sets.value.reduce<number | null>(
      (best, { id, kind, complete }) =>
        kind === 'alt' && complete && id > (best ?? 0) ? id : best,
      null,
    )
  const currentSet = computed(() => sets.value.find((set) => set.current) ?? null)

  const readSets = latest((path: string) => useClient().call('spans.sets', { corpus: path }))
  async function loadSets(): Promise<void> {
    if (!corpus.value) return
    const path = corpus.value
    const answer = await readSets(path)
    if (answer.late || corpus.value !== path) return
    const before = wholeAlts()
    sets.value = [...answer.value].sort((a, b) => b.id - a.id)
    read(before)
  }

  /** Says what the text source `span` means from now on. */
  async function use(set: number | null): Promise<void> {
    const was = currentSet.value?.id ?? null
    if (set === was || !(await write(set))) return
    useUndo().push({
      label: t('train.predict.undo'),
      undo: () => void write(was),
      redo: () => void write(set),
    })
  }

  async function write(set: number | null): Promise<boolean> {
    if (!corpus.value) return false
    const before = sets.value
    sets.value = before.map((item) => ({ ...item, current: item.id === set }))
    try {
      await useClient().call('spans.use', { corpus: corpus.value, set })
      await loadSets()
      await usePairs().refresh(['scores'])
      return true
    } catch (thrown) {
      sets.value = before
      useUi().fail(thrown)
      return false
    }
  }

  async function freezeLabels(): Promise<void> {
    if (!corpus.value) return
    try {
      const made = await useClient().call('spans.freezeLabels', { corpus: corpus.value })
      await loadSets()
      useUi().note(t('train.predict.frozen', { set: made.title }))
    } catch (thrown) {
      useUi().fail(thrown)
    }
  }

  function forget(): void {
    sets.value = []
  }

  return {
    sets,
    newest,
    altSet,
    wholeAlts,
    currentSet,
    load: loadSets,
    use,
    freezeLabels,
    forget,
  }
}

export type Sets = ReturnType<typeof createSets>
