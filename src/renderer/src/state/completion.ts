import { ref } from 'vue'
import { completeQuery } from '#shared/query/index.ts'
import type { CompletionItem as Suggestion } from '#shared/query/index.ts'
import { useSession } from './session.ts'
import { latest, useClient } from '../bridge/client.ts'
import { count } from '../bridge/format.ts'
import { t } from '../texts/index.ts'
import { FIELD_HELP } from './query-help.ts'

export interface CompletionItem {
  text: string
  label: string
  hint: string
}

/** What a suggestion means; nothing for a value that speaks for itself. */
function helpOf({ of }: Suggestion): string {
  if (of === null) return ''
  if ('field' in of) return t(FIELD_HELP[of.field])
  return 'score' in of
    ? t('query.cosineOf', { text: of.score })
    : t('query.wordsOf', { text: of.words })
}

/** Suggestions of the filter bar: fields and choices at once, a field's values from the corpus. */
export function useCompletion() {
  const items = ref<CompletionItem[]>([])
  let span = { from: 0, to: 0 }

  const readValues = latest((corpus: string, field: string, prefix: string) =>
    useClient().call('pairs.suggest', { corpus, field, prefix }),
  )

  async function update(text: string, caret: number): Promise<void> {
    const found = completeQuery(text, caret)
    span = { from: found.from, to: found.to }
    items.value = found.items.map((item) => ({
      text: item.insert,
      label: item.label,
      hint: helpOf(item),
    }))
    const corpus = useSession().path
    if (!found.valuesOf || corpus === null) {
      readValues.cancel()
      return
    }
    try {
      const answer = await readValues(corpus, found.valuesOf.field, found.valuesOf.prefix)
      if (answer.late) return
      items.value = answer.value.slice(0, 12).map(({ value, n }) => ({
        text: /[\s()"]/.test(value) ? `"${value.replace(/[\\"]/g, '\\$&')}"` : value,
        label: value,
        hint: count(n),
      }))
    } catch {
      // Without suggestions one can still type.
    }
  }

  function accept(text: string, index: number): { text: string; caret: number } | null {
    const item = items.value[index]
    if (!item) return null
    const ends = /[:=.<>]$/.test(item.text) ? '' : ' '
    const head = text.slice(0, span.from) + item.text + ends
    return { text: head + text.slice(span.to).trimStart(), caret: head.length }
  }

  function close(): void {
    readValues.cancel()
    items.value = []
  }

  return { items, update, accept, close }
}
