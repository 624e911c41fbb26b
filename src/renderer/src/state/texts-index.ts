import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { TextsStatus } from '#shared/contract/index.ts'
import { parseQuery, parts } from '#shared/query/index.ts'
import { latest, useClient } from '../bridge/client.ts'
import { usePairs } from './pairs.ts'
import { useSession } from './session.ts'

/** Texts that the index answers for. */
const TEXT_FIELDS = ['text', 'alt', 'caption', 'title', 'before', 'after', 'span']

/** How far the index of the texts is, for filters that ask for words. */
export const useTextsIndex = defineStore('texts-index', () => {
  const status = shallowRef<TextsStatus | null>(null)
  const read = latest((corpus: string) => useClient().call('texts.status', { corpus }))

  const asksForWords = computed(() => {
    try {
      return [...parts(parseQuery(usePairs().where))].some(
        (part) =>
          part.kind === 'words' ||
          part.kind === 'wordSearch' ||
          (part.kind === 'contains' && TEXT_FIELDS.includes(part.field)),
      )
    } catch {
      return false
    }
  })
  /** Set while a filter asks for words of pairs that are not in it. */
  const missing = computed(() => {
    const now = status.value
    return now && asksForWords.value && now.indexed < now.total ? now : null
  })

  async function enter(corpus: string | null): Promise<void> {
    status.value = null
    if (corpus === null) return read.cancel()
    try {
      const answer = await read(corpus)
      if (!answer.late) status.value = answer.value
    } catch {
      // Filters find everything without it.
    }
  }

  function follow(): void {
    useClient().on('texts.changed', ({ corpus, ...now }) => {
      if (corpus === useSession().path) status.value = now
    })
  }

  return { status, missing, enter, follow }
})
