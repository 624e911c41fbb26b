import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { MarkTarget } from '#shared/contract/index.ts'
import type { PairRow } from '#shared/domain.ts'
import type { Mark, MarkChange } from '#shared/marks.ts'
import { useClient } from '../bridge/client.ts'
import { count } from '../bridge/format.ts'
import { keep, recall } from '../bridge/persist.ts'
import { t } from '../texts/index.ts'
import { useInspect } from './inspect.ts'
import { usePairs } from './pairs.ts'
import { useSession } from './session.ts'
import { useUi } from './ui.ts'
import { useUndo } from './undo.ts'

/** What a list shows of what people say of a pair. */
type Said = Pick<PairRow, 'mark' | 'tags' | 'noted'>

/** Pairs that are marked together, and how many they are. */
export interface Marked {
  target: MarkTarget
  n: number
  /** The pair, where it is one alone. */
  id: number | null
}

export const MARK_NAMES: Record<Mark | 'disputed' | 'none', string> = {
  keep: t('marks.keep'),
  reject: t('marks.reject'),
  unsure: t('marks.unsure'),
  disputed: t('marks.disputed'),
  none: t('marks.none'),
}
export const MARK_KEYS: Record<Mark, string> = { keep: 'K', reject: 'R', unsure: 'U' }

/** What people say of pairs: keep, reject, unsure, tags, notes. One action is one step of undo. */
export const useMarking = defineStore('marking', () => {
  /** Shared with the labels: one person sits in front of the window. */
  const person = ref(recall(null, 'annotator', ''))
  /** What waits for the person's name. */
  const waiting = shallowRef<(() => void) | null>(null)
  /** The pairs whose tags and note are being written. */
  const editing = shallowRef<{ marked: Marked; field: 'tags' | 'note' } | null>(null)
  const tags = shallowRef<readonly { tag: string; n: number }[]>([])
  /** What was said of a pair since lists of pairs were read that are not read again for it. */
  const fresh = shallowRef(new Map<number, Said>())
  const own = computed(
    () => useInspect().detail?.said.find((one) => one.person === person.value) ?? null,
  )

  function setPerson(name: string): void {
    person.value = name.trim()
    keep(null, 'annotator', person.value)
    const asked = waiting.value
    waiting.value = null
    if (asked && person.value !== '') asked()
  }

  /** Who speaks; null: the name is asked for first, and what was meant is done then. */
  function speaker(meant: () => void): string | null {
    // Another view may have let another person sit down.
    person.value = recall(null, 'annotator', person.value)
    if (person.value !== '') return person.value
    waiting.value = meant
    return null
  }

  /** What an action is called where it is undone. */
  function labelOf(change: MarkChange, n: number): string {
    const of = { n: count(n) }
    if (change.mark) return t('marks.undo.mark', { mark: MARK_NAMES[change.mark], ...of }, n)
    if (change.mark === null) return t('marks.undo.unmark', of, n)
    if (change.note !== undefined) return t('marks.undo.note')
    return t('marks.undo.tags', of, n)
  }

  /** Writes it; the name of the person is asked for first where nobody gave one. */
  async function set(marked: Marked, change: MarkChange): Promise<boolean> {
    const corpus = useSession().path
    if (corpus === null) return false
    const who = speaker(() => void set(marked, change))
    if (who === null) return false
    const by = { corpus, person: who }
    try {
      const { target } = marked
      const { event, pairs } = await useClient().call('marks.set', { ...by, target, change })
      const take = (call: 'marks.undo' | 'marks.redo') => async () => {
        try {
          await useClient().call(call, { ...by, event })
          await read()
        } catch (thrown) {
          useUi().fail(thrown)
        }
      }
      useUndo().push({
        label: labelOf(change, pairs),
        undo: () => void take('marks.undo')(),
        redo: () => void take('marks.redo')(),
      })
      await read()
      if (pairs > 1) useUi().note(t('marks.done', { n: count(pairs) }, pairs))
      return true
    } catch (thrown) {
      useUi().fail(thrown)
      return false
    }
  }

  /** Shows what is said now, at once: the window is told a moment later. */
  async function read(): Promise<void> {
    await Promise.all([usePairs().refresh(['marks']), useInspect().refresh(), loadTags()])
    const detail = useInspect().detail
    if (!detail) return
    const { id, mark: now, tags: all, note } = detail
    fresh.value = new Map(fresh.value).set(id, { mark: now, tags: all, noted: note !== null })
  }

  /** What is said of a pair of a list now. */
  function saidOf(row: PairRow): Said {
    return fresh.value.get(row.id) ?? row
  }

  /** Another corpus is open. */
  function enter(): void {
    fresh.value = new Map()
    editing.value = null
    waiting.value = null
    tags.value = []
  }

  /** A mark, or none where the pair has it already from this person. */
  function mark(marked: Marked, wanted: Mark): Promise<boolean> {
    const isOn = marked.id !== null && marked.id === useInspect().id && own.value?.mark === wanted
    return set(marked, { mark: isOn ? null : wanted })
  }

  async function loadTags(): Promise<void> {
    const corpus = useSession().path
    if (corpus === null) return
    try {
      const summary = await useClient().call('marks.summary', { corpus })
      if (corpus === useSession().path) tags.value = summary.tags
    } catch (thrown) {
      useUi().fail(thrown)
    }
  }

  function edit(marked: Marked, field: 'tags' | 'note'): void {
    editing.value = { marked, field }
    void loadTags()
  }

  return {
    person,
    waiting,
    editing,
    tags,
    own,
    setPerson,
    speaker,
    set,
    mark,
    edit,
    loadTags,
    read,
    saidOf,
    enter,
  }
})
