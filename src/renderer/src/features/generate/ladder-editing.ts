import { shallowRef } from 'vue'
import { useActions } from '../../state/actions.ts'
import { t } from '../../texts/index.ts'
import {
  freeGroup,
  isSame,
  moved,
  nextLevel,
  withGroup,
  without,
  withText,
  type Cursor,
} from './ladders.ts'
import { usePromptSets } from './prompt-sets.ts'

/** What is typed: the text of a prompt, or the name and kind of a group. */
export type Draft =
  | { what: 'prompt'; group: string; kind: string; level: number; text: string; isNew: boolean }
  | { what: 'group'; group: string; name: string; kind: string; isNew: boolean }

export type LadderEditing = ReturnType<typeof useLadderEditing>

/**
 * Moving through the ladders and changing them, by keys and by what the pointer calls.
 * @param page lines that are seen at once
 */
export function useLadderEditing(page: () => number) {
  const store = usePromptSets()
  const draft = shallowRef<Draft | null>(null)

  const at = (): number => store.lines.findIndex((line) => isSame(line, store.cursor))
  const idle = (): boolean => draft.value === null && store.set !== null
  const onLine = (): boolean => idle() && at() >= 0

  function goTo(index: number): void {
    const last = store.lines.length - 1
    store.cursor = store.lines[Math.max(0, Math.min(last, index))] ?? null
  }

  const ladderOf = (group: string) => store.ladders.find((one) => one.group === group)

  function edit(line: Cursor | null): void {
    const ladder = line && ladderOf(line.group)
    if (!line || !ladder) return
    store.cursor = line
    const { group, kind } = ladder
    if (line.level === null) {
      draft.value = { what: 'group', group, name: group, kind, isNew: false }
      return
    }
    const prompt = ladder.prompts.find(({ level }) => level === line.level)
    if (!prompt) return
    const { level, text } = prompt
    draft.value = { what: 'prompt', group, kind: prompt.kind, level, text, isNew: false }
  }

  /** A level above the last one, that begins with its words. */
  function addLevel(group: string): void {
    const ladder = ladderOf(group)
    if (!ladder) return
    const level = nextLevel(ladder)
    const text = ladder.prompts.at(-1)?.text ?? ''
    draft.value = { what: 'prompt', group, kind: ladder.kind, level, text, isNew: true }
  }

  /** A group behind the others, of the kind of the one before. */
  function addGroup(): void {
    store.clearFilter()
    const kind = (store.cursor && ladderOf(store.cursor.group)?.kind) ?? ''
    const name = freeGroup(store.texts, t('generate.newGroup'))
    const texts = [...store.texts, { group: name, kind, level: 1, text: name }]
    store.change(t('generate.undo.add'), texts, { group: name, level: null })
    draft.value = { what: 'group', group: name, name, kind, isNew: true }
  }

  /** Keeps what was typed; nothing, or a name that is taken, is not kept. */
  function accept(typed: Draft): void {
    draft.value = null
    if (typed.what === 'prompt') {
      const text = typed.text.trim()
      const line = { group: typed.group, level: typed.level }
      const before = ladderOf(typed.group)?.prompts.find(({ level }) => level === typed.level)
      const unchanged = text === (before?.text ?? ladderOf(typed.group)?.prompts.at(-1)?.text)
      if (text === '' || unchanged) return
      store.change(t('generate.undo.edit'), withText(store.texts, typed, text), line)
      return
    }
    const name = typed.name.trim()
    const kind = typed.kind.trim()
    const known = ladderOf(typed.group)
    if (name === '' || !known || (name === known.group && kind === known.kind)) {
      if (typed.isNew) edit({ group: typed.group, level: 1 })
      return
    }
    const group = name === typed.group ? name : freeGroup(store.texts, name)
    let texts = withGroup(store.texts, typed.group, { group, kind })
    // The first prompt of a new group is its name until another is typed.
    if (typed.isNew) texts = withText(texts, { group, kind, level: 1 }, group)
    store.change(t('generate.undo.rename'), texts, { group, level: typed.isNew ? 1 : null })
    if (typed.isNew) edit({ group, level: 1 })
  }

  function cancel(): void {
    draft.value = null
  }

  function remove(): void {
    const i = at()
    const line = store.lines[i]
    if (!line) return
    const texts = without(store.texts, line)
    const rest = texts.some(({ group }) => group === line.group)
    const ladder = ladderOf(line.group)?.prompts ?? []
    const next =
      line.level === null || !rest
        ? (store.lines.slice(i).find(({ group }) => group !== line.group) ??
          store.lines
            .slice(0, i)
            .findLast(({ group, level }) => group !== line.group && level === null) ??
          null)
        : { group: line.group, level: Math.min(line.level, (ladder.at(-1)?.level ?? 1) - 1) }
    store.change(t('generate.undo.remove'), texts, next)
  }

  function move(by: 1 | -1): void {
    const made = store.cursor && moved(store.texts, store.cursor, by)
    if (made) store.change(t('generate.undo.move'), made.texts, made.line)
  }

  const group = t('generate.keys.group')
  const moving = (id: string, title: string, keys: string[], run: () => void) => ({
    id: `generate.${id}`,
    title,
    group,
    keys,
    line: t('generate.keys.moves'),
    silent: true,
    enabled: idle,
    run,
  })
  useActions([
    moving('up', t('generate.keys.up'), ['ArrowUp'], () => goTo(at() - 1)),
    moving('down', t('generate.keys.down'), ['ArrowDown'], () => goTo(at() + 1)),
    moving('page-up', t('generate.keys.pageUp'), ['PageUp'], () => goTo(at() - page())),
    moving('page-down', t('generate.keys.pageDown'), ['PageDown'], () => goTo(at() + page())),
    moving('first', t('generate.keys.first'), ['Home'], () => goTo(0)),
    moving('last', t('generate.keys.last'), ['End'], () => goTo(store.lines.length)),
    {
      id: 'generate.edit',
      writes: true,
      title: t('generate.keys.edit'),
      group,
      keys: ['Enter', 'F2'],
      enabled: onLine,
      run: () => edit(store.cursor),
    },
    {
      id: 'generate.add-level',
      writes: true,
      title: t('generate.keys.addLevel'),
      group,
      keys: ['A'],
      enabled: onLine,
      run: () => store.cursor && addLevel(store.cursor.group),
    },
    {
      id: 'generate.add-group',
      writes: true,
      title: t('generate.keys.addGroup'),
      group,
      keys: ['G'],
      enabled: idle,
      run: addGroup,
    },
    {
      id: 'generate.remove',
      writes: true,
      title: t('generate.keys.remove'),
      group,
      keys: ['Delete', 'Backspace'],
      enabled: onLine,
      run: remove,
    },
    {
      id: 'generate.move-up',
      writes: true,
      title: t('generate.keys.moveUp'),
      group,
      keys: ['Alt+ArrowUp'],
      line: t('generate.keys.orders'),
      enabled: onLine,
      run: () => move(-1),
    },
    {
      id: 'generate.move-down',
      writes: true,
      title: t('generate.keys.moveDown'),
      group,
      keys: ['Alt+ArrowDown'],
      line: t('generate.keys.orders'),
      enabled: onLine,
      run: () => move(1),
    },
  ])

  return { draft, edit, addLevel, addGroup, accept, cancel }
}
