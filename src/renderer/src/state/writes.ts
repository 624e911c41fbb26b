import { watchEffect, type Directive } from 'vue'
import { useSession } from './session.ts'

const watching = new WeakMap<HTMLElement, () => void>()
const off = new WeakMap<HTMLElement, boolean>()

function apply(button: HTMLButtonElement): void {
  const why = useSession().readonly
  button.disabled = why !== null || (off.get(button) ?? false)
  if (why !== null) button.title = why.message
  else if (button.dataset['why'] === '1') button.removeAttribute('title')
  button.dataset['why'] = why === null ? '' : '1'
}

/**
 * On a button that changes the open corpus: it cannot be pressed while the corpus can only be read,
 * and says why. Takes the place of `:disabled`: `v-writes="busy"`.
 */
export const vWrites: Directive<HTMLButtonElement, boolean | undefined> = {
  mounted(button, { value }) {
    off.set(button, value ?? false)
    watching.set(
      button,
      watchEffect(() => apply(button)),
    )
  },
  updated(button, { value }) {
    off.set(button, value ?? false)
    apply(button)
  },
  unmounted(button) {
    watching.get(button)?.()
  },
}
