import { onScopeDispose, watch } from 'vue'
import { useClient } from '../../bridge/client.ts'
import { usePairs } from '../../state/pairs.ts'

/** Rest before scores are read ahead, ms: rows that are looked at come first. */
const REST = 1500

/**
 * Has the scores of every column read ahead while nothing else is asked, one after the other, so
 * that sorting by one takes no longer the first time.
 */
export function useWarmScores(corpus: () => string): void {
  const pairs = usePairs()
  let isOver = false
  let running = 0
  onScopeDispose(() => (isOver = true))

  async function warm(mine: number): Promise<void> {
    for (const { model, text } of pairs.sources) {
      await new Promise((resolve) => setTimeout(resolve, REST))
      if (isOver || mine !== running || pairs.state !== 'ready') return
      // What is counted is of no interest: the scores are in memory afterwards.
      await useClient()
        .call('scores.countAbove', { corpus: corpus(), model, text, minCosine: 1 })
        .catch(() => undefined)
    }
  }

  watch(
    () => pairs.sources,
    () => void warm(++running),
    { immediate: true },
  )
}
