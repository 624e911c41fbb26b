import { defineStore } from 'pinia'
import { ref } from 'vue'
import { keep, recall } from '../bridge/persist.ts'

/** Whether the boxes of text are drawn over pictures that are looked at closely. */
export const useTextBoxes = defineStore('text-boxes', () => {
  const shown = ref(recall(null, 'text-boxes', false))

  function toggle(): void {
    shown.value = !shown.value
    keep(null, 'text-boxes', shown.value)
  }

  return { shown, toggle }
})
