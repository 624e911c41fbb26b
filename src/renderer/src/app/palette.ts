import { nextTick } from 'vue'
import type { Router } from 'vue-router'
import { actionById, allActions, isEnabled } from '../state/actions.ts'
import { useUi } from '../state/ui.ts'
import { i18n, t, type TextKey } from '../texts/index.ts'
import { viewCommands } from './view-commands.ts'

/** What can be chosen in the palette. */
export interface PaletteEntry {
  id: string
  title: string
  group: string
  /** As printed; null = none, or it is not the key here. */
  key: string | null
  /** The view in which it is done by hand; null = here. */
  there: string | null
  run(): void
}

/** How long a view may take until its command can be done, in ms. */
const PATIENCE = 5000

/** Other words for a command. */
export function wordsOf(id: string): string {
  const key = `palette.words.${id}`
  return i18n.global.te(key) ? t(key as TextKey) : ''
}

/** All that can be done here, then what the views that are not shown can do. */
export function paletteEntries(router: Router): PaletteEntry[] {
  const here = allActions().filter((action) => !action.silent && !action.overlay)
  const known = new Set(here.map(({ id }) => id))
  return [
    ...here.filter(isEnabled).map((action): PaletteEntry => ({
      id: action.id,
      title: action.title,
      group: action.group,
      key: action.keys[0] ?? null,
      there: null,
      run: () => action.run(),
    })),
    ...viewCommands()
      .filter(({ id }) => !known.has(id))
      .map(({ id, title, group, view, there, open }): PaletteEntry => ({
        id,
        title,
        group,
        key: null,
        there: there ? group : null,
        run: () => {
          void router.push({ name: view }).then(() => {
            open?.()
            if (!there) void whenPossible(id, title, group)
          })
        },
      })),
  ]
}

/** Does what a view has registered as soon as it can be done. */
async function whenPossible(id: string, title: string, view: string): Promise<void> {
  const until = performance.now() + PATIENCE
  for (;;) {
    await nextTick()
    const action = actionById(id)
    if (action && isEnabled(action)) {
      action.run()
      return
    }
    if (performance.now() > until) break
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  useUi().note(t('app.palette.notNow', { title, view }))
}

/** How well a command fits a word: -1 = not at all. Titles before other words, wholes before parts. */
function fit(title: readonly string[], others: readonly string[], group: string, word: string) {
  if (title[0] === word) return 9
  if (title.includes(word)) return 7
  if (others.includes(word)) return 6
  if (title.some((one) => one.startsWith(word))) return 5
  if (others.some((one) => one.startsWith(word))) return 3
  if (group.startsWith(word)) return 2
  return title.some((one) => one.includes(word)) ? 1 : -1
}

const cut = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []

/**
 * The entries that every typed word fits, best first; of two that fit alike a place of the rail,
 * then what can be done here.
 */
export function searchPalette<E extends Pick<PaletteEntry, 'id' | 'title' | 'group'>>(
  entries: readonly E[],
  typed: string,
): E[] {
  const words = cut(typed)
  if (words.length === 0) return [...entries]
  return entries
    .map((entry) => {
      const title = cut(entry.title)
      const others = cut(wordsOf(entry.id))
      const fits = words.map((word) => fit(title, others, entry.group.toLowerCase(), word))
      const place = entry.id.startsWith('view.') ? 1.5 : 0
      const score = fits.reduce((sum, one) => sum + one, place)
      return { entry, score: fits.includes(-1) ? -1 : score }
    })
    .filter(({ score }) => score >= 0)
    .sort((a, b) => b.score - a.score)
    .map(({ entry }) => entry)
}
