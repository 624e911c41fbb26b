import { onScopeDispose, shallowReactive } from 'vue'

/** Something a person can do: it stands in the palette, in the key sheet and behind its key. */
export interface Action {
  id: string
  title: string
  group: string
  /** As printed: `Ctrl+K`, `/`, `Shift+ArrowLeft`. The first is shown. */
  keys: readonly string[]
  run(event?: KeyboardEvent): void
  enabled?: () => boolean
  /** Works while a text field has the focus, too. */
  inFields?: boolean
  /** Not in the palette (moves of a cursor); in the key sheet only with a `line`. */
  silent?: boolean
  /** Stands in one line of the key sheet with the others of this name. */
  line?: string
}

const registered = shallowReactive(new Map<string, Action>())

export function allActions(): Action[] {
  return [...registered.values()]
}

export function actionById(id: string): Action | undefined {
  return registered.get(id)
}

export function isEnabled(action: Action): boolean {
  return action.enabled ? action.enabled() : true
}

/** Registers actions for as long as the surrounding scope lives. */
export function useActions(actions: readonly Action[]): void {
  for (const action of actions) registered.set(action.id, action)
  onScopeDispose(() => {
    for (const action of actions) {
      if (registered.get(action.id) === action) registered.delete(action.id)
    }
  })
}

/** What was pressed, in the notation of `Action.keys`. Cmd counts as Ctrl on a Mac. */
export function keyOf(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>,
): string {
  let key = event.key === ' ' ? 'Space' : event.key
  const letter = key.length === 1
  if (letter) key = key.toUpperCase()
  const parts: string[] = []
  if (event.ctrlKey || event.metaKey) parts.push('Ctrl')
  if (event.altKey) parts.push('Alt')
  // A printed sign such as `?` already holds its shift.
  if (event.shiftKey && (!letter || /[A-Z]/.test(key))) parts.push('Shift')
  parts.push(key)
  return parts.join('+')
}

const SIGNS: Record<string, string> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  PageUp: 'PgUp',
  PageDown: 'PgDn',
}

/** A key as it is printed on a button. */
export function keyLabel(keys: string): string {
  return keys
    .split('+')
    .map((part) => SIGNS[part] ?? part)
    .join('+')
}

export function inTextField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true
  return (
    target instanceof HTMLInputElement &&
    !['checkbox', 'radio', 'range', 'button'].includes(target.type)
  )
}

/** Keys that a focused control keeps for itself. */
function controlKeeps(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (key === 'Space' || key === 'Enter') {
    return target.closest('button, a, summary, [role="tab"], [role="menuitem"]') !== null
  }
  if (/^(Arrow|Home|End|Page)/.test(key)) {
    return (
      target.closest(
        'input, select, textarea, [role="slider"], [role="tablist"], [role="radiogroup"], [role="menu"], [role="separator"]',
      ) !== null
    )
  }
  return false
}

const OWN_KEYS =
  '[role="menu"], [data-reka-popper-content-wrapper], [role="dialog"]:not([data-preview])'

/** Runs the action behind a key; true if there was one. The newest registration wins. */
export function dispatchKey(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.isComposing) return false
  // A menu, a list that is open or a dialog has the keys for itself.
  if (event.target instanceof Element && event.target.closest(OWN_KEYS)) return false
  const key = keyOf(event)
  const inField = inTextField(event.target)
  if (!inField && controlKeeps(event.target, key)) return false
  for (const action of allActions().reverse()) {
    if (!action.keys.includes(key)) continue
    if (inField && !action.inFields) continue
    if (!isEnabled(action)) continue
    event.preventDefault()
    action.run(event)
    return true
  }
  return false
}
