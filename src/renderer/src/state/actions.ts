import { onScopeDispose, shallowReactive, watch } from 'vue'
import { useSession } from './session.ts'

/** Something a person can do: it stands in the palette, in the key sheet and behind its key. */
export interface Action {
  id: string
  title: string
  group: string
  /** As printed: `Ctrl+K`, `/`, `Shift+ArrowLeft`. The first is shown. */
  keys: readonly string[]
  /** Whether it also takes a key that `keys` does not list, as `Shift+G` for any letter. */
  takes?: (key: string) => boolean
  run(event?: KeyboardEvent): void
  enabled?: () => boolean
  /** Changes the open corpus: not while that can only be read. */
  writes?: boolean
  /** Works while a text field has the focus, too; with Ctrl every action does, see `fieldKeeps`. */
  inFields?: boolean
  /** Not in the palette (moves of a cursor); in the key sheet only with a `line`. */
  silent?: boolean
  /** Stands in one line of the key sheet with the others of this name. */
  line?: string
  /** Also while an overlay is open. */
  everywhere?: boolean
  /** The overlay that it belongs to; works in the views where there is none. */
  overlay?: symbol
}

/** What lies over the views and is open (dialogs, previews), the newest last: it has the keyboard. */
const overlays = shallowReactive<symbol[]>([])
const registered = shallowReactive(new Map<string, Action>())

export function allActions(): Action[] {
  return [...registered.values()]
}

export function actionById(id: string): Action | undefined {
  return registered.get(id)
}

export function isEnabled(action: Action): boolean {
  if (action.writes && useSession().readonly !== null) return false
  return action.enabled ? action.enabled() : true
}

/** Whether an action is enabled and its part of the window has the keyboard. */
function isReachable(action: Action): boolean {
  return (action.everywhere || action.overlay === overlays.at(-1)) && isEnabled(action)
}

/** Runs an action from elsewhere than its key, as from the system's menu, if it can be reached. */
export function runAction(id: string): void {
  const action = registered.get(id)
  if (action && isReachable(action)) action.run()
}

/**
 * Gives the keyboard to an overlay for as long as it is open: no key reaches what lies behind it.
 * @param actions what its own keys do
 */
export function useOverlay(isOpen: () => boolean, actions: readonly Action[] = []): void {
  const overlay = Symbol('overlay')
  const leave = (): void => {
    const at = overlays.indexOf(overlay)
    if (at >= 0) overlays.splice(at, 1)
  }
  watch(
    isOpen,
    (open) => {
      leave()
      if (open) overlays.push(overlay)
    },
    { immediate: true, flush: 'sync' },
  )
  onScopeDispose(leave)
  useActions(actions.map((action) => ({ ...action, overlay })))
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

/** What a text field does with Ctrl: edits, moves, and selects. */
const EDITING = /^(Shift\+)?([ACVXYZ]|Arrow\w+|Home|End|Backspace|Delete|Enter|Space)$/

/**
 * Whether a text field keeps a key for itself: all that writes or edits. Ctrl with a digit or with
 * another letter means in it what it means elsewhere.
 */
export function fieldKeeps(key: string): boolean {
  const [, rest] = /^Ctrl\+(?!Alt)(.+)$/.exec(key) ?? []
  return rest === undefined || EDITING.test(rest)
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

/** What floats with keys of its own: menus, lists that are open. */
const OWN_KEYS = '[role="menu"], [data-reka-popper-content-wrapper]'

/**
 * Runs the action behind a key; true if there was one. The newest registration wins. While an
 * overlay is open only its own actions count.
 */
export function dispatchKey(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.isComposing) return false
  if (event.target instanceof Element && event.target.closest(OWN_KEYS)) return false
  const inField = inTextField(event.target)
  if (!inField && controlKeeps(event.target, keyOf(event))) return false
  return runKey(event, inField)
}

function runKey(event: KeyboardEvent, inField: boolean): boolean {
  const key = keyOf(event)
  for (const action of allActions().reverse()) {
    if (!action.keys.includes(key) && !action.takes?.(key)) continue
    if (inField && !action.inFields && fieldKeeps(key)) continue
    if (!isReachable(action)) continue
    event.preventDefault()
    action.run(event)
    return true
  }
  return false
}

/**
 * Ctrl+Enter on a tab that was clicked is the command, not another press of the tab, which would
 * turn back to it. To be asked before the key reaches its target.
 */
export function takeFromTab(event: KeyboardEvent): void {
  if (!/^Ctrl\+(Enter|Space)$/.test(keyOf(event))) return
  if (!(event.target instanceof Element) || event.target.closest('[role="tab"]') === null) return
  event.stopPropagation()
  event.preventDefault()
  runKey(event, false)
}

/**
 * Takes a key from what lies behind an overlay, where the focus may have been left: it goes to the
 * overlay or nowhere. To be asked before the key reaches its target.
 */
export function guardKey(event: KeyboardEvent): void {
  if (overlays.length === 0 || event.key === 'Escape' || event.key === 'Tab') return
  const { target } = event
  if (target instanceof Element && target.closest(`[role="dialog"], ${OWN_KEYS}`)) return
  event.stopPropagation()
  event.preventDefault()
  runKey(event, false)
}
