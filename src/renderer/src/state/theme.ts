import { usePreferredDark } from '@vueuse/core'
import { computed, type ComputedRef } from 'vue'
import { useMachine } from './machine.ts'

/** The theme that is seen: the chosen one, or the system's. */
export function useShownTheme(): ComputedRef<'dark' | 'light'> {
  const machine = useMachine()
  const prefersDark = usePreferredDark()
  return computed(() =>
    machine.theme === 'system' ? (prefersDark.value ? 'dark' : 'light') : machine.theme,
  )
}
