import { computed, ref, type Ref } from 'vue'
import { PredictSpansInput, type Device } from '#shared/contract/index.ts'
import { defaultsOf } from '#shared/limits.ts'
import { useClient } from '../../bridge/client.ts'
import { usePairs } from '../../state/pairs.ts'
import type { TrainContext } from './train-context.ts'

/** A description for every pair by a model, and how many of those have a score. */
export function createPrediction(
  { corpus, isLive, start }: TrainContext,
  predictor: Ref<string>,
  device: () => Device,
) {
  const asked = defaultsOf(PredictSpansInput, ['nBest', 'where'])
  const nBest = ref(asked.nBest)
  const predictWhere = ref(asked.where)
  /** How many pairs of the current set have a score, by any model. */
  const scoredSpans = computed(() =>
    usePairs()
      .sources.filter((source) => source.text === 'span')
      .reduce((most, source) => Math.max(most, source.n), 0),
  )

  async function predict(): Promise<boolean> {
    const path = corpus.value
    if (path === null || isLive('predict-spans') || !predictor.value) return false
    return start(() =>
      useClient().call('jobs.predictSpans', {
        corpus: path,
        model: predictor.value,
        where: predictWhere.value,
        nBest: nBest.value,
        device: device(),
      }),
    )
  }

  return { nBest, predictWhere, scoredSpans, predict }
}
