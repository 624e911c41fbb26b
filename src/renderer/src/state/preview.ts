import { defineStore } from 'pinia'
import { onScopeDispose, ref, shallowRef, watch } from 'vue'
import { useInspect } from './inspect.ts'

/** The list that a preview was opened from: it goes from pair to pair in its order. */
export interface Walk {
  step(by: 1 | -1): void
  /** The preview was closed: the focus belongs to the pair that was seen last. */
  back?(): void
}

/** A picture as large as the window, of the pair that is inspected. */
export const usePreview = defineStore('preview', () => {
  const isOpen = ref(false)
  const walk = shallowRef<Walk | null>(null)
  const ofView = shallowRef<Walk | null>(null)

  /** @param along the list it was opened from; without one, that of the view */
  function open(along: Walk | null = ofView.value): void {
    walk.value = along
    isOpen.value = true
  }

  function close(): void {
    isOpen.value = false
  }

  watch(
    () => useInspect().id,
    (id) => {
      if (id === null) close()
    },
  )

  return { isOpen, walk, ofView, open, close }
})

/** Goes through ids as they stand now, beginning at the pair that is inspected. */
export function walkAmong(ids: () => readonly number[]): Walk {
  return {
    step(by) {
      const inspect = useInspect()
      const list = ids()
      const at = inspect.id === null ? -1 : list.indexOf(inspect.id)
      const next = list[at + by]
      if (at >= 0 && next !== undefined) void inspect.show(next)
    },
  }
}

/** Says what a preview walks along that is opened in this view, wherever no list opens it. */
export function useViewWalk(walk: Walk): void {
  const preview = usePreview()
  preview.ofView = walk
  onScopeDispose(() => {
    if (preview.ofView === walk) preview.ofView = null
  })
}
