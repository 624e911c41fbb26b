import type { Directive } from 'vue'

/** The one step of an empty view is under the keys as it appears, unless they are elsewhere. */
export const vTakesFocus: Directive<HTMLElement> = {
  mounted(element) {
    if (document.activeElement === null || document.activeElement === document.body) element.focus()
  },
}
