import { shallowRef, type Ref } from 'vue'
import type { CallOutput, ScoreSource } from '#shared/contract/index.ts'
import { toErrorValue, type ErrorValue } from '#shared/errors.ts'
import { coalesced, useClient } from '../bridge/client.ts'
import { snap } from './cutoff-math.ts'
import { useMachine } from './machine.ts'
import { sameSource, sourceKey } from './text-sources.ts'

/** The numbers of scores that are laid over each other. */
export function useComparing(of: {
  scope(): { corpus: string; where: string } | null
  source: Readonly<Ref<ScoreSource | null>>
  compares: Readonly<Ref<readonly ScoreSource[]>>
  overlays: Readonly<Ref<readonly { median: number }[]>>
  cosine: Readonly<Ref<number>>
  /** Lines as they were left, by source. */
  cutoffs: Readonly<Ref<Record<string, number>>>
  error: Ref<ErrorValue | null>
}) {
  /** The shown scores side by side, the first of them as the others' measure; empty = only one. */
  const compared = shallowRef<CallOutput<'scores.compare'>>([])

  /**
   * Where other scores are cut: those of the same model where the line is, those of another, which has
   * another scale, where their own line was left or their model's convention is.
   */
  function cutoffOf(other: ScoreSource): number {
    if (other.model === of.source.value?.model) return of.cosine.value
    const own = of.cutoffs.value[sourceKey(other)]
    if (own !== undefined) return own
    const preset = useMachine().modelById.get(other.model)?.cutoffs?.[0]?.cosine
    const at = of.compares.value.findIndex((one) => sameSource(one, other))
    return preset ?? snap(of.overlays.value[at]?.median ?? 0)
  }

  const compare = coalesced(async () => {
    const asked = of.scope()
    const first = of.source.value
    if (!asked || !first || of.compares.value.length === 0) return
    const sources = [first, ...of.compares.value].map((one) => ({ ...one, cutoff: cutoffOf(one) }))
    try {
      const { corpus, where } = asked
      const answer = await useClient().call('scores.compare', { corpus, where, sources })
      // What was chosen meanwhile asks again.
      const isOld = answer.some((one, i) => {
        const now = i === 0 ? of.source.value : (of.compares.value[i - 1] ?? null)
        return !sameSource(one, now)
      })
      if (!isOld && answer.length === of.compares.value.length + 1) compared.value = answer
    } catch (thrown) {
      of.error.value = toErrorValue(thrown)
    }
  })

  return { compared, compare }
}
