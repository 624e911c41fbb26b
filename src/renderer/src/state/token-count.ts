import { shallowRef, toValue, watch, type MaybeRefOrGetter, type Ref } from 'vue'
import { latest, useClient } from '../bridge/client.ts'

export interface TokenCount {
  tokens: number
  /** Tokens that the model reads. */
  limit: number
  /** Code point at which the part begins that it does not see; null = it sees all. */
  cutAt: number | null
}

/**
 * How the model of a score cuts the words that it scored; null while it is not known, and where the
 * model is not on this machine.
 */
export function useTokenCount(
  model: MaybeRefOrGetter<string | null>,
  words: MaybeRefOrGetter<string | null>,
): Readonly<Ref<TokenCount | null>> {
  const found = shallowRef<TokenCount | null>(null)
  const ask = latest((id: string, text: string) =>
    useClient().call('models.tokens', { id, texts: [text] }),
  )
  watch(
    () => [toValue(model), toValue(words)] as const,
    async ([id, text]) => {
      found.value = null
      if (id === null || text === null || text === '') return ask.cancel()
      try {
        const answer = await ask(id, text)
        if (answer.late || answer.value === null) return
        const [count] = answer.value.counts
        if (count) found.value = { ...count, limit: answer.value.limit }
      } catch {
        // The score stands without it; a tokenizer that cannot be read is told where models are.
      }
    },
    { immediate: true },
  )
  return found
}
