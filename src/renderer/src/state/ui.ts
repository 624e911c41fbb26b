import { useMediaQuery } from '@vueuse/core'
import { defineStore } from 'pinia'
import { t } from '../texts/index.ts'
import { computed, ref, shallowRef, watch } from 'vue'
import { toErrorValue, type ErrorValue } from '#shared/errors.ts'
import { keep, recall } from '../bridge/persist.ts'

/**
 * A message.
 * - `note`: of a few words, beside the running job; the newest takes the place of the one before
 * - `news`, `fail`: in a strip of their own, one at a time; those behind wait their turn
 * - `job`: a job failed. It stands beside the running job until it was seen: the rest is with the job
 */
export interface Toast {
  id: number
  kind: 'note' | 'news' | 'fail' | 'job'
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

const IN_STRIP: ReadonlySet<Toast['kind']> = new Set(['news', 'fail'])
const STRIP_SECONDS: Readonly<Record<Toast['kind'], number>> = {
  note: 4,
  job: 4,
  news: 60,
  fail: 14,
}
/** More messages than these nobody reads. */
const MOST = 8

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

  /** The newest first. */
  const strip = computed(() => toasts.value.filter(({ kind }) => IN_STRIP.has(kind)).toReversed())
  const beside = computed(() => toasts.value.findLast(({ kind }) => !IN_STRIP.has(kind)) ?? null)
  let leaving: ReturnType<typeof setTimeout> | undefined
  // Time runs for what is read, not for what waits behind it.
  watch(
    () => strip.value[0],
    (shown) => {
      clearTimeout(leaving)
      if (shown) leaving = setTimeout(() => dismiss(shown.id), STRIP_SECONDS[shown.kind] * 1000)
    },
    { flush: 'sync' },
  )

  /** The inspector takes the place of the view: it comes when it is called. */
  const narrow = useMediaQuery('(max-width: 720px)')
  watch(
    narrow,
    (now) => (inspectorOpen.value = now ? false : recall(null, 'inspector-open', true)),
    { immediate: true },
  )
  watch(inspectorOpen, (open) => {
    if (!narrow.value) keep(null, 'inspector-open', open)
  })
  watch(inspectorWidth, (width) => keep(null, 'inspector-width', width))

  /** @returns its id */
  function push(toast: Omit<Toast, 'id'>): number {
    const id = next++
    const others = toasts.value.filter(
      (other) =>
        other.message !== toast.message && !(toast.kind === 'note' && other.kind === 'note'),
    )
    toasts.value = [...others, { ...toast, id }].slice(-MOST)
    return id
  }

  function dismiss(id: number): void {
    toasts.value = toasts.value.filter((toast) => toast.id !== id)
  }

  /** Says briefly what happened. */
  function note(message: string, action: Toast['action'] = null): void {
    const id = push({ kind: 'note', message, hint: null, details: null, action })
    setTimeout(() => dismiss(id), (action ? 8 : 4) * 1000)
  }

  /** Says what nobody asked for and somebody should know; it stays long enough to be read. */
  function tell(message: string): void {
    push({ kind: 'news', message, hint: null, details: null, action: null })
  }

  /** Shows an error with what to do next. Cancelling is no error. */
  function fail(error: unknown, action: Toast['action'] = null): void {
    const value: ErrorValue = toErrorValue(error)
    if (value.kind === 'canceled') return
    if (value.kind === 'internal') console.error(error)
    push({
      kind: 'fail',
      message: value.message,
      hint: value.hint ?? null,
      details: value.details ?? null,
      action,
    })
  }

  /** Says that a job failed until somebody looked; what to do next stands with the job. */
  function failJob(message: string, action: NonNullable<Toast['action']>): void {
    push({ kind: 'job', message, hint: null, details: null, action })
  }

  /** The jobs are looked at. */
  function jobsSeen(): void {
    toasts.value = toasts.value.filter(({ kind }) => kind !== 'job')
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
    strip,
    beside,
    failJob,
    jobsSeen,
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
