import { defineStore } from 'pinia'
import { t } from '../texts/index.ts'
import { ref, shallowRef, watch } from 'vue'
import { toErrorValue, type ErrorValue } from '#shared/errors.ts'
import { keep, recall } from '../bridge/persist.ts'

export interface Toast {
  id: number
  kind: 'note' | 'fail'
  message: string
  hint: string | null
  details: string | null
  action: { label: string; run: () => void } | null
}

export interface Question {
  title: string
  text: string
  confirm: string
  answer: (yes: boolean) => void
}

/** What floats above the views and what the frame of the window remembers. */
export const useUi = defineStore('ui', () => {
  const toasts = ref<Toast[]>([])
  const paletteOpen = ref(false)
  const keysOpen = ref(false)
  const question = shallowRef<Question | null>(null)
  const inspectorOpen = ref(recall(null, 'inspector-open', true))
  const inspectorWidth = ref(recall(null, 'inspector-width', 340))
  const engine = ref<{ state: 'starting' | 'ready' | 'crashed'; message: string | null }>({
    state: 'ready',
    message: null,
  })
  let next = 1

  watch(inspectorOpen, (open) => keep(null, 'inspector-open', open))
  watch(inspectorWidth, (width) => keep(null, 'inspector-width', width))

  function push(toast: Omit<Toast, 'id'>, seconds: number): void {
    const same = toasts.value.find((t) => t.message === toast.message)
    if (same) toasts.value = toasts.value.filter((t) => t !== same)
    const id = next++
    toasts.value = [...toasts.value, { ...toast, id }].slice(-4)
    setTimeout(() => dismiss(id), seconds * 1000)
  }

  function dismiss(id: number): void {
    toasts.value = toasts.value.filter((toast) => toast.id !== id)
  }

  /** Says briefly what happened. */
  function note(message: string, action: Toast['action'] = null): void {
    push({ kind: 'note', message, hint: null, details: null, action }, action ? 8 : 4)
  }

  /** Says what nobody asked for and somebody should know; it stays long enough to be read. */
  function tell(message: string): void {
    push({ kind: 'note', message, hint: null, details: null, action: null }, 60)
  }

  /** Shows an error with what to do next. Cancelling is no error. */
  function fail(error: unknown, action: Toast['action'] = null): void {
    const value: ErrorValue = toErrorValue(error)
    if (value.kind === 'canceled') return
    if (value.kind === 'internal') console.error(error)
    push(
      {
        kind: 'fail',
        message: value.message,
        hint: value.hint ?? null,
        details: value.details ?? null,
        action,
      },
      14,
    )
  }

  /** Asks before what cannot be undone. */
  function ask(title: string, text: string, confirm: string): Promise<boolean> {
    return new Promise((resolve) => {
      question.value = {
        title,
        text,
        confirm,
        answer: (yes) => {
          question.value = null
          resolve(yes)
        },
      }
    })
  }

  /** Copies text and says so. */
  async function copy(text: string, what: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text)
      note(t('ui.copied', { what }))
    } catch (error) {
      fail(error)
    }
  }

  return {
    toasts,
    paletteOpen,
    keysOpen,
    question,
    inspectorOpen,
    inspectorWidth,
    engine,
    note,
    tell,
    fail,
    dismiss,
    ask,
    copy,
  }
})
