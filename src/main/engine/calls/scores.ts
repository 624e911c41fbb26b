import type { CallOutput } from '#shared/contract/index.ts'
import type { scores as contract } from '#shared/contract/scores.ts'
import { medianOfSorted } from '#shared/statistics.ts'
import { medianInterval } from '../../statistics/intervals/median-interval.ts'
import { pairedT } from '../../statistics/significance/paired-t.ts'
import { listBestSets, useBestSet } from '../../store/repositories/best-sets.ts'
import { putScoreOrigin } from '../../store/repositories/score-origins.ts'
import type { EngineContext } from '../context.ts'
import type { CallsOf } from './calls-of.ts'
import type { ReadCall } from './read-calls.ts'

type Compared = CallOutput<'scores.compare'>[number]

/** What of scores is more than a read. */
export function scoreCalls({
  corpora,
  announce,
}: EngineContext): CallsOf<Omit<typeof contract, ReadCall>> {
  return {
    'scores.bestSets': ({ corpus }) => listBestSets(corpora.get(corpus).corpus.reader),
    'scores.useBestSet'({ corpus, set }) {
      useBestSet(corpora.get(corpus).corpus.writer, set)
      announce(corpus, ['scores'])
      return {}
    },
    'scores.setOrigin'({ corpus, model, origin }) {
      putScoreOrigin(corpora.get(corpus).corpus.writer, model, origin)
      announce(corpus, ['scores'])
      return {}
    },
    async 'scores.compare'({ corpus, where, sources }) {
      const { reads } = corpora.get(corpus)
      const [first] = sources
      const compared: Compared[] = []
      for (const source of sources) {
        const { model, text, cutoff } = source
        const scope = { model, text, where }
        const { kept } = await reads.countAbove({ ...scope, minCosine: cutoff })
        const { n, mean, median } = await reads.histogram({ ...scope, bins: 1 })
        const difference =
          source === first || !first
            ? null
            : describeDifferences(
                await reads.scoreDifferences({ first, second: { model, text }, where }),
              )
        compared.push({ model, text, cutoff, n, kept, mean, median, difference })
      }
      return compared
    },
  }
}

/** @param sorted rising */
function describeDifferences(sorted: Float64Array): NonNullable<Compared['difference']> {
  const mean = pairedT([...sorted])
  const median = medianInterval(sorted)
  const middle = medianOfSorted(sorted)
  return {
    n: sorted.length,
    mean: mean.ok ? { value: mean.mean, low: mean.low, high: mean.high } : null,
    median:
      median.ok && middle !== null ? { value: middle, low: median.low, high: median.high } : null,
    higher: sorted.reduce((n, one) => n + Number(one > 0), 0),
    equal: sorted.reduce((n, one) => n + Number(one === 0), 0),
  }
}
