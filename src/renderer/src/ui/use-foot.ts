import { useElementSize } from '@vueuse/core'
import { onScopeDispose, watch, type Ref } from 'vue'

/** Keeps messages above a bar at the foot of a view, however high it is; null = there is none. */
export function useFoot(bar: Readonly<Ref<HTMLElement | null>>): void {
  const { height } = useElementSize(bar, undefined, { box: 'border-box' })
  const { style } = document.documentElement
  watch(height, (pixels) => style.setProperty('--foot', `${pixels}px`), { immediate: true })
  onScopeDispose(() => style.removeProperty('--foot'))
}
