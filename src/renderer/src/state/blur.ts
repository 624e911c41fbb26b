import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { Blur } from '#shared/contract/index.ts'
import { useClient } from '../bridge/client.ts'
import { useSession } from './session.ts'
import { useUi } from './ui.ts'

/** Pictures that are blurred until asked for, by a number of an imported column. */
export const useBlur = defineStore('blur', () => {
  const setting = shallowRef<Blur | null>(null)
  /** Pairs whose picture was asked for, until another corpus is open. */
  const shown = ref(new Set<number>())

  const isHidden = (row: { id: number; blurred: boolean }): boolean =>
    row.blurred && !shown.value.has(row.id)

  function toggle(id: number): void {
    const next = new Set(shown.value)
    if (!next.delete(id)) next.add(id)
    shown.value = next
  }

  async function enter(corpus: string | null): Promise<void> {
    shown.value = new Set()
    setting.value = null
    if (corpus === null) return
    try {
      const found = await useClient().call('pairs.blur', { corpus })
      if (corpus === useSession().path) setting.value = found
    } catch (thrown) {
      useUi().fail(thrown)
    }
  }

  async function set(blur: Blur | null): Promise<void> {
    const corpus = useSession().path
    if (corpus === null) return
    try {
      await useClient().call('pairs.setBlur', { corpus, blur })
      setting.value = blur
      shown.value = new Set()
    } catch (thrown) {
      useUi().fail(thrown)
    }
  }

  return { setting, shown, isHidden, toggle, enter, set }
})
