import { defineStore } from 'pinia'
import { t } from '../texts/index.ts'
import { computed, shallowRef } from 'vue'
import { useUi } from './ui.ts'

export interface UndoStep {
  /** What was done, as it reads after "Undid: ". */
  label: string
  undo: () => void
  redo: () => void
  /** Steps with the same key within a second are one (a drag). */
  merge?: string
}

interface Kept extends UndoStep {
  at: number
}

const LIMIT = 100
const MERGE_MS = 1000

/** What can be taken back in this window: filters, sort, selection, cutoff, list entries. */
export const useUndo = defineStore('undo', () => {
  const done = shallowRef<readonly Kept[]>([])
  const undone = shallowRef<readonly Kept[]>([])
  const canUndo = computed(() => done.value.length > 0)
  const canRedo = computed(() => undone.value.length > 0)

  function push(step: UndoStep): void {
    const at = Date.now()
    const last = done.value.at(-1)
    undone.value = []
    if (last && step.merge && last.merge === step.merge && at - last.at < MERGE_MS) {
      done.value = [...done.value.slice(0, -1), { ...step, undo: last.undo, at }]
      return
    }
    done.value = [...done.value, { ...step, at }].slice(-LIMIT)
  }

  function undo(): void {
    const step = done.value.at(-1)
    if (!step) return
    done.value = done.value.slice(0, -1)
    undone.value = [...undone.value, step]
    step.undo()
    useUi().note(t('ui.undid', { step: step.label }))
  }

  function redo(): void {
    const step = undone.value.at(-1)
    if (!step) return
    undone.value = undone.value.slice(0, -1)
    done.value = [...done.value, step]
    step.redo()
    useUi().note(t('ui.redid', { step: step.label }))
  }

  function clear(): void {
    done.value = []
    undone.value = []
  }

  return { canUndo, canRedo, push, undo, redo, clear }
})
